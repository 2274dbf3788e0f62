/**
 * Who leads: the one whose name is in the Lease, for as long as it renews it in time. Pure.
 *
 * Read first: client-go's tools/leaderelection, whose algorithm this is. Clocks of two machines are
 * never compared: a candidate takes over when the record has not changed for the lease duration on
 * its own monotonic clock; the leader stops when its last success, counted from when that request
 * was sent, is older than the renew deadline. As the deadline is shorter than the duration, the
 * leader has always stopped before another may start.
 * Unlike client-go, a leader that lost becomes a candidate again: whoever wants to exit may.
 * Neighbours: io/lease.ts performs, and puts the wall clock's time where "now" stands.
 */

import type { Step } from "../base/step.ts";

export interface LeaseTimes {
  readonly leaseDurationMs: number;
  readonly renewDeadlineMs: number;
  readonly retryPeriodMs: number;
}

export const LEASE_TIMES: LeaseTimes = {
  leaseDurationMs: 3000,
  renewDeadlineMs: 2000,
  retryPeriodMs: 500,
};

/** What the Lease says. */
export interface LeaseRecord {
  readonly resourceVersion: string;
  /** "" when it was given back. */
  readonly holder: string;
  readonly durationMs: number;
  readonly renewTime: string;
  readonly acquireTime: string;
  readonly transitions: number;
}

export interface LeaseState {
  readonly identity: string;
  readonly times: LeaseTimes;
  readonly phase: "candidate" | "leading" | "releasing" | "released";
  readonly record: LeaseRecord | null;
  /** When the record last changed before our eyes. */
  readonly changedMs: number;
  /** When the request that last made or kept us leader was sent. */
  readonly renewedMs: number;
  /** What is in flight: one request at a time. */
  readonly pending: { readonly kind: "read" | "write"; readonly sentMs: number } | null;
  /** When the next request is due. */
  readonly nextMs: number;
  /** The leader told last. */
  readonly leader: string;
  /** A request failed while the lease was given back. */
  readonly releaseFailed: boolean;
}

/** Every event has the time: milliseconds, monotonic, any epoch. */
export type LeaseEvent = { readonly nowMs: number } & (
  | { readonly kind: "start" }
  | { readonly kind: "timer" }
  /** null: there is no such Lease. */
  | { readonly kind: "read"; readonly record: LeaseRecord | null }
  | { readonly kind: "written"; readonly record: LeaseRecord }
  /** The record may be another now: too late (409, 404), or we do not know (no answer). */
  | { readonly kind: "failed" }
  /** A watch shows it to be nobody's: who polls would see that a retry period later. */
  | { readonly kind: "given-back" }
  /** The work has stopped: the lease may be given back. */
  | { readonly kind: "release" }
);

export type LeaseEffect =
  | { readonly kind: "read" }
  /** Creates the Lease when `resourceVersion` is null, else updates it under that precondition. */
  | {
      readonly kind: "write";
      readonly resourceVersion: string | null;
      readonly holder: string;
      readonly durationMs: number;
      /** null: now. renewTime is always now. */
      readonly acquireTime: string | null;
      readonly transitions: number;
    }
  | { readonly kind: "set-timer"; readonly atMs: number }
  | { readonly kind: "started" }
  | { readonly kind: "lost" }
  | { readonly kind: "leader"; readonly identity: string }
  /** Nothing follows this. */
  | { readonly kind: "released" };

type Out = Step<LeaseState, LeaseEffect>;

export function newLease(identity: string, times: LeaseTimes = LEASE_TIMES): LeaseState {
  return {
    identity,
    times,
    phase: "candidate",
    record: null,
    changedMs: 0,
    renewedMs: 0,
    pending: null,
    nextMs: 0,
    leader: "",
    releaseFailed: false,
  };
}

/** @returns whether we may act as leader at `nowMs`, whatever timers have fired or not */
export function leadsAt({ phase, renewedMs, times }: LeaseState, nowMs: number): boolean {
  return phase === "leading" && nowMs - renewedMs < times.renewDeadlineMs;
}

