/**
 * When it is wrong who answers, and from when on that is too long: what H1, H2, H4 and H5 have in common.
 *
 * Wrong is: two or more answer on one piece of the segment; or none does, though somebody is able.
 * It may be so for the bound after a fault. What the design does not promise, and is left out here:
 * - speakers that do not hear each other, directly or through a third, though clients hear both: rule H1 speaks of
 *   "while the speakers of a segment hear each other". A speaker that hears nobody while others hear it is such a one:
 *   it cannot be told that the others live, and they do not take the word of one that was away (docs/heartbeat.md);
 * - a speaker that another has as a peer and cannot hear, and never has: it is not told that it is given up.
 * Two answers while speakers of one piece know different plans of the address have the bound from when they began: a speaker
 * cut off from the API server answers by the plan it knows, its successor begins after a second (src/speaker/handover.ts), and
 * is heard. That none answers is excused by nothing.
 * A speaker that learns by a plan of a peer that is away believes that it lives, for the detection time: with more nodes
 * than a rank is deep, that is a fault like another.
 * A new address that some nodes of its rank have not been told of, because they are cut off from the API server, has its
 * bound from when all of them know, or from when each was waited for: a second.
 * A new address is asked for on the wire before its first use: its bound is later by so much. It is new to those who cannot
 * have heard yet that somebody began with it.
 * Of two faults, the second before the first is over, the bound is that of the second, also where it befalls a node that only
 * says whom it hears.
 * A plan that arrives is no fault: it may cause two answers for the bound, and a silence never.
 */
import { countOf, nodesOf, seconds, type Stretch } from "./fact.ts";

const PLANNED_MS = 3000;

/** What begins soon after a plan or a stop is that move's. */
export function wasPlanned(fact: { readonly plannedMs: number; readonly wrongSinceMs: number }) {
  return fact.wrongSinceMs - fact.plannedMs < PLANNED_MS;
}

export type Wrong = "none" | "several";

export function wrongOf({ answers, able }: Pick<Stretch, "answers" | "able">): Wrong | null {
  const count = countOf(answers);
  if (count > 1) return "several";
  return count === 0 && able !== 0 ? "none" : null;
}

/** @returns how it is wrong, where it is so for longer than it may be */
export function overdue(
  stretch: Stretch,
): { readonly how: Wrong; readonly limitMs: number } | null {
  const how = wrongOf(stretch);
  if (how === null || !stretch.hearing) return null;
  const { fault, plannedMs, boundMs, plansDiffer } = stretch;
  // A successor that does not hear the holder begins a second after the plan: the two have the bound from there.
  const beganMs = plansDiffer || wasPlanned(stretch) ? stretch.wrongSinceMs : -Infinity;
  const sinceMs = how === "several" ? Math.max(fault.atMs, plannedMs, beganMs) : fault.atMs;
  const limitMs = sinceMs + boundMs;
  return stretch.toMs > limitMs ? { how, limitMs } : null;
}

export function describe(stretch: Stretch): string {
  const { address, answers, able, piece, fault, toMs, wrongSinceMs, boundMs } = stretch;
  return (
    `${address}: ${nodesOf(answers)} answers, of ${nodesOf(piece)} where ${nodesOf(able)} could, ` +
    `from ${seconds(wrongSinceMs)} to ${seconds(toMs)}; the last fault was "${fault.kind}" at ` +
    `${seconds(fault.atMs)}, and the bound is ${Math.round(boundMs)} ms`
  );
}
