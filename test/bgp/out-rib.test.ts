/** What a peer is told: the fewest messages, and at the end exactly what is wanted. */
import { expect } from "chai";
import fc from "fast-check";
import type { Ip } from "../../src/base/ip.ts";
import { plainAnnouncement, type Announcement } from "../../src/bgp/announcement.ts";
import { OutRib } from "../../src/bgp/out-rib.ts";
import type { Prefix } from "../../src/bgp/prefix.ts";
import { PeerTable, routeContext } from "./peer-table.ts";
import { diffRoutes } from "./route-diff.ts";

const of = (prefix: string, more: Partial<Announcement> = {}): Announcement => ({
  ...plainAnnouncement(prefix as Prefix),
  ...more,
});
const ipv4 = (count: number) =>
  Array.from({ length: count }, (_, i) => of(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}/32`));
const ipv6 = (count: number) =>
  Array.from({ length: count }, (_, i) => of(`2001:db8::1:${i.toString(16)}/128`));

function opened(announce: readonly Announcement[], context = routeContext()): OutRib {
  const rib = new OutRib();
  rib.change({ announce, withdraw: [] });
  rib.open(context);
  return rib;
}

/** Everything that it has to say. */
function drain(rib: OutRib, bytesMax = Infinity): Uint8Array[] {
  const messages: Uint8Array[] = [];
  while (!rib.isSettled) messages.push(...rib.next(bytesMax));
  return messages;
}

describe("bgp out-RIB", () => {
  it("10,000 prefixes of IPv4 with one set of attributes are 13 messages, none above 4096 octets", () => {
    const messages = drain(opened(ipv4(10_000)));
    expect(messages.length).to.equal(13);
    for (const { length } of messages) expect(length).to.be.at.most(4096);
    expect(new PeerTable().hear(messages).size).to.equal(10_000);
  });

  it("10,000 of IPv6: as full as they may be", () => {
    const messages = drain(opened(ipv6(10_000)));
    expect(messages.length).to.equal(Math.ceil(10_000 / Math.floor((4096 - 90) / 17)));
    expect(new PeerTable().hear(messages).size).to.equal(10_000);
  });

  it("with extended messages 10,000 prefixes are one", () => {
    expect(drain(opened(ipv4(10_000), routeContext({ messageBytesMax: 65_535 }))).length).to.equal(
      1,
    );
  });

  it("a change touches its own prefix and no other; none at all says nothing", () => {
    const rib = opened(ipv4(1000));
    drain(rib);
    rib.change({ announce: ipv4(1000), withdraw: [] });
    expect(drain(rib)).to.deep.equal([]);
    rib.change({ announce: [of("10.0.0.7/32", { communities: [[1, 2]] })], withdraw: [] });
    const table = new PeerTable();
    expect([...table.hear(drain(rib)).keys()]).to.deep.equal(["10.0.0.7/32"]);
  });

  it("prefixes with the same attributes share a message, in whatever order communities were written", () => {
    const rib = opened([
      of("10.0.0.1/32", {
        communities: [
          [1, 2],
          [3, 4],
        ],
      }),
      of("10.0.0.2/32", {
        communities: [
          [3, 4],
          [1, 2],
          [1, 2],
        ],
      }),
      of("10.0.0.3/32"),
    ]);
    expect(drain(rib).length).to.equal(2);
  });

  it("other nodes are first: only what has another MED is told, in one message for each value", () => {
    const ranked = (place: (i: number) => number) =>
      ipv4(300).map((one, i) => ({ ...one, multiExit: place(i) }));
    const rib = opened(ranked((i) => i % 3));
    const table = new PeerTable();
    expect(table.hear(drain(rib)).size).to.equal(300);
    // Those in the second place change with those in the third.
    rib.change(
      diffRoutes(
        rib.wanted,
        ranked((i) => [0, 2, 1][i % 3] ?? 0),
      ),
    );
    const messages = drain(rib);
    expect(messages.length).to.equal(2);
    expect(new PeerTable().hear(messages).size).to.equal(200);
    const second = table.hear(messages).get("10.0.0.1/32" as Prefix);
    expect(second).to.contain('{"kind":"multi-exit","value":2}');
  });

  const MEDS = [
    ["eBGP: as it is", true, false, 3, 3],
    ["iBGP: as it is", false, false, 3, 3],
    ["the first: said, too", true, false, 0, 0],
    ["none: not said", true, false, null, null],
    ["eBGP, drained: the highest, whatever the place", true, true, 0, 0xffffffff],
    ["iBGP, drained: the local preference says it", false, true, 3, 3],
    ["iBGP, drained, none", false, true, null, null],
  ] as const;
  for (const [name, isExternal, isDraining, multiExit, want] of MEDS) {
    it(`MED of ${name}`, () => {
      const context = routeContext({ wire: { asnBytes: 4, isExternal } });
      const rib = opened([of("10.0.0.1/32", { multiExit })], { ...context, isDraining });
      const [said = ""] = new PeerTable(context.agreement.wire).hear(drain(rib)).values();
      const value = /"multi-exit","value":(\d+)/.exec(said)?.[1];
      expect(value ?? null).to.equal(want === null ? null : String(want));
    });
  }

  it("what is gone is told first", () => {
    const rib = opened(ipv4(10));
    const table = new PeerTable();
    table.hear(drain(rib));
    rib.change({ announce: [of("10.9.9.9/32")], withdraw: ["10.0.0.1/32" as Prefix] });
    const [first = new Uint8Array(), second = new Uint8Array()] = drain(rib);
    expect(table.hear([first]).has("10.0.0.1/32" as Prefix)).to.equal(false);
    expect(table.hear([second]).has("10.9.9.9/32" as Prefix)).to.equal(true);
  });

  it("what comes and goes before it was told is never told", () => {
    const rib = opened([]);
    rib.change({ announce: [of("10.0.0.1/32")], withdraw: [] });
    rib.change({ announce: [], withdraw: ["10.0.0.1/32" as Prefix] });
    expect(drain(rib)).to.deep.equal([]);
  });

  it("End-of-RIB: once for each family, behind all, and not before all is known", () => {
    const rib = opened(ipv4(3));
    drain(rib);
    const table = new PeerTable();
    rib.complete();
    table.hear(drain(rib));
    expect(table.ends).to.deep.equal(["IPv4", "IPv6"]);
    rib.change({ announce: ipv4(4), withdraw: [] });
    table.hear(drain(rib));
    expect(table.ends).to.deep.equal(["IPv4", "IPv6"]);
  });

  it("a flood of refreshes costs one walk over the table for each time that something is told", () => {
    const rib = opened([...ipv4(100), ...ipv6(100)]);
    drain(rib);
    const wanted = rib.wanted as Map<Prefix, Announcement>;
    let walks = 0;
    wanted.keys = () => {
      walks++;
      return Map.prototype.keys.call(wanted) as MapIterator<Prefix>;
    };
    for (let i = 0; i < 10_000; i++) rib.refresh(i % 2 === 0 ? "IPv4" : "IPv6");
    expect(rib.isSettled).to.equal(false);
    expect(new PeerTable().hear(drain(rib)).size).to.equal(200);
    expect(walks).to.equal(1);
  });

  it("a refresh tells a family anew, and the other not", () => {
    const rib = opened([...ipv4(3), ...ipv6(3)]);
    drain(rib);
    rib.refresh("IPv6");
    const keys = [...new PeerTable().hear(drain(rib)).keys()];
    expect(keys.every((prefix) => prefix.includes(":"))).to.equal(true);
    expect(keys.length).to.equal(3);
  });

  it("a new session is told all again", () => {
    const rib = opened(ipv4(5));
    drain(rib);
    rib.close();
    expect(rib.next(Infinity)).to.deep.equal([]);
    expect(rib.toldCount).to.equal(0);
    rib.open(routeContext());
    expect(new PeerTable().hear(drain(rib)).size).to.equal(5);
  });

  it("what cannot be announced in the session is held back, and says why", () => {
    const context = routeContext({ families: ["IPv4"] });
    const rib = opened([...ipv4(1), ...ipv6(1)], context);
    expect(new PeerTable().hear(drain(rib)).size).to.equal(1);
    expect(rib.heldBack("2001:db8::1:0/128" as Prefix)).to.equal("family-not-agreed");
    expect(rib.heldBack("10.0.0.0/32" as Prefix)).to.equal(null);
    const without = opened(ipv6(1), {
      ...routeContext(),
      ends: { ...routeContext().ends, nextHops: { IPv4: [], IPv6: [] } },
    });
    expect(without.heldBack("2001:db8::1:0/128" as Prefix)).to.equal("no-next-hop");
  });

  it("a drain tells every route with the graceful-shutdown community, and its end tells it without", () => {
    const rib = opened(ipv4(3));
    const table = new PeerTable();
    table.hear(drain(rib));
    rib.setDraining(true);
    table.hear(drain(rib));
    expect([...table.routes.values()].every((text) => text.includes("65535,0"))).to.equal(true);
    rib.setDraining(false);
    table.hear(drain(rib));
    expect([...table.routes.values()].some((text) => text.includes("65535,0"))).to.equal(false);
  });

  it("whatever changes in whatever order, and however little is taken at a time: the peer ends with what is wanted", () => {
    const pool = [...ipv4(12), ...ipv6(12)].map(({ prefix }) => prefix);
    const announcement = fc.record({
      prefix: fc.constantFrom(...pool),
      nextHop: fc.constant(null),
      localPreference: fc.constantFrom(null, 50),
      multiExit: fc.constantFrom(null, 0, 1),
      communities: fc.constantFrom([], [[1, 1]] as const),
      largeCommunities: fc.constantFrom([], [[1, 2, 3]] as const),
    });
    const step = fc.oneof(
      fc.uniqueArray(announcement, { selector: ({ prefix }) => prefix, maxLength: 24 }),
      fc.constant("take" as const),
      fc.constant("refresh" as const),
      fc.constant("again" as const),
      fc.constant("drain" as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const context = routeContext({ wire: { asnBytes: 4, isExternal: false } });
        const rib = opened([], context);
        let table = new PeerTable(context.agreement.wire);
        let [wanted, isDraining]: [readonly Announcement[], boolean] = [[], false];
        for (const each of steps) {
          if (each === "take") table.hear(rib.next(1));
          else if (each === "refresh") rib.refresh("IPv4");
          else if (each === "drain") rib.setDraining((isDraining = !isDraining));
          else if (each === "again") {
            rib.open({ ...context, isDraining });
            table = new PeerTable(context.agreement.wire);
          } else rib.change(diffRoutes(rib.wanted, (wanted = each)));
        }
        table.hear(drain(rib));
        const fresh = new PeerTable(context.agreement.wire);
        fresh.hear(drain(opened(wanted, { ...context, isDraining })));
        expect([...table.routes].sort()).to.deep.equal([...fresh.routes].sort());
        expect(table.routes.size).to.equal(wanted.length);
      }),
      { numRuns: 300 },
    );
  });
});

describe("bgp next hops", () => {
  const nextHopOf = (
    prefix: string,
    more: Parameters<typeof routeContext>[0],
    ours: string,
    hops: { IPv4?: string[]; IPv6?: string[] },
  ) => {
    const context = routeContext(more);
    const { IPv4 = [], IPv6 = [] } = hops as { IPv4?: Ip[]; IPv6?: Ip[] };
    const ends = { ...context.ends, ourAddress: ours as Ip, nextHops: { IPv4, IPv6 } };
    const rib = opened([of(prefix)], { ...context, ends });
    const [route] = new PeerTable().hear(drain(rib)).values();
    return route?.split(" ")[0] ?? rib.heldBack(prefix as Prefix);
  };
  const both = { IPv4: ["10.0.0.1"], IPv6: ["fd99::1"] };
  const rows = [
    ["IPv4 over IPv4: our address", "203.0.113.1/32", {}, "10.0.0.1", both, "10.0.0.1"],
    ["IPv6 over IPv4: the interface's", "2001:db8::1/128", {}, "10.0.0.1", both, "fd99::1"],
    [
      "IPv6 over IPv4 without one",
      "2001:db8::1/128",
      {},
      "10.0.0.1",
      { IPv4: ["10.0.0.1"] },
      "no-next-hop",
    ],
    [
      "IPv4 over IPv6, agreed (RFC 8950)",
      "203.0.113.1/32",
      { takesIpv6NextHops: true },
      "fd99::1",
      both,
      "fd99::1",
    ],
    ["IPv4 over IPv6, not agreed", "203.0.113.1/32", {}, "fd99::1", both, "10.0.0.1"],
    [
      "IPv4 over IPv6, not agreed, without one",
      "203.0.113.1/32",
      {},
      "fd99::1",
      { IPv6: ["fd99::1"] },
      "no-next-hop",
    ],
    [
      "IPv6 of a link: global and link-local",
      "2001:db8::1/128",
      {},
      "fe80::1",
      { IPv6: ["fd99::1", "fe80::1"] },
      "fd99::1,fe80::1",
    ],
  ] as const;
  for (const [name, prefix, more, ours, hops, want] of rows) {
    it(`${name}: ${want}`, () => {
      expect(nextHopOf(prefix, more, ours, hops as never)).to.equal(want);
    });
  }
});
