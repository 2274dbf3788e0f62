/**
 * One pass over the whole cluster: what is seen, against what should be, as writes. Pure.
 *
 * Level-based: nothing is remembered of what was written before. What is not done is planned again, and where
 * nothing is to do there are no writes. So a crash after any write, in any order, is mended by the next pass.
 * Neighbours: world.ts sees, roles.ts and assignments.ts decide, the others put it in words; io/run.ts performs.
 */
import type { Problem, ProblemCode } from "../base/errors.ts";
import { compareText } from "../base/hash.ts";
import type { Ip } from "../base/ip.ts";
import { announcingNodes, nextForgottenMs } from "./announcing.ts";
import { planManifests } from "./manifest-status.ts";
import { withCauses } from "./causes.ts";
import { planClassStatuses } from "./class-status.ts";
import { planLabels } from "./labels.ts";
import { awaitSpeakers, holdersNext, keepRanks, lookUntil, renewalsOf } from "./looking.ts";
import type { PlanMemory } from "./memory.ts";
import { planMetallbStatuses } from "./metallb-status.ts";
import { nextStaleAtMs } from "./nodes.ts";
import { moveFirst } from "./rank-jobs.ts";
import { settle } from "./settling.ts";
import { standingAt } from "./standing.ts";
import type { MetallbStatuses, Snapshot, World } from "./world.ts";
import { WRITE_ORDER, writeKey, type Write } from "./writes.ts";

export interface PlanOptions {
  /** How long the nodes have to stay the same before addresses move without need. */
  readonly settlingTimeMs: number;
  /** Between two voluntary moves in the cluster. */
  readonly moveIntervalMs: number;
  /** How long the speakers have to take up a plan before the plan follows them instead. */
  readonly pendingTimeMs: number;
  /** How long a planner that has just begun looks before it ranks anew what it finds in place. */
  readonly lookTimeMs: number;
  /** How long a status waits for claims that are being made, to be written once. */
  readonly waitTimeMs: number;
  /** Between two writes of a class's counters. */
  readonly countIntervalMs: number;
  /** As `--lb-class` says; empty: MetalLB's pools are for Services that name no class. */
  readonly lbClass: string;
  /** As `--ignore-exclude-lb` says. */
  readonly ignoreExcludeLabel: boolean;
}

export const PLAN_OPTIONS: PlanOptions = {
  settlingTimeMs: 60_000,
  moveIntervalMs: 1000,
  pendingTimeMs: 10_000,
  lookTimeMs: 8000,
  waitTimeMs: 1000,
  countIntervalMs: 1000,
  lbClass: "",
  ignoreExcludeLabel: false,
};

export interface PlanClock {
  /** Milliseconds, monotonic, any epoch. */
  readonly nowMs: number;
  /** The time of day, for conditions. */
  readonly nowIso: string;
}

export interface Plan {
  /** In the order in which they should be begun; at most one per object. */
  readonly writes: readonly Write[];
  readonly memory: PlanMemory;
  /** When to plan again though nothing changed, or null. */
  readonly wakeAtMs: number | null;
  readonly figures: PlanFigures;
}

/** What metrics show. */
export interface PlanFigures {
  readonly generation: number;
  readonly servicesReady: number;
  readonly servicesWaiting: number;
  readonly virtualIps: number;
  readonly problems: ReadonlyMap<ProblemCode, number>;
  readonly world: World;
}

