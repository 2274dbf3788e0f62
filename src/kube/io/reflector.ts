/**
 * Keeps a store equal to a part of the API: lists once, then watches, for as long as it takes.
 *
 * The decisions are in ../reflector.ts; here are the requests, the timer and the log.
 * An error that is not the API's (a throwing onChange) is a bug of ours and ends the process.
 */

import type { Logger } from "pino";
import { ApiError } from "../api-error.ts";
import { pruneObject } from "../prune.ts";
import type { Failure, ReflectorEffect, ReflectorEvent, ReflectorState } from "../reflector.ts";
import { newReflector, stepReflector } from "../reflector.ts";
import type { KubeObject, ResourceType } from "../resource.ts";
import type { Change, IndexOf, ReadonlyStore } from "../store.ts";
import { Store } from "../store.ts";
import type { KubeClient, Selection, WatchLine } from "./client.ts";
import { statusFailure } from "./client.ts";

export interface ReflectorMetrics {
  /** A list was completed; `objects` is what it brought. */
  listed?(plural: string, objects: number): void;
  /** A watch ended: "clean", "idle", "expired", "failed". */
  watchEnded?(plural: string, cause: string): void;
}

export interface ReflectorOptions<T extends KubeObject> extends Selection {
  readonly client: KubeClient;
  readonly type: ResourceType<T>;
  /** What to keep of an object; managedFields and the last-applied annotation are gone already. */
  readonly prune?: ((object: T) => T) | undefined;
  readonly indexes?: Readonly<Record<string, IndexOf<T>>> | undefined;
  /** Called for every change in the store, after the store has it; must not throw. */
  readonly onChange: (change: Change<T>) => void;
  /** Called once, after the changes of the first complete list. */
  readonly onSynced?: (() => void) | undefined;
  /** False when list or watch fails, with the HTTP status; true when a watch has stood again for a second. */
  readonly onHealth?: ((healthy: boolean, status?: number) => void) | undefined;
  readonly log: Logger;
  readonly metrics?: ReflectorMetrics | undefined;
  readonly pageSize?: number | undefined;
  readonly random?: (() => number) | undefined;
}

export interface Reflector<T extends KubeObject> {
  readonly store: ReadonlyStore<T>;
  /** Feeds a write's answer back at once; the newer version wins. Calls onChange when it is news. */
  upsert(object: T): void;
  /** Resolves when nothing runs any more. */
  stop(): Promise<void>;
}

export function startReflector<T extends KubeObject>(options: ReflectorOptions<T>): Reflector<T> {
  const running = new RunningReflector(options);
  running.start();
  return running;
}

/** An event without the time and the jitter, which are added at the door. */
type Bare<E> = E extends unknown ? Omit<E, "nowMs" | "random"> : never;

class RunningReflector<T extends KubeObject> implements Reflector<T> {
  readonly #options: ReflectorOptions<T>;
  readonly #selection: Selection;
  readonly #store: Store<T>;
  #state: ReflectorState<T>;
  readonly #inbox: Bare<ReflectorEvent<T>>[] = [];
  #busy = false;
  #timer: NodeJS.Timeout | undefined;
  #abort = new AbortController();
  #running: Promise<void> = Promise.resolve();
  /** What the last failure said: for the log only. */
  #lastWords = "";
  #announced = false;

  constructor(options: ReflectorOptions<T>) {
    const { namespace, labelSelector, fieldSelector } = options;
    this.#options = options;
    this.#state = newReflector(options.pageSize);
    this.#selection = { namespace, labelSelector, fieldSelector };
    this.#store = new Store(options.indexes);
  }

  get store(): ReadonlyStore<T> {
    return this.#store;
  }

  start(): void {
    this.#feed({ kind: "start" });
  }

  upsert(object: T): void {
    this.#tell(this.#store.upsert(this.#prune(object)));
  }

  async stop(): Promise<void> {
    this.#feed({ kind: "stop" });
    await this.#running;
  }

