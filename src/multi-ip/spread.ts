/**
 * Spreading: the three ways to make a placement better, and the order in which they are used. Pure.
 *
 * 1. An address that is nowhere goes to its best node.
 * 2. Two addresses of one group on a node: one moves to a node with at least two fewer (rule P1).
 * 3. An address moves to a node that is wished for more, and has fewer of its group.
 * 4. A cost-reducing path of path.ts is walked (rule P2).
 *
 * `settle` does all of it until nothing is left to do, for addresses that nobody uses yet: new ones, and
 * the spare places in the ranks. `rebalance` does all but 1 for addresses in use, a few moves at a time.
 * Neighbours: first.ts and depth.ts say which addresses are free to move.
 */
import { bestNode, heldBy, isOpen, loadOf, move, nodeOf, put, type Board } from "./board.ts";
import { improvingPath, type Hop, type Movable } from "./path.ts";
import { NOWHERE, scoreOf, type World } from "./world.ts";

/**
 * Places jobs as evenly as can be, moving those that are placed already as little as needed.
 *
 * @param jobs by address text; each is NOWHERE or on an open candidate; all have an open candidate, and may be moved at will
 * @returns whether all would stay where they are if they were settled once more
 */
export function settle(world: World, board: Board, jobs: readonly number[]): boolean {
  const fresh = jobs.filter((job) => nodeOf(board, job) === NOWHERE);
  for (const job of fresh) put(world, board, job, bestNode(world, board, job));
  for (;;) {
    const hop = evenHop(world, board, jobs) ?? wishHop(world, board, jobs);
    if (hop === undefined) break;
    move(world, board, hop.job, hop.to);
  }
  if (isEven(world, board, countsOf(world, board, jobs, counted))) return true;
  const movable = jobsByNode(world, board, jobs, new Set(fresh));
  for (let paths = 0; ; paths++) {
    const path = improvingPath(world, board, movable);
    if (path === undefined) return paths === 0 || !isRestless(world, board, jobs);
    for (const hop of path.toReversed()) moveMovable(world, board, movable, hop);
  }
}

/** @returns true where one of the jobs would move whatever the loads: its group is crowded, or it is wished for elsewhere */
export function isRestless(world: World, board: Board, jobs: readonly number[]): boolean {
  return (evenHop(world, board, jobs) ?? wishHop(world, board, jobs)) !== undefined;
}

/** Why an address in use moves though nothing was lost. */
export type VoluntaryReason = "spread" | "preference" | "balance";

export interface Rebalancing {
  /** Moves of addresses in use, at most. */
  readonly movesMax: number;
  /** Addresses that nobody uses yet move for nothing. */
  readonly unused: ReadonlySet<number>;
}

/**
 * Makes the placement more even by a few moves; call after call, it reaches the optimum.
 *
 * A path is walked from its empty end, so that it can stop after any hop: the end takes an address of a
 * node that has at least one more, which never makes things worse, and what remains is a shorter path.
 *
 * @param jobs by address text
 * @returns why each address in use that has moved did so
 */
export function rebalance(
  world: World,
  board: Board,
  jobs: readonly number[],
  { movesMax, unused }: Rebalancing,
): ReadonlyMap<number, VoluntaryReason> {
  const reasons = new Map<number, VoluntaryReason>();
  const movable = jobsByNode(world, board, jobs, unused);
  let moves = 0;
  while (moves < movesMax) {
    const [reason, path] = improvement(world, board, jobs, movable);
    if (path === undefined) break;
    for (const hop of path.toReversed()) {
      if (moves >= movesMax) break;
      moveMovable(world, board, movable, hop);
      if (unused.has(hop.job)) continue;
      reasons.set(hop.job, reason);
      moves++;
    }
  }
  return reasons;
}

/** What is to be done next, the worst first. */
function improvement(
  world: World,
  board: Board,
  jobs: readonly number[],
  movable: Movable,
): [VoluntaryReason, readonly Hop[] | undefined] {
  const even = evenHop(world, board, jobs);
  if (even !== undefined) return ["spread", [even]];
  const wished = wishHop(world, board, jobs);
  if (wished !== undefined) return ["preference", [wished]];
  return ["balance", improvingPath(world, board, movable)];
}

/** @returns a move that takes an address from a node where its group is crowded to where it is not */
function evenHop(world: World, board: Board, jobs: readonly number[]): Hop | undefined {
  for (let i = jobs.length - 1; i >= 0; i--) {
    const job = jobs[i] as number;
    const from = nodeOf(board, job);
    const held = heldBy(world, board, job, from);
    if (held < 2) continue;
    const to = bestNode(world, board, job, held - 2);
    if (to !== NOWHERE) return { job, from, to };
  }
  return undefined;
}

/** @returns the move that fulfils the most of a wish, without two of a group where one was: so few are enough */
function wishHop(world: World, board: Board, jobs: readonly number[]): Hop | undefined {
  let [best, gainMax]: [Hop | undefined, number] = [undefined, 0];
  for (const job of jobs) {
    if (world.scores[job] === null) continue;
    const from = nodeOf(board, job);
    const to = bestNode(world, board, job, heldBy(world, board, job, from) - 1);
    if (to === NOWHERE) continue;
    const gain = scoreOf(world, job, to) - scoreOf(world, job, from);
    if (gain > gainMax) [best, gainMax] = [{ job, from, to }, gain];
  }
  return best;
}

/**
 * @param starts by node, how many addresses it has that may move; null: all may
 * @returns true where no path can improve anything, as the fullest and emptiest node of each part show at a glance
 */
export function isEven(world: World, board: Board, starts: readonly number[] | null): boolean {
  const { nodes, partOf } = world;
  fullest.length = nodes.length;
  fullest.fill(0);
  for (let node = 0; node < nodes.length; node++) {
    if (starts?.[node] === 0) continue;
    const part = partOf[node] as number;
    fullest[part] = Math.max(fullest[part] as number, loadOf(board, node));
  }
  for (let node = 0; node < nodes.length; node++) {
    const loadMax = (fullest[partOf[node] as number] as number) - 2;
    if (isOpen(board, node) && loadOf(board, node) <= loadMax) return false;
  }
  return true;
}

/** Scratch pads: with each address that comes or goes all buckets are looked at, and most are even. */
const [fullest, counted]: [number[], number[]] = [[], []];

/** @returns by node, how many of the jobs are there: `counts`, written anew */
export function countsOf(
  { nodes }: World,
  board: Board,
  jobs: readonly number[],
  counts: number[],
): readonly number[] {
  counts.length = nodes.length;
  counts.fill(0);
  for (const job of jobs) {
    const node = nodeOf(board, job);
    if (node !== NOWHERE) counts[node] = (counts[node] as number) + 1;
  }
  return counts;
}

/** @param first jobs that are moved rather than others, where either would do */
function jobsByNode(
  { nodes }: World,
  board: Board,
  jobs: readonly number[],
  first: ReadonlySet<number>,
): number[][] {
  const byNode: number[][] = nodes.map(() => []);
  for (const job of jobs) if (first.has(job)) byNode[nodeOf(board, job)]?.push(job);
  for (const job of jobs) if (!first.has(job)) byNode[nodeOf(board, job)]?.push(job);
  return byNode;
}

function moveMovable(
  world: World,
  board: Board,
  movable: readonly number[][],
  { job, from, to }: Hop,
): void {
  const left = movable[from] ?? [];
  left.splice(left.indexOf(job), 1);
  movable[to]?.push(job);
  move(world, board, job, to);
}