/**
 * Moves the election by one event. Pure.
 *
 * @throws nothing; answers and timers that come after "released" change nothing
 */
export function stepLease(state: LeaseState, event: LeaseEvent): Out {
  if (state.phase === "released") return { state, effects: [] };
  switch (event.kind) {
    case "start":
      return read(state, event.nowMs);
    case "timer":
      return onTimer(state, event.nowMs);
    case "read":
      return onRead(state, event);
    case "written":
      return onWritten(state, event);
    case "failed":
      return onFailed(state, event.nowMs);
    case "given-back":
      return onGivenBack(state, event.nowMs);
    case "release":
      return onRelease(state, event.nowMs);
  }
}

function onTimer(state: LeaseState, nowMs: number): Out {
  if (isOverdue(state, nowMs)) return lose(state, nowMs);
  if (state.pending !== null || nowMs < state.nextMs) return arm(state);
  return state.phase === "leading" ? write(state, nowMs) : read(state, nowMs);
}

function onRead(
  state: LeaseState,
  { record, nowMs }: { readonly record: LeaseRecord | null; readonly nowMs: number },
): Out {
  const seen = see({ ...state, pending: null }, record, nowMs);
  if (isOverdue(seen.state, nowMs)) return join(seen, (next) => lose(next, nowMs));
  if (state.phase === "releasing") return join(seen, (next) => onRelease(next, nowMs));
  if (mayTake(seen.state, nowMs)) return join(seen, (next) => write(next, nowMs));
  // Another has it although we lead: someone wrote it by hand. It is theirs.
  if (state.phase === "leading") return join(seen, (next) => lose(next, nowMs));
  return join(seen, (next) => rest(next, nowMs));
}

function onWritten(
  state: LeaseState,
  { record, nowMs }: { readonly record: LeaseRecord; readonly nowMs: number },
): Out {
  const sentMs = state.pending?.sentMs ?? nowMs;
  const seen = see({ ...state, pending: null }, record, nowMs);
  if (record.holder !== state.identity) {
    return join(seen, (next) => ({
      state: { ...next, phase: "released" },
      effects: [{ kind: "released" }],
    }));
  }
  // An answer to a renewal that comes while we release: now the precondition is known.
  if (state.phase === "releasing") return join(seen, (next) => onRelease(next, nowMs));
  const renewed: LeaseState = { ...seen.state, renewedMs: sentMs };
  if (isOverdue({ ...renewed, phase: "leading" }, nowMs)) {
    // So late that nobody may rely on it: as if it had not come.
    if (state.phase === "leading") return join(seen, () => lose(renewed, nowMs));
    return join(seen, () => rest(renewed, nowMs));
  }
  const started: readonly LeaseEffect[] = state.phase === "leading" ? [] : [{ kind: "started" }];
  return join(
    { state: { ...renewed, phase: "leading" }, effects: [...seen.effects, ...started] },
    (next) => rest(next, nowMs),
  );
}

function onFailed(state: LeaseState, nowMs: number): Out {
  const failed: LeaseState = { ...state, pending: null };
  if (state.phase === "releasing") return onReleaseFailed(failed, nowMs);
  if (isOverdue(failed, nowMs)) return lose(failed, nowMs);
  // A write that failed may have been too late or have had its effect: only reading tells.
  if (state.pending?.kind === "write" && state.phase === "leading") return read(failed, nowMs);
  return rest(failed, nowMs);
}

/** Once more, from what the server says now; after that the next leader waits until the lease expires. */
function onReleaseFailed(state: LeaseState, nowMs: number): Out {
  if (state.releaseFailed) {
    return { state: { ...state, phase: "released" }, effects: [{ kind: "released" }] };
  }
  return read({ ...state, releaseFailed: true }, nowMs);
}

