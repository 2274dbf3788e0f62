/** How far a drain is, and what it says. */
import { expect } from "chai";
import { parseIp, type Ip } from "../../src/base/ip.ts";
import {
  drainedNodes,
  aloneClause,
  lastChoiceClause,
  lastChoiceOf,
  leftOn,
  ownedBy,
  timeoutSentence,
  unknownNode,
  unmovable,
  unmovableLine,
} from "../../src/cli/drain-view.ts";
import type { Prefix } from "../../src/bgp/prefix.ts";
import type { RouteView } from "../../src/cli/bgp-routes.ts";
import type { Cluster } from "../../src/cli/why-view.ts";
import type { Lease, Node } from "../../src/kube/types.ts";
import type { VirtualIP } from "../../src/multi-ip/resource.ts";

const nowMs = Date.parse("2026-03-10T12:00:00Z");
const DRAINED = { "spreadlb.io/drained": "2026-03-10T11:00:00Z" };

function ip(text: string): Ip {
  const parsed = parseIp(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

function vip(address: string, rank: readonly string[], holder: string | null): VirtualIP {
  const services = [{ namespace: "default", name: "web", index: 0 }];
  const rest = { pool: null, class: "edge", mode: "L2", interfaces: [], generation: 7 } as const;
  const spec = { address: ip(address), services, rank, ...rest };
  return { metadata: { name: address }, spec, status: { holder } };
}

const node = (name: string, more: Partial<Node["metadata"]> = {}): Node => ({
  metadata: { name, ...more },
});

const lease = (name: string): Lease => ({
  metadata: { name: `spreadlb-speaker-${name}`, namespace: "spreadlb-system" },
  spec: {
    holderIdentity: name,
    leaseDurationSeconds: 15,
    renewTime: new Date(nowMs - 1000).toISOString(),
  },
});

function cluster(more: Partial<Cluster> = {}): Cluster {
  return {
    virtualIps: [],
    services: [],
    nodes: [node("n1", { annotations: DRAINED }), node("n2"), node("n3")],
    leases: ["n1", "n2", "n3"].map(lease),
    slices: [],
    classes: [{ metadata: { name: "edge" }, spec: {} }],
    nowMs,
    ...more,
  };
}

const names = (vips: readonly VirtualIP[]): string[] => vips.map(({ spec }) => spec.address);

describe("cli: how far a drain is", () => {
  const all = [
    vip("192.0.2.10", ["n1", "n2"], "n1"),
    vip("192.0.2.9", ["n2", "n3"], "n1"),
    vip("192.0.2.8", ["n2", "n1"], "n2"),
    vip("192.0.2.7", ["n2", "n3"], "n2"),
    vip("192.0.2.6", ["n1", "n3"], null),
  ];

  it("an address has left when another answers and no place of its plan names the node", () => {
    expect(names(leftOn("n1", all))).to.deep.equal([
      "192.0.2.6",
      "192.0.2.8",
      "192.0.2.9",
      "192.0.2.10",
    ]);
  });

  it("what no node answers for, only routers are told of, is not left", () => {
    const [first] = all.slice(0, 1);
    const routed = first && { ...first, spec: { ...first.spec, mode: "BGP" as const } };
    expect(leftOn("n1", routed === undefined ? [] : [routed])).to.deep.equal([]);
    expect(ownedBy("n1", routed === undefined ? [] : [routed])).to.deep.equal([]);
  });

  it("the node's own are those that it answers for, or should where nobody is known to", () => {
    expect(names(ownedBy("n1", all))).to.deep.equal(["192.0.2.10", "192.0.2.9", "192.0.2.6"]);
  });

  it("drained are the nodes that wear the mark, whatever it says", () => {
    const odd = node("n0", { annotations: { "spreadlb.io/drained": "" } });
    expect(drainedNodes([...cluster().nodes, odd])).to.deep.equal([
      { node: "n0", since: "" },
      { node: "n1", since: "2026-03-10T11:00:00Z" },
    ]);
  });
});

describe("cli: what a drained node goes on announcing", () => {
  const route = (text: string, more: Partial<RouteView> = {}): RouteView => {
    const [number = "", name = "", peer = ""] = text.split(" ");
    return {
      ...{ prefix: `192.0.2.${number}/32` as Prefix, node: name, peer: `BGPPeer/${peer}` },
      ...{ addresses: [], services: [], state: "announced", advertisements: [], reason: null },
      ...{ detail: null, isLastChoice: name === "n1", place: null },
      ...more,
    };
  };
  const nothing = { prefixes: [], peers: [] };

  it("nothing where it announces nothing", () => {
    const routes = [route("1 n2 tor-a"), route("1 n1 tor-a", { state: "held" })];
    expect(lastChoiceOf("n1", routes)).to.deep.equal({ peers: [], alone: nothing });
  });

  it("beside another node, to the same router: that has a better way", () => {
    const routes = [route("1 n1 tor-b"), route("1 n1 tor-a"), route("1 n2 tor-a")];
    const seen = lastChoiceOf("n1", [...routes, route("1 n3 tor-b")]);
    expect(seen).to.deep.equal({ peers: ["BGPPeer/tor-a", "BGPPeer/tor-b"], alone: nothing });
    expect(lastChoiceClause(seen)).to.equal(
      "goes on announcing to BGPPeer/tor-a, BGPPeer/tor-b, as the last choice beside other nodes",
    );
  });

  it("alone: others announce it to other routers, are drained too, or hold it back", () => {
    const routes = [
      ...[route("1 n1 tor-a"), route("1 n2 tor-b"), route("2 n1 tor-a"), route("3 n1 tor-a")],
      ...[route("2 n2 tor-a", { isLastChoice: true }), route("3 n2 tor-a", { state: "held" })],
      ...[route("4 n1 tor-a"), route("4 n2 tor-a")],
    ];
    const { alone } = lastChoiceOf("n1", routes);
    expect(alone).to.deep.equal({
      prefixes: ["192.0.2.1/32", "192.0.2.2/32", "192.0.2.3/32"],
      peers: ["BGPPeer/tor-a"],
    });
    expect(aloneClause("n1", { ...alone, prefixes: alone.prefixes.slice(0, 1) })).to.equal(
      "no other node announces 192.0.2.1/32 to BGPPeer/tor-a, which may send to n1 still",
    );
  });
});

describe("cli: what can go nowhere", () => {
  const left = [vip("192.0.2.10", ["n1"], "n1")];
  const rows: { name: string; cluster: Cluster; why: string | null }[] = [
    { name: "another node may hold it", cluster: cluster(), why: null },
    {
      name: "the class has one node",
      cluster: cluster({ nodes: [node("n1", { annotations: DRAINED })] }),
      why: "its class has no other node",
    },
    {
      name: "all others are away",
      cluster: cluster({ leases: [lease("n1")] }),
      why: "n2 has no speaker that is heard of; n3 has no speaker that is heard of",
    },
    {
      name: "all others are drained, too",
      cluster: cluster({ nodes: ["n1", "n2"].map((name) => node(name, { annotations: DRAINED })) }),
      why: "n2 is drained, and answers only where no other node can",
    },
    {
      name: "the advertisement of its pool selects one node",
      cluster: cluster({
        classes: [],
        ipAddressPools: [{ metadata: { name: "prod" }, spec: { addresses: ["192.0.2.0/24"] } }],
        l2Advertisements: [
          {
            metadata: { name: "l2" },
            spec: { nodeSelectors: [{ matchLabels: { rack: "a" } }] },
          },
        ],
        nodes: [node("n1", { annotations: DRAINED, labels: { rack: "a" } }), node("n2")],
      }),
      why: "the advertisements of IPAddressPool prod select no other node",
    },
    {
      name: "the class is not known: nothing is said",
      cluster: cluster({ classes: [] }),
      why: null,
    },
  ];
  for (const { name, cluster: world, why } of rows) {
    it(name, () => {
      const want = why === null ? [] : [{ address: "192.0.2.10", why }];
      expect(unmovable("n1", left, world)).to.deep.equal(want);
    });
  }

  it("is said in one line", () => {
    expect(unmovableLine("n1", { address: "192.0.2.10", why: "n2 is not ready" })).to.equal(
      "192.0.2.10 stays on n1, for no other node may hold it: n2 is not ready\n",
    );
  });
});

describe("cli: why a drain was given up", () => {
  const undo = 'it stays marked, and "spreadlb undrain n1" takes the mark away';
  const one = vip("192.0.2.1", ["n1"], "n1");
  const rows = [
    {
      name: "the plan names the node still",
      left: [one, vip("192.0.2.2", ["n2"], "n1")],
      stuck: [],
      want: `after 60 s, 192.0.2.1, 192.0.2.2 did not leave n1: the plan names it still, so look whether a controller leads; ${undo}`,
    },
    {
      name: "the plan is made, the speakers do not follow",
      left: [vip("192.0.2.2", ["n2"], "n1")],
      stuck: [],
      want: `after 60 s, 192.0.2.2 did not leave n1: the plan names it no more, so look at "spreadlb why 192.0.2.2"; ${undo}`,
    },
    {
      name: "what is left can go nowhere",
      left: [one],
      stuck: [{ address: "192.0.2.1", why: "" }],
      want: `n1 goes on answering for 192.0.2.1, which no other node may hold; ${undo}`,
    },
    {
      name: "more than five are counted",
      left: [1, 2, 3, 4, 5, 6, 7].map((i) => vip(`192.0.2.${i}`, ["n2"], "n1")),
      stuck: [],
      want:
        "after 60 s, 192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4, 192.0.2.5 and 2 more did not leave n1: " +
        `the plan names it no more, so look at "spreadlb why 192.0.2.1"; ${undo}`,
    },
  ];
  for (const { name, left, stuck, want } of rows) {
    it(name, () => {
      const alone = { prefixes: [], peers: [] };
      const rest = { seconds: 60, alone, ignoreExcludeLb: false };
      expect(timeoutSentence("n1", { left, stuck, ...rest })).to.equal(want);
    });
  }

  for (const [ignoreExcludeLb, way] of [
    [false, "label it node.kubernetes.io/exclude-from-external-load-balancers"],
    [true, "stop its speaker"],
  ] as const) {
    it(`no address is left, and it announces what no other node does: ${way}`, () => {
      const alone = { prefixes: ["192.0.2.1/32" as Prefix], peers: ["BGPPeer/tor-a"] };
      const facts = { left: [], stuck: [], seconds: 60, alone, ignoreExcludeLb };
      expect(timeoutSentence("n1", facts)).to.equal(
        "no other node announces 192.0.2.1/32 to BGPPeer/tor-a, which may send to n1 still: " +
          `where that may be silent, ${way}, and it withdraws; ${undo}`,
      );
    });
  }

  it("a wrong name lists those that there are", () => {
    expect(unknownNode("n9", cluster().nodes)).to.equal(
      'no node is called "n9"; there are: n1, n2, n3',
    );
    expect(unknownNode("n9", [])).to.equal('no node is called "n9"; there are: none');
  });
});
