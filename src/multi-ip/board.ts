/**
 * The board on which addresses are placed: who is where, and how much each node has. Pure arithmetic.
 *
 * Two numbers judge a place. `held` counts the addresses of one group (a Service and family) on a node:
 * the more even, the fewer of a Service's addresses die together (rule P1). `load` counts all addresses
 * on a node: the more even, the better the nodes are used (rule P2). P1 goes before P2 everywhere. Between
 * the two stands the wish for a node, where an advertisement has preferences.
 *
 * Where both are equal, `met` decides: how often the addresses of a Service on two nodes are neighbours. If
 * the same two nodes always served the same Services, then the orphans of one could never go to the
 * other, for P1 forbids it, and the survivors would end uneven. So every two nodes should meet as often.
 *
 * Boards are mutated in place, for speed; they never leave a ranking.
 * Neighbours: spread.ts makes the moves; path.ts finds them.
 */
import { candidatesOf, matesOf, NOWHERE, scoreOf, type World } from "./world.ts";

export interface Board {
  /** The node of each job, or NOWHERE. */
  at: Int32Array;
  /** Addresses on each node. */
  readonly load: Int32Array;
  /** Addresses of a group on a node, at group * nodes + node. */
  held: Uint16Array;
  /** 1 for nodes that take nothing: the ones that are lost in the world that is thought through. */
  readonly closed: Uint8Array;
  /** How many pairs of one group's addresses two nodes have, at node * nodes + node; null: not counted. */
  readonly met: Uint32Array | null;
}

export function emptyBoard({ nodes }: World): Board {
  return {
    at: new Int32Array(0),
    load: new Int32Array(nodes.length),
    held: new Uint16Array(0),
    closed: new Uint8Array(nodes.length),
    met: new Uint32Array(nodes.length ** 2),
  };
}

/** Makes room for all jobs and groups that there are. */
export function fitBoard(board: Board, { jobs, nodes, groups }: World): void {
  board.at = fitPlaces(board.at, jobs.length);
  const heldLength = groups.length * nodes.length;
  if (board.held.length >= heldLength) return;
  const held = new Uint16Array(2 * heldLength);
  held.set(board.held);
  board.held = held;
}

/** @returns the places, with more room where it is needed; who is new is nowhere */
export function fitPlaces(at: Int32Array, length: number): Int32Array {
  if (at.length >= length) return at;
  const places = new Int32Array(2 * length).fill(NOWHERE);
  places.set(at);
  return places;
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
  countMeetings(world, board, job, 1);
  board.load[node] = loadOf(board, node) + 1;
  board.held[slot(world, job, node)] = heldBy(world, board, job, node) + 1;
}

/** Takes a job off the counts; `at` still says where it was. */
export function lift(world: World, board: Board, job: number): void {
  const node = nodeOf(board, job);
  countMeetings(world, board, job, -1);
  board.load[node] = loadOf(board, node) - 1;
  board.held[slot(world, job, node)] = heldBy(world, board, job, node) - 1;
}

export function move(world: World, board: Board, job: number, to: number): void {
  lift(world, board, job);
  put(world, board, job, to);
}

/**
 * @param heldMax only nodes with at most so many addresses of the job's group
 * @returns the open candidate with the fewest of the group, then the one most wished for, then the fewest of all, then the
 *   fewest meetings with the nodes of the group's other addresses, then by hash, or for a job that leaves, the newest; or NOWHERE
 */
export function bestNode(world: World, board: Board, job: number, heldMax = Infinity): number {
  let count = 0;
  let [bestHeld, bestScore, bestLoad] = [heldMax, -Infinity, Infinity];
  for (const node of candidatesOf(world, job)) {
    if (!isOpen(board, node)) continue;
    const held = heldBy(world, board, job, node);
    const score = scoreOf(world, job, node);
    const load = loadOf(board, node);
    const order = held - bestHeld || bestScore - score || load - bestLoad;
    if (held > heldMax || order > 0) continue;
    if (order < 0) count = 0;
    ties[count++] = node;
    [bestHeld, bestScore, bestLoad] = [held, score, load];
  }
  if (count === 0) return NOWHERE;
  return count === 1 ? (ties[0] as number) : breakTie(world, board, job, ties.slice(0, count));
}

/** A scratch pad, the nodes that are equally good so far: it is asked for each place of each address. */
const ties: number[] = [];

function breakTie(world: World, board: Board, job: number, nodes: readonly number[]): number {
  if (world.jobs[job]?.leaves === true) return newestOf(world, nodes);
  let best = NOWHERE;
  let [bestMeetings, bestHash] = [Infinity, Infinity];
  for (const node of nodes) {
    const meetings = meetingsOf(world, board, job, node);
    const hash = hashOf(world, job, node);
    if (meetings > bestMeetings || (meetings === bestMeetings && hash > bestHash)) continue;
    [best, bestMeetings, bestHash] = [node, meetings, hash];
  }
  return best;
}

/** The one that was restarted last will not be restarted next. */
function newestOf({ startedAtMs }: World, nodes: readonly number[]): number {
  const ageOf = (node: number) => -(startedAtMs[node] as number);
  return nodes.reduce((best, node) => (ageOf(node) < ageOf(best) ? node : best));
}

/** A number that looks random and is the same for ever: no node is everybody's first choice. */
function hashOf({ jobHashes, nodeHashes }: World, job: number, node: number): number {
  const mixed = Math.imul((jobHashes[job] as number) ^ (nodeHashes[node] as number), 0x9e3779b1);
  return Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) >>> 0;
}

/** @returns what the node would add to the sum of squared meetings, but for a constant */
function meetingsOf(world: World, { at, met }: Board, job: number, node: number): number {
  if (met === null) return 0;
  let meetings = 0;
  for (const mate of matesOf(world, job)) {
    const other = at[mate] as number;
    if (mate === job || other === NOWHERE) continue;
    meetings += met[node * world.nodes.length + other] as number;
  }
  return meetings;
}

function countMeetings(world: World, { at, met }: Board, job: number, change: 1 | -1): void {
  if (met === null) return;
  const [size, node] = [world.nodes.length, at[job] as number];
  for (const mate of matesOf(world, job)) {
    const other = at[mate] as number;
    if (mate === job || other === NOWHERE) continue;
    met[node * size + other] = (met[node * size + other] as number) + change;
    if (node !== other) met[other * size + node] = (met[other * size + node] as number) + change;
  }
}

function slot({ groupOf, nodes }: World, job: number, node: number): number {
  return (groupOf[job] as number) * nodes.length + node;
}
