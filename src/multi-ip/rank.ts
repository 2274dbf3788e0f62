import type { Ip } from "../base/ip.ts";
import type { MoveReason } from "./move-reason.ts";

export const RANK_DEPTH = 5;

export interface RankJob {
  readonly address: Ip;
  readonly group: string;
  readonly candidates: readonly string[];
  readonly reserves: readonly string[];
  readonly rank: readonly string[];
  readonly holder: string | null;
  readonly balance: boolean;
}

export interface RankOptions {
  readonly rebalanceMovesMax: number;
}

export interface RankMove {
  readonly address: Ip;
  readonly from: string | null;
  readonly to: string | null;
  readonly reason: MoveReason;
}

export interface RankPlan {
  readonly ranks: ReadonlyMap<Ip, readonly string[]>;
  readonly moves: readonly RankMove[];
}

export function rankAll(jobs: readonly RankJob[], _options: RankOptions): RankPlan {
  return {
    ranks: new Map(jobs.map((job) => [job.address, job.candidates.slice(0, RANK_DEPTH)])),
    moves: [],
  };
}
