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
import { Groups } from "./groups.ts";
import type { Announcing } from "./announcing.ts";
import { rankedReach, type RankedReach } from "./ranked-reach.ts";
import type { AwaitedNodes, PendingMove } from "./memory.ts";
import type { ClusterNode } from "./nodes.ts";
import { withRanksInPlace } from "./ranks-in-place.ts";
import { localServing, type ClaimedAddress, type ClassNodes, type World } from "./world.ts";

export interface RankContext {
  readonly world: World;
  readonly nowMs: number;
  /** Nodes that are planned with though their speakers were not heard of yet: looking.ts. */
  readonly awaited: AwaitedNodes;
  /** Nodes that count where routers should prefer one of them. */
  readonly announcing: Announcing;
  /** How long the speakers have to take up a plan before what they do counts more. */
  readonly pendingTimeMs: number;
}

/** @returns the moves that are still under way: what was known of them, and those seen for the first time */
function pendingMoves(
  known: ReadonlyMap<Ip, PendingMove>,
  unanswered: Iterable<ClaimedAddress>,
  { nowMs, pendingTimeMs }: Pick<RankContext, "nowMs" | "pendingTimeMs">,
): Map<Ip, PendingMove> {
  const pending = new Map<Ip, PendingMove>();
  for (const claimed of unanswered) {
    const { generation } = claimed.object.spec;
    const before = known.get(claimed.ip);
    const untilMs = before?.generation === generation ? before.untilMs : nowMs + pendingTimeMs;
    pending.set(claimed.ip, { generation, untilMs });
  }
  return pending;
}

/** Valid until the next pass. */
export interface JobsNow {
  /** One for each address that is wanted, but for those of which routers alone are told and are to prefer no node. */
  readonly jobs: ReadonlyMap<Ip, RankJob>;
  /** Addresses whose job is another than in the pass before, or that came or went. */
  readonly changed: ReadonlySet<Ip>;
  /** Addresses that the speakers gave to another node than was planned. */
  readonly followed: ReadonlySet<Ip>;
  /** Addresses that another answers for while the first speakers begin. */
  readonly early: ReadonlySet<Ip>;
  /** Those of them whose first place has begun, though after the plan perhaps. */
  readonly belated: ReadonlySet<Ip>;
  /** The moves under way. */
  readonly pending: ReadonlyMap<Ip, PendingMove>;
}

/** The jobs of a ranking, kept up to date: one that is as it was is the very same object. */
export class RankJobs {
  readonly #jobs = new Map<Ip, RankJob>();
  readonly #groups = new Groups();
  readonly #unanswered = new Map<Ip, ClaimedAddress>();
  /** Addresses whose plan waits for an answer: the time alone may end it. */
  #waiting: ReadonlySet<Ip> = new Set();
  /** Addresses that another answers for while the first speakers begin: that ends by the time, too. */
  #early = new Set<Ip>();
  #belated = new Set<Ip>();
  #splits = new Map<ClassNodes | undefined, Split>();
  #classes: World["classes"] | null = null;
  #trusted = "";
  readonly #followed = new Set<Ip>();

