/**
 * Planned work: nodes that addresses leave by request (drain, cordon, out of service), and what is said of it.
 */
import { expect } from "chai";
import { DRAINED_ANNOTATION } from "../../src/multi-ip/node-marks.ts";
import { PLAN_OPTIONS } from "../../src/controller/plan.ts";
import type { MetalLoadBalancerClassSpec } from "../../src/classes/resource.ts";
import type { Node } from "../../src/kube/types.ts";
import type { ModelCluster } from "./model-cluster.ts";
import { fourNodes } from "./model-cluster.ts";

const NODES = ["n1", "n2", "n3", "n4"];
const TAINT = { key: "node.kubernetes.io/out-of-service", value: "yes", effect: "NoExecute" };
const EXCLUDED = { "node.kubernetes.io/exclude-from-external-load-balancers": "" };

type Marks = Pick<Node, "spec"> & { readonly drained?: boolean };

function mark(cluster: ModelCluster, name: string, { drained = false, spec = {} }: Marks): void {
  const before = cluster.nodes.get(name);
  if (before === undefined) throw new Error(`no node ${name}`);
  const annotations: Record<string, string> = drained ? { [DRAINED_ANNOTATION]: "today" } : {};
  const resourceVersion = `${before.metadata.resourceVersion ?? ""}1`;
  const metadata = { ...before.metadata, annotations, resourceVersion };
  cluster.nodes.set(name, { ...before, metadata, spec });
}

/** Eight Services of one address, two on each node, all reported. */
function eight(spec: MetalLoadBalancerClassSpec = {}): ModelCluster {
  const cluster = fourNodes();
  cluster.addClass("edge", { isDefault: true, addressPool: ["192.0.2.0/28"], ...spec });
  for (let i = 0; i < 8; i++) cluster.addService(`s${i}`);
  settle(cluster);
  return cluster;
}

function settle(cluster: ModelCluster): void {
  cluster.converge();
  cluster.report();
  cluster.converge();
  cluster.report();
}

/** Time passes; these nodes' speakers renew their Leases every 5 s, and report what they hold. */
function pass(cluster: ModelCluster, seconds: number, heard: readonly string[] = NODES): void {
  for (let i = 0; i < seconds; i++) {
    cluster.nowMs += 1000;
    if (i % 5 === 0) for (const node of heard) cluster.hear(node);
    for (const write of cluster.plan().writes) cluster.apply(write);
    cluster.report();
  }
}

function firsts(cluster: ModelCluster): Record<string, string> {
  const all = [...cluster.virtualIps.values()];
  return Object.fromEntries(all.map(({ spec }) => [spec.address, spec.rank[0] ?? "none"]));
}

/** How many addresses each node is ranked first for, and how many it is ranked for at all. */
function ranked(cluster: ModelCluster, node: string): { first: number; anywhere: number } {
  const ranks = [...cluster.virtualIps.values()].map(({ spec }) => spec.rank);
  return {
    first: ranks.filter(([first]) => first === node).length,
    anywhere: ranks.filter((rank) => rank.includes(node)).length,
  };
}

function moved(before: Record<string, string>, after: Record<string, string>): string[] {
  return Object.keys(after).filter((address) => before[address] !== after[address]);
}

const NOWHERE = { first: 0, anywhere: 0 };

