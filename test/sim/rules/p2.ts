/**
 * P2: over all Services together the numbers of addresses on two nodes differ by at most one, once settled.
 *
 * Asserted of the plan at the end of a run, as P1. All addresses of a run have the same nodes, so that the optimum is
 * a difference of at most one.
 */
import type { RuleMaker } from "./fact.ts";
import { eligibleNodes, isSettled } from "./p1.ts";

export const p2: RuleMaker = (settings) => ({
  name: "P2",
  take(fact) {
    if (fact.kind !== "end" || !isSettled(settings)) return null;
    const counts = new Map(eligibleNodes(fact.snapshot).map((node) => [node, 0]));
    for (const { spec } of fact.snapshot.virtualIps) {
      const [first = "-"] = spec.rank;
      counts.set(first, (counts.get(first) ?? 0) + 1);
    }
    const loads = [...counts.values()];
    if (Math.max(...loads) - Math.min(...loads) <= 1) return null;
    return `addresses by node: ${JSON.stringify(Object.fromEntries(counts))}`;
  },
});
