/**
 * The slow choice: which nodes should hold each address, best first, over all Services together. Pure.
 *
 * The rules, by the names that comments and tests of this room use:
 *   P1  the k addresses of a Service are on min(k, nodes) different nodes;
 *   P2  over all Services together, no node has more addresses than it needs to have;
 *   P3  a lost node moves its own addresses and no others, and the survivors still satisfy P2;
 *   P4  nothing moves without a cause, and every move names it;
 *   P5  what a Service gains or gives back does not touch the addresses that it keeps.
 * Read first: path.ts, for the one idea behind P1 to P3.
 *
 * A plan is of the whole cluster and changes as little as it can:
 *   - who holds an address keeps it, and lost nodes drop out of the ranks (first.ts);
 *   - new addresses are placed as evenly as they can be without moving others (first.ts, spread.ts);
 *   - a few voluntary moves, as many as the caller allows, bring the rest closer to even (spread.ts);
 *   - second places are such that the loss of any one node leaves the survivors even (depth.ts).
 * The same world gives the same ranks, in whatever order it is listed, and what was ranked once is
 * ranked alike again: a rank that did not change is the very same array, so `===` tells what to write.
 *
 * A Ranker keeps what it has worked out. Where one address comes, goes or is answered for by another node, only what
 * follows from that is worked out anew, and the plan is the one that rankAll would make (rank.incremental.property.test.ts).
 * Neighbours: holder.ts chooses among the ranked; the controller writes what comes out.
 */
import assert from "node:assert/strict";
import { compareText } from "../base/hash.ts";
import type { Ip } from "../base/ip.ts";
import { isEqualList } from "../base/lists.ts";
import { Depths } from "./depth.ts";
import { Firsts } from "./first.ts";
import { moveOf } from "./moves.ts";
import type { MoveReason } from "./move-reason.ts";
import { World } from "./world.ts";

/** Nodes in a rank: enough for four to go before the controller makes new ranks. */
export const RANK_DEPTH = 5;

/** One address to rank. */
export interface RankJob {
  readonly address: Ip;
  /** Addresses of one group want different nodes: the Service and the family. */
  readonly group: string;
  /** Nodes that may hold it and are available. Give all addresses of a class the same list: it is read once. */
  readonly candidates: readonly string[];
  /** Nodes that may hold it but are not available: the tail of the rank, for when they come back. */
  readonly reserves: readonly string[];
  /** Today's rank; [] when new. */
  readonly rank: readonly string[];
  /**
   * Who answers now, as reported, and reported after today's rank was read: a holder that has not yet seen its
   * rank is on its way out, and would be put first again. null: nobody, or not known to be up to date.
   */
  readonly holder: string | null;
  /**
   * By node: how much it is wished for, 0 where it is not said. A wish stands below P1, for the addresses of a group want
   * different nodes, and above P2. Give jobs with the same wishes the same map: it is read once.
   */
  readonly scores?: ReadonlyMap<string, number>;
  /** Whether it may be moved to lower the differences between nodes. */
  readonly balance: boolean;
  /**
   * Its holder is about to stop: it is placed anew, whoever is second in today's rank, and of nodes that are equal it
   * goes to the one that started last. So in a rolling restart of all nodes it goes where it may stay.
   */
  readonly leaves?: boolean;
}

export interface RankOptions {
  /** Voluntary moves in this plan, at most. 0: none, while the cluster settles. */
  readonly rebalanceMovesMax: number;
  /** By node: when it started, in ms since any time; 0 where it is not said. */
  readonly startedAtMs?: ReadonlyMap<string, number>;
}

/** An address whose first place is another than today's. */
export interface RankMove {
  readonly address: Ip;
  readonly from: string | null;
  readonly to: string | null;
  readonly reason: MoveReason;
}

export interface RankPlan {
  /** Best first. The very same array as in the job where nothing changed. */
  readonly ranks: ReadonlyMap<Ip, readonly string[]>;
  /** By address text. */
  readonly moves: readonly RankMove[];
}

/** A plan that is kept up to date: valid until the next one is made. */
export interface StandingPlan extends RankPlan {
  /** Addresses whose rank, or whose move, is not what is in place. */
  readonly open: ReadonlySet<Ip>;
}

/**
 * Ranks all addresses of the cluster.
 *
 * @param jobs every address there is, in any order, none twice: what is left out counts for nothing
 * @returns a rank for each; [] where no node may hold it. Where none of those that may is available, they keep
 *   today's order, for nothing is known that speaks for another; a new address is spread over them
 */
export function rankAll(jobs: readonly RankJob[], options: RankOptions): RankPlan {
  const byAddress = new Map<Ip, RankJob>();
  for (const job of jobs.toSorted((a, b) => compareText(a.address, b.address))) {
    assert(!byAddress.has(job.address), `${job.address} is ranked twice`);
    byAddress.set(job.address, job);
  }
  return new Ranker().rank(byAddress, byAddress.keys(), options);
}

/** The ranks of a cluster, kept up to date. */
export class Ranker {
  #ranking: Ranking | null = null;
  #startedAtMs: ReadonlyMap<string, number> = new Map();

