/** A share of the seeds, one run after another. */
import { settingsOf } from "./settings.ts";
import { simulate, type Violation } from "./simulation.ts";

export interface Batch {
  readonly seeds: number;
  readonly events: number;
  readonly tookMs: number;
  /** The first of each run that has one. */
  readonly violations: readonly Violation[];
}

export interface Share {
  readonly from: number;
  readonly seeds: number;
  readonly profile?: string | undefined;
  /** The rule whose first violation ends it. */
  readonly until?: string | undefined;
}

export function runShare({ from, seeds, profile, until }: Share): Batch {
  const startMs = performance.now();
  const violations: Violation[] = [];
  let events = 0;
  for (let seed = from; seed < from + seeds; seed++) {
    const settings = settingsOf(String(seed), profile);
    const outcome = simulate(settings);
    events += outcome.events;
    violations.push(...outcome.violations.slice(0, 1));
    if (until !== undefined && outcome.violations[0]?.rule === until) break;
  }
  return { seeds, events, tookMs: performance.now() - startMs, violations };
}
