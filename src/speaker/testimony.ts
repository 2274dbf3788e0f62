/**
 * Whether this node's word on who holds an address is worth writing down. Pure.
 *
 * A node that hears nobody holds everything it is ranked for: on its own island that is right (rule H5), and if it
 * is the last one alive it is the truth. But if it was cut off, the others hold the same addresses, and its word
 * would tell the controller to follow the wrong side. It cannot tell the two apart by heartbeats. The API server
 * can: whoever renews a presence Lease lives. So a node that hears nobody keeps quiet until it has seen that nobody
 * renews, and one that hears others again waits until it has given up what is theirs.
 * Neighbours: io/testimony.ts lists the Leases; io/status-writer.ts keeps quiet.
 */
import type { Step } from "../base/step.ts";

/** How often a speaker renews its presence Lease. */
export const PRESENCE_RENEW_MS = 5000;

/** Nobody renewed for so long: all the others are dead. Two renewals, and one look more. */
const NOBODY_RENEWS_MS = 2 * PRESENCE_RENEW_MS + 2000;
const LOOK_INTERVAL_MS = 2000;
/** Longer than it takes to give up what others hold. */
const HEARD_AGAIN_MS = 500;

/** Renewal times by node, as written: compared for change only, never with a clock. */
export type Renewals = ReadonlyMap<string, string>;

export interface Testimony {
  readonly node: string;
  /** False: what this node holds is not written into VirtualIPs. */
  readonly speaks: boolean;
  readonly isolated: boolean;
  /** What the Leases said when somebody renewed last, and when we saw that. */
  readonly seen: { readonly renewals: Renewals; readonly atMs: number } | null;
}

export type TestimonyEvent =
  | { readonly kind: "isolated" }
  | { readonly kind: "heard" }
  | { readonly kind: "leases"; readonly renewals: Renewals; readonly nowMs: number }
  /** The API server did not answer: nothing is known of the others. */
  | { readonly kind: "unanswered" }
  | { readonly kind: "timer" };

export type TestimonyEffect =
  | { readonly kind: "keep-quiet" }
  | { readonly kind: "speak" }
  | { readonly kind: "list-leases" }
  /** Replaces the timer that was set before. */
  | { readonly kind: "set-timer"; readonly afterMs: number };

export function testimonyOf(node: string): Testimony {
  return { node, speaks: true, isolated: false, seen: null };
}

/** Moves by one event. @returns the next state, and effects in order */
export function stepTestimony(
  state: Testimony,
  event: TestimonyEvent,
): Step<Testimony, TestimonyEffect> {
  switch (event.kind) {
    case "isolated":
      return {
        state: { ...state, speaks: false, isolated: true, seen: null },
        effects: [{ kind: "keep-quiet" }, { kind: "list-leases" }],
      };
    case "heard":
      return {
        state: { ...state, isolated: false },
        effects: state.speaks ? [] : [{ kind: "set-timer", afterMs: HEARD_AGAIN_MS }],
      };
    case "timer":
      if (state.speaks) return { state, effects: [] };
      return state.isolated ? { state, effects: [{ kind: "list-leases" }] } : speak(state);
    case "unanswered":
      return lookAgain(state, null);
    case "leases":
      return judge(state, others(event.renewals, state.node), event.nowMs);
  }
}

function judge(
  state: Testimony,
  renewals: Renewals,
  nowMs: number,
): Step<Testimony, TestimonyEffect> {
  if (!state.isolated || state.speaks) return { state, effects: [] };
  if (renewals.size === 0) return speak(state);
  const { seen } = state;
  if (seen === null || isRenewed(seen.renewals, renewals)) {
    return lookAgain(state, { renewals, atMs: nowMs });
  }
  return nowMs - seen.atMs >= NOBODY_RENEWS_MS ? speak(state) : lookAgain(state, seen);
}

function lookAgain(state: Testimony, seen: Testimony["seen"]): Step<Testimony, TestimonyEffect> {
  if (!state.isolated || state.speaks) return { state, effects: [] };
  return {
    state: { ...state, seen },
    effects: [{ kind: "set-timer", afterMs: LOOK_INTERVAL_MS }],
  };
}

function speak(state: Testimony): Step<Testimony, TestimonyEffect> {
  return { state: { ...state, speaks: true, seen: null }, effects: [{ kind: "speak" }] };
}

function others(renewals: Renewals, node: string): Renewals {
  return new Map([...renewals].filter(([name]) => name !== node));
}

function isRenewed(before: Renewals, after: Renewals): boolean {
  return [...after].some(([node, time]) => before.get(node) !== time);
}
