/**
 * The gate: who cannot forward stands behind all that can (docs/decisions/0012-the-gate.md).
 *
 * Asserted: nobody whose kube-proxy is not healthy answers for an address, for longer than the bound after that is to be
 * known, while another of its rank could that is able to forward. That nobody answers is excused by no gate: where all of
 * them are closed, one node answers (rules H1, H2); and who gives way to an open gate falls silent last (H4), and takes
 * nothing back (H3). A gate that was open closes only after three seconds of silence, or two answers of another kind.
 * Left out, as in wrong.ts: speakers that do not hear each other, or know different plans.
 */
import { GATE_SILENCE_MS_MAX } from "../../../src/speaker/gate.ts";
import { nodesOf, seconds, type Fact, type RuleMaker, type Stretch } from "./fact.ts";

/** Clocks that run apart. */
const CLOCKS = 0.999;
const ANSWERS_MS = 250;

export const gate: RuleMaker = () => ({
  name: "gate",
  take(fact) {
    if (fact.kind === "gate") return tooEarly(fact);
    return fact.kind === "stretch" ? tooLate(fact) : null;
  },
});

function tooEarly(fact: Extract<Fact, { kind: "gate" }>): string | null {
  const { node, atMs, open, before, answer, forMs, illForMs } = fact;
  if (open)
    return answer === "healthy" ? null : `n${node + 1} opens its gate, and is told "${answer}"`;
  // After three seconds without a healthy answer it may close with the first that comes.
  if (illForMs >= CLOCKS * GATE_SILENCE_MS_MAX) return null;
  const leastMs = CLOCKS * (answer === "silent" ? GATE_SILENCE_MS_MAX : ANSWERS_MS);
  if (before !== true || forMs >= leastMs) return null;
  return `n${node + 1} closes its gate at ${seconds(atMs)}, ${Math.round(forMs)} ms after kube-proxy became ${answer}`;
}

function tooLate(stretch: Stretch): string | null {
  const { address, answers, able, forwarding, forwardingKnownMs, toMs } = stretch;
  const isBehind = answers !== 0 && (answers & forwarding) === 0;
  if (!isBehind || (able & forwarding) === 0) return null;
  const { hearing, whole, plansDiffer, fault, plannedMs, boundMs } = stretch;
  if (!hearing || !whole || plansDiffer) return null;
  const sinceMs = Math.max(forwardingKnownMs, fault.atMs, plannedMs);
  if (toMs <= sinceMs + boundMs) return null;
  return `${address}: ${nodesOf(answers)} answers at ${seconds(toMs)} and cannot forward since ${seconds(sinceMs)}, though ${nodesOf(able & forwarding)} could`;
}
