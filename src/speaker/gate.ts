/**
 * Whether this node can forward what it would attract: from the answers of kube-proxy's health endpoint. Pure.
 *
 * Read first: docs/decisions/0012-the-gate.md. kube-proxy says 200 once its rules are in and as long as it keeps them
 * up. Rules stay in the kernel when it dies, so silence is given some time: a restart of kube-proxy moves nothing.
 * That it says itself that it is not healthy is believed sooner; one odd answer is not.
 * Neighbours: io/gate.ts asks; liveness.ts tells the other speakers.
 */

/** In place of the endpoint's URL: nobody is asked, and the gate is open. */
export const GATE_OFF = "off";

/** 200; another status; no answer at all. */
export type GateAnswer = "healthy" | "unhealthy" | "silent";

export interface GateState {
  /** null: not asked yet. */
  readonly open: boolean | null;
  /** Since when no "healthy" was heard; null: the last answer was. */
  readonly failingSinceMs: number | null;
  /** "unhealthy" in a row. */
  readonly unhealthyCount: number;
  /** An open gate was seen, here or at a peer: so the endpoint is there, and a closed gate means something. */
  readonly everSeenOpen: boolean;
}

export const GATE_UNASKED: GateState = {
  ...{ open: null, failingSinceMs: null, unhealthyCount: 0, everSeenOpen: false },
};

/** How long a kube-proxy that answered before may be silent: a restart takes a second or two. */
export const GATE_SILENCE_MS_MAX = 3000;
/** In a row, before it is believed. */
const UNHEALTHY_COUNT = 2;

/**
 * @param nowMs when the answer came, monotonic
 * @returns closed at the first bad answer of a node that has not been open yet: it has nothing to lose
 */
export function stepGate(state: GateState, answer: GateAnswer, nowMs: number): GateState {
  if (answer === "healthy") {
    return { open: true, failingSinceMs: null, unhealthyCount: 0, everSeenOpen: true };
  }
  const failingSinceMs = state.failingSinceMs ?? nowMs;
  const unhealthyCount = answer === "unhealthy" ? state.unhealthyCount + 1 : 0;
  const patience = unhealthyCount < UNHEALTHY_COUNT && nowMs - failingSinceMs < GATE_SILENCE_MS_MAX;
  const open = state.open === true && patience;
  return { ...state, open, failingSinceMs, unhealthyCount };
}

/** True where a closed gate keeps this node from its job, and not only somebody from finding the endpoint. */
export function isGateInForce({ open, everSeenOpen }: GateState): boolean {
  return open === false && everSeenOpen;
}
