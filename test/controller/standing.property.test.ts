/**
 * What stands from other passes changes no plan: after any events, in any order, each plan is the one that would be made by a
 * controller that sees the world for the first time, with the same memory of times and plan numbers.
 *
 * The model cluster compares the two in each pass (`isChecked`). The histories are those of
 * pool-histories.ts and class-histories.ts; histories.test.ts does the same with classes alone.
 */
import { expect } from "chai";
import fc from "fast-check";
import { beginWithClasses, classHistoriesOf, classWorlds } from "./class-histories.ts";
import { ModelCluster } from "./model-cluster.ts";
import { begin, historiesOf, play, worlds } from "./pool-histories.ts";

describe("controller: what stands from other passes", function () {
  this.timeout(300_000);

  it("changes no plan, whatever happened in whatever order", () => {
    fc.assert(
      fc.property(worlds, historiesOf(25), (pools, steps) => {
        const cluster = begin(pools);
        cluster.isChecked = true;
        for (const step of steps) play(cluster, step);
        cluster.plan();
      }),
      { numRuns: 1000 },
    );
  });

  it("changes none in worlds of pools and classes either", () => {
    fc.assert(
      fc.property(classWorlds, classHistoriesOf(25), (world, steps) => {
        const cluster = beginWithClasses(world);
        cluster.isChecked = true;
        for (const step of steps) play(cluster, step);
        cluster.plan();
      }),
      { numRuns: 500 },
    );
  });

  it("is worked out anew after ten minutes, and not before", () => {
    const cluster = new ModelCluster();
    const first = cluster.plan().memory.standing;
    cluster.nowMs += 599_999;
    expect(cluster.plan().memory.standing).to.equal(first);
    cluster.nowMs += 1;
    expect(cluster.plan().memory.standing).not.to.equal(first);
  });
});
