/** How far a drain is, and what it says. */
import { expect } from "chai";
import { parseIp, type Ip } from "../../src/base/ip.ts";
import type { NodeBGPStatus, SessionEntry } from "../../src/bgp/resource.ts";
import { NO_MANIFESTS } from "../../src/classes/compile.ts";
import {
  drainedNodes,
  lastChoiceClause,
  leftOn,
  ownedBy,
  routersTold,
  timeoutSentence,
  unknownNode,
  unmovable,
  unmovableLine,
} from "../../src/cli/drain-view.ts";
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

describe("cli: routers that a drained node goes on telling", () => {
  const session = (peer: string, announced: number): SessionEntry => ({
    ...{
      peer: `BGPPeer/${peer}`,
      address: "10.0.0.254",
      port: 179,
      ourAsn: 64600,
      theirAsn: 64501,
    },
    ...{ state: "Established", since: "2026-03-10T11:00:00Z", announced, wanted: announced },
    receivedPrefixes: 0,
  });
  const told = (statuses: readonly NodeBGPStatus[], leases = cluster().leases) =>
    routersTold("n1", { ...NO_MANIFESTS, statuses, leases, nodes: cluster().nodes, nowMs });
  const saying = (name: string, sessions: readonly SessionEntry[]): NodeBGPStatus => ({
    ...{ metadata: { name }, status: { established: "", gate: "Open", sessions: [...sessions] } },
  });

  it("those that it announces anything to, and no others' routers", () => {
    const statuses = [
      saying("n1", [session("tor-b", 1), session("tor-a", 42), session("tor-c", 0)]),
      saying("n2", [session("tor-d", 7)]),
    ];
    const routers = told(statuses);
    expect(routers).to.deep.equal([
      { peer: "BGPPeer/tor-a", prefixes: 42 },
      { peer: "BGPPeer/tor-b", prefixes: 1 },
    ]);
    expect(lastChoiceClause(routers)).to.equal(
      "goes on announcing to BGPPeer/tor-a (42 prefixes), BGPPeer/tor-b (1 prefix), as the last choice",
    );
  });

  it("nobody where no speaker is heard of, whatever it said last", () => {
    expect(told([saying("n1", [session("tor-a", 42)])], [lease("n2")])).to.deep.equal([]);
  });

  it("nobody where nothing is said", () => expect(told([])).to.deep.equal([]));
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
      const rest = { seconds: 60, routers: [], ignoreExcludeLb: false };
      expect(timeoutSentence("n1", { left, stuck, ...rest })).to.equal(want);
    });
  }

  for (const [ignoreExcludeLb, way] of [
    [false, "label it node.kubernetes.io/exclude-from-external-load-balancers"],
    [true, "stop its speaker"],
  ] as const) {
    it(`no address is left, and routers are told on: ${way}`, () => {
      const routers = [{ peer: "BGPPeer/tor-a", prefixes: 42 }];
      const facts = { left: [], stuck: [], seconds: 60, routers, ignoreExcludeLb };
      expect(timeoutSentence("n1", facts)).to.equal(
        `n1 goes on announcing to BGPPeer/tor-a (42 prefixes), as the last choice: ${way} and it withdraws, ` +
          `or let that do with --last-choice; ${undo}`,
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
