/**
 * Which interfaces count, for which addresses, and what the others are told of them.
 */
import { expect } from "chai";
import type { Mac } from "../../src/base/mac.ts";
import { idOf } from "../../src/speaker/ids.ts";
import { fenceAt, linkFenceBehind, newPeer, type Peer } from "../../src/speaker/peers.ts";
import { linkReports, NO_LINKS, updateLinkFences } from "../../src/speaker/link-fences.ts";
import {
  linksFor,
  reportedLinkIds,
  usableLinks,
  wantedLinkIds,
  type LinkFacts,
} from "../../src/speaker/links.ts";

const MAC = "02:00:00:00:00:01" as Mac;
const ETH0: LinkFacts = {
  ...{ index: 2, name: "eth0", mac: MAC, ethernet: true, up: true, carrier: true },
  ...{ broadcast: true, noArp: false, masterIndex: null, linkLocalIpv6: "fe80::1" },
  addresses: [],
};
const link = (change: Partial<LinkFacts>): LinkFacts => ({ ...ETH0, ...change });
const usable = (facts: LinkFacts[]) =>
  usableLinks(facts, new Set(facts.filter((f) => f.linkLocalIpv6 !== null).map((f) => f.index)));

describe("speaker: links", () => {
  const rows: readonly { name: string; change: Partial<LinkFacts>; want: readonly string[] }[] = [
    { name: "an ordinary interface", change: {}, want: ["IPv4", "IPv6"] },
    { name: "down", change: { up: false }, want: [] },
    { name: "without a carrier", change: { carrier: false }, want: [] },
    { name: "a port of a bridge or bond", change: { masterIndex: 7 }, want: [] },
    { name: "NOARP", change: { noArp: true }, want: [] },
    { name: "without BROADCAST", change: { broadcast: false }, want: ["IPv6"] },
    { name: "never had a link-local address", change: { linkLocalIpv6: null }, want: ["IPv4"] },
    { name: "not Ethernet", change: { ethernet: false, mac: null }, want: [] },
  ];
  for (const { name, change, want } of rows) {
    it(`${name}: ${want.join(" and ") || "not usable"}`, () => {
      expect(usable([link(change)]).flatMap((each) => each.families)).to.deep.equal(want);
    });
  }

  it("IPv6 stays usable while the link-local address is checked again after a flap", () => {
    const [back] = usableLinks([link({ linkLocalIpv6: null })], new Set([2]));
    expect(back?.families).to.deep.equal(["IPv4", "IPv6"]);
  });

  const usual = ["eth0", "eno1np0", "bond0", "br0", "vlan100", "ens3.100", "lower", "mydocker0"];
  const excluded = [
    ...["lo", "docker0", "cbr0", "dummy0", "virbr0", "lxcbr0", "veth1a2b", "cali123", "tunl0"],
    ...["flannel.1", "kube-ipvs0", "cni0", "nodelocaldns", "lxc_health", "cilium_vxlan"],
  ];
  it("all but the usual excluded interfaces serve addresses that name none", () => {
    const facts = [...usual, ...excluded].map((name, index) => link({ name, index }));
    const names = linksFor(usable(facts), [], "IPv4").map((each) => each.name);
    expect(names).to.deep.equal(usual);
  });

  it("an interface that is named serves, excluded or not; the others do not", () => {
    const facts = ["eth0", "veth7"].map((name, index) => link({ name, index }));
    expect(linksFor(usable(facts), ["veth7", "gone0"], "IPv4").map((e) => e.name)).to.deep.equal([
      "veth7",
    ]);
  });

  it("what is wanted of a node is what a node reports", () => {
    const links = usable([link({}), link({ name: "veth7", index: 3, linkLocalIpv6: null })]);
    expect(reportedLinkIds(links, new Set(["veth7"]))).to.deep.equal(
      new Set([idOf("IPv4 *"), idOf("IPv6 *"), idOf("IPv4 veth7")]),
    );
    expect(wantedLinkIds([], "IPv6")).to.deep.equal([idOf("IPv6 *")]);
    expect(wantedLinkIds(["veth7", "eth9"], "IPv4")).to.deep.equal([
      ...[idOf("IPv4 veth7"), idOf("IPv4 eth9")],
    ]);
  });
});

