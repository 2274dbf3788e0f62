/**
 * Keeps a copy of one resource true: when to list, watch, resume, wait, and distrust. Pure.
 *
 * Read first: https://kubernetes.io/docs/reference/using-api/api-concepts/ ("Efficient detection of
 * changes", "Retrieving large results sets in chunks").
 * A server that is away and a stream that ends are ordinary: after both the watch goes on from the
 * last version heard, and nothing is missed. Only 410 (that version is forgotten) or a server that
 * keeps refusing the watch makes it list again. Whatever was in flight before is known by its
 * `request` number and ignored. Left out on purpose: WatchList (sendInitialEvents).
 * Neighbours: io/reflector.ts performs; store.ts holds what comes.
 */

import type { Step } from "../base/step.ts";
import type { BackoffLimits } from "./backoff.ts";
import { backoffMs } from "./backoff.ts";
import type { KubeObject } from "./resource.ts";

export const PAGE_SIZE = 500;
/** Bookmarks come about once a minute; a stream silent for longer than this is taken for dead. */
export const IDLE_MAX_MS = 90_000;
/** A stream that ends earlier without a word counts as a failure, or a broken proxy makes us spin. */
export const SHORT_STREAM_MS = 1_000;
/** The server ends a watch after this time and up to twice of it, spread over the clients. */
export const WATCH_SECONDS_MIN = 300;
/** So many refusals of a watch in a row, and the version it asks for is no longer trusted. */
export const REFUSALS_MAX = 3;
/** Short, for a new connection to a dead server costs little and everybody waits for its return. */
export const REFLECTOR_BACKOFF: BackoffLimits = { baseMs: 500, maxMs: 10_000 };

export interface Failure {
  /** HTTP status; 0 when the server was not reached or the connection was lost. */
  readonly status: number;
  readonly retryAfterMs?: number | undefined;
}

export interface ReflectorState<T extends KubeObject> {
  readonly phase: "new" | "listing" | "watching" | "waiting" | "stopped";
  /** Number of the request in flight or of the last one; answers with another are ignored. */
  readonly request: number;
  /** Where to resume the watch, or null when it must list. */
  readonly resourceVersion: string | null;
  /** Pages of the list in progress. */
  readonly pages: readonly (readonly T[])[];
  readonly pageSize: number;
  /** Ask for everything at once, because a page token expired. */
  readonly unpaged: boolean;
  /** In a row. */
  readonly failures: number;
  /** Refusals of the watch in a row, by a server that answers. */
  readonly refusals: number;
  /** How often in a row a list was forgotten before a watch on it stood. */
  readonly expirations: number;
  /** When the server accepted the current watch, or null before that. */
  readonly openedMs: number | null;
  /** When the current watch was asked for or last said anything. */
  readonly heardMs: number;
  /** Whether the current watch has said anything. */
  readonly heard: boolean;
  /** The trouble reported last, or null when all is well. */
  readonly trouble: string | null;
}

/** Every event has the time (monotonic, any epoch) and a number from 0 to 1 for jitter. */
export type ReflectorEvent<T extends KubeObject> = {
  readonly nowMs: number;
  readonly random: number;
} & (
  | { readonly kind: "start" }
  | {
      readonly kind: "listed-page";
      readonly request: number;
      readonly items: readonly T[];
      readonly resourceVersion: string;
      /** The token for the next page, null on the last one. */
      readonly next: string | null;
    }
  | ({ readonly kind: "list-failed"; readonly request: number } & Failure)
  | { readonly kind: "watch-opened"; readonly request: number }
  | {
      readonly kind: "watch-event";
      readonly request: number;
      readonly change: "added" | "modified" | "deleted";
      readonly object: T;
    }
  | { readonly kind: "bookmark"; readonly request: number; readonly resourceVersion: string }
  | { readonly kind: "watch-ended"; readonly request: number }
  /** By HTTP status, by an ERROR event in the stream, or by a lost connection. */
  | ({ readonly kind: "watch-failed"; readonly request: number } & Failure)
  | { readonly kind: "timer" }
  | { readonly kind: "stop" }
);

export type ReflectorEffect<T extends KubeObject> =
  | {
      readonly kind: "list-page";
      readonly request: number;
      /** 0: all at once. */
      readonly pageSize: number;
      readonly next: string | null;
    }
  | {
      readonly kind: "start-watch";
      readonly request: number;
      readonly resourceVersion: string;
      readonly timeoutSeconds: number;
    }
  /** Ends the request in flight, if there still is one. */
  | { readonly kind: "abort"; readonly request: number }
  | {
      readonly kind: "replace-store";
      readonly items: readonly T[];
      readonly resourceVersion: string;
    }
  | { readonly kind: "put"; readonly object: T }
  | { readonly kind: "delete"; readonly object: T }
  /** There is one timer: setting it takes the place of the former one. */
  | { readonly kind: "set-timer"; readonly atMs: number }
  | { readonly kind: "clear-timer" }
  /** For log and health: said once per kind of trouble, and once when it is over. */
  | { readonly kind: "trouble"; readonly during: "list" | "watch"; readonly status: number }
  | { readonly kind: "recovered" };

