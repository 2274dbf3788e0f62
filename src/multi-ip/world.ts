/**
 * The jobs of a ranking in numbers: names cost time, and ten thousand addresses are ranked at once. Pure arithmetic.
 *
 * A job keeps its number as long as it is there, so that what is known of the others is still true when one comes or goes.
 * What is computed from a world depends on what is in it and never on these numbers: where the order of jobs counts, it is that
 * of their addresses' text, and nodes are numbered by name.
 *
 * Worlds are changed in place, for speed; they never leave a ranking.
 * Neighbours: board.ts plays on a world; rank.ts translates back.
 */
import { compareText, stableHash } from "../base/hash.ts";
import type { Ip } from "../base/ip.ts";
import type { RankJob } from "./rank.ts";

export const NOWHERE = -1;

/** Jobs, nodes, groups and candidate sets are known by their numbers. */
export class World {
  /** Every node that may be a candidate for something, by name. */
  readonly nodes: readonly string[];
  readonly nodeIndex: ReadonlyMap<string, number>;
  /** undefined where a number is free. */
  readonly jobs: (RankJob | undefined)[] = [];
  /** The numbers of all jobs, by address text. */
  readonly sorted: number[] = [];
  /** The jobs of each group. */
  readonly groups: number[][] = [];
  /** The group of each job. */
  readonly groupOf: number[] = [];
  /** The different candidate sets, each in ascending order: classes have one, Local policies many. */
  readonly sets: Int32Array[] = [];
  /** The candidate set of each job. */
  readonly setOf: number[] = [];
  /** The part of the cluster that each node is in: no address can move from one part to another, not even over others. */
  readonly partOf: Int32Array;
  /** How much each node is wished for, by node; null for the jobs without wishes. */
  readonly scores: (Int32Array | null)[] = [];
  /** The candidates that are in today's rank, in its order. */
  readonly orders: (readonly number[])[] = [];
  /** For ties: see board.ts. */
  readonly jobHashes: number[] = [];
  readonly nodeHashes: Uint32Array;
  /** When each node started: for jobs that leave one. */
  readonly startedAtMs: Float64Array;
  readonly #numbers = new Map<Ip, number>();
  readonly #groupNumbers = new Map<string, number>();
  readonly #setsByContent = new Map<string, number>();
  readonly #setsOfLists = new WeakMap<readonly string[], number>();
  readonly #scoresOfMaps = new WeakMap<ReadonlyMap<string, number>, Int32Array>();
  readonly #freeJobs: number[] = [];
  readonly #freeGroups: number[] = [];
  #gone: number[] = [];

  /** @param jobs all whose nodes are to be known from the beginning; none of them is in the world yet */
  constructor(jobs: Iterable<RankJob>, startedAtMs: ReadonlyMap<string, number>) {
    this.nodes = nodeNames(jobs);
    this.nodeIndex = new Map(this.nodes.map((node, i) => [node, i]));
    this.partOf = Int32Array.from(this.nodes, (_, node) => node);
    this.nodeHashes = Uint32Array.from(this.nodes, stableHash);
    this.startedAtMs = Float64Array.from(this.nodes, (node) => startedAtMs.get(node) ?? 0);
  }

  numberOf(address: Ip): number | undefined {
    return this.#numbers.get(address);
  }

  /** @returns false where the job has a choice that this world does not know: a new world is needed */
  knows(job: RankJob): boolean {
    const choices = choicesOf(job);
    return this.#setsOfLists.has(choices) || choices.every((node) => this.nodeIndex.has(node));
  }

  /** @returns the number of a job that is new */
  add(job: RankJob): number {
    const number = this.#freeJobs.pop() ?? this.jobs.length;
    this.#numbers.set(job.address, number);
    this.jobs[number] = job;
    this.jobHashes[number] = stableHash(job.address);
    this.#enterGroup(number, job.group);
    this.#see(number, job);
    this.sorted.splice(this.placeIn(this.sorted, number), 0, number);
    return number;
  }

  /** The same address is to be ranked otherwise. @returns whether more of it is new than today's rank and who answers */
  change(number: number, job: RankJob): boolean {
    const before = this.jobs[number] as RankJob;
    const [set, scores] = [this.setOf[number], this.scores[number]];
    this.jobs[number] = job;
    this.#see(number, job);
    if (before.group !== job.group) {
      this.#leaveGroup(number, before.group);
      this.#enterGroup(number, job.group);
      return true;
    }
    const isSame = set === this.setOf[number] && scores === this.scores[number];
    return !isSame || (before.leaves ?? false) !== (job.leaves ?? false);
  }

