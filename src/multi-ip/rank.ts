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
 * rankAll looks at the whole cluster at once and changes as little as it can:
 *   - who holds an address keeps it, and lost nodes drop out of the ranks (first.ts);
 *   - new addresses are placed as evenly as they can be without moving others (first.ts, spread.ts);
 *   - a few voluntary moves, as many as the caller allows, bring the rest closer to even (spread.ts);
 *   - second places are such that the loss of any one node leaves the survivors even (depth.ts).
 * The same world gives the same ranks, in whatever order it is listed, and what was ranked once is
 * ranked alike again: a rank that did not change is the very same array, so `===` tells what to write.
 * Neighbours: holder.ts chooses among the ranked; the controller writes what comes out.
 */
import { compareText } from "../base/hash.ts";
import type { Ip } from "../base/ip.ts";
import { NOWHERE } from "./board.ts";
import { placeDeeper, type Places } from "./depth.ts";
import { placeFirsts } from "./first.ts";
import { movesOf } from "./moves.ts";
import type { MoveReason } from "./move-reason.ts";
import { worldOf, type World } from "./world.ts";

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

/**
 * Ranks all addresses of the cluster.
 *
 * @param jobs every address there is, in any order, none twice: what is left out counts for nothing
 * @returns a rank for each; [] where no node may hold it. Where none of those that may is available, they keep
 *   today's order, for nothing is known that speaks for another; a new address is spread over them
 */
export function rankAll(jobs: readonly RankJob[], options: RankOptions): RankPlan {
  const world = worldOf(jobs, options.startedAtMs);
  const firsts = placeFirsts(world, options);
  const places = placeDeeper(world, firsts.board, RANK_DEPTH);
  const ranks = new Map(
    world.jobs.map((job, i) => [job.address, rankOf(world, job, placesOf(places, i))] as const),
  );
  return { ranks, moves: movesOf(world, firsts, ranks) };
}

function placesOf(places: Places, job: number): number[] {
  const nodes: number[] = [];
  for (const at of places) {
    const node = at[job] as number;
    if (node === NOWHERE) break;
    nodes.push(node);
  }
  return nodes;
}

function rankOf({ nodes }: World, job: RankJob, places: readonly number[]): readonly string[] {
  const rank = places.map((node) => nodes[node] as string);
  if (rank.length < RANK_DEPTH && job.reserves.length > 0) {
    const spare = job.reserves.filter((node) => !rank.includes(node));
    const before = job.rank.filter((node) => spare.includes(node));
    const others = spare.filter((node) => !before.includes(node)).sort(compareText);
    rank.push(...before, ...others);
    rank.length = Math.min(rank.length, RANK_DEPTH);
  }
  return isSame(rank, job.rank) ? job.rank : rank;
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((node, i) => node === b[i]);
}
