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

interface Search {
  readonly seen: Uint8Array;
  /** How each node was reached. */
  readonly reachedBy: (Hop | undefined)[];
  /** 1 for candidate sets of which every node is seen: their other jobs lead nowhere new. */
  readonly spent: Uint8Array;
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
  const search: Search = {
    seen: new Uint8Array(world.nodes.length),
    reachedBy: [],
    spent: new Uint8Array(world.sets.length),
  };
  for (const start of fullestFirst(board, movable)) {
    if (search.seen[start] === 1) continue;
    const end = searchFrom(start, { world, board, movable }, search);
    if (end !== NOWHERE) return pathTo(end, start, search);
  }
  return undefined;
}

function fullestFirst(board: Board, movable: Movable): number[] {
  const starts: number[] = [];
  movable.forEach((jobs, node) => {
    if (jobs.length > 0) starts.push(node);
  });
  return starts.sort((a, b) => loadOf(board, b) - loadOf(board, a) || a - b);
}

/** Breadth first. @returns the emptiest of the nearest nodes that are emptier by two, or NOWHERE */
function searchFrom(
  start: number,
  { world, board, movable }: { world: World; board: Board; movable: Movable },
  search: Search,
): number {
  const loadMax = loadOf(board, start) - 2;
  search.seen[start] = 1;
  for (let ring = [start]; ring.length > 0;) {
    const next: number[] = [];
    for (const node of ring) {
      for (const job of movable[node] ?? []) reachOver(job, node, { world, board }, search, next);
    }
    let end = NOWHERE;
    for (const node of next) {
      if (loadOf(board, node) > loadMax) continue;
      if (end === NOWHERE || loadOf(board, node) < loadOf(board, end)) end = node;
    }
    if (end !== NOWHERE) return end;
    ring = next;
  }
  return NOWHERE;
}

/** Adds to `next` the nodes that become reachable by moving this job. */
function reachOver(
  job: number,
  from: number,
  { world, board }: { world: World; board: Board },
  search: Search,
  next: number[],
): void {
  const set = world.setOf[job] as number;
  if (search.spent[set] === 1) return;
  const held = heldBy(world, board, job, from);
  const score = scoreOf(world, job, from);
  let left = 0;
  for (const to of candidatesOf(world, job)) {
    if (search.seen[to] === 1 || !isOpen(board, to)) continue;
    if (heldBy(world, board, job, to) >= held || scoreOf(world, job, to) < score) {
      left++;
      continue;
    }
    search.seen[to] = 1;
    search.reachedBy[to] = { job, from, to };
    next.push(to);
  }
  if (left === 0) search.spent[set] = 1;
}

function pathTo(end: number, start: number, { reachedBy }: Search): Hop[] {
  const hops: Hop[] = [];
  for (let node = end; node !== start;) {
    const hop = reachedBy[node] as Hop;
    hops.push(hop);
    node = hop.from;
  }
  return hops.reverse();
}
