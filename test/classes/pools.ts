/** Pools for worlds at random: small, overlapping with nothing, each with something of its own. */

export const POOLS = {
  a: { addresses: ["192.0.2.0/30"] },
  b: { addresses: ["192.0.2.8/31", "2001:db8::/127"], serviceAllocation: { priority: 1 } },
  c: { addresses: ["192.0.2.12/31", "2001:db8::8/127"], autoAssign: false },
  d: {
    addresses: ["192.0.2.16", "192.0.2.20", "192.0.2.18"],
    serviceAllocation: { serviceSelectors: [{ matchLabels: { tier: "gold" } }] },
  },
};
