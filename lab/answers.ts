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

/** Nobody of a segment answered for an address. */
export interface Silence {
  readonly address: string;
  readonly segment: string;
  readonly fromMs: number;
  readonly ms: number;
}

/**
 * Where each of `segments` was to have an answer for every address: the times in which it had none. The recorder tells
 * answers of one port apart only where more than its gap (250 ms) is between them: shorter silences are not seen.
 *
 * @param fromMs since when an answer is due; what was answered then and goes on is none
 */
export function silences(
  window: RecordWindow,
  { segments, segmentOf = ONE_SEGMENT, fromMs }: SilenceOptions,
): Silence[] {
  return window.addresses.flatMap(({ address, spells }) =>
    segments.flatMap((segment) => {
      const own = spells
        .filter(({ port, toMs }) => segmentOf(port) === segment && toMs >= fromMs)
        .sort((a, b) => a.fromMs - b.fromMs);
      const found: Silence[] = [];
      let lastMs = fromMs;
      for (const spell of [...own, { fromMs: window.toMs, toMs: window.toMs }]) {
        const ms = spell.fromMs - lastMs;
        if (ms > 0) found.push({ address, segment, fromMs: lastMs, ms });
        lastMs = Math.max(lastMs, spell.toMs);
      }
      return found;
    }),
  );
}

export interface SilenceOptions {
  readonly segments: readonly string[];
  readonly segmentOf?: SegmentOf;
  readonly fromMs: number;
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