  /** @param news what may be otherwise than the last time */
  of(
    wanted: ReadonlyMap<Ip, Assignment>,
    news: ReadonlySet<Ip>,
    { known, ...context }: RankContext & { readonly known: ReadonlyMap<Ip, PendingMove> },
  ): JobsNow {
    const { world, nowMs } = context;
    for (const ip of news) {
      const claimed = world.claimed.get(ip);
      if (claimed !== undefined && isUnanswered(claimed)) this.#unanswered.set(ip, claimed);
      else this.#unanswered.delete(ip);
    }
    const pending = pendingMoves(known, this.#unanswered.values(), context);
    const waiting = new Set(
      [...pending].flatMap(([ip, { untilMs }]) => (untilMs > nowMs ? [ip] : [])),
    );
    const others = new Set([...news, ...this.#waiting, ...waiting, ...this.#early]);
    this.#waiting = waiting;
    [this.#early, this.#belated] = [new Set(), new Set()];
    for (const ip of this.#groups.see(wanted, news)) others.add(ip);
    if (this.#isOtherWorld(context)) for (const ip of wanted.keys()) others.add(ip);
    const stopping = new Set(world.nodes.filter((node) => node.stopping).map(({ name }) => name));
    const pass: Pass = { ...context, stopping, classSplits: this.#splits };
    const changed = new Set<Ip>();
    for (const ip of others) {
      const assignment = wanted.get(ip);
      const before = this.#jobs.get(ip);
      const ranked = assignment === undefined ? null : rankedReach(assignment, world);
      if (assignment === undefined || ranked === null) {
        if (this.#jobs.delete(ip)) changed.add(ip);
        this.#followed.delete(ip);
        continue;
      }
      const job = this.#jobOf(assignment, ranked, waiting.has(ip), pass);
      if (before !== undefined && isSameJob(before, job)) continue;
      this.#jobs.set(ip, job);
      changed.add(ip);
      if (isFollowed(job)) this.#followed.add(ip);
      else this.#followed.delete(ip);
    }
    const [followed, early, belated] = [this.#followed, this.#early, this.#belated];
    return { jobs: this.#jobs, changed, followed, early, belated, pending };
  }

  #isOtherWorld({ world, awaited, announcing }: RankContext): boolean {
    const names = [...awaited.nodes, "", ...announcing.keys()].join(" ");
    if (world.classes === this.#classes && names === this.#trusted) return false;
    [this.#classes, this.#trusted] = [world.classes, names];
    this.#splits = new Map();
    return true;
  }

  #jobOf(assignment: Assignment, ranked: RankedReach, isPending: boolean, pass: Pass): RankJob {
    const { world, stopping, nowMs, awaited } = pass;
    const { reach, isOfRouters } = ranked;
    const claimed = world.claimed.get(assignment.ip) ?? world.claiming.get(assignment.ip);
    // Of what routers choose nobody reports; what is there is of a time when nodes answered on the segment.
    const reported = isOfRouters ? null : (claimed?.object.status?.holder ?? null);
    const rank = claimed?.object.spec.rank ?? [];
    const [first = ""] = rank;
    const { candidates, reserves } = splitFor(assignment, ranked, reported, pass);
    const begins = nowMs < awaited.beginsUntilMs && candidates.includes(first);
    const isElsewhere = reported !== null && reported !== first;
    const isEarly = begins && isElsewhere && neverHad(first, claimed);
    if (isEarly) this.#early.add(assignment.ip);
    if (isEarly && claimed !== undefined && !isUnanswered(claimed) && hasBegun(first, world)) {
      this.#belated.add(assignment.ip);
    }
    const holder = isPending || isEarly ? null : reported;
    const now = holder ?? first;
    return {
      address: assignment.ip,
      group: this.#groups.of(assignment),
      ...{ candidates, reserves, rank, holder, scores: reach?.scores ?? NO_SCORES },
      balance: world.compiled.classes.get(assignment.className)?.rebalance ?? true,
      leaves: stopping.has(now) && !candidates.includes(now),
    };
  }
}

/** What the jobs of one pass have in common. */
interface Pass extends RankContext {
  readonly stopping: ReadonlySet<string>;
  /** Those of all that some ways reach: most addresses share one, and the rank reads each list once. */
  readonly classSplits: Map<ClassNodes | undefined, Split>;
}

function isSameJob(a: RankJob, b: RankJob): boolean {
  const lists = ["candidates", "reserves", "rank"] as const;
  return (
    a.group === b.group &&
    a.holder === b.holder &&
    a.balance === b.balance &&
    a.leaves === b.leaves &&
    a.scores === b.scores &&
    lists.every((list) => a[list] === b[list] || a[list].join(" ") === b[list].join(" "))
  );
}

/** The speakers gave it to another node: that is followed first, and settles before anything goes back. */
function isFollowed({ holder, rank, candidates }: RankJob): boolean {
  const [first] = rank;
  return first !== undefined && holder !== null && holder !== first && candidates.includes(holder);
}

/**
 * The plan has named that node from the first, and whoever answers began before it, and alone: it took the address from
 * nobody, or from another such.
 */
function neverHad(first: string, claimed: ClaimedAddress | undefined): boolean {
  const { spec, status } = claimed?.object ?? {};
  const { from, reason } = status?.lastMove ?? {};
  if (spec?.cause !== "first" || from === first) return false;
  return reason === "first" || reason === "partition-mended";
}

/** A speaker is heard of when it has listened: it knows what it is fenced at. */
function hasBegun(node: string, { nodes }: World): boolean {
  return nodes.some(({ name, present }) => name === node && present);
}

/** True where another node answers than the plan says, and no speaker has said that it knows this plan. */
function isUnanswered({ object: { spec, status } }: ClaimedAddress): boolean {
  const holder = status?.holder ?? null;
  if (holder === null || holder === spec.rank[0]) return false;
  return (status?.generation ?? -1) < spec.generation;
}

type Split = Pick<RankJob, "candidates" | "reserves">;
type NodeTest = (node: ClusterNode) => boolean;

const isHeard: NodeTest = (node) => node.present && !node.lost;

/** A node that is not trusted with more keeps what it holds. */
function splitFor(
  assignment: Assignment,
  { reach, isOfRouters }: RankedReach,
  holder: string | null,
  { world, awaited, announcing, classSplits }: Pass,
): Split {
  const local = localServing(assignment, world);
  const may = (node: ClusterNode) => local.every((nodes) => nodes.has(node.name));
  const all = reach?.eligible ?? [];
  const eligible = local.length === 0 ? all : all.filter(may);
  const leaving = reach?.leaving ?? NOBODY;
  const isDoubted = (node: ClusterNode) => node.present && !node.available;
  if (eligible.some((node) => node.name === holder && isDoubted(node) && !leaving.has(holder))) {
    const isAble = (node: ClusterNode) => node.available || node.name === holder;
    return split(eligible, leaving, { isAble, isHeard });
  }
  const known = local.length === 0 ? classSplits.get(reach) : undefined;
  const announces: NodeTest = ({ name }) => announcing.has(name) || awaited.nodes.has(name);
  const answers: NodeTest = (node) => node.available || awaited.nodes.has(node.name);
  const tests = isOfRouters
    ? { isAble: announces, isHeard: announces }
    : { isAble: answers, isHeard };
  const made = known ?? split(eligible, leaving, tests);
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
  { isAble, isHeard }: { readonly isAble: NodeTest; readonly isHeard: NodeTest },
): Split {
  const isLeaving = ({ name }: ClusterNode) => leaving.has(name);
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
export function startTimes({ nodes }: Pick<World, "nodes">): Map<string, number> {
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
