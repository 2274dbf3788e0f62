/**
 * What passes hand on to each other, so that a pass looks only at what is new. Pure in what it says: a plan is the same with
 * what stands from other passes, of this cluster or of another, as with nothing (test/controller/standing.property.test.ts).
 */
import { Counts } from "./counts.ts";
import { Desk } from "./desk.ts";
import { L2Plans } from "./l2-status.ts";
import { Observer } from "./observer.ts";
import { Ranking } from "./ranking.ts";
import { Statuses } from "./statuses.ts";
import { ClaimPlans } from "./virtual-ips.ts";

/** After so long all is worked out anew: should anything stand that is not so any more, it stands no longer. */
const STANDING_MS_MAX = 600_000;

export class Standing {
  readonly observer = new Observer();
  readonly desk = new Desk();
  readonly ranking = new Ranking();
  readonly claims = new ClaimPlans();
  readonly statuses = new Statuses();
  readonly counts = new Counts();
  readonly l2 = new L2Plans();
}

export interface Stood {
  readonly standing: Standing;
  /** null before the first pass. */
  readonly standingSinceMs: number | null;
}

/** @returns what stands now: of the pass before, or nothing yet */
export function standingAt({ standing, standingSinceMs }: Stood, nowMs: number): Stood {
  if (standingSinceMs === null) return { standing, standingSinceMs: nowMs };
  const isOld = nowMs - standingSinceMs >= STANDING_MS_MAX;
  return isOld
    ? { standing: new Standing(), standingSinceMs: nowMs }
    : { standing, standingSinceMs };
}
