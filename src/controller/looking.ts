/**
 * A planner that has just begun, or that heard of no speaker for a while, looks before it ranks anew what is in place. Pure.
 *
 * Most likely the API server is back, and then the status says who held an address before: holders write what happened
 * meanwhile within some seconds. A plan made of the old status would move what nobody wants moved, for a newer plan
 * frees a node of its fence. Failover does not wait for it, and new addresses are ranked at once.
 * Neighbours: plan.ts asks; ../multi-ip/rank.ts ranked.
 */
import type { Ip } from "../base/ip.ts";
import type { RankJob, RankPlan } from "../multi-ip/rank.ts";
import { PRESENCE_RENEW_MS } from "../multi-ip/presence.ts";
import type { AwaitedNodes, PlanMemory } from "./memory.ts";
import type { JobsNow } from "./rank-jobs.ts";
import { withRanksInPlace } from "./ranks-in-place.ts";
import type { World } from "./world.ts";

/** Each speaker renews its Lease: one of several is heard of more often. */
export const SILENCE_MS_MAX = 1.5 * PRESENCE_RENEW_MS;

/** When speakers were heard of, whichever: kept with every Lease that changes, for passes are rare where all is well. */
export interface Hearing {
  /** Milliseconds, monotonic, the epoch of `nowMs`; null: never. */
  readonly lastMs: number | null;
  /** When one was heard of after a silence of all; null: there was none. */
  readonly silenceEndedMs: number | null;
}

export const HEARD_NOBODY: Hearing = { lastMs: null, silenceEndedMs: null };

/** A speaker was heard of now. */
export function hearOne({ lastMs, silenceEndedMs }: Hearing, nowMs: number): Hearing {
  const wasSilent = lastMs !== null && nowMs - lastMs > SILENCE_MS_MAX;
  return { lastMs: nowMs, silenceEndedMs: wasSilent ? nowMs : silenceEndedMs };
}

/** @returns until when to look; the first pass has nothing to look at where nothing is in place */
export function lookUntil(
  memory: Pick<PlanMemory, "lookUntilMs">,
  { world, hearing }: { readonly world: World; readonly hearing: Hearing },
  { nowMs, lookTimeMs }: { readonly nowMs: number; readonly lookTimeMs: number },
): number {
  const { lastMs, silenceEndedMs } = hearing;
  const begins = memory.lookUntilMs === null && world.claimed.size > 0;
  const isSilent = lastMs !== null && nowMs - lastMs > SILENCE_MS_MAX;
  if (begins || isSilent) return nowMs + lookTimeMs;
  const afterSilenceMs = silenceEndedMs === null ? nowMs : silenceEndedMs + lookTimeMs;
  return Math.max(memory.lookUntilMs ?? nowMs, afterSilenceMs);
}

/**
 * Where nothing is in place, as at the first installation, or where the addresses are another load balancer's still,
 * speakers start with the first class, for it labels their nodes. Whoever is heard of first is not to get everything: not
 * from the planner, and not because it answers alone until the others have listened, too, and take what is theirs.
 *
 * @returns the nodes that are planned with though nobody has heard of their speakers, and until when. Who was heard of
 *   once is none of them; the last of those may be in its first moments a look time later
 */
export function awaitSpeakers(
  { awaited }: Pick<PlanMemory, "awaited">,
  { claimed, classes, nodes }: World,
  { nowMs, lookTimeMs }: { readonly nowMs: number; readonly lookTimeMs: number },
): AwaitedNodes {
  const silent = nodes.filter((node) => node.ready && node.joinedAt === null);
  const names = silent.map(({ name }) => name);
  const { untilMs, beginsUntilMs } = awaited;
  if (untilMs === null) {
    if (claimed.size > 0) return { nodes: new Set(), untilMs: nowMs, beginsUntilMs };
    if (classes.size === 0) return awaited;
    const endsMs = nowMs + lookTimeMs;
    return { nodes: new Set(names), untilMs: endsMs, beginsUntilMs: endsMs + lookTimeMs };
  }
  const still = nowMs < untilMs ? names.filter((name) => awaited.nodes.has(name)) : [];
  return { nodes: new Set(still), untilMs, beginsUntilMs };
}

/**
 * A speaker that began when the plan was there already, or just came, is fenced behind it, though the plan counts on it
 * (../speaker/peers.ts). A new number frees it: once for an address, when that speaker has begun.
 *
 * @returns which plans are given anew, each with the number that it had: as long as that is seen it is to be written
 */
export function renewalsOf(
  { renewals }: Pick<PlanMemory, "renewals">,
  { early, belated }: Pick<JobsNow, "early" | "belated">,
  { claimed }: World,
): ReadonlyMap<Ip, number> {
  const now = new Map<Ip, number>();
  for (const ip of early) {
    const generation =
      renewals.get(ip) ?? (belated.has(ip) ? claimed.get(ip)?.object.spec.generation : undefined);
    if (generation !== undefined) now.set(ip, generation);
  }
  return now;
}

/** A new number frees all nodes that are ranked: the holder goes before those that are not meant. @returns the ranks so */
export function holdersNext(
  ranks: RankPlan["ranks"],
  renewals: ReadonlyMap<Ip, number>,
  { claimed }: World,
): RankPlan["ranks"] {
  if (renewals.size === 0) return ranks;
  const so = new Map(ranks);
  for (const ip of renewals.keys()) {
    const [first, ...rest] = ranks.get(ip) ?? [];
    const holder = claimed.get(ip)?.object.status?.holder ?? null;
    if (first === undefined || holder === null || !rest.includes(holder)) continue;
    so.set(ip, [first, holder, ...rest.filter((node) => node !== holder)]);
  }
  return so;
}

/** @returns the plan with the ranks as they are, but for those that name a node that may hold the address no more */
export function keepRanks(
  { ranks, moves }: RankPlan,
  jobs: ReadonlyMap<Ip, RankJob>,
  { claimed }: World,
): RankPlan {
  const kept = withRanksInPlace(ranks, claimed, (address, rank) => {
    const { candidates = [], reserves = [] } = jobs.get(address) ?? {};
    return rank.every((node) => candidates.includes(node) || reserves.includes(node));
  });
  return {
    ranks: kept,
    moves: moves.filter(({ address }) => kept.get(address) === ranks.get(address)),
  };
}
