import { expect } from "chai";
import { servingNodes } from "../../src/kube/serving.ts";

/** KEP-1669 and the EndpointSlice API: what is not said is taken as true; `serving` follows `ready` where it is not said. */
const rows = [
  { name: "nothing said", conditions: {}, want: true },
  { name: "ready", conditions: { ready: true }, want: true },
  { name: "not ready", conditions: { ready: false }, want: false },
  { name: "serving", conditions: { serving: true }, want: true },
  { name: "not serving", conditions: { serving: false }, want: false },
  { name: "terminating and serving", conditions: { ready: false, serving: true }, want: true },
  {
    name: "terminating and not serving",
    conditions: { ready: false, serving: false },
    want: false,
  },
  { name: "published though not ready", conditions: { ready: true, serving: false }, want: true },
] as const;

describe("controller: serving endpoints", () => {
  for (const { name, conditions, want } of rows) {
    it(name, () => {
      const slice = {
        metadata: {
          name: "web-1",
          namespace: "default",
          labels: { "kubernetes.io/service-name": "web" },
        },
        addressType: "IPv4",
        endpoints: [{ addresses: ["10.0.0.1"], nodeName: "n1", conditions }],
      };
      const { IPv4, IPv6 } = servingNodes([slice]);
      expect([IPv4.has("n1"), IPv6.size]).to.deep.equal([want, 0]);
    });
  }

  it("by family, of all slices, and of no other type", () => {
    const slices = ["IPv4", "IPv6", "FQDN", "IPv4"].map((addressType, i) => ({
      metadata: { name: `web-${i}`, namespace: "default" },
      addressType,
      endpoints: [{ addresses: [], nodeName: `n${i}` }],
    }));
    const { IPv4, IPv6 } = servingNodes(slices);
    expect([[...IPv4], [...IPv6]]).to.deep.equal([["n0", "n3"], ["n1"]]);
  });
});
