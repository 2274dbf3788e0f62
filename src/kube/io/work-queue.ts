/**
 * Runs the work queue: takes what is ready, so many at a time, and sleeps until the next is.
 *
 * The order, the waiting and the backoff are decided in ../work-queue.ts.
 */

import type { Logger } from "pino";
import type { BackoffLimits } from "../backoff.ts";
import { WorkQueue } from "../work-queue.ts";

export interface WorkQueueOptions {
  /** In the log. */
  readonly name: string;
  /** Keys worked on at the same time. */
  readonly concurrency: number;
  /**
   * Does the work of one key. A rejection is logged and retried with backoff.
   * @returns when to come again without news, if at all
   */
  readonly work: (key: string, signal: AbortSignal) => Promise<Again | undefined> | Promise<void>;
  readonly log: Logger;
  readonly backoff?: BackoffLimits | undefined;
  readonly random?: (() => number) | undefined;
}

export interface Again {
  readonly againAfterMs: number;
}

export interface RunningWorkQueue {
  add(key: string): void;
  addAfter(key: string, delayMs: number): void;
  /** Keys that are ready or running; those that wait for their time are not counted. */
  readonly depth: number;
  /** Resolves when nothing is ready or running. */
  idle(): Promise<void>;
  /** Takes nothing more, aborts the signal, resolves when what runs has ended. */
  stop(): Promise<void>;
}

export function startWorkQueue(options: WorkQueueOptions): RunningWorkQueue {
  return new Runner(options);
}

class Runner implements RunningWorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #queue: WorkQueue;
  readonly #abort = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #scheduled = false;
  #idlers: (() => void)[] = [];

  constructor(options: WorkQueueOptions) {
    this.#options = options;
    const { concurrency, backoff } = options;
    this.#queue = new WorkQueue({ concurrency, ...(backoff === undefined ? {} : { backoff }) });
  }

  get depth(): number {
    return this.#queue.depth;
  }

  add(key: string): void {
    this.#queue.add(key);
    this.#schedule();
  }

  addAfter(key: string, delayMs: number): void {
    this.#queue.addAt(key, performance.now() + delayMs);
    this.#schedule();
  }

  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idlers.push(resolve);
      this.#schedule();
    });
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    clearTimeout(this.#timer);
    if (this.#queue.runningCount > 0) await this.idle();
  }

  /** Work starts after the caller's turn, so that a burst of adds is one round. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#round();
    });
  }

  #round(): void {
    while (!this.#stopped) {
      const key = this.#queue.take(performance.now());
      if (key === null) break;
      void this.#work(key);
    }
    this.#sleep();
    const busy = this.#stopped ? this.#queue.runningCount : this.#queue.depth;
    if (busy > 0) return;
    for (const resolve of this.#idlers.splice(0)) resolve();
  }

  get #stopped(): boolean {
    return this.#abort.signal.aborted;
  }

  async #work(key: string): Promise<void> {
    try {
      const again = await this.#options.work(key, this.#abort.signal);
      this.#queue.succeeded(key);
      if (again !== undefined) this.#queue.addAt(key, performance.now() + again.againAfterMs);
    } catch (error) {
      this.#failed(key, error);
    }
    this.#schedule();
  }

  #failed(key: string, error: unknown): void {
    const { name, log, random } = this.#options;
    const nowMs = performance.now();
    const { failures, atMs } = this.#queue.failed(key, nowMs, random?.() ?? Math.random());
    if (this.#stopped) return;
    const againAfterMs = Math.round(atMs - nowMs);
    log.warn({ queue: name, key, failures, againAfterMs, err: error }, "work failed; again later");
  }

  #sleep(): void {
    clearTimeout(this.#timer);
    const { nextAtMs } = this.#queue;
    if (this.#stopped || nextAtMs === null) return;
    const delayMs = Math.max(0, Math.ceil(nextAtMs - performance.now()));
    this.#timer = setTimeout(() => {
      this.#round();
    }, delayMs);
  }
}
