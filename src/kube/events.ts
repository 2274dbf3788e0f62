/**
 * Which Events are sent, which are counted together, which are dropped. Pure: time comes in.
 *
 * Read first: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/.
 * The same event about the same object within ten minutes is one Event whose series counts. Each
 * object has a small bucket of tokens, so that one that flaps cannot crowd out the others; all of
 * them share a rate, so that a thousand new Services do not delay the writes that matter. What waits
 * has a bound: the oldest Normal gives way first, for a Warning tells of something to be done.
 * A class, because it has a life: it remembers series and buckets.
 * Neighbours: io/event-recorder.ts sends.
 */

import { RateBucket } from "./rate-bucket.ts";
import type { ObjectReference } from "./types.ts";

export const SERIES_MS = 600_000;
export const SERIES_MAX = 4096;
export const QUEUE_MAX = 1000;
export const NOTE_BYTES_MAX = 1024;
export const OBJECT_BUCKET = { burst: 10, perSecond: 1 / 30 } as const;
export const EVENTS_PER_SECOND = 20;

/** What happened, as the recorder was told. */
export interface EventFact {
  readonly regarding: ObjectReference;
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly note: string;
  readonly action: string;
}

export type EventJob =
  | { readonly kind: "create"; readonly series: string; readonly fact: EventFact }
  | {
      readonly kind: "count";
      readonly series: string;
      readonly fact: EventFact;
      /** The Event's name, as `created` was told. */
      readonly name: string;
      readonly count: number;
      /** As given to `observe`. */
      readonly lastMs: number;
    };

interface Series {
  readonly fact: EventFact;
  /** null until the API server has it. */
  name: string | null;
  count: number;
  lastMs: number;
}

export class EventCorrelator {
  /** In the order in which they were last observed. */
  readonly #series = new Map<string, Series>();
  /** Series that have something to send, in order. */
  readonly #queue = new Set<string>();
  /** Per object, in the order of last use. */
  readonly #buckets = new Map<string, RateBucket>();
  readonly #overall: RateBucket;
  #dropped = 0;

  constructor(eventsPerSecondMax: number = EVENTS_PER_SECOND) {
    this.#overall = new RateBucket({ burst: eventsPerSecondMax, perSecond: eventsPerSecondMax });
  }

  /** Events thrown away so far, by an object's limit or for lack of room. */
  get dropped(): number {
    return this.#dropped;
  }

  get queued(): number {
    return this.#queue.size;
  }

  /** Takes note of what happened; `take` says what to send. */
  observe(fact: EventFact, nowMs: number): void {
    this.#forget(nowMs);
    const key = seriesKey(fact);
    const known = this.#series.get(key);
    this.#series.delete(key);
    const series: Series = known ?? { fact, name: null, count: 0, lastMs: nowMs };
    series.count += 1;
    series.lastMs = nowMs;
    this.#series.set(key, series);
    if (this.#queue.has(key)) return; // What waits will carry the new count.
    if (!this.#bucketOf(fact.regarding).take(nowMs)) {
      // A series that is known counts on and tells with its next turn; a new one is lost.
      if (known === undefined) this.#drop(key);
      return;
    }
    this.#queue.add(key);
    this.#makeRoom();
  }

  /** @returns what to send now, or null: then `nextAtMs` says when to ask again */
  take(nowMs: number): EventJob | null {
    for (const key of this.#queue) {
      if (!this.#overall.take(nowMs)) return null;
      this.#queue.delete(key);
      const series = this.#series.get(key);
      if (series === undefined) continue;
      const { fact, name, count, lastMs } = series;
      return name === null || count < 2
        ? { kind: "create", series: key, fact }
        : { kind: "count", series: key, fact, name, count, lastMs };
    }
    return null;
  }

  /** When the next may be sent, or null when nothing waits. */
  nextAtMs(nowMs: number): number | null {
    return this.#queue.size === 0 ? null : this.#overall.nextAtMs(nowMs);
  }

  /** The API server has the Event under this name; what happened again meanwhile is told next. */
  created(key: string, name: string): void {
    const series = this.#series.get(key);
    if (series === undefined) return;
    series.name = name;
    if (series.count > 1) this.#queue.add(key);
  }

  /** The API server was away: the same goes out again when its turn comes. */
  postponed(key: string): void {
    if (!this.#series.has(key)) return;
    this.#queue.add(key);
    this.#makeRoom();
  }

  /** The Event was refused: the next one of its series starts anew. */
  lost(key: string): void {
    if (this.#queue.has(key)) return;
    this.#series.delete(key);
    this.#dropped += 1;
  }

  /** The oldest Normal gives way; where there are only Warnings, the oldest of those. */
  #makeRoom(): void {
    while (this.#queue.size > QUEUE_MAX) {
      const oldest = [...this.#queue].find((key) => this.#series.get(key)?.fact.type === "Normal");
      this.#drop(oldest ?? firstOf(this.#queue.keys()) ?? "");
    }
  }

  #drop(key: string): void {
    this.#queue.delete(key);
    this.#series.delete(key);
    this.#dropped += 1;
  }

  #bucketOf(regarding: ObjectReference): RateBucket {
    const key = objectKey(regarding);
    const bucket = this.#buckets.get(key) ?? new RateBucket(OBJECT_BUCKET);
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > SERIES_MAX) this.#buckets.delete(firstOf(this.#buckets.keys()) ?? "");
    return bucket;
  }

  #forget(nowMs: number): void {
    for (const [key, { lastMs }] of this.#series) {
      if (nowMs - lastMs < SERIES_MS && this.#series.size <= SERIES_MAX) return;
      if (this.#queue.has(key)) return;
      this.#series.delete(key);
    }
  }
}

function firstOf(keys: Iterable<string>): string | undefined {
  for (const key of keys) return key;
  return undefined;
}

function objectKey({ kind, namespace, name, uid }: ObjectReference): string {
  return JSON.stringify([kind, namespace, name, uid]);
}

function seriesKey({ regarding, type, reason, note, action }: EventFact): string {
  return JSON.stringify([objectKey(regarding), type, reason, note, action]);
}

/** @returns the text, cut where needed to what the API server takes, never inside a character */
export function cutNote(note: string): string {
  const bytes = new TextEncoder().encode(note);
  if (bytes.length <= NOTE_BYTES_MAX) return note;
  let end = NOTE_BYTES_MAX - 3;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return `${new TextDecoder().decode(bytes.subarray(0, end))}…`;
}
