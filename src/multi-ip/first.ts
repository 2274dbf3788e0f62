/**
 * First places: which node should hold each address. Pure.
 *
 * Reality comes first. Who answers now goes on answering, whatever looks better on paper, for every move
 * costs the established connections of an address (rule P4). Only what is nowhere is placed, or leaves a node that
 * stops, and the new addresses of one pass are placed together: they are free to make room for each other, so they
 * end as even as they can without moving one that is in use. Last come the few voluntary moves.
 *
 * The board stays from pass to pass. What a pass has placed or moved beyond what is established is taken back before the
 * next one, for only what the speakers took up counts. So a pass costs what has changed, but where the loads say that a
 * voluntary move may be due: then all addresses are looked at.
 * Neighbours: spread.ts places; depth.ts fills the places behind the first; moves.ts names the moves.
 */
import { emptyBoard, fitBoard, lift, move, nodeOf, put, type Board } from "./board.ts";
import type { RankJob } from "./rank.ts";
import { isEven, isRestless, rebalance, settle, type VoluntaryReason } from "./spread.ts";
import { candidatesOf, NOWHERE, type World } from "./world.ts";

/** A move without need. */
export interface Voluntary {
  readonly from: number;
  readonly reason: VoluntaryReason;
}

/** What a pass has changed. */
export interface FirstNews {
  /** Jobs that are on other nodes, or in other groups, than after the pass before. */
  readonly jobs: ReadonlySet<number>;
  /** Groups that have others on their nodes. */
  readonly groups: ReadonlySet<number>;
}

interface Was {
  readonly group: number;
  readonly node: number;
}

const NEW: Was = { group: NOWHERE, node: NOWHERE };

export class Firsts {
  readonly board: Board;
  readonly #world: World;
  readonly #fresh = new Set<number>();
  #voluntary: ReadonlyMap<number, Voluntary> = new Map();
  /** Where the jobs were after the pass before that this one has touched. */
  #was = new Map<number, Was>();
  /** Groups of which something was touched since they were last looked at. */
  readonly #unsure = new Set<number>();
  /** Groups that are crowded, or wished for elsewhere. */
  readonly #restless = new Set<number>();

  constructor(world: World) {
    this.#world = world;
    this.board = emptyBoard(world);
  }

  /** The jobs that were moved without need, and where they were before. */
  get voluntary(): ReadonlyMap<number, Voluntary> {
    return this.#voluntary;
  }

  /** A pass begins: what is not established is taken back. */
  begin(): void {
    this.#was = new Map();
    for (const [job, { from }] of this.#voluntary) {
      this.#touch(job);
      move(this.#world, this.board, job, from);
    }
    for (const job of this.#fresh) this.#lift(job);
    this.#voluntary = new Map();
  }

  /** The job is gone, or is going to be another. */
  leave(job: number): void {
    this.#lift(job);
    this.#fresh.delete(job);
  }

  /** A job that is new, or that is another now. */
  enter(job: number): void {
    fitBoard(this.board, this.#world);
    if (!this.#was.has(job)) this.#was.set(job, NEW);
    if (candidatesOf(this.#world, job).length === 0) return;
    const node = establishedNode(this.#world, job);
    if (node === NOWHERE) this.#fresh.add(job);
    else put(this.#world, this.board, job, node);
  }

  /** Places what is nowhere, and moves a few. */
  finish(rebalanceMovesMax: number): FirstNews {
    const [world, board] = [this.#world, this.board];
    settle(world, board, [...this.#fresh].sort(world.compare));
    for (const [job, { group }] of this.#was) {
      this.#unsure.add(group);
      if (world.jobs[job] !== undefined) this.#unsure.add(world.groupOf[job] as number);
    }
    if (rebalanceMovesMax > 0 && this.#mayImprove()) this.#rebalance(rebalanceMovesMax);
    return this.#news();
  }

  #lift(job: number): void {
    this.#touch(job);
    if (nodeOf(this.board, job) === NOWHERE) return;
    lift(this.#world, this.board, job);
    this.board.at[job] = NOWHERE;
  }

  #touch(job: number): void {
    if (this.#was.has(job)) return;
    const [group, node] = [this.#world.groupOf[job] as number, nodeOf(this.board, job)];
    this.#was.set(job, { group, node });
  }

  #mayImprove(): boolean {
    const [world, board] = [this.#world, this.board];
    for (const group of this.#unsure) {
      const mates = (world.groups[group] ?? []).filter((job) => this.#mayMove(job));
      if (isRestless(world, board, mates)) this.#restless.add(group);
      else this.#restless.delete(group);
    }
    this.#unsure.clear();
    return this.#restless.size > 0 || !isEven(world, board, null);
  }

  #mayMove(job: number): boolean {
    if (nodeOf(this.board, job) === NOWHERE) return false;
    return this.#fresh.has(job) || this.#world.jobs[job]?.balance === true;
  }

  #rebalance(movesMax: number): void {
    const [world, board] = [this.#world, this.board];
    const before = board.at.slice();
    const jobs = world.sorted.filter((job) => this.#mayMove(job));
    const reasons = rebalance(world, board, jobs, { movesMax, unused: this.#fresh });
    const moved = [...reasons].map(([job, reason]) => {
      const from = before[job] as number;
      if (!this.#was.has(job))
        this.#was.set(job, { group: world.groupOf[job] as number, node: from });
      this.#unsure.add(world.groupOf[job] as number);
      return [job, { from, reason }] as const;
    });
    this.#voluntary = new Map(moved);
  }

  #news(): FirstNews {
    const [jobs, groups] = [new Set<number>(), new Set<number>()];
    for (const [job, was] of this.#was) {
      const isThere = this.#world.jobs[job] !== undefined;
      const group = isThere ? (this.#world.groupOf[job] as number) : NOWHERE;
      if (group === was.group && nodeOf(this.board, job) === was.node) continue;
      jobs.add(job);
      groups.add(group).add(was.group);
    }
    groups.delete(NOWHERE);
    return { jobs, groups };
  }
}

/** @returns the candidate that answers now, or that speakers turn to by today's rank; NOWHERE: it is to be placed */
function establishedNode(world: World, job: number): number {
  const { holder, leaves } = world.jobs[job] as RankJob;
  if (leaves === true) return NOWHERE;
  const answering = holder === null ? undefined : world.nodeIndex.get(holder);
  if (answering !== undefined && candidatesOf(world, job).includes(answering)) return answering;
  return world.orders[job]?.[0] ?? NOWHERE;
}
