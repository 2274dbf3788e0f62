/**
 * The board on which addresses are placed: who is where, and how much each node has. Pure arithmetic.
 *
 * Two numbers judge a place. `held` counts the addresses of one group (a Service and family) on a node:
 * the more even, the fewer of a Service's addresses die together (rule P1). `load` counts all addresses
 * on a node: the more even, the better the nodes are used (rule P2). P1 goes before P2 everywhere.
 *
 * Boards are mutated in place, for speed; they never leave rankAll.
 * Neighbours: spread.ts makes the moves; path.ts finds them.
 */
import { candidatesOf, type World } from "./world.ts";

export const NOWHERE = -1;

export interface Board {
  /** The node of each job, or NOWHERE. */
  readonly at: Int32Array;
  /** Addresses on each node. */
  readonly load: Int32Array;
  /** Addresses of a group on a node, at group * nodes + node. */
  readonly held: Uint16Array;
  /** 1 for nodes that take nothing: the ones that are lost in the world that is thought through. */
  readonly closed: Uint8Array;
}

export function emptyBoard({ jobs, nodes, groupCount }: World): Board {
  return {
    at: new Int32Array(jobs.length).fill(NOWHERE),
    load: new Int32Array(nodes.length),
    held: new Uint16Array(groupCount * nodes.length),
    closed: new Uint8Array(nodes.length),
  };
}

export function nodeOf(board: Board, job: number): number {
  return board.at[job] as number;
}

export function loadOf(board: Board, node: number): number {
  return board.load[node] as number;
}

/** @returns how many addresses of the job's group are on the node */
export function heldBy(world: World, board: Board, job: number, node: number): number {
  return board.held[slot(world, job, node)] as number;
}

export function isOpen(board: Board, node: number): boolean {
  return board.closed[node] === 0;
}

export function put(world: World, board: Board, job: number, node: number): void {
  board.at[job] = node;
  board.load[node] = loadOf(board, node) + 1;
  board.held[slot(world, job, node)] = heldBy(world, board, job, node) + 1;
}

/** Takes a job off the counts; `at` still says where it was. */
export function lift(world: World, board: Board, job: number): void {
  const node = nodeOf(board, job);
  board.load[node] = loadOf(board, node) - 1;
  board.held[slot(world, job, node)] = heldBy(world, board, job, node) - 1;
}

export function move(world: World, board: Board, job: number, to: number): void {
  lift(world, board, job);
  put(world, board, job, to);
}

/**
 * @param heldMax only nodes with at most so many addresses of the job's group
 * @returns the open candidate with the fewest of the group, then the fewest of all, then by hash; or NOWHERE
 */
export function bestNode(world: World, board: Board, job: number, heldMax = Infinity): number {
  let best = NOWHERE;
  let [bestHeld, bestLoad, bestTie] = [heldMax, Infinity, Infinity];
  for (const node of candidatesOf(world, job)) {
    if (!isOpen(board, node)) continue;
    const held = heldBy(world, board, job, node);
    if (held > bestHeld) continue;
    const load = loadOf(board, node);
    if (held === bestHeld && load > bestLoad) continue;
    const tie = tieOf(world, job, node);
    if (held === bestHeld && load === bestLoad && tie >= bestTie) continue;
    [best, bestHeld, bestLoad, bestTie] = [node, held, load, tie];
  }
  return best;
}

/** A number that looks random and is the same for ever: no node is everybody's first choice. */
function tieOf({ jobHashes, nodeHashes }: World, job: number, node: number): number {
  const mixed = Math.imul((jobHashes[job] as number) ^ (nodeHashes[node] as number), 0x9e3779b1);
  return Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) >>> 0;
}

function slot({ groupOf, nodes }: World, job: number, node: number): number {
  return (groupOf[job] as number) * nodes.length + node;
}
