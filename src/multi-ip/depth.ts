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
 * Neighbours: bucket.ts has those that fall together; rank.ts turns the places into names.
 */
import type { Board } from "./board.ts";
import { Bucket, type Places } from "./bucket.ts";
import { candidatesOf, NOWHERE, type World } from "./world.ts";

export interface DepthNews {
  /** Jobs that came, went, are ranked otherwise today, or have another first place. */
  readonly jobs: ReadonlySet<number>;
  /** Of these, those of which more than today's rank is another. */
  readonly renewed: ReadonlySet<number>;
  /** Groups that have others on the nodes. */
  readonly groups: ReadonlySet<number>;
  readonly isLoadOther: boolean;
}

interface Level extends Places {
  readonly buckets: Map<number, Bucket>;
  readonly bucketOf: (Bucket | undefined)[];
}

export class Depths {
  readonly #world: World;
  readonly #board: Board;
  readonly #levels: readonly Level[];

  /** @param board has the first places; used as a scratch pad in `update`, and left as it was */
  constructor(world: World, board: Board, depth: number) {
    const noLoad = new Int32Array(world.nodes.length);
    const levelAt = (place: number): Level => ({
      at: new Int32Array(0),
      kept: new Int32Array(0),
      load: place === 1 ? board.load : noLoad,
      buckets: new Map(),
      bucketOf: [],
    });
    [this.#world, this.#board] = [world, board];
    this.#levels = Array.from({ length: depth - 1 }, (_, i) => levelAt(i + 1));
  }

  /** @returns the jobs of which a place may be another than before: those of the news among them */
  update({ jobs, renewed, groups, isLoadOther }: DepthNews): ReadonlySet<number> {
    const touched = new Set(jobs);
    this.#levels.forEach((level, i) => {
      const due = this.#sort(level, i + 1, { touched, renewed });
      for (const group of groups) {
        for (const job of this.#world.groups[group] ?? []) {
          const bucket = level.bucketOf[job];
          bucket?.spoil();
          if (bucket !== undefined) due.add(bucket);
        }
      }
      const isFirst = i === 0;
      for (const bucket of isFirst ? level.buckets.values() : due) {
        const moved = bucket.settle(this.#world, this.#board, isFirst && isLoadOther);
        for (const job of moved) touched.add(job);
      }
    });
    return touched;
  }

  /** @returns the nodes of the job, best first */
  placesOf(job: number): number[] {
    const places: number[] = [];
    let node = this.#board.at[job] ?? NOWHERE;
    for (let next = 0; node !== NOWHERE; next++) {
      places.push(node);
      node = this.#levels[next]?.at[job] ?? NOWHERE;
    }
    return places;
  }

  /** Everybody into the right bucket. @returns the buckets in which somebody is new, gone or otherwise */
  #sort(
    level: Level,
    place: number,
    { touched, renewed }: { touched: ReadonlySet<number>; renewed: ReadonlySet<number> },
  ): Set<Bucket> {
    const due = new Set<Bucket>();
    const keys = new Map<number, number>();
    for (const job of touched) keys.set(job, this.#keyOf(job, place));
    // First they leave: in a bucket are only those who are in the world, for it knows their order.
    for (const [job, key] of keys) {
      const bucket = level.bucketOf[job];
      if (bucket === undefined || (bucket.key === key && !renewed.has(job))) continue;
      level.bucketOf[job] = undefined;
      bucket.leave(job);
      due.add(bucket);
    }
    for (const [job, key] of keys) {
      if (key === NOWHERE) continue;
      const bucket = level.bucketOf[job] ?? this.#bucketFor(level, place, { job, key });
      if (level.bucketOf[job] === undefined) bucket.enter(this.#world, job);
      else bucket.turn(this.#world, job);
      level.bucketOf[job] = bucket;
      due.add(bucket);
    }
    for (const bucket of due) {
      if (!bucket.isEmpty) continue;
      level.buckets.delete(bucket.key);
      due.delete(bucket);
    }
    return due;
  }

  #bucketFor(
    level: Level,
    place: number,
    { job, key }: { readonly job: number; readonly key: number },
  ): Bucket {
    const known = level.buckets.get(key);
    if (known !== undefined) return known;
    const bucket = new Bucket(key, this.placesOf(job).slice(0, place), level);
    level.buckets.set(key, bucket);
    return bucket;
  }

  /** @returns all places before this one in a number, or NOWHERE where no candidate is left for it */
  #keyOf(job: number, place: number): number {
    const world = this.#world;
    if (world.jobs[job] === undefined || candidatesOf(world, job).length <= place) return NOWHERE;
    let key = this.#board.at[job] as number;
    for (let before = 1; before < place; before++) {
      key = key * world.nodes.length + (this.#levels[before - 1]?.at[job] as number);
    }
    return key;
  }
}
