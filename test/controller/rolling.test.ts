/**
 * A rolling restart of all speakers: each says that it stops, its addresses are planned elsewhere, it stops and returns.
 */
import { expect } from "chai";
import fc from "fast-check";
import { fourNodes, ModelCluster, START_MS } from "./model-cluster.ts";

function clusterOf(nodes: readonly string[], counts: readonly number[]): ModelCluster {
  const cluster = new ModelCluster();
  cluster.addClass("edge", { isDefault: true, addressPool: ["192.0.2.0/25"] });
  for (const name of nodes) {
    cluster.addNode(name);
    cluster.hear(name);
  }
  counts.forEach((count, i) => {
    cluster.addService(`s${i}`, { count: Math.min(count, nodes.length) });
  });
  settle(cluster);
  // As even as it gets, which is how a roll finds a cluster.
  for (let i = 0; i < 60; i++) tick(cluster, nodes);
  return cluster;
}

function settle(cluster: ModelCluster): void {
  cluster.converge();
  cluster.report();
  cluster.converge();
}

function tick(cluster: ModelCluster, heard: readonly string[]): void {
  cluster.nowMs += 1000;
  for (const node of heard) cluster.hear(node);
  for (const write of cluster.plan().writes) cluster.apply(write);
  cluster.report();
}

const firsts = (cluster: ModelCluster) =>
  new Map([...cluster.virtualIps].map(([name, { spec }]) => [name, spec.rank[0] ?? ""]));

/** @returns how often each address moved */
function roll(cluster: ModelCluster, order: readonly string[], all: readonly string[]): number[] {
  const moves = new Map([...cluster.virtualIps.keys()].map((name) => [name, 0]));
  let before = firsts(cluster);
  const count = () => {
    const after = firsts(cluster);
    for (const [name, node] of after) {
      if (node !== before.get(name)) moves.set(name, (moves.get(name) ?? 0) + 1);
    }
    before = after;
  };
  for (const node of order) {
    cluster.announceEnd(node);
    settle(cluster);
    count();
    expect([...firsts(cluster).values()], "while it still answers").not.to.include(node);
    cluster.presences.delete(node);
    const others = all.filter((name) => name !== node);
    for (let i = 0; i < 3; i++) tick(cluster, others);
    cluster.hear(node, { acquireTime: new Date(START_MS + cluster.nowMs).toISOString() });
    for (let i = 0; i < 5; i++) tick(cluster, all);
    count();
  }
  return [...moves.values()];
}

describe("controller: a rolling restart", () => {
  it("moves each address at most twice, and once if its node is not the first, in any order", () => {
    const names = (count: number) => Array.from({ length: count }, (_, i) => `n${i + 1}`);
    const world = fc.integer({ min: 2, max: 6 }).chain((count) =>
      fc.record({
        nodes: fc.constant(names(count)),
        counts: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 6 }),
        first: fc.shuffledSubarray(names(count), { minLength: count }),
        second: fc.shuffledSubarray(names(count), { minLength: count }),
      }),
    );
    fc.assert(
      fc.property(world, ({ nodes, counts, first, second }) => {
        const cluster = clusterOf(nodes, counts);
        for (const order of [first, second]) {
          const ofFirst = new Set(
            [...firsts(cluster)].flatMap(([name, node]) => (node === order[0] ? name : [])),
          );
          const moves = roll(cluster, order, nodes);
          expect(Math.max(...moves)).to.be.at.most(2);
          const twice = moves.filter((count) => count > 1).length;
          // A Service that has all nodes but one leaves no choice (P1): to that one, restarted or not.
          const wide = counts.filter((count) => count >= nodes.length - 1);
          const forced = wide.reduce((sum, count) => sum + count, 0);
          expect(twice).to.be.at.most(ofFirst.size + forced);
          for (let i = 0; i < 60; i++) tick(cluster, nodes);
        }
      }),
      { numRuns: 6 },
    );
  }).timeout(60_000);

  it("names the cause, and leaves alone what another node holds", () => {
    const cluster = fourNodes();
    cluster.addService("web", { count: 4 });
    settle(cluster);
    const before = new Map([...cluster.virtualIps].map(([name, { spec }]) => [name, spec.rank]));
    cluster.announceEnd("n2");
    settle(cluster);
    for (const [name, { spec }] of cluster.virtualIps) {
      if (before.get(name)?.[0] === "n2") {
        expect(spec.cause, name).to.equal("speaker-stopped");
        expect(spec.rank.at(-1), name).to.equal("n2");
      } else
        expect(spec.rank, "it waits for the moves, and for nothing else").to.equal(
          before.get(name),
        );
    }
    cluster.presences.delete("n2");
    settle(cluster);
    for (const [name, { spec }] of cluster.virtualIps)
      expect(spec.rank.at(-1), name).to.equal("n2");
  });

  it("goes on with a node that stops where no other may hold the address", () => {
    const cluster = fourNodes();
    for (const name of ["n2", "n3", "n4"]) cluster.nodes.delete(name);
    cluster.addService("web", { count: 1 });
    settle(cluster);
    cluster.announceEnd("n1");
    expect(cluster.converge()).to.deep.equal([]);
  });
});