  /** One event in, its effects out in order, then the next event, also when an effect makes one. */
  #feed(event: Bare<ReflectorEvent<T>>): void {
    this.#inbox.push(event);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) {
        this.#take(next);
      }
    } finally {
      this.#busy = false;
    }
  }

  #take(event: Bare<ReflectorEvent<T>>): void {
    const random = this.#options.random?.() ?? Math.random();
    const timed = { ...event, nowMs: performance.now(), random } as ReflectorEvent<T>;
    const out = stepReflector(this.#state, timed);
    this.#state = out.state;
    for (const effect of out.effects) this.#perform(effect);
  }

  #perform(effect: ReflectorEffect<T>): void {
    switch (effect.kind) {
      case "list-page":
        this.#run((signal) => this.#list(effect, signal));
        break;
      case "start-watch":
        this.#run((signal) => this.#watch(effect, signal));
        break;
      case "abort":
        this.#abort.abort();
        break;
      case "replace-store":
        this.#replace(effect.items, effect.resourceVersion);
        break;
      case "put":
        this.#tell(this.#store.put(effect.object));
        break;
      case "delete":
        this.#tell(this.#store.delete(effect.object));
        break;
      case "set-timer":
        this.#setTimer(effect.atMs);
        break;
      case "clear-timer":
        clearTimeout(this.#timer);
        break;
      case "trouble":
        this.#trouble(effect);
        break;
      case "recovered":
        this.#options.log.info({ resource: this.#plural }, "the API server answers again");
        this.#options.onHealth?.(true);
    }
  }

  get #plural(): string {
    return this.#options.type.plural;
  }

  /** The machine has one request in flight; the former one has ended or was aborted. */
  #run(request: (signal: AbortSignal) => Promise<void>): void {
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    this.#running = this.#running.then(() => (signal.aborted ? undefined : request(signal)));
  }

  async #list(
    { request, pageSize, next }: ReflectorEffect<T> & { readonly kind: "list-page" },
    signal: AbortSignal,
  ): Promise<void> {
    const { client, type } = this.#options;
    const limit = pageSize === 0 ? undefined : pageSize;
    const options = { ...this.#selection, limit, continue: next ?? undefined, timeoutMs: 60_000 };
    try {
      const page = await client.list(type, { ...options, signal });
      this.#feed({
        kind: "listed-page",
        request,
        items: this.#options.prune === undefined ? page.items : page.items.map(this.#options.prune),
        resourceVersion: page.resourceVersion,
        next: page.continue,
      });
    } catch (error) {
      this.#feed({ kind: "list-failed", request, ...this.#failure(error) });
    }
  }

  async #watch(
    effect: ReflectorEffect<T> & { readonly kind: "start-watch" },
    signal: AbortSignal,
  ): Promise<void> {
    const { client, type } = this.#options;
    const { request, resourceVersion, timeoutSeconds } = effect;
    try {
      const options = { ...this.#selection, resourceVersion, timeoutSeconds, signal };
      const stream = await client.watch(type, options);
      this.#feed({ kind: "watch-opened", request });
      for await (const lines of stream) {
        for (const line of lines) this.#feed(this.#eventOf(line, request));
      }
      this.#count("clean");
      this.#lastWords = "the watch ended at once";
      this.#feed({ kind: "watch-ended", request });
    } catch (error) {
      const failure = this.#failure(error);
      this.#count(signal.aborted ? "idle" : failure.status === 410 ? "expired" : "failed");
      this.#feed({ kind: "watch-failed", request, ...failure });
    }
  }

  #eventOf({ type, object }: WatchLine, request: number): Bare<ReflectorEvent<T>> {
    switch (type) {
      case "ADDED":
      case "MODIFIED":
      case "DELETED": {
        const change = CHANGES[type];
        return { kind: "watch-event", request, change, object: this.#prune(object as T) };
      }
      case "BOOKMARK": {
        const resourceVersion = (object as T).metadata.resourceVersion ?? "";
        return { kind: "bookmark", request, resourceVersion };
      }
      default:
        throw new ApiError(statusFailure(object as object));
    }
  }

  #prune(object: T): T {
    const pruned = pruneObject(this.#options.type, object);
    return this.#options.prune?.(pruned) ?? pruned;
  }

  #replace(items: readonly T[], resourceVersion: string): void {
    this.#tell(this.#store.replace(items, resourceVersion));
    this.#options.metrics?.listed?.(this.#plural, items.length);
    this.#options.log.debug({ resource: this.#plural, objects: items.length }, "listed");
    if (this.#announced) return;
    this.#announced = true;
    this.#options.onSynced?.();
  }

  #tell(changes: readonly Change<T>[]): void {
    for (const change of changes) this.#options.onChange(change);
  }

  #setTimer(atMs: number): void {
    clearTimeout(this.#timer);
    const fire = () => {
      this.#feed({ kind: "timer" });
    };
    this.#timer = setTimeout(fire, Math.max(0, Math.ceil(atMs - performance.now())));
  }

  #failure(error: unknown): Failure {
    if (!(error instanceof ApiError)) throw error;
    this.#lastWords = error.message;
    return { status: error.status, retryAfterMs: error.retryAfterMs };
  }

  #trouble({ during, status }: { readonly during: string; readonly status: number }): void {
    const facts = { resource: this.#plural, during, status, error: this.#lastWords };
    this.#options.log.warn(facts, "the API server does not answer as it should; trying again");
    this.#options.onHealth?.(false, status);
  }

  #count(cause: string): void {
    this.#options.metrics?.watchEnded?.(this.#plural, cause);
  }
}

const CHANGES = { ADDED: "added", MODIFIED: "modified", DELETED: "deleted" } as const;
