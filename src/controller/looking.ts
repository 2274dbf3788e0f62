/**
 * A planner that has just begun, or that heard of no speaker for a while, looks before it ranks anew what is in place. Pure.
 *
 * Most likely the API server is back, and then the status says who held an address before: holders write what happened
 * meanwhile within some seconds. A plan made of the old status would move what nobody wants moved, for a newer plan
 * frees a node of its fence. Failover does not wait for it, and new addresses are ranked at once.
 * Neighbours: plan.ts asks; ../multi-ip/rank.ts ranked.
 */
import type { RankPlan } from "../multi-ip/rank.ts";
import type { PlanMemory } from "./memory.ts";
import type { Presence } from "./nodes.ts";
import type { World } from "./world.ts";

/** Each speaker renews its Lease every 5 s: one of several is heard of more often. */
const SILENCE_MS_MAX = 7500;

export interface Looking {
  readonly lookUntilMs: number;
  readonly heardMs: number | null;
}

/** @returns until when to look; the first pass has nothing to look at where nothing is in place */
export function look(
  memory: Pick<PlanMemory, "lookUntilMs" | "heardMs">,
  { world, presences }: { readonly world: World; readonly presences: readonly Presence[] },
  { nowMs, lookTimeMs }: { readonly nowMs: number; readonly lookTimeMs: number },
): Looking {
  const times = presences.map(({ heardAtMs }) => heardAtMs);
  const heardMs = times.length === 0 ? null : Math.max(...times);
  const before = memory.heardMs;
  const after = heardMs === null || heardMs === before ? nowMs : heardMs;
  const wasSilent = before !== null && after - before > SILENCE_MS_MAX;
  const begins = memory.lookUntilMs === null && world.claimed.size > 0;
  const lookUntilMs = begins || wasSilent ? nowMs + lookTimeMs : (memory.lookUntilMs ?? nowMs);
  return { lookUntilMs, heardMs };
}

/** @returns the plan with the ranks as they are, but for those that name a node that may hold the address no more */
export function keepRanks({ ranks, moves }: RankPlan, { claimed }: World): RankPlan {
  const kept = new Map(ranks);
  for (const { ip, object } of claimed.values()) {
    const allowed = ranks.get(ip) ?? [];
    const { rank } = object.spec;
    if (rank.length > 0 && rank.every((node) => allowed.includes(node))) kept.set(ip, rank);
  }
  return {
    ranks: kept,
    moves: moves.filter(({ address }) => kept.get(address) === ranks.get(address)),
  };
}
