/**
 * One of the two connections that a session may have for a while: the one we dial, or the one the peer dials. Pure: a record.
 *
 * Neighbours: fsm.ts says what it does; session.ts has two of them; collision.ts says which one stays.
 */
import { FSM_STATES, type FsmState } from "./fsm.ts";
import type { Agreement } from "./handshake.ts";
import type { Ends } from "./route-attributes.ts";
import type { ConnectionId, SessionEffect } from "./session-events.ts";

export type Side = "dialled" | "accepted";

export interface Leg {
  readonly side: Side;
  state: FsmState;
  connection: ConnectionId | null;
  ends: Ends | null;
  /** Once the peer's OPEN is in. */
  agreement: Agreement | null;
  /** Of the timers of RFC 4271 section 8: when each expires; Infinity: it does not run. */
  retryAtMs: number;
  holdAtMs: number;
  keepaliveAtMs: number;
  sendHoldAtMs: number;
}

function newLeg(side: Side): Leg {
  return {
    side,
    ...{ state: "idle", connection: null, ends: null, agreement: null, retryAtMs: Infinity },
    ...{ holdAtMs: Infinity, keepaliveAtMs: Infinity, sendHoldAtMs: Infinity },
  };
}

/** The connection is over; the state is the caller's. */
export function disconnect(leg: Leg): void {
  Object.assign(leg, {
    ...{ connection: null, ends: null, agreement: null },
    ...{ holdAtMs: Infinity, keepaliveAtMs: Infinity, sendHoldAtMs: Infinity },
  } satisfies Partial<Leg>);
}

function dueMsOf({ retryAtMs, holdAtMs, keepaliveAtMs, sendHoldAtMs }: Leg): number {
  return Math.min(retryAtMs, holdAtMs, keepaliveAtMs, sendHoldAtMs);
}

/** @returns whether the peer is there, and may make a session of it */
export function isLive({ state }: Pick<Leg, "state">): boolean {
  return state === "open-sent" || state === "open-confirm" || state === "established";
}

/** Takes a leg out, without a word. @returns what is to be done */
export function lay(leg: Leg): SessionEffect[] {
  const { connection } = leg;
  disconnect(leg);
  leg.retryAtMs = Infinity;
  leg.state = "idle";
  return connection === null ? [] : [{ kind: "close", connection }];
}

/** Both of a session. */
export class Legs {
  readonly dialled = newLeg("dialled");
  readonly accepted = newLeg("accepted");
  readonly both: readonly [Leg, Leg] = [this.dialled, this.accepted];

  get established(): Leg | undefined {
    return this.both.find(({ state }) => state === "established");
  }

  /** Of the one that has come farther; that one listens is worth telling where the other does nothing. */
  get state(): FsmState {
    const { dialled, accepted } = this;
    if (dialled.state === "idle") return accepted.state;
    if (!isLive(accepted)) return dialled.state;
    const order = [dialled, accepted].map(({ state }) => FSM_STATES.indexOf(state));
    return FSM_STATES[Math.max(...order)] ?? "idle";
  }

  /** When the first timer expires; Infinity: none runs. */
  get dueMs(): number {
    return Math.min(...this.both.map(dueMsOf));
  }

  /** @returns undefined for a connection that is closed */
  of(connection: ConnectionId): Leg | undefined {
    return this.both.find((leg) => leg.connection === connection);
  }

  other(leg: Leg): Leg {
    return leg === this.dialled ? this.accepted : this.dialled;
  }
}