const WELL = { failures: 0, refusals: 0, expirations: 0 } as const;

type Out<T extends KubeObject> = Step<ReflectorState<T>, ReflectorEffect<T>>;

export function newReflector<T extends KubeObject>(pageSize = PAGE_SIZE): ReflectorState<T> {
  return {
    phase: "new",
    request: 0,
    resourceVersion: null,
    pages: [],
    pageSize,
    unpaged: false,
    failures: 0,
    refusals: 0,
    expirations: 0,
    openedMs: null,
    heardMs: 0,
    heard: false,
    trouble: null,
  };
}

/**
 * Moves the reflector by one event. Pure: the same input gives the same output.
 *
 * @throws nothing; what comes late, from a request given up, changes nothing
 */
export function stepReflector<T extends KubeObject>(
  state: ReflectorState<T>,
  event: ReflectorEvent<T>,
): Out<T> {
  if (state.phase === "stopped") return { state, effects: [] };
  if ("request" in event && event.request !== state.request) return { state, effects: [] };
  switch (event.kind) {
    case "start":
      return state.phase === "new" ? list(state) : { state, effects: [] };
    case "listed-page":
      return onPage(state, event);
    case "list-failed":
      return onListFailed(state, event);
    case "watch-opened":
      return onWatchOpened(state, event.nowMs);
    case "watch-event":
      return onWatchEvent(state, event);
    case "bookmark":
      return heard({ ...state, resourceVersion: event.resourceVersion }, event.nowMs, []);
    case "watch-ended":
      return onWatchEnded(state, event);
    case "watch-failed":
      return onWatchFailed(state, event);
    case "timer":
      return onTimer(state, event);
    case "stop":
      return {
        state: { ...state, phase: "stopped", pages: [] },
        effects: [{ kind: "abort", request: state.request }, { kind: "clear-timer" }],
      };
  }
}

function list<T extends KubeObject>(state: ReflectorState<T>): Out<T> {
  const request = state.request + 1;
  return {
    state: { ...state, phase: "listing", request, resourceVersion: null, pages: [] },
    effects: [
      { kind: "list-page", request, pageSize: state.unpaged ? 0 : state.pageSize, next: null },
    ],
  };
}

function watch<T extends KubeObject>(
  state: ReflectorState<T>,
  { nowMs, random }: { readonly nowMs: number; readonly random: number },
): Out<T> {
  if (state.resourceVersion === null) return list(state);
  const request = state.request + 1;
  const timeoutSeconds = Math.round(WATCH_SECONDS_MIN * (1 + random));
  return {
    state: {
      ...state,
      phase: "watching",
      request,
      openedMs: null,
      heardMs: nowMs,
      heard: false,
    },
    effects: [
      { kind: "start-watch", request, resourceVersion: state.resourceVersion, timeoutSeconds },
      { kind: "set-timer", atMs: nowMs + IDLE_MAX_MS },
    ],
  };
}

function onPage<T extends KubeObject>(
  state: ReflectorState<T>,
  event: ReflectorEvent<T> & { readonly kind: "listed-page" },
): Out<T> {
  const pages = [...state.pages, event.items];
  if (event.next !== null) {
    const request = state.request + 1;
    return {
      state: { ...state, request, pages },
      effects: [{ kind: "list-page", request, pageSize: state.pageSize, next: event.next }],
    };
  }
  const { resourceVersion } = event;
  const items = pages.flat();
  // Failures are kept until the watch works: a list that works beside a watch that never does is no cure.
  const listed: ReflectorState<T> = {
    ...state,
    pages: [],
    unpaged: false,
    resourceVersion,
    refusals: 0,
  };
  const next = watch(listed, event);
  return {
    state: next.state,
    effects: [{ kind: "replace-store", items, resourceVersion }, ...next.effects],
  };
}

function onListFailed<T extends KubeObject>(
  state: ReflectorState<T>,
  event: ReflectorEvent<T> & { readonly kind: "list-failed" },
): Out<T> {
  // A page token lives as long as etcd keeps its version; the way out is one answer without pages.
  if (event.status === 410 && state.pages.length > 0) return list({ ...state, unpaged: true });
  return wait({ ...state, resourceVersion: null, pages: [] }, event, "list");
}