/** @returns everything that has to change; the same input gives the same plan */
export function plan(
  snapshot: Snapshot,
  memory: PlanMemory,
  { nowMs, nowIso, ...options }: PlanClock & PlanOptions,
): Plan {
  const stood = standingAt(memory, nowMs);
  const { standing } = stood;
  const seen = standing.observer.observe(snapshot, {
    nowMs,
    settlingTimeMs: options.settlingTimeMs,
    ignoreExcludeLabel: options.ignoreExcludeLabel,
  });
  const { world } = seen;
  const assignments = standing.desk.decide(world, seen.news, options);
  const settled = settle(world, memory, { nowMs, ...options });
  const { hearing } = snapshot;
  const lookUntilMs = lookUntil(memory, { world, hearing }, { nowMs, ...options });
  const looks = nowMs < lookUntilMs;
  const awaited = awaitSpeakers(memory, world, { nowMs, ...options });
  const announcing = announcingNodes(memory.announcing, world, nowMs);
  const wishes = standing.ranking.jobs.of(assignments.wanted, assignments.news.addresses, {
    ...{ world, nowMs, awaited, announcing, known: memory.pending, ...options },
  });
  const { pending } = wishes;
  const renewals = renewalsOf(memory, wishes, world);
  const isFollowing = looks || wishes.followed.size > 0;
  const fresh = standing.ranking.rank(wishes, world, isFollowing ? 0 : settled.movesMax);
  const ranked = looks ? keepRanks(fresh, wishes.jobs, world) : moveFirst(fresh, world);
  const { moves, ranks } = {
    ...ranked,
    moves: withCauses(ranked.moves, assignments.wanted, world),
  };
  const { open } = fresh;
  const { generation: known } = memory;
  const virtualIps = standing.claims.plan(world, assignments, {
    ...{ moves, open, renewals, generation: known },
    ranks: holdersNext(ranks, renewals, world),
  });
  const statuses = standing.statuses.plan({ world, nowIso }, assignments, {
    ...{ nowMs, waitTimeMs: options.waitTimeMs },
    waiting: memory.waiting,
  });
  const counts = standing.counts.see(world, assignments);
  const classes = planClassStatuses({
    ...{ world, counts, nowMs, nowIso },
    countIntervalMs: options.countIntervalMs,
    countedAtMs: memory.countedAtMs,
  });
  const { metallbStatuses: kinds = null } = snapshot;
  const metallb = planMetallbStatuses({
    ...{ world, counts, nowMs, nowIso },
    statuses: kinds,
    l2Writes: standing.l2.plan(world, kinds ?? NO_STATUSES, assignments),
    pools: snapshot.ipAddressPools,
    countIntervalMs: options.countIntervalMs,
    countedAtMs: memory.countedAtMs,
  });
  const writes = [
    ...virtualIps.writes,
    ...statuses.writes,
    ...planLabels(world),
    ...classes.writes,
    ...metallb.writes,
    ...planManifests(world, nowIso),
  ];
  const { generation } = virtualIps;
  const after = settled.afterMoves(moves);
  return {
    writes: inOrder(writes),
    memory: {
      ...after,
      ...stood,
      lookUntilMs,
      awaited,
      renewals,
      announcing,
      generation,
      pending,
      waiting: statuses.waiting,
      countedAtMs: new Map([...classes.countedAtMs, ...metallb.countedAtMs]),
    },
    wakeAtMs: earliest([
      nextStaleAtMs(snapshot.presences, nowMs),
      looks ? lookUntilMs : null,
      awaited.nodes.size > 0 ? awaited.untilMs : null,
      nowMs < awaited.beginsUntilMs ? awaited.beginsUntilMs : null,
      nextForgottenMs(announcing),
      settled.wakeAtMs(moves),
      ...wakesOf(pending, nowMs),
      ...[...statuses.waiting.values()].map((sinceMs) => sinceMs + options.waitTimeMs),
      classes.wakeAtMs,
      metallb.wakeAtMs,
    ]),
    figures: {
      generation,
      servicesReady: statuses.ready,
      servicesWaiting: statuses.unready,
      virtualIps: world.claimed.size,
      problems: countProblems(statuses.problems, world),
      world,
    },
  };
}

/** What is planned of a cluster without the kinds is not written. */
const NO_STATUSES: MetallbStatuses = { namespace: "", l2: [], states: [] };

/**
 * Claims before promises, then what silences, then what describes; what moves first, for a node may wait for it. Of one kind
 * by name: the same plan, however it was found.
 */
function inOrder(all: readonly Write[]): Write[] {
  const writes = all
    .map((write) => ({ write, key: writeKey(write) }))
    .sort((a, b) => compareText(a.key, b.key))
    .map(({ write }) => write);
  const moves = (write: Write) => write.kind === "update-virtual-ip" && write.move !== undefined;
  return WRITE_ORDER.flatMap((kind) => {
    const ofKind = writes.filter((write) => write.kind === kind);
    return [...ofKind.filter(moves), ...ofKind.filter((write) => !moves(write))];
  });
}

function wakesOf(pending: ReadonlyMap<Ip, { readonly untilMs: number }>, nowMs: number): number[] {
  return [...pending.values()].map(({ untilMs }) => untilMs).filter((time) => time > nowMs);
}

function earliest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}

function countProblems(
  problems: readonly Problem[],
  { compiled }: World,
): Map<ProblemCode, number> {
  const counts = new Map<ProblemCode, number>();
  for (const { code } of [...problems, ...[...compiled.problems.values()].flat()]) {
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return counts;
}
