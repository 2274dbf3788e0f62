/**
 * H1: while the speakers of a segment hear each other, exactly one node answers for an address.
 *
 * Asserted: where no fault or mend has touched an address for the bound of wrong.ts, it does not become wrong who
 * answers for it; and no speaker gives up a peer whose heartbeats it was given within the detection time (its own
 * pauses do not count as the peer's silence: what lay waiting was given).
 */
import { nodesOf, seconds, type RuleMaker } from "./fact.ts";
import { describe, overdue, wasPlanned } from "./wrong.ts";

/** Clocks that run apart, and timers that are a little late. */
const CLOCKS = 0.99;

export const h1: RuleMaker = () => ({
  name: "H1",
  take(fact) {
    if (fact.kind === "judged") {
      const { node, peer, silentMs, wellMs, detectionMs, atMs } = fact;
      if (wellMs < detectionMs) return null; // it was away, and what came since waits behind the news of that
      if (silentMs >= detectionMs * CLOCKS) return null;
      return `n${node + 1} gave up ${nodesOf(1 << peer)} at ${seconds(atMs)}, ${Math.round(silentMs)} ms after a heartbeat`;
    }
    if (fact.kind !== "stretch") return null;
    const late = overdue(fact);
    if (late === null || fact.wrongSinceMs <= late.limitMs) return null;
    if (late.how === "none" && wasPlanned(fact)) return null; // H4's
    return describe(fact);
  },
});
