/**
 * The ranks of a pass: those of the pass before, where nothing that ranks are made of has changed. Pure in what it says.
 *
 * Neighbours: rank-jobs.ts knows what has changed; ../multi-ip/rank.ts makes ranks.
 */
import { rankAll, type RankJob, type RankPlan } from "../multi-ip/rank.ts";
import { RankJobs, startTimes } from "./rank-jobs.ts";
import type { World } from "./world.ts";

export class Ranking {
  readonly jobs = new RankJobs();
  #jobs: readonly RankJob[] | null = null;
  #nodes: World["nodes"] = [];
  #movesMax = 0;
  #plan: RankPlan = { ranks: new Map(), moves: [] };

  /** @param jobs the very list of before where they are as before */
  rank(jobs: readonly RankJob[], { nodes }: World, rebalanceMovesMax: number): RankPlan {
    const isSame =
      jobs === this.#jobs && nodes === this.#nodes && rebalanceMovesMax === this.#movesMax;
    if (isSame) return this.#plan;
    [this.#jobs, this.#nodes, this.#movesMax] = [jobs, nodes, rebalanceMovesMax];
    this.#plan = rankAll(jobs, { rebalanceMovesMax, startedAtMs: startTimes({ nodes }) });
    return this.#plan;
  }
}
