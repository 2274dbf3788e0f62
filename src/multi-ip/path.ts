/**
 * The search for a cost-reducing path: how a full node can pass an address on, over others if need be. Pure.
 *
 * Read first: N. Harvey, R. Ladner, L. Lovász, T. Tamir, "Semi-matchings for bipartite graphs and load
 * balancing", Journal of Algorithms 59 (2006), sections 2 and 3.2.
 *
 * Addresses and nodes are a bipartite graph, and placing every address on one of its candidates is a
 * semi-matching. If node A could give an address to B, and B another one to C, and C has at least two
 * fewer than A, then both moves together leave B as it was and bring A and C closer: the path A-B-C
 * reduces the sum of the squared loads. The paper's theorem: where no such path is left, no placement
 * at all is more even, by any convex measure. So the search below is both the way to the optimum and
 * the proof of having reached it.
 *
 * Our graph has one more wish: the addresses of a group want different nodes. An address may therefore
 * be passed on only to a node that has fewer of its group than the one it leaves. That is the paper's
 * graph with unit capacities from groups to nodes: a flow with convex costs, for which the theorem
 * holds as well. (All addresses of a group are taken to have the same candidates, as they do in life;
 * where they have not, every path found is an improvement still.) Nor is an address passed on to a node that is less
 * wished for than the one it leaves.
 * Neighbours: spread.ts walks the paths.
 */
import { heldBy, isOpen, loadOf, type Board } from "./board.ts";
import { candidatesOf, NOWHERE, scoreOf, type World } from "./world.ts";

export interface Hop {
  readonly job: number;
  readonly from: number;
  readonly to: number;
}

/** The jobs that may be moved, by the node they are on. */
export type Movable = readonly (readonly number[])[];

/** A scratch pad: with each address that comes or goes many paths are looked for. */
const search = {
  seen: new Uint8Array(0),
  /** How each node was reached: the job that is passed on, and by whom. */
  jobs: new Int32Array(0),
  from: new Int32Array(0),
  /** The nodes that were reached, in this order. */
  reached: new Int32Array(0),
  /** 1 for candidate sets of which every node is seen: their other jobs lead nowhere new. */
  spent: new Uint8Array(0),
};

function beginSearch({ nodes, sets }: World): void {
  if (search.seen.length < nodes.length) {
    for (const name of ["jobs", "from", "reached"] as const) {
      search[name] = new Int32Array(nodes.length);
    }
    search.seen = new Uint8Array(nodes.length);
  }
  if (search.spent.length < sets.length) search.spent = new Uint8Array(2 * sets.length);
  search.seen.fill(0);
  search.spent.fill(0);
}

/**
 * Finds a shortest path from the fullest node that has any.
 *
 * What an unsuccessful search has seen stays seen for the next, emptier start. All of it has at least
 * as many addresses as that start less one, and so has all that lies behind it. So the whole search
 * looks at each movable address once.
 *
 * @returns hops from the full node to the empty one, in this order; undefined: the placement is optimal
 */
export function improvingPath(
  world: World,
  board: Board,
  movable: Movable,
): readonly Hop[] | undefined {
  beginSearch(world);
  for (const start of fullestFirst(world, board, movable)) {
    if (search.seen[start] === 1) continue;
    const end = searchFrom(start, { world, board, movable });
    if (end !== NOWHERE) return pathTo(end, start);
  }
  return undefined;
}

/** @returns the nodes from which a path may begin: those that have at least two more than the emptiest of their part */
function fullestFirst({ partOf }: World, board: Board, movable: Movable): number[] {
  const emptiest: number[] = [];
  partOf.forEach((part, node) => {
    if (isOpen(board, node))
      emptiest[part] = Math.min(emptiest[part] ?? Infinity, loadOf(board, node));
  });
  const starts: number[] = [];
  movable.forEach((jobs, node) => {
    const loadMin = emptiest[partOf[node] as number] ?? Infinity;
    if (jobs.length > 0 && loadOf(board, node) >= loadMin + 2) starts.push(node);
  });
  return starts.sort((a, b) => loadOf(board, b) - loadOf(board, a) || a - b);
}

/** Breadth first. @returns the emptiest of the nearest nodes that are emptier by two, or NOWHERE */
function searchFrom(start: number, placement: Placement): number {
  const { board, movable } = placement;
  const { reached } = search;
  const loadMax = loadOf(board, start) - 2;
  search.seen[start] = 1;
  reached[0] = start;
  for (let [ring, next] = [0, 1]; ring < next;) {
    let tail = next;
    for (; ring < next; ring++) {
      const node = reached[ring] as number;
      for (const job of movable[node] ?? []) tail = reachOver(job, node, placement, tail);
    }
    let end = NOWHERE;
    for (let place = next; place < tail; place++) {
      const node = reached[place] as number;
      if (loadOf(board, node) > loadMax) continue;
      if (end === NOWHERE || loadOf(board, node) < loadOf(board, end)) end = node;
    }
    if (end !== NOWHERE) return end;
    next = tail;
  }
  return NOWHERE;
}

interface Placement {
  readonly world: World;
  readonly board: Board;
  readonly movable: Movable;
}

/** Adds the nodes that become reachable by moving this job, behind so many others. @returns how many there are then */
function reachOver(job: number, from: number, { world, board }: Placement, count: number): number {
  const set = world.setOf[job] as number;
  if (search.spent[set] === 1) return count;
  const held = heldBy(world, board, job, from);
  const score = scoreOf(world, job, from);
  let left = 0;
  let tail = count;
  for (const to of candidatesOf(world, job)) {
    if (search.seen[to] === 1 || !isOpen(board, to)) continue;
    if (heldBy(world, board, job, to) >= held || scoreOf(world, job, to) < score) {
      left++;
      continue;
    }
    search.seen[to] = 1;
    search.jobs[to] = job;
    search.from[to] = from;
    search.reached[tail++] = to;
  }
  if (left === 0) search.spent[set] = 1;
  return tail;
}

function pathTo(end: number, start: number): Hop[] {
  const hops: Hop[] = [];
  for (let node = end; node !== start;) {
    const [job, from] = [search.jobs[node] as number, search.from[node] as number];
    hops.push({ job, from, to: node });
    node = from;
  }
  return hops.reverse();
}
