/**
 * Whether an address changes hands now or waits for the other side: planned moves are made before broken. Pure.
 *
 * Two speakers read a new plan at different times, and one of them may be cut off from the API for long. Each
 * says in its heartbeats which plan it knows. So the one that should gain waits for the holder to know, and the
 * holder falls silent a moment after the one that gains knows (rule H4). Who gives way by its own word, because its
 * gate closed, answers for that moment too. What a loss or a mend moves, moves at once.
 * Neighbours: speaker.ts performs the verdict; liveness.ts knows who knows what.
 */

/** The new holder has heard of it, gained, and announced itself by then. */
export const OVERLAP_MS = 150;
/** Whoever holds an older plan for longer than this is cut off from the API: its successor begins regardless. */
export const GAIN_WAIT_MS = 1000;

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
  readonly other: "none" | "informed" | "uninformed";
}

export type Verdict =
  | { readonly kind: "keep" }
  | { readonly kind: "gain" }
  | { readonly kind: "release" }
  /** Nothing yet; ask again when the other side is informed, or after this time. */
  | { readonly kind: "wait"; readonly what: "gain" | "release"; readonly forMs: number };

export function handover(situation: Situation): Verdict {
  const { mine, holding, able, replanned, yielding, other } = situation;
  if (!able) return holding ? { kind: "release" } : { kind: "keep" };
  if (mine === holding) return { kind: "keep" };
  if (mine) {
    const waits = replanned && other === "uninformed";
    return waits ? { kind: "wait", what: "gain", forMs: GAIN_WAIT_MS } : { kind: "gain" };
  }
  if (!(replanned || yielding) || other === "none") return { kind: "release" };
  const forMs = other === "informed" || !replanned ? OVERLAP_MS : Infinity;
  return { kind: "wait", what: "release", forMs };
}
