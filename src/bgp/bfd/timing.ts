/**
 * The arithmetic of BFD's timers: jitter, detection time, and what a profile asks for. Pure.
 *
 * Read first: RFC 5880 sections 6.8.3 (slow while not up), 6.8.4 (detection time), 6.8.7 (jitter).
 * Intervals are in microseconds, as on the wire; moments in milliseconds.
 */

/** What one end asks for. */
export interface BfdProfile {
  /** We would like to send this often. */
  readonly desiredMinTxUs: number;
  /** We can take this often; 0: the other end is not to send at all. */
  readonly requiredMinRxUs: number;
  /** After so many packets that did not come the other end gives us up; from 1 to 255. */
  readonly detectMultiplier: number;
  /** We send nothing until the other end has begun (section 6.1). */
  readonly isPassive: boolean;
}

/** Nobody sends more often before a session is up, so that a peer that is not there costs little. */
export const SLOW_TX_US = 1_000_000;

/** @returns what is said to be the desired interval in a state (section 6.8.3) */
export function desiredMinTxUsIn(isUp: boolean, profile: BfdProfile): number {
  return isUp ? profile.desiredMinTxUs : Math.max(profile.desiredMinTxUs, SLOW_TX_US);
}

/** @returns after how long a silence the other end is gone (section 6.8.4, asynchronous mode) */
export function detectionTimeUs(
  requiredMinRxUs: number,
  theirs: { readonly desiredMinTxUs: number; readonly detectMultiplier: number },
): number {
  return theirs.detectMultiplier * Math.max(requiredMinRxUs, theirs.desiredMinTxUs);
}

/** Of an interval; the RFC allows a quarter. Less is enough to fall out of step, and a peer waits a little less for one that is silent. */
const JITTER_MAX = 0.2;

/**
 * Takes some of an interval off, so that many sessions do not march in step (section 6.8.7).
 *
 * @param chance from 0 to 1
 * @param detectMultiplier of 1, a tenth is the least: at most 90 % of the interval, for one late packet ends the session
 */
export function jittered(intervalUs: number, chance: number, detectMultiplier: number): number {
  const most = detectMultiplier === 1 ? 0.9 : 1;
  const least = 1 - JITTER_MAX;
  return intervalUs * (least + (most - least) * chance);
}

/** The next of a row of numbers that look like chance: xorshift32. @param seed not 0; @returns not 0, below 2^32 */
export function nextChance(seed: number): number {
  let x = seed ^ (seed << 13);
  x ^= x >>> 17;
  x ^= x << 5;
  return x >>> 0;
}

/** @returns from 0 to 1 */
export function chanceOf(seed: number): number {
  return seed / 2 ** 32;
}
