/**
 * Which addresses of a Service its name has: those that are true, and never none. Pure.
 *
 * An address that a node holds is there. One that nobody has held for longer than the limit is not, as long as another of its family is
 * held. In between it stays if it is there and does not come if it is not: so neither a failover nor a restart of ours makes a name flap. A
 * name that is new begins with all that are not past the limit, for its addresses are about to be held. Where none of a family is held,
 * what is there stays, and a name that has nothing gets all: nothing is better known of one than of another. An address whose holder may have
 * ended before we looked does not come before that holder is heard of, and a name that has nothing waits for that as long as the limit; one that
 * would be left with nothing gets it.
 * Neighbours: ../controller/held.ts knows since when; book.ts asks.
 */
import { compareText } from "../base/hash.ts";
import { familyOf, type Ip } from "../base/ip.ts";
import type { AddressType } from "./ownership.ts";

export interface WantedAddress {
  readonly ip: Ip;
  /** Since when no node holds it, in milliseconds, monotonic; null: one does. */
  readonly unheldSinceMs: number | null;
  /** Since when we wait for its holder's first sign of life: it may be gone. Until the limit it keeps its place, and gets none. */
  readonly unheardSinceMs?: number;
  /** No VirtualIP claims it, for anybody: promised still, it may be about to come back. It keeps its place, and gets none. */
  readonly isUnclaimed?: true;
}

export interface Limit {
  readonly nowMs: number;
  readonly withdrawAfterMs: number;
}

/** @param there what the name has of this type now */
export function recordSet(
  wanted: readonly WantedAddress[],
  type: AddressType,
  { there, nowMs, withdrawAfterMs }: Limit & { readonly there: readonly Ip[] },
): readonly Ip[] {
  const isOver = (sinceMs: number) => nowMs - sinceMs >= withdrawAfterMs;
  const mayCome = ({ isUnclaimed, unheardSinceMs }: WantedAddress) =>
    isUnclaimed !== true && (unheardSinceMs === undefined || isOver(unheardSinceMs));
  const ofFamily = wanted.filter(({ ip }) => (familyOf(ip) === "IPv4") === (type === "A"));
  const allowed = ofFamily.filter((address) => there.includes(address.ip) || mayCome(address));
  // Where none may come, and what is there is wanted no more, an address in doubt is better than none, or than another's.
  const ofType = allowed.length > 0 || there.length === 0 ? allowed : ofFamily;
  const isTrue = (address: WantedAddress) => {
    const { ip, unheldSinceMs, unheardSinceMs } = address;
    if (isHeld(address)) return true;
    if (unheldSinceMs !== null && isOver(unheldSinceMs)) return false;
    return there.includes(ip) || (there.length === 0 && unheardSinceMs === undefined);
  };
  const isAnyHeld = ofType.some(isHeld);
  const right = ofType.filter(isAnyHeld ? isTrue : ({ ip }) => there.includes(ip));
  return (right.length > 0 ? right : ofType).map(({ ip }) => ip).sort(compareText);
}

function isHeld({ unheldSinceMs, unheardSinceMs }: WantedAddress): boolean {
  return unheldSinceMs === null && unheardSinceMs === undefined;
}

/** @returns when the first of those in doubt is past the limit; null: none is in doubt */
export function nextWithdrawalMs(
  wanted: readonly WantedAddress[],
  { nowMs, withdrawAfterMs }: Limit,
): number | null {
  const times = wanted
    .flatMap(({ unheldSinceMs, unheardSinceMs }) => [unheldSinceMs, unheardSinceMs ?? null])
    .filter((sinceMs) => sinceMs !== null)
    .map((sinceMs) => sinceMs + withdrawAfterMs)
    .filter((atMs) => atMs > nowMs);
  return times.length === 0 ? null : Math.min(...times);
}
