/**
 * Addresses that fall together: all their places so far are the same, so they look for the next one together. Pure.
 *
 * For second places that is the loss of one node, played through: its addresses fall to their second places, all others
 * stay. What came of it is kept until something changes of what it was made of.
 * Neighbours: depth.ts has all buckets of a depth; spread.ts settles.
 */
import { fitPlaces, lift, put, type Board } from "./board.ts";
import { countsOf, isEven, settle } from "./spread.ts";
import { NOWHERE, type World } from "./world.ts";

/** The places of one depth. */
export interface Places {
  /** The node of each job, or NOWHERE. */
  at: Int32Array;
  /** Where each job would be by today's rank alone: the next of its order that is not lost. */
  kept: Int32Array;
  /** What each node has whatever is lost. */
  readonly load: Int32Array;
}

export class Bucket {
  readonly key: number;
  readonly #prefix: readonly number[];
  readonly #places: Places;
  /** By address text. */
  readonly #jobs: number[] = [];
  #isStale = true;
  #isTurned = false;
  /** How many jobs are elsewhere than they would be by today's rank. */
  #movedCount = 0;
  /** By node, how many of the jobs were settled there. */
  readonly #counts: number[] = [];
  /** Whether all stay where they are once today's ranks are as planned. */
  #isAtRest = false;

  /** @param prefix the nodes that are lost */
  constructor(key: number, prefix: readonly number[], places: Places) {
    this.key = key;
    this.#prefix = prefix;
    this.#places = places;
  }

  get isEmpty(): boolean {
    return this.#jobs.length === 0;
  }

  enter(world: World, job: number): void {
    const places = this.#places;
    places.at = fitPlaces(places.at, job + 1);
    places.kept = fitPlaces(places.kept, job + 1);
    places.kept[job] = this.#nextOf(world, job);
    this.#jobs.splice(world.placeIn(this.#jobs, job), 0, job);
    this.#isStale = true;
  }

  leave(job: number): void {
    this.#places.at[job] = NOWHERE;
    this.#jobs.splice(this.#jobs.indexOf(job), 1);
    this.#isStale = true;
  }

  /** Today's rank of one of the jobs is another. */
  turn(world: World, job: number): void {
    const { at, kept } = this.#places;
    const [before, now] = [kept[job], this.#nextOf(world, job)];
    if (now === before) return;
    kept[job] = now;
    this.#movedCount += Number(now !== at[job]) - Number(before !== at[job]);
    this.#isTurned = true;
  }

  /** What the jobs' groups have on the nodes is not as it was. */
  spoil(): void {
    this.#isStale = true;
  }

  /**
   * @param isLoadOther whether the nodes have others than before beside these jobs
   * @returns the jobs that are on other nodes now, in this depth
   */
  settle(world: World, board: Board, isLoadOther: boolean): number[] {
    if (!this.#isDue(world, board, isLoadOther)) return [];
    [this.#isStale, this.#isTurned] = [false, false];
    const { at, kept } = this.#places;
    const before = this.#jobs.map((job) => at[job]);
    const lost = this.#lostBoard(board);
    for (const job of this.#jobs) {
      const node = kept[job] as number;
      if (node === NOWHERE) at[job] = NOWHERE;
      else put(world, lost, job, node);
    }
    this.#isAtRest = settle(world, lost, this.#jobs);
    this.#movedCount = 0;
    for (const job of this.#jobs) {
      if (at[job] !== kept[job]) this.#movedCount++;
      lift(world, lost, job);
    }
    countsOf(world, lost, this.#jobs, this.#counts);
    this.#reopen(board);
    return this.#jobs.filter((job, i) => at[job] !== before[i]);
  }

  /** What would come of settling is known where it begins as the last time, or with what that has made, if it is even. */
  #isDue(world: World, board: Board, isLoadOther: boolean): boolean {
    if (this.#isStale) return true;
    const isAsPlanned = this.#movedCount === 0 && this.#isAtRest;
    if (isLoadOther) return !isAsPlanned || !this.#isEven(world, board);
    return this.#isTurned && !isAsPlanned;
  }

  #isEven(world: World, board: Board): boolean {
    const { load } = this.#places;
    this.#addCounts(load, 1);
    const isSo = isEven(world, this.#lostBoard(board), this.#counts);
    this.#addCounts(load, -1);
    this.#reopen(board);
    return isSo;
  }

  #addCounts(load: Int32Array, change: 1 | -1): void {
    this.#counts.forEach((count, node) => {
      load[node] = (load[node] as number) + change * count;
    });
  }

  #lostBoard(board: Board): Board {
    for (const node of this.#prefix) board.closed[node] = 1;
    const { at, load } = this.#places;
    return { ...board, at, load, met: null };
  }

  #reopen(board: Board): void {
    for (const node of this.#prefix) board.closed[node] = 0;
  }

  #nextOf({ orders }: World, job: number): number {
    return orders[job]?.find((node) => !this.#prefix.includes(node)) ?? NOWHERE;
  }
}