describe("controller: nodes that addresses leave", () => {
  const rows: {
    name: string;
    spec?: MetalLoadBalancerClassSpec;
    marks: Marks;
    leaves: string | null;
  }[] = [
    { name: "drained", marks: { drained: true }, leaves: "drained" },
    { name: "cordoned", marks: { spec: { unschedulable: true } }, leaves: null },
    {
      name: "cordoned, and the class goes by that",
      spec: { drainOn: ["Cordon"] },
      marks: { spec: { unschedulable: true } },
      leaves: "cordoned",
    },
    {
      name: "cordoned, and the class goes by something else",
      spec: { drainOn: ["OutOfServiceTaint"] },
      marks: { spec: { unschedulable: true } },
      leaves: null,
    },
    { name: "out of service", marks: { spec: { taints: [TAINT] } }, leaves: null },
    {
      name: "out of service, and the class goes by that",
      spec: { drainOn: ["Cordon", "OutOfServiceTaint"] },
      marks: { spec: { taints: [TAINT] } },
      leaves: "out-of-service",
    },
    {
      name: "tainted otherwise",
      spec: { drainOn: ["Cordon", "OutOfServiceTaint"] },
      marks: { spec: { taints: [{ ...TAINT, key: "example.org/out-of-service" }] } },
      leaves: null,
    },
    {
      name: "drained and cordoned: the drain is named",
      spec: { drainOn: ["Cordon"] },
      marks: { drained: true, spec: { unschedulable: true } },
      leaves: "drained",
    },
  ];
  for (const { name, spec, marks, leaves } of rows) {
    it(`${name}: ${leaves === null ? "nothing moves" : `all leave, ${leaves}`}`, () => {
      const cluster = eight(spec);
      const before = firsts(cluster);
      mark(cluster, "n1", marks);
      const writes = cluster.converge();
      if (leaves === null) {
        expect(writes).to.deep.equal([]);
        return;
      }
      expect(ranked(cluster, "n1")).to.deep.equal(NOWHERE);
      const gone = moved(before, firsts(cluster));
      expect(gone.map((address) => before[address])).to.deep.equal(["n1", "n1"]);
      for (const address of gone) {
        expect(cluster.virtualIp(address)?.spec.cause, address).to.equal(leaves);
      }
    });
  }

  it("each class goes by its own word", () => {
    const cluster = fourNodes();
    cluster.addClass("goes", { addressPool: ["198.51.100.0/29"], drainOn: ["Cordon"] });
    for (let i = 0; i < 4; i++) cluster.addService(`stay${i}`);
    for (let i = 0; i < 4; i++) cluster.addService(`go${i}`, { loadBalancerClass: "goes" });
    settle(cluster);
    const before = firsts(cluster);
    mark(cluster, "n1", { spec: { unschedulable: true } });
    cluster.converge();
    for (const address of moved(before, firsts(cluster))) expect(address).to.match(/^198/);
    expect(Object.entries(firsts(cluster)).filter(([, node]) => node === "n1")).to.deep.equal(
      Object.entries(before).filter(([ip, node]) => node === "n1" && ip.startsWith("192")),
    );
  });

  it("undrained: nothing moves for the settling time, then one address at a time, and each says why", () => {
    const cluster = eight();
    mark(cluster, "n1", { drained: true });
    settle(cluster);
    pass(cluster, 90);
    const drained = firsts(cluster);
    mark(cluster, "n1", {});
    pass(cluster, 1);
    expect(ranked(cluster, "n1").anywhere, "it can take over at once").to.be.greaterThan(0);
    pass(cluster, PLAN_OPTIONS.settlingTimeMs / 1000 - 2);
    expect(moved(drained, firsts(cluster))).to.deep.equal([]);
    pass(cluster, 3);
    expect(moved(drained, firsts(cluster)).length).to.be.within(1, 2);
    pass(cluster, 20);
    expect(ranked(cluster, "n1").first).to.equal(2);
    for (const address of moved(drained, firsts(cluster))) {
      expect(cluster.virtualIp(address)?.spec.cause).to.equal("balance");
    }
  });

  it("a class that turns rebalancing off takes nothing back", () => {
    const cluster = eight({ rebalance: "Off" });
    mark(cluster, "n1", { drained: true });
    settle(cluster);
    mark(cluster, "n1", {});
    const drained = firsts(cluster);
    pass(cluster, 120);
    expect(moved(drained, firsts(cluster))).to.deep.equal([]);
    cluster.addService("new");
    cluster.converge();
    expect(ranked(cluster, "n1").first, "new ones go there").to.equal(1);
  });

  it("new addresses do not go to a drained node", () => {
    const cluster = fourNodes();
    mark(cluster, "n1", { drained: true });
    cluster.addService("web", { count: 4 });
    cluster.converge();
    expect(ranked(cluster, "n1")).to.deep.equal(NOWHERE);
    expect(cluster.addresses("web")).to.have.length(4);
    expect(cluster.classes.get("edge")?.status?.nodes).to.equal(3);
  });

  describe("an address is never made silent for it", () => {
    it("Local with endpoints on the drained node only: it stays until there is another", () => {
      const cluster = fourNodes();
      cluster.addService("local", { policy: "Local" });
      cluster.setEndpoints("local", ["n3"]);
      settle(cluster);
      mark(cluster, "n3", { drained: true });
      cluster.converge();
      const rank = () => cluster.virtualIp("192.0.2.0")?.spec.rank;
      expect(rank()).to.deep.equal(["n3"]);
      expect(cluster.condition("local", "spreadlb.io/Ready")).to.match(/^True/);
      cluster.setEndpoints("local", ["n2", "n3"]);
      cluster.converge();
      expect(rank()).to.deep.equal(["n2"]);
      expect(cluster.virtualIp("192.0.2.0")?.spec.cause).to.equal("drained");
    });

    it("all nodes drained: nothing moves, and the Services keep their addresses", () => {
      const cluster = eight();
      for (const node of NODES.slice(0, 3)) mark(cluster, node, { drained: true });
      settle(cluster);
      expect(ranked(cluster, "n4").first).to.equal(8);
      mark(cluster, "n4", { drained: true });
      const before = firsts(cluster);
      settle(cluster);
      expect(firsts(cluster)).to.deep.equal(before);
      expect(cluster.condition("s0", "spreadlb.io/Ready")).to.match(/^True/);
      expect(cluster.addresses("s0")).to.have.length(1);
    });

    it("the last node that is not drained is lost: a drained one takes over", () => {
      const cluster = eight();
      for (const node of ["n1", "n2", "n3"]) mark(cluster, node, { drained: true });
      settle(cluster);
      pass(cluster, 20, ["n1", "n2", "n3"]);
      expect(ranked(cluster, "n4").first).to.equal(0);
      expect(new Set(Object.values(firsts(cluster)))).to.deep.equal(new Set(["n1", "n2", "n3"]));
    });

    it("a node that returned a moment ago does not take over from a drained one that works", () => {
      const cluster = eight();
      for (const node of ["n1", "n2", "n3"]) mark(cluster, node, { drained: true });
      settle(cluster);
      pass(cluster, 20, ["n1", "n2", "n3"]);
      pass(cluster, 40);
      expect(ranked(cluster, "n4").first, "not trusted yet").to.equal(0);
      pass(cluster, 40);
      expect(ranked(cluster, "n4").first, "trusted").to.equal(8);
    });

    it("no speaker is heard of: nobody knows better, and nothing moves", () => {
      const cluster = eight();
      mark(cluster, "n1", { drained: true });
      cluster.presences.clear();
      const before = firsts(cluster);
      cluster.converge();
      expect(firsts(cluster)).to.deep.equal(before);
    });

    it("the exclusion label is a prohibition: without another node there is no answer, and the Service says so", () => {
      const cluster = fourNodes();
      cluster.addService("local", { policy: "Local" });
      cluster.setEndpoints("local", ["n3"]);
      settle(cluster);
      cluster.addNode("n3", EXCLUDED);
      cluster.converge();
      expect(cluster.virtualIp("192.0.2.0")?.spec.rank).to.deep.equal([]);
      expect(cluster.condition("local", "spreadlb.io/Ready")).to.match(/^False NoServingEndpoint/);
    });
  });

  describe("the plan names the cause", () => {
    const causes: { name: string; change: (cluster: ModelCluster) => void; want: string }[] = [
      {
        name: "excluded",
        change: (cluster) => {
          cluster.addNode("n1", EXCLUDED);
        },
        want: "excluded",
      },
      {
        name: "deleted",
        change: (cluster) => cluster.nodes.delete("n1"),
        want: "being-deleted",
      },
      {
        name: "without network",
        change: (cluster) => {
          const conditions = [{ type: "NetworkUnavailable", status: "True" }];
          cluster.addNode("n1", {}, { status: { conditions } });
        },
        want: "network-unavailable",
      },
      {
        name: "not ready",
        change: (cluster) => {
          cluster.addNode(
            "n1",
            {},
            { status: { conditions: [{ type: "Ready", status: "False" }] } },
          );
        },
        want: "node-lost",
      },
      {
        name: "not heard of",
        change: (cluster) => cluster.presences.delete("n1"),
        want: "node-lost",
      },
      {
        name: "not selected any more",
        change: (cluster) => {
          for (const node of ["n2", "n3", "n4"]) cluster.addNode(node, { lb: "yes" });
          const spec = { addressPool: ["192.0.2.0/28"], nodeSelector: { lb: "yes" } };
          cluster.addClass("edge", { isDefault: true, ...spec });
        },
        want: "not-selected",
      },
    ];
    for (const { name, change, want } of causes) {
      it(`a node that is ${name}: ${want}`, () => {
        const cluster = eight();
        const before = firsts(cluster);
        change(cluster);
        const writes = cluster.converge();
        const gone = moved(before, firsts(cluster));
        expect(gone).to.have.length(2);
        for (const address of gone) {
          expect(cluster.virtualIp(address)?.spec.cause, address).to.equal(want);
        }
        const told = writes.flatMap((write) =>
          write.kind === "update-virtual-ip" ? write.events : [],
        );
        expect(told.map(({ reason }) => reason)).to.deep.equal(["PlannedMove", "PlannedMove"]);
        for (const { message } of told) expect(message).to.include(`no longer n1 (${want}): `);
      });
    }

    it("an endpoint that is gone", () => {
      const cluster = fourNodes();
      cluster.addService("local", { policy: "Local" });
      cluster.setEndpoints("local", ["n1"]);
      settle(cluster);
      expect(cluster.virtualIp("192.0.2.0")?.spec.cause).to.equal("first");
      cluster.setEndpoints("local", ["n2"]);
      cluster.converge();
      expect(cluster.virtualIp("192.0.2.0")?.spec.cause).to.equal("no-serving-endpoint");
    });

    it("stays what it was while the first stays, and asks for no write of its own", () => {
      const cluster = eight();
      mark(cluster, "n1", { drained: true });
      settle(cluster);
      const causes = () => [...cluster.virtualIps.values()].map(({ spec }) => spec.cause);
      const before = causes();
      expect(before.filter((cause) => cause === "drained")).to.have.length(2);
      expect(before.filter((cause) => cause === "first")).to.have.length(6);
      cluster.restartController();
      expect(cluster.converge()).to.deep.equal([]);
      mark(cluster, "n1", {});
      pass(cluster, 5);
      expect(causes()).to.deep.equal(before);
    });
  });
});
