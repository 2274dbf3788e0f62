/**
 * Tells people what happened to an object, as Kubernetes Events, without ever flooding the API server.
 *
 * What is sent, counted together or dropped is decided in ../events.ts.
 */

import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import { ApiError } from "../api-error.ts";
import type { EventJob } from "../events.ts";
import { cutNote, EventCorrelator } from "../events.ts";
import { microTime } from "../micro-time.ts";
import type { KubeObject } from "../resource.ts";
import type { Event, ObjectReference } from "../types.ts";
import { EVENTS } from "../types.ts";
import type { KubeClient } from "./client.ts";

/** So long nothing is sent after the API server was away. */
const PAUSE_MS = 5_000;

export interface RecordedEvent {
  /** With apiVersion and kind, as all that this room's client and reflector return. */
  readonly object: KubeObject;
  readonly type: "Normal" | "Warning";
  /** CamelCase, at most 128 characters. */
  readonly reason: string;
  /** A sentence; cut at 1 kB. */
  readonly message: string;
  /** What was being done, CamelCase: "AssignAddresses". */
  readonly action: string;
}

export interface EventRecorderOptions {
  readonly client: KubeClient;
  /** Such as "spreadlb.io/controller". */
  readonly reportingController: string;
  /** Such as the pod's name; at most 128 characters. */
  readonly reportingInstance: string;
  readonly log: Logger;
  readonly eventsPerSecondMax?: number | undefined;
  readonly onDropped?: ((count: number) => void) | undefined;
}

export interface EventRecorder {
  /** Never throws, never waits. */
  event(event: RecordedEvent): void;
  /** Events thrown away so far, by the rate limit or for lack of room. */
  readonly dropped: number;
  /** Sends what is queued, for at most `graceMs`; then drops the rest. */
  stop(graceMs?: number): Promise<void>;
}

export function startEventRecorder(options: EventRecorderOptions): EventRecorder {
  return new Recorder(options);
}

class Recorder implements EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #correlator: EventCorrelator;
  #timer: NodeJS.Timeout | undefined;
  /** One at a time: events are never worth more of the API server than that. */
  #sending: Promise<void> | null = null;
  #pausedUntilMs = 0;
  #reported = 0;
  #stopped = false;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#correlator = new EventCorrelator(options.eventsPerSecondMax);
  }

  get dropped(): number {
    return this.#correlator.dropped;
  }

  event({ object, type, reason, message, action }: RecordedEvent): void {
    if (this.#stopped) return;
    const fact = { regarding: referenceTo(object), type, reason, action, note: cutNote(message) };
    this.#correlator.observe(fact, performance.now());
    this.#reportDropped();
    this.#next();
  }

  async stop(graceMs = 500): Promise<void> {
    this.#stopped = true;
    const deadlineMs = performance.now() + graceMs;
    while (performance.now() < deadlineMs) {
      this.#next();
      if (this.#sending === null) break;
      await this.#sending;
    }
    clearTimeout(this.#timer);
  }

  #next(): void {
    if (this.#sending !== null) return;
    clearTimeout(this.#timer);
    const nowMs = performance.now();
    const job = nowMs < this.#pausedUntilMs ? null : this.#correlator.take(nowMs);
    if (job !== null) {
      this.#sending = this.#send(job).finally(() => {
        this.#sending = null;
        if (!this.#stopped) this.#next();
      });
      return;
    }
    const atMs = this.#correlator.nextAtMs(nowMs);
    if (atMs === null || this.#stopped) return;
    const delayMs = Math.max(atMs, this.#pausedUntilMs) - nowMs;
    this.#timer = setTimeout(() => {
      this.#next();
    }, delayMs);
  }

  async #send(job: EventJob): Promise<void> {
    try {
      if (job.kind === "create") await this.#create(job);
      else await this.#count(job);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const { status, message } = error;
      if (isPassing(status)) {
        this.#correlator.postponed(job.series);
        this.#pausedUntilMs = performance.now() + (error.retryAfterMs ?? PAUSE_MS);
      } else this.#correlator.lost(job.series);
      this.#reportDropped();
      this.#options.log.warn({ status, error: message, reason: job.fact.reason }, "event not sent");
    }
  }

  async #create({ series, fact }: EventJob): Promise<void> {
    const { client, reportingController, reportingInstance } = this.#options;
    const event: Event = {
      ...fact,
      metadata: { name: eventName(fact.regarding), namespace: eventNamespace(fact.regarding) },
      eventTime: microTime(Date.now()),
      reportingController,
      reportingInstance,
    };
    await client.create(EVENTS, event);
    this.#correlator.created(series, event.metadata.name);
  }

  async #count({ series, fact, name, count, lastMs }: EventJob & { readonly kind: "count" }) {
    const lastObservedTime = microTime(performance.timeOrigin + lastMs);
    const ref = { name, namespace: eventNamespace(fact.regarding) };
    const body = { series: { count, lastObservedTime } };
    try {
      await this.#options.client.patch(EVENTS, ref, body, { kind: "merge" });
    } catch (error) {
      // Events expire after an hour; this one goes on under a new name.
      if (error instanceof ApiError && error.status === 404) {
        await this.#create({ kind: "create", series, fact });
      } else throw error;
    }
  }

  #reportDropped(): void {
    const count = this.#correlator.dropped - this.#reported;
    if (count === 0) return;
    this.#reported += count;
    this.#options.onDropped?.(count);
  }
}

/** Not reached, asked too often, or in trouble of its own: worth another try. */
function isPassing(status: number): boolean {
  return status === 0 || status === 429 || status >= 500;
}

/** Events about what has no namespace live in "default", as the API server demands. */
function eventNamespace({ namespace }: ObjectReference): string {
  return namespace ?? "default";
}

function eventName({ name }: ObjectReference): string {
  return `${(name ?? "").slice(0, 200)}.${randomBytes(8).toString("hex")}`;
}

function referenceTo({ apiVersion, kind, metadata }: KubeObject): ObjectReference {
  const { namespace, name, uid, resourceVersion } = metadata;
  return {
    name,
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(kind === undefined ? {} : { kind }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}