/** Gives the lease back if we have it; waits for the request in flight, whose answer decides. */
function onRelease(state: LeaseState, nowMs: number): Out {
  const releasing: LeaseState = { ...state, phase: "releasing" };
  if (state.pending !== null) return { state: releasing, effects: [] };
  const { record, identity } = state;
  if (record?.holder !== identity) {
    return { state: { ...releasing, phase: "released" }, effects: [{ kind: "released" }] };
  }
  const { resourceVersion, transitions } = record;
  return {
    state: { ...releasing, pending: { kind: "write", sentMs: nowMs } },
    effects: [
      {
        kind: "write",
        resourceVersion,
        holder: "",
        durationMs: 1000,
        acquireTime: null,
        transitions,
      },
    ],
  };
}

/** What is read now is sure to be as new; a request in flight may be older than the news. */
function onGivenBack(state: LeaseState, nowMs: number): Out {
  if (state.phase !== "candidate") return { state, effects: [] };
  if (state.pending !== null) return { state: { ...state, nextMs: nowMs }, effects: [] };
  return read(state, nowMs);
}

/** Remembers the record and, if it is another than before, that it changed now. */
function see(state: LeaseState, record: LeaseRecord | null, nowMs: number): Out {
  const changed = !sameRecord(state.record, record);
  const leader = record?.holder ?? "";
  return {
    state: { ...state, record, leader, changedMs: changed ? nowMs : state.changedMs },
    effects: leader === state.leader ? [] : [{ kind: "leader", identity: leader }],
  };
}

function sameRecord(a: LeaseRecord | null, b: LeaseRecord | null): boolean {
  if (a === null || b === null) return a === b;
  return a.holder === b.holder && a.renewTime === b.renewTime && a.transitions === b.transitions;
}

function mayTake({ record, identity, changedMs }: LeaseState, nowMs: number): boolean {
  if (record === null || record.holder === "" || record.holder === identity) return true;
  return nowMs - changedMs >= record.durationMs;
}

function isOverdue({ phase, renewedMs, times }: LeaseState, nowMs: number): boolean {
  return phase === "leading" && nowMs - renewedMs >= times.renewDeadlineMs;
}

function read(state: LeaseState, nowMs: number): Out {
  return send(state, nowMs, { kind: "read" });
}

function write(state: LeaseState, nowMs: number): Out {
  const { record, identity, times } = state;
  const ours = record?.holder === identity;
  return send(state, nowMs, {
    kind: "write",
    resourceVersion: record?.resourceVersion ?? null,
    holder: identity,
    durationMs: times.leaseDurationMs,
    acquireTime: ours ? record.acquireTime : null,
    transitions: record === null ? 0 : record.transitions + (ours ? 0 : 1),
  });
}

function send(
  state: LeaseState,
  nowMs: number,
  effect: LeaseEffect & { kind: "read" | "write" },
): Out {
  const sent: LeaseState = {
    ...state,
    pending: { kind: effect.kind, sentMs: nowMs },
    nextMs: nowMs + state.times.retryPeriodMs,
  };
  return join({ state: sent, effects: [effect] }, arm);
}

/** Nothing in flight: the next request is due one retry period after the last was sent. */
function rest(state: LeaseState, nowMs: number): Out {
  return arm({ ...state, nextMs: Math.max(state.nextMs, nowMs) });
}

function lose(state: LeaseState, nowMs: number): Out {
  const candidate: LeaseState = { ...state, phase: "candidate" };
  return join({ state: candidate, effects: [{ kind: "lost" }] }, (next) => rest(next, nowMs));
}

/** The timer is for the next request or for our deadline, whichever comes first. */
function arm(state: LeaseState): Out {
  const deadlineMs =
    state.phase === "leading" ? state.renewedMs + state.times.renewDeadlineMs : Infinity;
  const requestMs = state.pending === null ? state.nextMs : Infinity;
  const atMs = Math.min(deadlineMs, requestMs);
  return { state, effects: atMs === Infinity ? [] : [{ kind: "set-timer", atMs }] };
}

function join(before: Out, then: (state: LeaseState) => Out): Out {
  const after = then(before.state);
  return { state: after.state, effects: [...before.effects, ...after.effects] };
}
