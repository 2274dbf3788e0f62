/**
 * First places: which node should hold each address. Pure.
 *
 * Reality comes first. Who answers now goes on answering, whatever looks better on paper, for every move
 * costs the established connections of an address (rule P4). Only what is nowhere is placed, or leaves a node that
 * stops, and the new addresses of one pass are placed together: they are free to make room for each other, so they
 * end as even as they can without moving one that is in use. Last come the few voluntary moves.
 * Neighbours: spread.ts places; depth.ts fills the places behind the first; moves.ts names the moves.
 */
import { emptyBoard, NOWHERE, put, type Board } from "./board.ts";
import type { RankJob, RankOptions } from "./rank.ts";
import { rebalance, settle, type VoluntaryReason } from "./spread.ts";
import { candidatesOf, type World } from "./world.ts";

export interface FirstPlaces {
  readonly board: Board;
  /** The first place of each job before voluntary moves, or NOWHERE. */
  readonly before: Int32Array;
  /** Why each job that was moved without need was moved. */
  readonly voluntary: ReadonlyMap<number, VoluntaryReason>;
}

export function placeFirsts(world: World, { rebalanceMovesMax }: RankOptions): FirstPlaces {
  const board = emptyBoard(world);
  const fresh: number[] = [];
  const balanced: number[] = [];
  world.jobs.forEach((job, i) => {
    if (candidatesOf(world, i).length === 0) return;
    const node = establishedNode(world, i);
    if (node === NOWHERE) fresh.push(i);
    else put(world, board, i, node);
    if (node === NOWHERE || job.balance) balanced.push(i);
  });
  settle(world, board, fresh);
  const before = board.at.slice();
  const options = { movesMax: rebalanceMovesMax, unused: new Set(fresh) };
  return { board, before, voluntary: rebalance(world, board, balanced, options) };
}

/** @returns the candidate that answers now, or that speakers turn to by today's rank; NOWHERE: it is to be placed */
function establishedNode(world: World, job: number): number {
  const { holder, rank, leaves } = world.jobs[job] as RankJob;
  if (leaves === true) return NOWHERE;
  const set = candidatesOf(world, job);
  for (const name of holder === null ? rank : [holder, ...rank]) {
    const node = world.nodeIndex.get(name);
    if (node !== undefined && set.includes(node)) return node;
  }
  return NOWHERE;
}
