/**
 * Three rules of addresses, over random histories of worlds of pools, and of pools and classes: none twice except by the rules of
 * sharing; no Service loses one without a cause; any order of events ends in the same state as one pass over the final world.
 *
 * The passes are what it costs, so one play of a history serves all three: each of 1,000 histories in two orders, both of them watched.
 * Neighbours: address-rules.ts and one-pass.ts have the rules; pool-histories.ts and class-histories.ts have the worlds and what happens in them;
 * standing.property.test.ts holds each single pass against one that remembers nothing.
 */
import fc from "fast-check";
import { expectNoClash, playWatched } from "./address-rules.ts";
import { beginWithClasses, classHistoriesOf, classWorlds } from "./class-histories.ts";
import type { ModelCluster } from "./model-cluster.ts";
import { expectOnePass } from "./one-pass.ts";
import { begin, historiesOf, worlds, type History } from "./pool-histories.ts";

const RULES =
  "none twice except by the rules of sharing, none lost without a cause, and any order of events ends in the same state as one pass over the final world";

function expectRules(
  begun: () => readonly [ModelCluster, ModelCluster],
  [steps, turned]: readonly [History, History],
): void {
  const [cluster, other] = begun();
  playWatched(cluster, steps);
  playWatched(other, turned);
  // One pass that remembers nothing, held against one with what the other history left. (standing.property.test.ts holds each
  // pass against what its own history left.)
  const { memory } = cluster;
  const { standing } = other.memory;
  cluster.memory = { ...memory, standing, standingSinceMs: cluster.nowMs };
  cluster.isChecked = true;
  cluster.plan();
  cluster.isChecked = false;
  cluster.memory = memory;
  for (const one of [cluster, other]) {
    expectOnePass(one);
    expectNoClash(one);
  }
}

function inTwoOrders(histories: fc.Arbitrary<History>) {
  return histories.chain((steps) =>
    fc.tuple(
      fc.constant(steps),
      fc.shuffledSubarray([...steps], { minLength: steps.length, maxLength: steps.length }),
    ),
  );
}

describe("controller: addresses over random histories", function () {
  this.timeout(300_000);

  it(`of pools, sharing and labels: ${RULES}`, () => {
    fc.assert(
      fc.property(worlds, inTwoOrders(historiesOf(9)), (pools, orders) => {
        expectRules(() => [begin(pools), begin(pools)], orders);
      }),
      { numRuns: 1000 },
    );
  });

  it(`of pools and classes: ${RULES}`, () => {
    fc.assert(
      fc.property(classWorlds, inTwoOrders(classHistoriesOf(10)), (world, orders) => {
        expectRules(() => [beginWithClasses(world), beginWithClasses(world)], orders);
      }),
      { numRuns: 1000 },
    );
  });
});
