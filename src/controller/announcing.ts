/**
 * Which nodes count where routers should prefer one of them: those whose speakers are heard of, or were a moment ago. Pure.
 *
 * That a speaker or its node starts anew is between the nodes and the routers: these take the next node meanwhile, and ranks without
 * it would be written for all its addresses, twice. A node that stays away counts no more, and others are first in its place.
 * Neighbours: rank-jobs.ts ranks by it; looking.ts has the patience for addresses that a node answers for.
 */
import type { World } from "./world.ts";

/** As long as routers keep the routes of a speaker that restarts. */
export const ABSENCE_MS_MAX = 120_000;

/** By name of the node: since when its speaker is not heard of; null: it is. */
export type Announcing = ReadonlyMap<string, number | null>;

/**
 * @param before of the pass before; null: there was none, and who is ranked was heard of
 * @returns the nodes that count
 */
export function announcingNodes(
  before: Announcing | null,
  { nodes, claimed }: Pick<World, "nodes" | "claimed">,
  nowMs: number,
): Announcing {
  const known = before ?? rankedIn(claimed);
  const counted = new Map<string, number | null>();
  for (const { name, present, stopping } of nodes) {
    if (present || stopping) counted.set(name, null);
    else if (known.has(name)) {
      const sinceMs = known.get(name) ?? nowMs;
      if (nowMs < sinceMs + ABSENCE_MS_MAX) counted.set(name, sinceMs);
    }
  }
  return counted;
}

/** @returns when the first of those that are not heard of counts no more */
export function nextForgottenMs(announcing: Announcing): number | null {
  const times = [...announcing.values()].filter((sinceMs) => sinceMs !== null);
  return times.length === 0 ? null : Math.min(...times) + ABSENCE_MS_MAX;
}

function rankedIn(claimed: World["claimed"]): Announcing {
  const ranked = [...claimed.values()].filter(({ object }) => object.spec.mode === "BGP");
  return new Map(ranked.flatMap(({ object }) => object.spec.rank.map((name) => [name, null])));
}
