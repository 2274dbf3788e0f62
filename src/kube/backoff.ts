/**
 * How long to wait after the n-th failure in a row: doubling, bounded, jittered. Pure.
 *
 * Jitter takes away up to half, so that many clients of one dead server do not return together.
 */

export interface BackoffLimits {
  readonly baseMs: number;
  readonly maxMs: number;
}

/**
 * @param failures in a row so far, this one included: 1 waits between half of baseMs and baseMs
 * @param random from 0 to 1
 */
export function backoffMs(failures: number, random: number, limits: BackoffLimits): number {
  const exponent = Math.min(Math.max(failures - 1, 0), 30);
  const fullMs = Math.min(limits.maxMs, limits.baseMs * 2 ** exponent);
  return Math.round(fullMs * (1 - random / 2));
}
