/**
 * H4: a planned move is made before it is broken.
 *
 * Asserted: who gives up an address by a newer plan, because its speaker is stopped or its gate has closed, has a successor on its piece of
 * the segment that answers, and has announced itself since it began to. And no address that somebody could answer for
 * is silent because of a plan or a stop.
 * Left out: a move while some speaker of the piece does not hear another (who gives up may be told that its successor
 * knows the plan, and the successor not that the other does: it then waits its second, src/speaker/handover.ts); an address that is in the plan no more; one that nobody else could answer for; the bound after a fault,
 * in which a successor may just have been lost.
 */
import { nodesOf, seconds, type RuleMaker } from "./fact.ts";
import { describe, overdue, wasPlanned } from "./wrong.ts";

const PLANNED: readonly string[] = ["plan", "speaker-stopped", "gate-closed"];

export const h4: RuleMaker = () => ({
  name: "H4",
  take(fact) {
    if (fact.kind === "stretch") {
      if (!fact.whole) return null;
      const late = overdue(fact);
      if (late?.how !== "none" || !wasPlanned(fact)) return null;
      return fact.wrongSinceMs > late.limitMs || fact.plannedMs > fact.fault.atMs
        ? describe(fact)
        : null;
    }
    if (fact.kind !== "released" || fact.able === 0 || !fact.whole) return null;
    const { reason, others, atMs, fault, boundMs, address, node } = fact;
    if (!PLANNED.includes(reason)) return null;
    if (atMs - fault.atMs <= boundMs) return null;
    if (others.some(({ sinceMs, announcedMs }) => announcedMs >= sinceMs)) return null;
    const successors = nodesOf(others.reduce((mask, other) => mask | (1 << other.node), 0));
    return `n${node + 1} falls silent for ${address} at ${seconds(atMs)} ("${reason}"), before another has announced itself: ${successors} answers, ${nodesOf(fact.able)} could`;
  },
});
