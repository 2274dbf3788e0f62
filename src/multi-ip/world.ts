/**
 * The jobs of a ranking in numbers: names cost time, and ten thousand addresses are ranked at once. Pure.
 *
 * Everything is put into one order here (addresses and nodes by their text), so that what is computed
 * from a world depends on what is in it and never on the order in which it was listed.
 * Neighbours: board.ts plays on a world; rank.ts translates back.
 */
import assert from "node:assert/strict";
import { compareText, stableHash } from "../base/hash.ts";
import type { RankJob } from "./rank.ts";

/** Jobs, nodes, groups and candidate sets are known by their index. */
export interface World {
  /** By address text. */
  readonly jobs: readonly RankJob[];
  /** Every node that is a candidate for something, by name. */
  readonly nodes: readonly string[];
  readonly nodeIndex: ReadonlyMap<string, number>;
  /** The jobs of each group. */
  readonly groups: readonly (readonly number[])[];
  /** The group of each job. */
  readonly groupOf: Int32Array;
  /** The different candidate sets, each in ascending order: classes have one, Local policies many. */
  readonly sets: readonly Int32Array[];
  /** The candidate set of each job. */
  readonly setOf: Int32Array;
  /** How much each node is wished for, by node; null for the jobs without wishes. */
  readonly scores: readonly (Int32Array | null)[];
  /** For ties: see board.ts. */
  readonly jobHashes: Uint32Array;
  readonly nodeHashes: Uint32Array;
  /** When each node started: for jobs that leave one. */
  readonly startedAtMs: Float64Array;
}

/** @param jobs in any order; no address twice */
export function worldOf(
  jobs: readonly RankJob[],
  startedAtMs: ReadonlyMap<string, number> = new Map(),
): World {
  const sorted = jobs.toSorted((a, b) => compareText(a.address, b.address));
  sorted.forEach((job, i) => {
    assert(job.address !== sorted[i - 1]?.address, `${job.address} is ranked twice`);
  });
  const lists = choiceLists(sorted);
  const nodes = nodeNames(lists);
  const nodeIndex = new Map(nodes.map((node, i) => [node, i]));
  return {
    jobs: sorted,
    nodes,
    nodeIndex,
    ...numberGroups(sorted),
    ...numberSets(lists, nodeIndex),
    scores: scoresOf(sorted, nodes),
    jobHashes: Uint32Array.from(sorted, (job) => stableHash(job.address)),
    nodeHashes: Uint32Array.from(nodes, stableHash),
    startedAtMs: Float64Array.from(nodes, (node) => startedAtMs.get(node) ?? 0),
  };
}

/**
 * The nodes among which a place is chosen. Where none is available, a new address is planned over the reserves, or
 * all that are made while the speakers start would be ranked alike and fall on the first that is up.
 */
function choicesOf({ candidates, reserves, rank }: RankJob): readonly string[] {
  if (candidates.length > 0 || reserves.length === 0) return candidates;
  return rank.some((node) => reserves.includes(node)) ? candidates : reserves;
}

/** @returns the choices of each job, equal lists made one: most callers give whole classes the same one anyway */
function choiceLists(jobs: readonly RankJob[]): (readonly string[])[] {
  const known = new Map<readonly string[], readonly string[]>();
  const byContent = new Map<string, readonly string[]>();
  return jobs.map((job) => {
    const choices = choicesOf(job);
    const same = known.get(choices);
    if (same !== undefined) return same;
    const content = choices.join(" ");
    const first = byContent.get(content) ?? choices;
    byContent.set(content, first);
    known.set(choices, first);
    return first;
  });
}

function nodeNames(lists: readonly (readonly string[])[]): string[] {
  const names = new Set<string>();
  for (const choices of new Set(lists)) {
    for (const node of choices) names.add(node);
  }
  return [...names].sort(compareText);
}

function numberGroups(jobs: readonly RankJob[]): Pick<World, "groups" | "groupOf"> {
  const index = new Map<string, number>();
  const groups: number[][] = [];
  const groupOf = Int32Array.from(jobs, ({ group }, job) => {
    const known = index.get(group) ?? groups.push([]) - 1;
    index.set(group, known);
    groups[known]?.push(job);
    return known;
  });
  return { groups, groupOf };
}

function numberSets(
  lists: readonly (readonly string[])[],
  nodeIndex: ReadonlyMap<string, number>,
): Pick<World, "sets" | "setOf"> {
  const index = new Map<readonly string[], number>();
  const sets: Int32Array[] = [];
  const setOf = Int32Array.from(lists, (list) => {
    const known = index.get(list);
    if (known !== undefined) return known;
    index.set(list, sets.length);
    return sets.push(Int32Array.from(list, (node) => nodeIndex.get(node) ?? -1).sort()) - 1;
  });
  return { sets, setOf };
}

function scoresOf(jobs: readonly RankJob[], nodes: readonly string[]): (Int32Array | null)[] {
  const known = new Map<RankJob["scores"], Int32Array>();
  return jobs.map(({ scores }) => {
    if (scores === undefined || scores.size === 0) return null;
    const made = known.get(scores) ?? Int32Array.from(nodes, (node) => scores.get(node) ?? 0);
    known.set(scores, made);
    return made;
  });
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
