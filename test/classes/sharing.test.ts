/** Who may share an address with whom: MetalLB's conditions, row by row. */
import { expect } from "chai";
import { clashOf, fits, partyOf, TENANTS_MAX, type PartyFacts } from "../../src/classes/sharing.ts";

const KEY = { "metallb.io/allow-shared-ip": "dns" };

function facts(port: number | string, more: PartyFacts = {}): PartyFacts {
  const [protocol = "TCP", number = port] =
    String(port).split("/").length > 1 ? String(port).split("/") : ["TCP", port];
  return {
    annotations: KEY,
    ports: [{ protocol, port: Number(number) }],
    selector: { app: "a" },
    ...more,
  };
}

const LOCAL = { externalTrafficPolicy: "Local" };
const DIFFER = "their sharing keys differ";
const SELECTOR = "with externalTrafficPolicy: Local both need it, and the same selector";

const rows: readonly { name: string; a: PartyFacts; b: PartyFacts; want: string | null }[] = [
  { name: "one key, two ports", a: facts(53), b: facts(80), want: null },
  {
    name: "one key, one number, two protocols",
    a: facts("TCP/53"),
    b: facts("UDP/53"),
    want: null,
  },
  { name: "one key, one port", a: facts(53), b: facts(53), want: "both use TCP/53" },
  {
    name: "a port without a protocol is TCP",
    a: facts(53),
    b: { annotations: KEY, ports: [{ port: 53 }] },
    want: "both use TCP/53",
  },
  {
    name: "no keys",
    a: facts(53, { annotations: {} }),
    b: facts(80, { annotations: {} }),
    want: "",
  },
  { name: "a key and none", a: facts(53), b: facts(80, { annotations: {} }), want: DIFFER },
  { name: "none and a key", a: facts(53, { annotations: {} }), b: facts(80), want: DIFFER },
  {
    name: "two keys",
    a: facts(53),
    b: facts(80, { annotations: { "metallb.io/allow-shared-ip": "DNS" } }),
    want: DIFFER,
  },
  {
    name: "an empty key is none",
    a: facts(53, { annotations: { "metallb.io/allow-shared-ip": "" } }),
    b: facts(80, { annotations: {} }),
    want: "",
  },
  {
    name: "the key under the old prefix",
    a: facts(53),
    b: facts(80, { annotations: { "metallb.universe.tf/allow-shared-ip": "dns" } }),
    want: null,
  },
  {
    name: "the key as Deckhouse says it",
    a: facts(53),
    b: facts(80, { annotations: { "network.deckhouse.io/load-balancer-shared-ip-key": "dns" } }),
    want: null,
  },
  {
    name: "the key as Deckhouse said it",
    a: facts(53),
    b: facts(80, { annotations: { "network.deckhouse.io/load-balancer-allow-shared-ip": "dns" } }),
    want: null,
  },
  {
    name: "the present prefix comes before the old one",
    a: facts(53),
    b: facts(80, { annotations: { ...KEY, "metallb.universe.tf/allow-shared-ip": "old" } }),
    want: null,
  },
  {
    name: "two selectors, Cluster",
    a: facts(53),
    b: facts(80, { selector: { app: "b" } }),
    want: null,
  },
  {
    name: "two selectors, Local",
    a: facts(53, LOCAL),
    b: facts(80, { ...LOCAL, selector: { app: "b" } }),
    want: SELECTOR,
  },
  { name: "one selector, Local", a: facts(53, LOCAL), b: facts(80, LOCAL), want: null },
  {
    name: "one selector in another order, Local",
    a: facts(53, { ...LOCAL, selector: { a: "1", b: "2" } }),
    b: facts(80, { ...LOCAL, selector: { b: "2", a: "1" } }),
    want: null,
  },
  { name: "Local and Cluster", a: facts(53, LOCAL), b: facts(80), want: SELECTOR },
  {
    name: "Local without a selector and Cluster",
    a: facts(53, { ...LOCAL, selector: {} }),
    b: facts(80),
    want: null,
  },
  {
    name: "one port of several",
    a: { annotations: KEY, ports: [{ port: 1 }, { port: 2 }] },
    b: { annotations: KEY, ports: [{ port: 3 }, { port: 2 }] },
    want: "both use TCP/2",
  },
];

describe("sharing", () => {
  for (const { name, a, b, want } of rows) {
    it(name, () => {
      const [one, other] = [partyOf(a), partyOf(b)];
      expect([clashOf(one, other), clashOf(other, one)]).to.deep.equal([want, want]);
      expect(fits([one], other)).to.equal(want === null);
    });
  }

  it("no more than a VirtualIP names", () => {
    const many = [...Array(TENANTS_MAX).keys()].map((port) => partyOf(facts(port + 1)));
    expect([
      fits(many.slice(1), partyOf(facts(TENANTS_MAX + 1))),
      fits(many, partyOf(facts(TENANTS_MAX + 1))),
    ]).to.deep.equal([true, false]);
  });
});
