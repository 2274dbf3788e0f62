/**
 * What a record of answers says: who has an address, and for how long two had it. Pure.
 *
 * Neighbours: recorder.ts brings the record; the benchmarks and the soak judge by this.
 */

import type { RecordWindow, Spell } from "./recorder.ts";

/** Two ports that both answered for one address. */
export interface Overlap {
  readonly address: string;
  readonly ports: readonly [string, string];
  /** From the first answer of the newcomer. */
  readonly fromMs: number;
  /** To the last answer of either before it fell silent. */
  readonly ms: number;
}

/** Ports of different segments do not hear each other: two answers in two of them are none too many. */
export type SegmentOf = (port: string) => string;

const ONE_SEGMENT: SegmentOf = () => "";

export function overlaps(window: RecordWindow, segmentOf: SegmentOf = ONE_SEGMENT): Overlap[] {
  return window.addresses.flatMap(({ address, spells }) =>
    pairs(spells).flatMap(([a, b]) => {
      if (a.port === b.port || segmentOf(a.port) !== segmentOf(b.port)) return [];
      const fromMs = Math.max(a.fromMs, b.fromMs);
      const ms = Math.min(a.toMs, b.toMs) - fromMs;
      return ms < 0 ? [] : [{ address, ports: [a.port, b.port] as const, fromMs, ms }];
    }),
  );
}

/** @returns how long at most two answered for one address; 0 when never */
export function overlapMsMax(window: RecordWindow, segmentOf?: SegmentOf): number {
  return Math.max(0, ...overlaps(window, segmentOf).map(({ ms }) => ms));
}

/** Who answered last for each address, if that was not longer ago than `withinMs`; sorted. */
export function answering(window: RecordWindow, withinMs: number): Map<string, readonly string[]> {
  return new Map(
    window.addresses.map(({ address, spells }) => {
      const recent = spells.filter(({ toMs }) => window.toMs - toMs <= withinMs);
      return [address, [...new Set(recent.map(({ port }) => port))].sort()] as const;
    }),
  );
}

function pairs(spells: readonly Spell[]): (readonly [Spell, Spell])[] {
  return spells.flatMap((a, index) => spells.slice(index + 1).map((b) => [a, b] as const));
}
