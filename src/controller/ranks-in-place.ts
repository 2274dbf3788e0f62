/**
 * Ranks that stay as they are though a plan would make others of them. Pure.
 *
 * Neighbours: looking.ts keeps those that still hold true, rank-jobs.ts those that have the same first node.
 */
import type { Ip } from "../base/ip.ts";
import type { RankPlan } from "../multi-ip/rank.ts";
import type { World } from "./world.ts";

type Ranks = RankPlan["ranks"];

/** @returns the ranks of a plan, but those in place where `stays` says so; a place without any rank is filled */
export function withRanksInPlace(
  ranks: Ranks,
  claimed: World["claimed"],
  stays: (address: Ip, rank: readonly string[]) => boolean,
): Ranks {
  const kept = new Map(ranks);
  for (const address of ranks.keys()) {
    const rank = claimed.get(address)?.object.spec.rank ?? [];
    if (rank.length > 0 && stays(address, rank)) kept.set(address, rank);
  }
  return kept;
}