/** Trouble is over when the stream has stood for a moment, not when it was merely accepted. */
function onWatchOpened<T extends KubeObject>(state: ReflectorState<T>, nowMs: number): Out<T> {
  return {
    state: { ...state, openedMs: nowMs },
    effects: state.trouble === null ? [] : [{ kind: "set-timer", atMs: nowMs + SHORT_STREAM_MS }],
  };
}

function onWatchEvent<T extends KubeObject>(
  state: ReflectorState<T>,
  event: ReflectorEvent<T> & { readonly kind: "watch-event" },
): Out<T> {
  const { object, change, nowMs } = event;
  const resourceVersion = object.metadata.resourceVersion ?? state.resourceVersion;
  const kind = change === "deleted" ? "delete" : "put";
  return heard({ ...state, resourceVersion }, nowMs, [{ kind, object }]);
}

/** Whatever a stream says proves that the server works. */
function heard<T extends KubeObject>(
  state: ReflectorState<T>,
  nowMs: number,
  effects: readonly ReflectorEffect<T>[],
): Out<T> {
  const well: Out<T> = recovered({ ...state, heard: true, heardMs: nowMs });
  return { state: well.state, effects: [...effects, ...well.effects] };
}

function recovered<T extends KubeObject>(state: ReflectorState<T>): Out<T> {
  return {
    state: { ...state, ...WELL, trouble: null },
    effects: state.trouble === null ? [] : [{ kind: "recovered" }],
  };
}

function onWatchEnded<T extends KubeObject>(
  state: ReflectorState<T>,
  event: ReflectorEvent<T> & { readonly kind: "watch-ended" },
): Out<T> {
  if (!hasStood(state, event.nowMs)) return wait(state, { ...event, status: 200 }, "watch");
  const well: Out<T> = recovered(state);
  const next = watch(well.state, event);
  return { state: next.state, effects: [...well.effects, ...next.effects] };
}

function onWatchFailed<T extends KubeObject>(
  state: ReflectorState<T>,
  event: ReflectorEvent<T> & { readonly kind: "watch-failed" },
): Out<T> {
  const before = hasStood(state, event.nowMs) ? { ...state, ...WELL } : state;
  if (event.status === 410) {
    // The first time at once; a server that forgets as fast as we list is asked ever more slowly.
    const expirations = before.expirations + 1;
    const forgotten = { ...before, resourceVersion: null, expirations };
    return expirations > 1 ? wait(forgotten, event, "watch") : list(forgotten);
  }
  const refusals = before.refusals + (isRefusal(event.status) ? 1 : 0);
  const resourceVersion = refusals >= REFUSALS_MAX ? null : before.resourceVersion;
  return wait({ ...before, refusals, resourceVersion }, event, "watch");
}

/**
 * True where the answer is about what we ask. Not about who asks (401, 403 while its authorizer starts),
 * nor how often (429), nor the server's own state (5xx, but 504: "too large resource version").
 */
function isRefusal(status: number): boolean {
  return (status >= 400 && status < 500 && ![401, 403, 429].includes(status)) || status === 504;
}

/** A watch that spoke, or was open for a while, has worked. */
function hasStood<T extends KubeObject>(state: ReflectorState<T>, nowMs: number): boolean {
  return state.heard || (state.openedMs !== null && nowMs - state.openedMs >= SHORT_STREAM_MS);
}

function onTimer<T extends KubeObject>(
  state: ReflectorState<T>,
  event: ReflectorEvent<T> & { readonly kind: "timer" },
): Out<T> {
  if (state.phase === "waiting") return watch(state, event);
  if (state.phase !== "watching") return { state, effects: [] };
  const deadlineMs = state.heardMs + IDLE_MAX_MS;
  if (event.nowMs >= deadlineMs) {
    const next = watch(state, event);
    return {
      state: next.state,
      effects: [{ kind: "abort", request: state.request }, ...next.effects],
    };
  }
  const well: Out<T> = hasStood(state, event.nowMs) ? recovered(state) : { state, effects: [] };
  return {
    state: well.state,
    effects: [...well.effects, { kind: "set-timer", atMs: deadlineMs }],
  };
}

function wait<T extends KubeObject>(
  state: ReflectorState<T>,
  event: Failure & { readonly nowMs: number; readonly random: number },
  during: "list" | "watch",
): Out<T> {
  const failures = state.failures + 1;
  const delayMs = Math.max(
    backoffMs(failures, event.random, REFLECTOR_BACKOFF),
    event.retryAfterMs ?? 0,
  );
  const trouble = `${during} ${event.status}`;
  const timer = { kind: "set-timer", atMs: event.nowMs + delayMs } as const;
  return {
    state: { ...state, phase: "waiting", failures, trouble },
    effects:
      state.trouble === trouble
        ? [timer]
        : [{ kind: "trouble", during, status: event.status }, timer],
  };
}
