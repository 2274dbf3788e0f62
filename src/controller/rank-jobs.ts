/**
 * Who may hold each address, as the rank wants to know it: who can now, who could, who does. Pure.
 *
 * Who may is settled here and nowhere else: the nodes of the class, not excluded, and for `externalTrafficPolicy:
 * Local` with a serving endpoint. A node that may not is not in the rank; nor is one that the addresses should leave,
 * as long as another node can hold them.
 * Neighbours: ../multi-ip/rank.ts makes the ranks; virtual-ips.ts writes them.
 */
import type { Ip } from "../base/ip.ts";
import type { RankJob, RankPlan } from "../multi-ip/rank.ts";
import type { Assignment } from "./assignments.ts";
import { groupsOf } from "./groups.ts";
import { reachOf } from "./reach.ts";
import type { PendingMove } from "./memory.ts";
import type { ClusterNode } from "./nodes.ts";
import { withRanksInPlace } from "./ranks-in-place.ts";
import { localServing, type ClaimedAddress, type ClassNodes, type World } from "./world.ts";

export interface RankContext {
  readonly world: World;
  readonly nowMs: number;
  /** Nodes that are planned with though their speakers were not heard of yet: looking.ts. */
  readonly awaited: ReadonlySet<string>;
  /** How long the speakers have to take up a plan before what they do counts more. */
  readonly pendingTimeMs: number;
}

/** @returns the moves that are still under way: what was known of them, and those seen for the first time */
export function pendingMoves(
  known: ReadonlyMap<Ip, PendingMove>,
  { world, nowMs, pendingTimeMs }: Omit<RankContext, "awaited">,
): Map<Ip, PendingMove> {
  const pending = new Map<Ip, PendingMove>();
  for (const claimed of world.claimed.values()) {
    if (!isUnanswered(claimed)) continue;
    const { generation } = claimed.object.spec;
    const before = known.get(claimed.ip);
    const untilMs = before?.generation === generation ? before.untilMs : nowMs + pendingTimeMs;
    pending.set(claimed.ip, { generation, untilMs });
  }
  return pending;
}

/** @returns one job for each address that is wanted, in the order given */
export function rankJobs(
  wanted: ReadonlyMap<Ip, Assignment>,
  pending: ReadonlyMap<Ip, PendingMove>,
  { world, nowMs, awaited }: RankContext,
): RankJob[] {
  const classSplits = new Map<ClassNodes | undefined, Split>();
  const groups = groupsOf(wanted);
  const stopping = new Set(world.nodes.filter((node) => node.stopping).map(({ name }) => name));
  return [...wanted.values()].map((assignment) => {
    const claimed = world.claimed.get(assignment.ip) ?? world.claiming.get(assignment.ip);
    const reported = claimed?.object.status?.holder ?? null;
    const isPending = (pending.get(assignment.ip)?.untilMs ?? 0) > nowMs;
    const holder = isPending ? null : reported;
    const rank = claimed?.object.spec.rank ?? [];
    const reach = reachOf(assignment.uses, assignment.className, world);
    const made = splitFor(assignment, { world, reach, awaited, classSplits, holder: reported });
    const now = holder ?? rank[0] ?? "";
    return {
      address: assignment.ip,
      group: groups.get(assignment.ip) ?? assignment.ip,
      ...{ ...made, rank, holder, scores: reach?.scores ?? NO_SCORES },
      balance: world.compiled.classes.get(assignment.className)?.rebalance ?? true,
      leaves: stopping.has(now) && !made.candidates.includes(now),
    };
  });
}

/** True where another node answers than the plan says, and no speaker has said that it knows this plan. */
function isUnanswered({ object: { spec, status } }: ClaimedAddress): boolean {
  const holder = status?.holder ?? null;
  if (holder === null || holder === spec.rank[0]) return false;
  return (status?.generation ?? -1) < spec.generation;
}

type Split = Pick<RankJob, "candidates" | "reserves">;

interface SplitContext {
  readonly world: World;
  readonly reach: ClassNodes | undefined;
  readonly awaited: ReadonlySet<string>;
  /** Those of all that some ways reach: most addresses share one, and the rank reads each list once. */
  readonly classSplits: Map<ClassNodes | undefined, Split>;
  readonly holder: string | null;
}

/** A node that is not trusted with more keeps what it holds. */
function splitFor({ uses }: Assignment, context: SplitContext): Split {
  const { world, reach, awaited, classSplits, holder } = context;
  const local = localServing(uses, world);
  const may = (node: ClusterNode) => local.every((nodes) => nodes.has(node.name));
  const eligible = reach?.eligible.filter(may) ?? [];
  const leaving = reach?.leaving ?? NOBODY;
  const isDoubted = (node: ClusterNode) => node.present && !node.available;
  if (eligible.some((node) => node.name === holder && isDoubted(node) && !leaving.has(holder))) {
    return split(eligible, leaving, (node) => node.available || node.name === holder);
  }
  const known = local.length === 0 ? classSplits.get(reach) : undefined;
  const made =
    known ?? split(eligible, leaving, (node) => node.available || awaited.has(node.name));
  if (local.length === 0) classSplits.set(reach, made);
  return made;
}

const NO_SCORES: ReadonlyMap<string, number> = new Map();
const NOBODY: ReadonlyMap<string, unknown> = new Map();

/**
 * Splits those who may into those who can now and those who cannot. Nodes that should be left take no part while any
 * other can. Where none can, a node that is being left goes on, for it works; then those count that are heard of but
 * not trusted yet; and where nobody is heard of, everybody: an order that nobody can take up moves nothing, and it is
 * even when the speakers come.
 */
function split(
  eligible: readonly ClusterNode[],
  leaving: ReadonlyMap<string, unknown>,
  isAble: (node: ClusterNode) => boolean,
): Split {
  const isLeaving = ({ name }: ClusterNode) => leaving.has(name);
  const isHeard = (node: ClusterNode) => node.present && !node.lost;
  const tests = [
    (node: ClusterNode) => isAble(node) && !isLeaving(node),
    (node: ClusterNode) => isHeard(node) && isLeaving(node),
    (node: ClusterNode) => isHeard(node) && !isLeaving(node),
  ];
  const able = tests.find((test) => eligible.some(test)) ?? (() => true);
  const mayWait = (node: ClusterNode) => !able(node) && (able !== tests[0] || !isLeaving(node));
  const names = (nodes: readonly ClusterNode[]) => nodes.map(({ name }) => name);
  return { candidates: names(eligible.filter(able)), reserves: names(eligible.filter(mayWait)) };
}

/** @returns when each node's speaker started, for the addresses that leave another */
export function startTimes({ nodes }: World): Map<string, number> {
  return new Map(nodes.map(({ name, startedAtMs }) => [name, startedAtMs]));
}

/**
 * While a speaker is about to stop it waits for the moves, and for nothing else: the ranks in which it stands behind
 * others are made anew when it has stopped.
 *
 * @returns the plan with only those ranks new whose first place is another
 */
export function moveFirst({ ranks, moves }: RankPlan, { nodes, claimed }: World): RankPlan {
  if (!nodes.some(({ stopping }) => stopping)) return { ranks, moves };
  const hasSameFirst = (address: Ip, [first]: readonly string[]) =>
    first === ranks.get(address)?.[0];
  return { ranks: withRanksInPlace(ranks, claimed, hasSameFirst), moves };
}
