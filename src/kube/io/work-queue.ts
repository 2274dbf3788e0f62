/**
 * Runs the work queue: takes what is ready, so many at a time, and sleeps until the next is.
 *
 * The order, the waiting and the backoff are decided in ../work-queue.ts.
 */

import type { Logger } from "pino";

export interface WorkQueueOptions {
  /** In the log. */
  readonly name: string;
  readonly concurrency: number;
  /**
   * Does the work of one key. A rejection is logged and retried with backoff.
   * @returns when to come again without news, if at all
   */
  readonly work: (
    key: string,
    signal: AbortSignal,
  ) => Promise<{ readonly againAfterMs: number } | undefined | void>;
  readonly log: Logger;
  readonly backoffBaseMs?: number | undefined;
  readonly backoffMaxMs?: number | undefined;
  readonly random?: (() => number) | undefined;
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

export function startWorkQueue(_options: WorkQueueOptions): RunningWorkQueue {
  throw new Error("not written yet");
}