describe("speaker: fences of links", () => {
  const at = (nowMs: number, heardMs: number, elsewhere = false) => ({
    ...{ nowMs, heardMs, fenceOf: () => 1792, graceMs: 100, elsewhere },
  });
  const [up, down] = [new Set([5]), new Set<number>()];
  const lostAt1000 = updateLinkFences(
    updateLinkFences(NO_LINKS, up, at(0, 0)),
    down,
    at(1000, 1000),
  );

  it("a first appearance is not fenced", () => {
    const fences = updateLinkFences(NO_LINKS, up, at(0, 0));
    expect(linkReports(fences)).to.deep.equal([{ link: 5, fence: 0 }]);
  });

  it("back after the others could learn of the loss: fenced", () => {
    expect(linkReports(lostAt1000)).to.deep.equal([]);
    expect(linkReports(updateLinkFences(lostAt1000, up, at(3000, 1101)))).to.deep.equal([
      { link: 5, fence: 1792 },
    ]);
  });

  it("back before anybody was heard since: as it was, for nobody learned of it", () => {
    expect(linkReports(updateLinkFences(lostAt1000, up, at(1090, 1080)))).to.deep.equal([
      { link: 5, fence: 0 },
    ]);
  });

  it("back at once, but told of on another interface meanwhile: fenced", () => {
    const lost = updateLinkFences(
      updateLinkFences(NO_LINKS, up, at(0, 0)),
      down,
      at(1000, 1000, true),
    );
    expect(linkReports(updateLinkFences(lost, up, at(1020, 1000, true)))).to.deep.equal([
      { link: 5, fence: 1792 },
    ]);
  });

  it("a fence stays through a second, short loss", () => {
    const fenced = updateLinkFences(lostAt1000, up, at(3000, 2000));
    const again = updateLinkFences(fenced, down, at(4000, 4000));
    expect(linkReports(updateLinkFences(again, up, at(4010, 4005)))).to.deep.equal([
      { link: 5, fence: 1792 },
    ]);
  });

  const rows: readonly {
    readonly name: string;
    readonly peers: readonly Partial<Peer>[];
    readonly want: number;
  }[] = [
    { name: "nobody else has it: the first turn", peers: [{ links: [] }], want: fenceAt(7) },
    {
      name: "behind one that had it meanwhile, though that one has started since the plan",
      peers: [{ fence: fenceAt(7) }, { fence: fenceAt(7, 3) }],
      want: fenceAt(7, 4),
    },
    {
      name: "behind one whose own interface is fenced",
      peers: [{ links: [{ link: 5, fence: fenceAt(7, 1) }] }],
      want: fenceAt(7, 2),
    },
    {
      name: "level with one whose interface has just come back as well",
      peers: [{ fence: fenceAt(7, 2), linksSinceMs: 9500 }],
      want: fenceAt(7),
    },
    {
      name: "not behind one that is not heard, or starts, or is fenced at an older plan",
      peers: [
        { state: "silent", fence: fenceAt(7, 2) },
        { starting: true, fence: fenceAt(7, 2) },
        { fence: fenceAt(6, 9) },
      ],
      want: fenceAt(7),
    },
    {
      name: "at the newest plan that anybody knows",
      peers: [{ planGeneration: 9 }],
      want: fenceAt(9),
    },
  ];
  for (const { name, peers, want } of rows) {
    it(`returns: ${name}`, () => {
      const all = peers.map((peer, i) => ({
        ...newPeer({ node: `n${i}`, id: i, addresses: [], deadlineMs: 0, awaited: true }),
        ...{ state: "heard" as const, links: [{ link: 5, fence: 0 }], linksSinceMs: 0 },
        ...peer,
      }));
      const fence = linkFenceBehind(all, { link: 5, generation: 7, nowMs: 10_000 });
      expect(fence).to.equal(want);
    });
  }
});