  /**
   * @param jobs every address there is
   * @param changed addresses that came or went, or whose job is another than the last time; more do no harm
   * @returns what rankAll would of all jobs
   */
  rank(
    jobs: ReadonlyMap<Ip, RankJob>,
    changed: Iterable<Ip>,
    { rebalanceMovesMax, startedAtMs = NO_TIMES }: RankOptions,
  ): StandingPlan {
    const news = new Set(changed);
    const isKnown = (ip: Ip) => {
      const job = jobs.get(ip);
      return job === undefined || this.#ranking?.world.knows(job) === true;
    };
    const isOther = !isSameMap(startedAtMs, this.#startedAtMs) || ![...news].every(isKnown);
    if (this.#ranking === null || isOther) {
      this.#startedAtMs = startedAtMs;
      this.#ranking = new Ranking(new World(jobs.values(), startedAtMs));
      return this.#ranking.update(jobs, new Set(jobs.keys()), rebalanceMovesMax);
    }
    return this.#ranking.update(jobs, news, rebalanceMovesMax);
  }
}

const NO_TIMES: ReadonlyMap<string, number> = new Map();

function isSameMap<K, V>(a: ReadonlyMap<K, V>, b: ReadonlyMap<K, V>): boolean {
  return a === b || (a.size === b.size && [...a].every(([key, value]) => b.get(key) === value));
}

/** Ranks over nodes that stay the same. */
class Ranking {
  readonly world: World;
  readonly #firsts: Firsts;
  readonly #depths: Depths;
  readonly #ranks = new Map<Ip, readonly string[]>();
  readonly #moves = new Map<Ip, RankMove>();
  readonly #open = new Set<Ip>();
  #voluntary: Firsts["voluntary"] = new Map();

  constructor(world: World) {
    this.world = world;
    this.#firsts = new Firsts(world);
    this.#depths = new Depths(world, this.#firsts.board, RANK_DEPTH);
  }

  update(
    jobs: ReadonlyMap<Ip, RankJob>,
    news: ReadonlySet<Ip>,
    rebalanceMovesMax: number,
  ): StandingPlan {
    this.#firsts.begin();
    const { all, renewed } = this.#take(jobs, news);
    const { jobs: elsewhere, groups } = this.#firsts.finish(rebalanceMovesMax);
    for (const job of elsewhere) all.add(job);
    const isLoadOther = elsewhere.size > 0;
    const touched = this.#depths.update({ jobs: all, renewed, groups, isLoadOther });
    const moved = [...this.#voluntary.keys(), ...this.#firsts.voluntary.keys()];
    this.#voluntary = this.#firsts.voluntary;
    for (const number of new Set([...touched, ...moved])) this.#write(number);
    this.world.forgetGone();
    const moves = [...this.#moves.values()].sort((a, b) => compareText(a.address, b.address));
    return { ranks: this.#ranks, moves, open: this.#open };
  }

  /** @returns the numbers of the jobs in the news, and of those of which more than today's rank is another */
  #take(jobs: ReadonlyMap<Ip, RankJob>, news: ReadonlySet<Ip>) {
    const [all, renewed] = [new Set<number>(), new Set<number>()];
    for (const address of news) {
      const job = jobs.get(address);
      let number = this.world.numberOf(address);
      if (number !== undefined) this.#firsts.leave(number);
      if (job === undefined) {
        if (number === undefined) continue;
        this.world.remove(number);
        this.#forget(address);
        renewed.add(number);
      } else if (number === undefined) {
        number = this.world.add(job);
        renewed.add(number);
      } else if (this.world.change(number, job)) renewed.add(number);
      if (job !== undefined) this.#firsts.enter(number);
      all.add(number);
    }
    return { all, renewed };
  }

  #forget(address: Ip): void {
    this.#ranks.delete(address);
    this.#moves.delete(address);
    this.#open.delete(address);
  }

  #write(number: number): void {
    const job = this.world.jobs[number];
    if (job === undefined) return;
    const { nodes } = this.world;
    const nameOf = (node: number) => nodes[node] as string;
    const rank = rankOf(job, this.#depths.placesOf(number).map(nameOf));
    const voluntary = this.#voluntary.get(number);
    const reason = voluntary && { from: nameOf(voluntary.from), reason: voluntary.reason };
    const move = moveOf(job, rank, reason ?? null);
    this.#ranks.set(job.address, rank);
    if (move === null) this.#moves.delete(job.address);
    else this.#moves.set(job.address, move);
    if (move === null && rank === job.rank) this.#open.delete(job.address);
    else this.#open.add(job.address);
  }
}

function rankOf(job: RankJob, rank: string[]): readonly string[] {
  if (rank.length < RANK_DEPTH && job.reserves.length > 0) {
    const spare = job.reserves.filter((node) => !rank.includes(node));
    const before = job.rank.filter((node) => spare.includes(node));
    const others = spare.filter((node) => !before.includes(node)).sort(compareText);
    rank.push(...before, ...others);
    rank.length = Math.min(rank.length, RANK_DEPTH);
  }
  return isEqualList(rank, job.rank) ? job.rank : rank;
}