  /** Its number is given to nobody before `forgetGone`. */
  remove(number: number): void {
    const { address, group } = this.jobs[number] as RankJob;
    this.sorted.splice(this.placeIn(this.sorted, number), 1);
    this.#numbers.delete(address);
    this.#leaveGroup(number, group);
    this.jobs[number] = undefined;
    this.#gone.push(number);
  }

  forgetGone(): void {
    this.#freeJobs.push(...this.#gone);
    this.#gone = [];
  }

  /** Orders numbers by the text of their jobs' addresses. */
  readonly compare = (a: number, b: number): number =>
    compareText(this.#addressOf(a), this.#addressOf(b));

  /** @returns where the job is, or belongs, in a list by address text */
  placeIn(sorted: readonly number[], job: number): number {
    const last = sorted.at(-1);
    if (last === undefined || this.compare(last, job) < 0) return sorted.length;
    let [low, high] = [0, sorted.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.compare(sorted[middle] as number, job) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #addressOf(number: number): string {
    return this.jobs[number]?.address ?? "";
  }

  #see(number: number, job: RankJob): void {
    this.setOf[number] = this.#setFor(choicesOf(job));
    this.scores[number] = this.#scoresFor(job.scores);
    this.orders[number] = orderOf(this, number, job);
  }

  #enterGroup(number: number, name: string): void {
    const group = this.#groupNumbers.get(name) ?? this.#freeGroups.pop() ?? this.groups.length;
    this.#groupNumbers.set(name, group);
    (this.groups[group] ??= []).push(number);
    this.groupOf[number] = group;
  }

  #leaveGroup(number: number, name: string): void {
    const group = this.groupOf[number] as number;
    const mates = this.groups[group] as number[];
    mates.splice(mates.indexOf(number), 1);
    if (mates.length > 0) return;
    this.#groupNumbers.delete(name);
    this.#freeGroups.push(group);
  }

  /** Equal lists are made one: most callers give whole classes the same one anyway. */
  #setFor(choices: readonly string[]): number {
    const known = this.#setsOfLists.get(choices);
    if (known !== undefined) return known;
    const set = Int32Array.from(choices, (node) => this.nodeIndex.get(node) ?? NOWHERE).sort();
    const content = set.join();
    const same = this.#setsByContent.get(content) ?? this.sets.push(set) - 1;
    this.#setsByContent.set(content, same);
    this.#setsOfLists.set(choices, same);
    for (const node of set) this.#join(set[0] as number, node);
    return same;
  }

  #join(a: number, b: number): void {
    const [part, other] = [this.partOf[a] as number, this.partOf[b] as number];
    if (part === other) return;
    this.partOf.forEach((of, node) => {
      if (of === other) this.partOf[node] = part;
    });
  }

  #scoresFor(scores: RankJob["scores"]): Int32Array | null {
    if (scores === undefined || scores.size === 0) return null;
    const known = this.#scoresOfMaps.get(scores);
    if (known !== undefined) return known;
    const made = Int32Array.from(this.nodes, (node) => scores.get(node) ?? 0);
    this.#scoresOfMaps.set(scores, made);
    return made;
  }
}

/**
 * The nodes among which a place is chosen. Where none is available, a new address is planned over the reserves, or
 * all that are made while the speakers start would be ranked alike and fall on the first that is up.
 */
function choicesOf({ candidates, reserves, rank }: RankJob): readonly string[] {
  if (candidates.length > 0 || reserves.length === 0) return candidates;
  return rank.some((node) => reserves.includes(node)) ? candidates : reserves;
}

/** Those that are no choice of anybody yet do no harm, and may be one soon. */
function nodeNames(jobs: Iterable<RankJob>): string[] {
  const lists = new Set<readonly string[]>();
  for (const { candidates, reserves } of jobs) lists.add(candidates).add(reserves);
  const names = new Set<string>();
  for (const list of lists) for (const node of list) names.add(node);
  return [...names].sort(compareText);
}

function orderOf(world: World, number: number, { rank }: RankJob): number[] {
  const set = candidatesOf(world, number);
  const order: number[] = [];
  for (const name of rank) {
    const node = world.nodeIndex.get(name);
    if (node !== undefined && set.includes(node)) order.push(node);
  }
  return order;
}

/** @returns how much the job's address is wished to be on the node */
export function scoreOf({ scores }: World, job: number, node: number): number {
  return scores[job]?.[node] ?? 0;
}

/** @returns the nodes among which the job's places are chosen, in ascending order */
export function candidatesOf(world: World, job: number): Int32Array {
  return world.sets[world.setOf[job] as number] as Int32Array;
}

/** @returns the jobs of the job's group, itself among them */
export function matesOf(world: World, job: number): readonly number[] {
  return world.groups[world.groupOf[job] as number] as readonly number[];
}
