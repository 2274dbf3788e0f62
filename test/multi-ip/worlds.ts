/**
 * Random worlds for the properties of ranks, and plain oracles that share no code with what they judge.
 *
 * A world has up to six nodes, up to three classes with overlapping node sets, and Services of one to
 * four addresses, some with a Local policy: a random part of their class's nodes.
 */
import fc from "fast-check";
import type { Ip } from "../../src/base/ip.ts";
import { rankAll, type RankJob } from "../../src/multi-ip/rank.ts";

export const NODES = ["n0", "n1", "n2", "n3", "n4", "n5"] as const;

export interface ServiceShape {
  readonly id: number;
  readonly count: number;
  readonly nodes: readonly string[];
}

export function ip(service: number, index: number): Ip {
  return `10.0.${service}.${index}` as Ip;
}

export function newJob(address: Ip, group: string, candidates: readonly string[]): RankJob {
  return { address, group, candidates, reserves: [], rank: [], holder: null, balance: true };
}

export function newJobs(services: readonly ServiceShape[]): RankJob[] {
  return services.flatMap(({ id, count, nodes }) =>
    Array.from({ length: count }, (_, index) => newJob(ip(id, index), `s${id}`, nodes)),
  );
}

/** `services` × `count` addresses, all on the same nodes. */
export function uniform(services: number, count: number, nodes: readonly string[]): RankJob[] {
  return newJobs(Array.from({ length: services }, (_, id) => ({ id, count, nodes })));
}

export function nodeNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `node-${String(i).padStart(2, "0")}`);
}

export function subset(nodes: readonly string[], lengthMin: number): fc.Arbitrary<string[]> {
  return fc.subarray([...nodes], { minLength: lengthMin });
}

/** Services over up to three classes. */
export function services({
  nodeMax = 6,
  serviceMax = 8,
  countMax = 4,
}): fc.Arbitrary<ServiceShape[]> {
  const nodes = NODES.slice(0, nodeMax);
  return fc.array(subset(nodes, 1), { minLength: 1, maxLength: 3 }).chain((classes) =>
    fc
      .array(
        fc.record({
          count: fc.integer({ min: 1, max: countMax }),
          ofClass: fc.nat(classes.length - 1),
          local: fc.option(subset(nodes, 1), { freq: 3 }),
        }),
        { minLength: 1, maxLength: serviceMax },
      )
      .map((list) =>
        list.map(({ count, ofClass, local }, id) => {
          const ofClassNodes = classes[ofClass] ?? [];
          const serving = ofClassNodes.filter((node) => local?.includes(node) ?? true);
          return { id, count, nodes: serving.length > 0 ? serving : ofClassNodes };
        }),
      ),
  );
}

/** Any jobs at all: today's rank and holder may be anything, as after many faults. */
export function anyJobs(limits: Parameters<typeof services>[0]): fc.Arbitrary<RankJob[]> {
  return services(limits).chain((list) =>
    fc.tuple(
      ...newJobs(list).map((job) =>
        fc
          .record({
            rank: fc.shuffledSubarray([...NODES, "gone"]),
            holder: fc.option(fc.constantFrom(...NODES, "gone"), { freq: 2 }),
            isNew: fc.boolean(),
            balance: fc.boolean(),
          })
          .map(({ rank, holder, isNew, balance }) =>
            isNew ? job : { ...job, rank, holder, balance },
          ),
      ),
    ),
  );
}

export type Placement = ReadonlyMap<Ip, string>;

export function firstsOf(ranks: ReadonlyMap<Ip, readonly string[]>): Map<Ip, string> {
  return new Map([...ranks].flatMap(([address, [first]]) => (first ? [[address, first]] : [])));
}

/** Today's ranks and holders become what the plan says: every speaker has followed it. */
export function followed(
  jobs: readonly RankJob[],
  ranks: ReadonlyMap<Ip, readonly string[]>,
): RankJob[] {
  return jobs.map((job) => {
    const rank = ranks.get(job.address) ?? [];
    return { ...job, rank, holder: rank[0] ?? null };
  });
}

export function withoutNode(jobs: readonly RankJob[], node: string): RankJob[] {
  return jobs.map((job) => ({
    ...job,
    candidates: job.candidates.filter((name) => name !== node),
    reserves: job.candidates.includes(node) ? [...job.reserves, node] : job.reserves,
  }));
}

export function loadsOf(placement: Placement, nodes: readonly string[]): number[] {
  const loads = new Map(nodes.map((node) => [node, 0]));
  for (const node of placement.values()) loads.set(node, (loads.get(node) ?? 0) + 1);
  return nodes.map((node) => loads.get(node) ?? 0);
}

export function differenceOf(loads: readonly number[]): number {
  return Math.max(...loads) - Math.min(...loads);
}

/** Groups crowded on nodes (P1), then wishes not fulfilled, then uneven nodes (P2): the least first. */
export type Cost = readonly [number, number, number];

/** @returns below 0 where the first is better */
export function compareCosts(a: Cost, b: Cost): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** How bad a placement is. */
export function costOf(jobs: readonly RankJob[], placement: Placement): Cost {
  const counts = { group: new Map<string, number>(), node: new Map<string, number>() };
  let wished = 0;
  for (const { address, group, scores } of jobs) {
    const node = placement.get(address);
    if (node === undefined) continue;
    wished += scores?.get(node) ?? 0;
    const key = `${group} ${node}`;
    counts.group.set(key, (counts.group.get(key) ?? 0) + 1);
    counts.node.set(node, (counts.node.get(node) ?? 0) + 1);
  }
  const squares = (map: Map<string, number>) => [...map.values()].reduce((s, n) => s + n * n, 0);
  return [squares(counts.group), 0 - wished, squares(counts.node)];
}

/** @returns the least cost of all ways to place the free jobs, the others staying where they are */
export function bestCost(
  jobs: readonly RankJob[],
  placement: Placement,
  isFree: (job: RankJob) => boolean,
): Cost {
  const free = jobs.filter((job) => isFree(job) && job.candidates.length > 0);
  const trial = new Map(placement);
  let best: Cost = [Infinity, Infinity, Infinity];
  const tryFrom = (i: number): void => {
    const job = free[i];
    if (job === undefined) {
      const cost = costOf(jobs, trial);
      if (compareCosts(cost, best) < 0) best = cost;
      return;
    }
    for (const node of job.candidates) {
      trial.set(job.address, node);
      tryFrom(i + 1);
    }
  };
  tryFrom(0);
  return best;
}

/** Plans again and again, each plan followed, until nothing changes. */
export function converge(jobs: readonly RankJob[], rebalanceMovesMax = 1): RankJob[] {
  let now = [...jobs];
  for (let plan = 0; plan < 200; plan++) {
    const { ranks, moves } = rankAll(now, { rebalanceMovesMax });
    now = followed(now, ranks);
    if (moves.length === 0) return now;
  }
  throw new Error("does not converge");
}

export function placementOf(jobs: readonly RankJob[]): Map<RankJob["address"], string> {
  return new Map(jobs.flatMap((job) => (job.rank[0] ? [[job.address, job.rank[0]]] : [])));
}
