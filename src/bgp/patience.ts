/**
 * How long a session waits before it tries again: the longer, the more often in a row it has failed. Pure: a count.
 *
 * That it came up is no success: a peer that takes a session and ends it at once would be tried without a pause. It is one once it lasts.
 * Neighbours: session.ts counts.
 */
import { backoffMs } from "../kube/backoff.ts";

/** A session that lasted so long was good: what ends it is the first failure. */
export const GOOD_SESSION_MS = 30_000;
const BACKOFF_BASE_MS = 1000;

export class Patience {
  #failures = 0;

  get failures(): number {
    return this.#failures;
  }

  /** @param lastedMs how long the session was up; 0 where it never was */
  failed(lastedMs: number): void {
    this.#failures = lastedMs >= GOOD_SESSION_MS ? 1 : this.#failures + 1;
  }

  forget(): void {
    this.#failures = 0;
  }

  /** @param maxMs the longest. @param random from 0 to 1 */
  delayMs(maxMs: number, random: number): number {
    return backoffMs(this.#failures, random, { baseMs: BACKOFF_BASE_MS, maxMs });
  }
}
