/** One timer for all reasons to wake up: the earliest counts, and the others are asked for again by whoever wakes. */

/** The longest that setTimeout keeps. */
const SLEEP_MS_MAX = 2 ** 31 - 1;

export class Alarm {
  readonly #ring: () => void;
  #timer: NodeJS.Timeout | undefined;
  #atMs = Number.POSITIVE_INFINITY;
  #isOff = false;

  constructor(ring: () => void) {
    this.#ring = ring;
  }

  /** It rings then at the latest, not before, by performance.now(). */
  by(atMs: number): void {
    if (this.#isOff || atMs >= this.#atMs) return;
    clearTimeout(this.#timer);
    this.#atMs = atMs;
    // A timer's milliseconds are whole: what is due a moment later would not be due when it rings.
    const delayMs = Math.max(0, Math.ceil(atMs - performance.now()));
    this.#timer = setTimeout(
      () => {
        this.#atMs = Number.POSITIVE_INFINITY;
        this.#ring();
      },
      Math.min(delayMs, SLEEP_MS_MAX),
    );
  }

  /** For good. */
  off(): void {
    this.#isOff = true;
    clearTimeout(this.#timer);
  }
}
