/**
 * Second and deeper places: who takes over, thought through before it is needed. Pure.
 *
 * Speakers fail over by rank, at once and without asking. So the spread after a loss is decided when the
 * ranks are made. For every node, its loss is played through: its addresses fall to their second places,
 * all others stay, and that world has to be as even as any (rule P3). The same search that spreads new
 * addresses over the nodes spreads these orphans over the survivors.
 *
 * Third and deeper places serve when several nodes go before the controller has made new ranks. They are
 * spread among the addresses that share all places before: those fall together. The loads of the
 * survivors are left out there on purpose, or each new address would rewrite the tails of many ranks.
 *
 * Every place that is good enough stays, and what was behind it stays in its order (rule P4).
 * Neighbours: spread.ts does the spreading; rank.ts turns the places into names.
 */
import { lift, NOWHERE, put, type Board } from "./board.ts";
import type { RankJob } from "./rank.ts";
import { settle } from "./spread.ts";
import { candidatesOf, type World } from "./world.ts";

/** The node of each job, by place: `places[0]` are the first ones. */
export type Places = readonly Int32Array[];

/** @param board holds the first places; used as a scratch pad, and given back as it was */
export function placeDeeper(world: World, board: Board, depth: number): Places {
  const places = [board.at];
  const orders = world.jobs.map((_, job) => orderOf(world, job));
  const noLoad = new Int32Array(world.nodes.length);
  for (let place = 1; place < depth; place++) {
    const at = new Int32Array(world.jobs.length).fill(NOWHERE);
    const load = place === 1 ? board.load : noLoad;
    for (const jobs of jobsByPrefix(world, places)) {
      const prefix = places.map((nodes) => nodes[jobs[0] as number] as number);
      const lost: Board = { ...board, at, load, met: null };
      for (const node of prefix) board.closed[node] = 1;
      for (const job of jobs) keepPlace(world, lost, job, orders[job] ?? []);
      settle(world, lost, jobs);
      for (const job of jobs) lift(world, lost, job);
      for (const node of prefix) board.closed[node] = 0;
    }
    places.push(at);
  }
  return places;
}

/** @returns the candidates that are in today's rank, in its order */
function orderOf(world: World, job: number): number[] {
  const set = candidatesOf(world, job);
  const order: number[] = [];
  for (const name of (world.jobs[job] as RankJob).rank) {
    const node = world.nodeIndex.get(name);
    if (node !== undefined && set.includes(node)) order.push(node);
  }
  return order;
}

/** The next of today's order that is not lost in this world. */
function keepPlace(world: World, lost: Board, job: number, order: readonly number[]): void {
  const next = order.find((node) => lost.closed[node] === 0);
  if (next !== undefined) put(world, lost, job, next);
}

/** @returns the jobs that have a candidate left for the next place, by all places so far */
function jobsByPrefix(world: World, places: Places): Iterable<readonly number[]> {
  const byPrefix = new Map<number, number[]>();
  world.jobs.forEach((_, job) => {
    if (candidatesOf(world, job).length <= places.length) return;
    let prefix = 0;
    for (const nodes of places) prefix = prefix * world.nodes.length + (nodes[job] as number);
    const jobs = byPrefix.get(prefix);
    if (jobs === undefined) byPrefix.set(prefix, [job]);
    else jobs.push(job);
  });
  return byPrefix.values();
}
