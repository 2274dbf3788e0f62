/**
 * A token bucket: so many at once, so many per second on average. Pure: time comes in.
 */

export interface RateLimits {
  readonly burst: number;
  readonly perSecond: number;
}

export class RateBucket {
  readonly #limits: RateLimits;
  #tokens: number;
  #atMs: number | null = null;

  constructor(limits: RateLimits) {
    this.#limits = limits;
    this.#tokens = limits.burst;
  }

  /** @returns whether there was a token, which is then gone */
  take(nowMs: number): boolean {
    this.#fill(nowMs);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** When there will be a token: `nowMs` if there is one. */
  nextAtMs(nowMs: number): number {
    this.#fill(nowMs);
    const missing = Math.max(0, 1 - this.#tokens);
    return nowMs + Math.ceil((missing * 1000) / this.#limits.perSecond);
  }

  #fill(nowMs: number): void {
    const elapsedMs = Math.max(0, nowMs - (this.#atMs ?? nowMs));
    const { burst, perSecond } = this.#limits;
    this.#tokens = Math.min(burst, this.#tokens + (elapsedMs * perSecond) / 1000);
    this.#atMs = nowMs;
  }
}
