/**
 * First places: which node should hold each address. Pure.
 *
 * Reality comes first. Who answers now goes on answering, whatever looks better on paper, for every move
 * costs the established connections of an address (rule P4). Only what is nowhere is placed, and the
 * new addresses of one pass are placed together: they are free to make room for each other, so they
 * end as even as they can without moving one that is in use. Last come the few voluntary moves.
 * Neighbours: spread.ts places; depth.ts fills the places behind the first.
 */
import { emptyBoard, nodeOf, NOWHERE, put, type Board } from "./board.ts";
import type { MoveReason } from "./move-reason.ts";
import type { RankJob, RankMove, RankOptions } from "./rank.ts";
import { rebalance, settle } from "./spread.ts";
import { candidatesOf, type World } from "./world.ts";

export interface FirstPlaces {
  readonly board: Board;
  /** Every address whose first place is not what its rank says today. */
  readonly moves: readonly RankMove[];
}

export function placeFirsts(world: World, { rebalanceMovesMax }: RankOptions): FirstPlaces {
  const board = emptyBoard(world);
  const fresh: number[] = [];
  const balanced: number[] = [];
  world.jobs.forEach((job, i) => {
    const node = establishedNode(world, i);
    if (node !== NOWHERE) put(world, board, i, node);
    else if (job.candidates.length > 0) fresh.push(i);
    else return;
    if (node === NOWHERE || job.balance) balanced.push(i);
  });
  settle(world, board, fresh);
  const before = board.at.slice();
  const options = { movesMax: rebalanceMovesMax, unused: new Set(fresh) };
  const reasons = rebalance(world, board, balanced, options);
  const moves = world.jobs.flatMap((job, i) => {
    const to = world.nodes[nodeOf(board, i)] ?? null;
    const established = world.nodes[before[i] as number] ?? null;
    return moveOf(job, { established, to, voluntary: reasons.get(i) }) ?? [];
  });
  return { board, moves };
}

/** @returns the candidate that answers now, or that speakers turn to by today's rank; NOWHERE: none does */
function establishedNode(world: World, job: number): number {
  const { holder, rank } = world.jobs[job] as RankJob;
  const set = candidatesOf(world, job);
  for (const name of holder === null ? rank : [holder, ...rank]) {
    const node = world.nodeIndex.get(name);
    if (node !== undefined && set.includes(node)) return node;
  }
  return NOWHERE;
}

interface Change {
  /** Where it is before any voluntary move. */
  readonly established: string | null;
  readonly to: string | null;
  readonly voluntary: MoveReason | undefined;
}

function moveOf(job: RankJob, { established, to, voluntary }: Change): RankMove | undefined {
  const { address, candidates } = job;
  const planned = job.rank[0] ?? null;
  if (planned === null) {
    return to === null ? undefined : { address, from: null, to, reason: "first" };
  }
  if (to === null) return { address, from: planned, to, reason: "no-node" };
  if (voluntary !== undefined && established !== to) {
    return { address, from: established, to, reason: voluntary };
  }
  if (planned === to) return undefined;
  const reason = candidates.includes(planned) ? "follow-holder" : "node-lost";
  return { address, from: planned, to, reason };
}
