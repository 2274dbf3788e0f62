/**
 * Whether an address changes hands now or waits for the other side: planned moves are made before broken. Pure.
 *
 * Two speakers read a new plan at different times, and one of them may be cut off from the API for long. Each
 * says in its heartbeats which plan it knows. So the one that should gain waits for the holder to know, and the
 * holder falls silent a moment after it heard the other announce the address (rule H4). Who gives way by its own word,
 * because its gate closed, answers until then too. What a loss or a mend moves, moves at once.
 * Neighbours: speaker.ts performs the verdict; liveness.ts knows who knows what.
 */

/** From the announcement on: for those that ask just now. */
export const OVERLAP_MS = 50;
/** Whoever holds an older plan for longer than this is cut off from the API: its successor begins, and is heard. */
export const GAIN_WAIT_MS = 1000;
/** How long to wait for a word of its own before it is asked whether it answers. */
export const ASK_AFTER_MS = 25;
/** Questions at once, and what comes between. */
export const ASK_BATCH_MAX = 10;
export const ASK_BATCH_INTERVAL_MS = 10;
/** Who should hold may wait for somebody else to know the plan; it has begun by then, though nothing was heard of it. */
export const RELEASE_WAIT_MS = GAIN_WAIT_MS + 300;

/**
 * What it knows: "uninformed": of an older plan, which may name another; "deaf": of the plan, but not of us, so that it may
 * not learn that we give way; "passed": of the plan by now, after we began in its place. "announced": it has said on the wire
 * that the address is its own.
 */
export type OtherSide = "none" | "informed" | "uninformed" | "deaf" | "passed" | "announced";

export interface Situation {
  /** Whom the plan and the living name now. */
  readonly mine: boolean;
  readonly holding: boolean;
  /** This node is able to answer at all: listening is over, an interface is there, nobody stops us. */
  readonly able: boolean;
  /** The plan is another than that by which we hold, or by which somebody held. */
  readonly replanned: boolean;
  /** This node gives way though it could answer on: it has just told the others so. */
  readonly yielding: boolean;
  /** The other side: who held, where we should gain; who should hold, where we should release. */
  readonly other: OtherSide;
}

export type Verdict =
  | { readonly kind: "keep" }
  | { readonly kind: "gain" }
  | { readonly kind: "release" }
  /** Nothing yet; decide again when the other side is informed, or after this time. */
  | { readonly kind: "wait"; readonly what: "gain" | "release"; readonly forMs: number }
  /** The other side may not begin: it is asked on the wire whether it answers, and until it does we do. */
  | { readonly kind: "wait"; readonly what: "answer"; readonly forMs: number };

export function handover(situation: Situation): Verdict {
  const { mine, holding, able, replanned, yielding, other } = situation;
  if (!able) return holding ? { kind: "release" } : { kind: "keep" };
  if (mine === holding) return { kind: "keep" };
  if (mine) {
    const waits = replanned && other === "uninformed";
    return waits ? { kind: "wait", what: "gain", forMs: GAIN_WAIT_MS } : { kind: "gain" };
  }
  if (other === "none") return { kind: "release" };
  const isDoubtful = other === "uninformed" || other === "deaf" || other === "passed";
  if ((replanned || yielding) && other !== "passed") {
    return { kind: "wait", what: "release", forMs: releaseAfterMs(situation) };
  }
  if (isDoubtful) return { kind: "wait", what: "answer", forMs: ASK_AFTER_MS };
  return { kind: "release" };
}

function releaseAfterMs({ other, replanned }: Situation): number {
  if (other === "announced") return OVERLAP_MS;
  return other === "uninformed" && replanned ? Infinity : RELEASE_WAIT_MS;
}
