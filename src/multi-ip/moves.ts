/**
 * The moves of a plan: every address whose first place is another than today's, and why. Pure.
 *
 * Neighbours: first.ts decides them; the controller counts and reports them.
 */
import type { FirstPlaces } from "./first.ts";
import type { RankJob, RankMove, RankPlan } from "./rank.ts";
import type { World } from "./world.ts";

/** @returns one for each address whose first place changes, by address text */
export function movesOf(
  { jobs, nodes }: World,
  { before, voluntary }: FirstPlaces,
  ranks: RankPlan["ranks"],
): RankMove[] {
  return jobs.flatMap((job, i) => {
    const { address } = job;
    const to = ranks.get(address)?.[0] ?? null;
    const established = nodes[before[i] as number] ?? null;
    const reason = voluntary.get(i);
    if (reason !== undefined && established !== to) {
      return { address, from: established, to, reason };
    }
    const first = job.rank[0] ?? null;
    // Where the holder is about to stop, it is what is left, whatever the rank said.
    const from = job.leaves === true ? (job.holder ?? first) : first;
    return first === to ? [] : { address, from, to, reason: reasonOf(job, from, to) };
  });
}

function reasonOf(job: RankJob, from: string | null, to: string | null): RankMove["reason"] {
  if (from === null) return "first";
  if (to === null) return "no-node";
  return job.candidates.includes(from) ? "follow-holder" : "node-lost";
}
