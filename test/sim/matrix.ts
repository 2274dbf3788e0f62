/**
 * The partition matrix: five nodes, every way to split them in two, with the API server in reach and away.
 *
 * Ordinary runs with a single fault, watched by the ordinary rules: H5 has one answer on each side while they are
 * split, and one in all when that is mended. Their seeds say which they are: `npm run sim -- --seed "split 3" --trace`.
 */
import type { Settings, TimedFault } from "./settings.ts";
import { settingsOf } from "./settings.ts";

const NODE_COUNT = 5;
const SPLIT_MS = 6000;
const MEND_MS = 12_000;
/** The API server is back 2 s after the mend; the status has caught up some seconds later. */
const RUN_MS = 24_000;

export interface Split {
  /** As people write it: "n1 n2 | n3 n4 n5". */
  readonly name: string;
  readonly settings: Settings;
}

/** @returns fifteen: 2^4 less the one that is none */
export function splits(apiAway: boolean): Split[] {
  const found: Split[] = [];
  for (let mask = 1; mask < 1 << (NODE_COUNT - 1); mask++) {
    const groups = Array.from({ length: NODE_COUNT }, (_, i) => (mask >> i) & 1);
    const side = (wanted: number) =>
      groups.flatMap((group, i) => (group === wanted ? [`n${i + 1}`] : [])).join(" ");
    const faults: TimedFault[] = [
      { fault: { kind: "partition", groups }, atMs: SPLIT_MS, endMs: MEND_MS },
    ];
    const api = {
      fault: { kind: "api-away", node: "all" },
      atMs: SPLIT_MS - 500,
      endMs: MEND_MS + 2000,
    } as const;
    if (apiAway) faults.push(api);
    const seed = `split ${mask}${apiAway ? ", API server away" : ""}`;
    const base = settingsOf(seed, "partitions");
    const clocks = Array.from({ length: NODE_COUNT }, () => ({ rate: 1, offsetMs: 0 }));
    const settings = { ...base, nodeCount: NODE_COUNT, services: { a: 5, b: 3 }, clocks };
    found.push({
      name: `${side(1)} | ${side(0)}`,
      settings: { ...settings, settlingTimeMs: 60_000, runMs: RUN_MS, faults },
    });
  }
  return found;
}

/** The same seed gives the same settings: of a split that it names, or else as `settingsOf` has it. */
export function settingsOfSeed(seed: string, profile?: string): Settings {
  if (!seed.startsWith("split ")) return settingsOf(seed, profile);
  const all = [...splits(false), ...splits(true)];
  const split = all.find(({ settings }) => settings.seed === seed);
  return split?.settings ?? settingsOf(seed, profile);
}
