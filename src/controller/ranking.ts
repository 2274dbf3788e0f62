/**
 * The ranks of a pass, kept up to date: where nothing that ranks are made of has changed, those of the pass before. Pure in what
 * it says.
 *
 * Neighbours: rank-jobs.ts knows what has changed; ../multi-ip/rank.ts makes ranks.
 */
import { Ranker, type StandingPlan } from "../multi-ip/rank.ts";
import { RankJobs, startTimes, type JobsNow } from "./rank-jobs.ts";
import type { World } from "./world.ts";

export class Ranking {
  readonly jobs = new RankJobs();
  readonly #ranker = new Ranker();
  #nodes: World["nodes"] = [];
  #startedAtMs: ReadonlyMap<string, number> = new Map();
  #movesMax = 0;
  #plan: StandingPlan | null = null;

  rank({ jobs, changed }: JobsNow, { nodes }: World, rebalanceMovesMax: number): StandingPlan {
    const isSame =
      changed.size === 0 && nodes === this.#nodes && rebalanceMovesMax === this.#movesMax;
    if (this.#plan !== null && isSame) return this.#plan;
    if (nodes !== this.#nodes) this.#startedAtMs = startTimes({ nodes });
    [this.#nodes, this.#movesMax] = [nodes, rebalanceMovesMax];
    const startedAtMs = this.#startedAtMs;
    this.#plan = this.#ranker.rank(jobs, changed, { rebalanceMovesMax, startedAtMs });
    return this.#plan;
  }
}
