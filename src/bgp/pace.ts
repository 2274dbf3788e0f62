/**
 * How soon the next UPDATE may follow: the first at once, and the more come, the longer others wait to go with them. Pure.
 *
 * Read first: RFC 4271 section 9.2.1.1, whose 30 seconds between two announcements are far more than a Service may wait; what is
 * left of it is that a thousand changes do not make a thousand messages for each router, however long they keep coming.
 * What is gone waits for the short pause alone: traffic to it is lost meanwhile.
 * Neighbours: telling.ts asks before it takes messages from the out-RIB.
 */

/** After one UPDATE, where it was quiet before. */
export const PAUSE_MS_MIN = 5;
/** The longest that a withdrawal waits for others, and a change as long as there is credit. */
export const PAUSE_MS_MAX = 40;
/** So many UPDATEs may follow each other after short pauses alone … */
export const CREDIT_MAX = 40;
/** … and one more each time that this has passed: the longest that a change waits. */
export const CREDIT_MS = 500;

export class Pace {
  #pauseMs = 0;
  #withdrawalsFromMs = -Infinity;
  #freeAtMs = -Infinity;
  #credit = CREDIT_MAX;
  #sentAtMs = -Infinity;

  /** When something may be sent. */
  get freeAtMs(): number {
    return this.#freeAtMs;
  }

  /** When something may be sent that takes back what a peer was told. */
  get withdrawalsFromMs(): number {
    return this.#withdrawalsFromMs;
  }

  /**
   * Something was sent, and nothing more is known that would go with it.
   *
   * @param takesBack it waited for the short pause alone, and uses up no credit: Services that come and go wait for nothing
   */
  sent(nowMs: number, { takesBack }: { readonly takesBack: boolean }): void {
    const wasQuiet = nowMs - this.#withdrawalsFromMs > PAUSE_MS_MAX;
    this.#pauseMs = wasQuiet ? PAUSE_MS_MIN : Math.min(2 * this.#pauseMs, PAUSE_MS_MAX);
    this.#withdrawalsFromMs = nowMs + this.#pauseMs;
    const earned = (nowMs - this.#sentAtMs) / CREDIT_MS;
    this.#credit = Math.max(0, Math.min(this.#credit + earned, CREDIT_MAX) - (takesBack ? 0 : 1));
    this.#sentAtMs = nowMs;
    const lackMs = Math.max(0, 1 - this.#credit) * CREDIT_MS;
    this.#freeAtMs = nowMs + Math.max(this.#pauseMs, lackMs);
  }

  reset(): void {
    this.#pauseMs = 0;
    this.#withdrawalsFromMs = -Infinity;
    this.#freeAtMs = -Infinity;
    this.#credit = CREDIT_MAX;
    this.#sentAtMs = -Infinity;
  }
}
