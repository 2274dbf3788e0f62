/**
 * The plan as scripts: a world, and the whole of what it writes.
 */
import { expect } from "chai";
import { fourNodes, outline } from "./model-cluster.ts";

describe("controller: plan", () => {
  it("claims first, promises when the claims are seen, then has nothing to do", () => {
    const cluster = fourNodes();
    cluster.addService("web", { count: 2 });
    const first = cluster.plan();
    console.dir(first.writes, { depth: 8 });
    for (const write of first.writes) cluster.apply(write);
    const second = cluster.plan();
    console.dir(second.writes, { depth: 8 });
    for (const write of second.writes) cluster.apply(write);
    cluster.nowMs += 1000;
    const third = cluster.plan();
    console.dir(third.writes, { depth: 8 });
    for (const write of third.writes) cluster.apply(write);
    expect(outline(cluster.plan().writes)).to.deep.equal([]);
  });
});
