/**
 * The moves of a plan: every address whose first place is another than today's, and why. Pure.
 *
 * Neighbours: first.ts decides them; the controller counts and reports them.
 */
import type { RankJob, RankMove } from "./rank.ts";
import type { VoluntaryReason } from "./spread.ts";

/**
 * @param rank the planned one
 * @param voluntary where it was before it was moved without need, and why
 * @returns the job's move, or null
 */
export function moveOf(
  job: RankJob,
  rank: readonly string[],
  voluntary: { readonly from: string; readonly reason: VoluntaryReason } | null,
): RankMove | null {
  const { address } = job;
  const to = rank[0] ?? null;
  if (voluntary !== null && voluntary.from !== to) return { address, ...voluntary, to };
  const first = job.rank[0] ?? null;
  // Where the holder is about to stop, it is what is left, whatever the rank said.
  const from = job.leaves === true ? (job.holder ?? first) : first;
  return first === to ? null : { address, from, to, reason: reasonOf(job, from, to) };
}

function reasonOf(job: RankJob, from: string | null, to: string | null): RankMove["reason"] {
  if (from === null) return "first";
  if (to === null) return "no-node";
  return job.candidates.includes(from) ? "follow-holder" : "node-lost";
}
