/**
 * H2: after any fault or mend never more than the detection time plus one heartbeat interval with no answer or two.
 *
 * Asserted: where it became wrong within the bound after a fault other than a partition (that is H5), it is right
 * again when the bound is over. The bound is the detection time and one interval, and what the network adds: twice its
 * greatest delay, and an interval for each heartbeat in the longest run that noise took away, for news comes with them.
 * And of clients: an ARP cache that was told nothing wrong names the node that answers, as soon as that node has
 * answered for 4 s: its announcements go on for 3.3 s, past the second in which Linux takes no other MAC. Left out: while
 * heartbeats of the node that the cache names do not reach the one that answers, who thus does not learn that it gave way.
 */
import { countOf, nodesOf, seconds, type RuleMaker } from "./fact.ts";
import { describe, overdue, wasPlanned } from "./wrong.ts";

const ANNOUNCED_MS = 4000;

export const h2: RuleMaker = () => ({
  name: "H2",
  take(fact) {
    if (fact.kind === "client") {
      const { address, cached, answers, atMs, steadySinceMs } = fact;
      if (countOf(answers) !== 1 || answers === 1 << cached || atMs - steadySinceMs < ANNOUNCED_MS)
        return null;
      return `a client sends what is for ${address} to n${cached + 1} at ${seconds(atMs)}, and ${nodesOf(answers)} answers since ${seconds(steadySinceMs)}`;
    }
    if (fact.kind !== "stretch" || fact.fault.kind === "partition") return null;
    const late = overdue(fact);
    if (late === null || fact.wrongSinceMs > late.limitMs) return null;
    if (late.how === "none" && wasPlanned(fact) && fact.plannedMs > fact.fault.atMs) return null; // H4's
    return describe(fact);
  },
});
