/**
 * What to do when another says that an address that we hold is its own: defend it now and then, and say so. Pure.
 *
 * Read first: RFC 5227 section 2.4. A Service's address is configured to be ours, so it is not given up (c); one
 * announcement, at most every DEFEND_INTERVAL, tells the segment. It goes on for a minute; against a stranger that stays
 * longer than that announcements only make every neighbour's cache go back and forth, and people have been told.
 * One of our own nodes is no stranger: two of us may answer for a moment (rule H2), and what lasts longer is a fault.
 * Neighbours: guard.ts tells who claims what.
 */
import type { Ip } from "../base/ip.ts";

/** RFC 5227 section 1.1: DEFEND_INTERVAL. */
export const DEFEND_INTERVAL_MS = 10_000;
export const DEFENCES_MAX = 6;
/** After so long without a claim it is over. */
export const QUIET_MS = 60_000;
/** Between two claims of one node that are of the same quarrel: announcements come up to 1.1 s apart. */
const SAME_QUARREL_MS = 5000;

interface Quarrel {
  lastMs: number;
  defendedMs: number;
  defences: number;
}

interface Double {
  readonly node: string;
  readonly firstMs: number;
  lastMs: number;
}

export class Defence {
  readonly #quarrels = new Map<Ip, Quarrel>();
  readonly #doubles = new Map<Ip, Double>();

  /** A stranger claims an address that we hold. @returns whether to announce it once */
  claimed(ip: Ip, nowMs: number): boolean {
    let quarrel = this.#quarrels.get(ip);
    if (quarrel === undefined || nowMs - quarrel.lastMs >= QUIET_MS) {
      quarrel = { lastMs: nowMs, defendedMs: -Infinity, defences: 0 };
      this.#quarrels.set(ip, quarrel);
    }
    quarrel.lastMs = nowMs;
    if (nowMs - quarrel.defendedMs < DEFEND_INTERVAL_MS) return false;
    if (quarrel.defences === DEFENCES_MAX) return false;
    quarrel.defendedMs = nowMs;
    quarrel.defences++;
    return true;
  }

  /** One of our own nodes claims it. @returns whether that has lasted for longer than a move or a mend may */
  doubled(ip: Ip, node: string, when: { readonly nowMs: number; readonly allowedMs: number }) {
    const { nowMs, allowedMs } = when;
    const known = this.#doubles.get(ip);
    if (known?.node !== node || nowMs - known.lastMs > SAME_QUARREL_MS) {
      this.#doubles.set(ip, { node, firstMs: nowMs, lastMs: nowMs });
      return false;
    }
    known.lastMs = nowMs;
    return nowMs - known.firstMs > allowedMs;
  }

  /** Not held any more. */
  drop(ip: Ip): void {
    this.#quarrels.delete(ip);
    this.#doubles.delete(ip);
  }
}
