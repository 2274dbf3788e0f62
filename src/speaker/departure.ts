/**
 * How a speaker that is asked to stop leaves: it says so to the controller, gives it a moment to plan without this node,
 * and hands over what is left to whom the ranks name. Pure.
 *
 * A plan knows more than a rank: which nodes were restarted lately, so that a rolling restart of all speakers moves an
 * address twice at most (docs/decisions/0016-a-speaker-that-stops-says-so-first.md). Without API server or controller
 * the ranks do, at once or after that moment.
 * Neighbours: io/presence.ts marks the Lease; io/run.ts performs; speaker.ts hands over what is left.
 */
import type { Step } from "../base/step.ts";

/** From the mark to the last address given up takes 300 to 500 ms; SIGTERM leaves 2 s for everything. */
export const PLAN_WAIT_MS = 1200;

export type Departure = "none" | "announced" | "leaving";

export type DepartureEvent =
  /** SIGTERM. */
  | { readonly kind: "asked"; readonly heldCount: number }
  /** What this node holds has changed. */
  | { readonly kind: "holds"; readonly heldCount: number }
  /** The API server did not take the mark: no plan will follow. */
  | { readonly kind: "unheard" }
  | { readonly kind: "timer" };

export type DepartureEffect =
  | { readonly kind: "mark-lease" }
  | { readonly kind: "set-timer"; readonly afterMs: number }
  /** Tell the other speakers, answer for a moment more, fall silent. */
  | { readonly kind: "leave" };

/** Moves by one event; what comes too early or too late does nothing. @returns the next state, and effects in order */
export function stepDeparture(
  state: Departure,
  event: DepartureEvent,
): Step<Departure, DepartureEffect> {
  if (event.kind === "asked") {
    if (state !== "none") return { state, effects: [] };
    if (event.heldCount === 0) return LEAVE;
    const timer = { kind: "set-timer", afterMs: PLAN_WAIT_MS } as const;
    return { state: "announced", effects: [{ kind: "mark-lease" }, timer] };
  }
  const holdsStill = event.kind === "holds" && event.heldCount > 0;
  return state !== "announced" || holdsStill ? { state, effects: [] } : LEAVE;
}

const LEAVE: Step<Departure, DepartureEffect> = { state: "leaving", effects: [{ kind: "leave" }] };
