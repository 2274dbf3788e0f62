/**
 * Which key is worked on next: each once however often it is added, and never the same one twice at
 * once. Pure: no clock and no jitter of its own, both come in.
 *
 * Read first: client-go's util/workqueue, whose rules these are. News about a key that is being
 * worked on makes it run once more afterwards; news about a key that waits makes it run now; a key
 * that failed comes back by itself, ever later, until it succeeds.
 * A class, because it has a life: 10,000 keys are not copied per event.
 * Neighbours: io/work-queue.ts runs the work.
 */

import type { BackoffLimits } from "./backoff.ts";
import { backoffMs } from "./backoff.ts";
import { DelayHeap } from "./delay-heap.ts";

export const QUEUE_BACKOFF: BackoffLimits = { baseMs: 100, maxMs: 60_000 };

export class WorkQueue {
  /** In the order in which they became ready. */
  readonly #ready = new Set<string>();
  readonly #running = new Set<string>();
  /** Running, and to be run once more. */
  readonly #again = new Set<string>();
  readonly #failures = new Map<string, number>();
  /** The time that counts; heap entries that say another are leftovers. */
  readonly #waiting = new Map<string, number>();
  readonly #heap = new DelayHeap<{ readonly key: string; readonly atMs: number }>();
  readonly #backoff: BackoffLimits;
  readonly #concurrency: number;

  /** @param options `concurrency` is how many keys may run at a time */
  constructor(options: { readonly concurrency: number; readonly backoff?: BackoffLimits }) {
    this.#concurrency = options.concurrency;
    this.#backoff = options.backoff ?? QUEUE_BACKOFF;
  }

  /** Keys ready or running. */
  get depth(): number {
    return this.#ready.size + this.#running.size;
  }

  get runningCount(): number {
    return this.#running.size;
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  /**
   * When to call take again without news, or null: also null while all hands are full, for there is
   * nothing to wake for then. May be earlier than anything is due, never later.
   */
  get nextAtMs(): number | null {
    return this.#waiting.size === 0 || this.#isFull ? null : this.#heap.nextAtMs;
  }

  get #isFull(): boolean {
    return this.#running.size >= this.#concurrency;
  }

  add(key: string): void {
    this.#waiting.delete(key);
    if (this.#running.has(key)) this.#again.add(key);
    else this.#ready.add(key);
  }

  /** The earliest time asked for counts. */
  addAt(key: string, atMs: number): void {
    if (this.#ready.has(key) || this.#again.has(key)) return;
    const known = this.#waiting.get(key);
    if (known !== undefined && known <= atMs) return;
    this.#waiting.set(key, atMs);
    this.#heap.push(atMs, { key, atMs });
  }

  /** @returns the next key, now running; null when none is ready or all hands are full */
  take(nowMs: number): string | null {
    if (this.#isFull) return null;
    this.#wake(nowMs);
    for (const key of this.#ready) {
      this.#ready.delete(key);
      this.#running.add(key);
      return key;
    }
    return null;
  }

  /** The work of a running key is done; its failures are forgotten. */
  succeeded(key: string): void {
    this.#failures.delete(key);
    this.#ended(key);
  }

  /** @returns how often in a row this key has failed, and when it comes back if there is no news */
  failed(key: string, nowMs: number, random: number): { failures: number; atMs: number } {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    const atMs = nowMs + backoffMs(failures, random, this.#backoff);
    this.#failures.set(key, failures);
    this.#ended(key);
    this.addAt(key, atMs);
    return { failures, atMs };
  }

  #ended(key: string): void {
    this.#running.delete(key);
    if (this.#again.delete(key)) this.#ready.add(key);
  }

  #wake(nowMs: number): void {
    for (;;) {
      const due = this.#heap.pop(nowMs);
      if (due === undefined) return;
      if (this.#waiting.get(due.key) === due.atMs) this.add(due.key);
    }
  }
}
