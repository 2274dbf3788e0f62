/**
 * How long ranking takes, and how even and how calm it is beside what others do.
 *
 * Run: `npm run bench:rank`. The others are their published formulas, nothing more:
 *   - MetalLB (layer 2): every address on its own goes to the node with the smallest sha256("node#ip");
 *   - Deckhouse (module metallb): the i-th address of a Service prefers the i-th node, modulo their number, of
 *     the nodes sorted by sha256("class#node"); where that one is lost, MetalLB's formula decides.
 * Both are functions of the nodes alone, so a node that returns takes its addresses back; ours does not move them.
 */
import { createHash } from "node:crypto";
import type { Ip } from "../src/base/ip.ts";
import { rankAll, type RankJob } from "../src/multi-ip/rank.ts";

interface Shape {
  readonly services: number;
  readonly count: number;
  readonly nodes: number;
}

/** Where each address is, by its place in the list. */
type Placement = readonly string[];

/** An algorithm, with a memory where it has one. */
interface Contender {
  readonly name: string;
  readonly place: (shape: Shape, nodes: readonly string[]) => Placement;
}

const CLASS = "edge";
const SHAPES: readonly Shape[] = [
  { services: 20, count: 1, nodes: 4 },
  { services: 20, count: 3, nodes: 5 },
  { services: 100, count: 2, nodes: 10 },
  { services: 1000, count: 1, nodes: 10 },
];

function nodeNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `node-${String(i).padStart(2, "0")}`);
}

function ipOf(i: number): Ip {
  return `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}` as Ip;
}

function jobsOf({ services, count }: Shape, nodes: readonly string[]): RankJob[] {
  return Array.from({ length: services * count }, (_, i) => ({
    address: ipOf(i),
    group: `service-${Math.floor(i / count)}`,
    candidates: nodes,
    reserves: [],
    rank: [],
    holder: null,
    balance: true,
  }));
}

function follow(jobs: readonly RankJob[], nodes: readonly string[], movesMax: number): RankJob[] {
  const { ranks } = rankAll(
    jobs.map((job) => ({ ...job, candidates: nodes })),
    { rebalanceMovesMax: movesMax },
  );
  return jobs.map((job) => {
    const rank = ranks.get(job.address) ?? [];
    return { ...job, rank, holder: rank[0] ?? null };
  });
}

/** Settled: rebalanced until nothing moves any more. */
function spreadLb(): Contender {
  let jobs: RankJob[] = [];
  return {
    name: "SpreadLB",
    place: (shape, nodes) => {
      if (jobs.length === 0) jobs = jobsOf(shape, nodes);
      jobs = follow(jobs, nodes, 1_000_000);
      return jobs.map(({ rank }) => rank[0] ?? "");
    },
  };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hashWinner(nodes: readonly string[], ip: Ip): string {
  const byHash = nodes.map((node) => ({ node, hash: sha256(`${node}#${ip}`) }));
  return byHash.reduce((best, next) => (next.hash < best.hash ? next : best)).node;
}

const metalLb: Contender = {
  name: "MetalLB",
  place: ({ services, count }, nodes) =>
    Array.from({ length: services * count }, (_, i) => hashWinner(nodes, ipOf(i))),
};

const deckhouse: Contender = {
  name: "Deckhouse",
  place: ({ services, count }, nodes) => {
    const sorted = nodes.toSorted((a, b) =>
      sha256(`${CLASS}#${a}`) < sha256(`${CLASS}#${b}`) ? -1 : 1,
    );
    return Array.from(
      { length: services * count },
      (_, i) => sorted[(i % count) % sorted.length] ?? "",
    );
  },
};

/** Deckhouse's answer to a death: its hook does not look at it, the speakers fall back to the hash. */
function deckhouseAfterDeath(shape: Shape, nodes: readonly string[], dead: string): Placement {
  const alive = nodes.filter((node) => node !== dead);
  return deckhouse
    .place(shape, nodes)
    .map((node, i) => (node === dead ? hashWinner(alive, ipOf(i)) : node));
}

function loadsOf(placement: Placement, nodes: readonly string[]): number[] {
  return nodes
    .map((node) => placement.filter((other) => other === node).length)
    .sort((a, b) => b - a);
}

/** Services whose addresses are on fewer nodes than they could be. */
function crowded({ services, count, nodes }: Shape, placement: Placement): number {
  return Array.from({ length: services }, (_, s) =>
    placement.slice(s * count, (s + 1) * count),
  ).filter((own) => new Set(own).size < Math.min(count, nodes)).length;
}

function movedBeyond(before: Placement, after: Placement, lost?: string): number {
  return before.filter((node, i) => node !== lost && node !== after[i]).length;
}

function row(cells: readonly (string | number)[], widths: readonly number[]): void {
  process.stdout.write(
    `${cells.map((cell, i) => String(cell).padEnd(widths[i] ?? 0)).join(" ")}\n`,
  );
}

function compareSpread(): void {
  const widths = [18, 10, 26, 8, 16, 18, 12];
  row(
    [
      "services x count",
      "",
      "addresses per node",
      "crowded",
      "after a death",
      "moved: death (own)",
      "moved: join (due)",
    ],
    widths,
  );
  for (const shape of SHAPES) {
    const nodes = nodeNames(shape.nodes);
    for (const contender of [spreadLb(), metalLb, deckhouse]) {
      const before = contender.place(shape, nodes);
      const fullest = nodes.toSorted(
        (a, b) =>
          before.filter((node) => node === b).length - before.filter((node) => node === a).length,
      );
      const dead = fullest[0] ?? "";
      const alive = nodes.filter((node) => node !== dead);
      const afterDeath =
        contender === deckhouse
          ? deckhouseAfterDeath(shape, nodes, dead)
          : deathOf(contender, shape, { nodes, alive });
      const own = before.filter((node) => node === dead).length;
      const due = Math.floor((shape.services * shape.count) / (nodes.length + 1));
      const loads = loadsOf(before, nodes);
      const deathLoads = loadsOf(afterDeath, alive);
      row(
        [
          `${shape.services} x ${shape.count} on ${shape.nodes}`,
          contender.name,
          loads.length > 5 ? `${loads[0] ?? 0} … ${loads.at(-1) ?? 0}` : loads.join(" "),
          crowded(shape, before),
          `${deathLoads[0] ?? 0} … ${deathLoads.at(-1) ?? 0}`,
          `${own + movedBeyond(before, afterDeath, dead)} (${own})`,
          `${movedByJoin(contender, shape, nodes)} (${due})`,
        ],
        widths,
      );
    }
  }
}

/** Hashes depend on the name of the node that joins: the mean over some names. */
function movedByJoin(contender: Contender, shape: Shape, nodes: readonly string[]): number {
  const names = Array.from({ length: 20 }, (_, i) => `new-${i}`);
  const moved = names.map((name) => {
    const joining = contender.name === "SpreadLB" ? spreadLb() : contender;
    return movedBeyond(joining.place(shape, nodes), joining.place(shape, [...nodes, name]));
  });
  return Math.round(moved.reduce((sum, count) => sum + count, 0) / moved.length);
}

function deathOf(
  contender: Contender,
  shape: Shape,
  { nodes, alive }: { nodes: readonly string[]; alive: readonly string[] },
): Placement {
  if (contender.name !== "SpreadLB") return contender.place(shape, alive);
  // What the speakers do at once, by the ranks: no plan in between.
  return follow(jobsOf(shape, nodes), nodes, 0).map(
    ({ rank }) => rank.find((node) => alive.includes(node)) ?? "",
  );
}

/** @returns the median and the worst of some runs, after a few to warm up, in milliseconds of processor time */
function measure(run: () => void): { medianMs: number; coldMs: number } {
  const times: number[] = [];
  for (let i = 0; i < 15; i++) {
    const before = process.cpuUsage();
    run();
    times.push(process.cpuUsage(before).user / 1000);
  }
  const warm = times.slice(5).sort((a, b) => a - b);
  return { medianMs: warm[5] ?? 0, coldMs: times[0] ?? 0 };
}

function measureTime(): void {
  const fifty = nodeNames(50);
  const large = { services: 10_000, count: 1, nodes: 50 };
  const settled = follow(jobsOf(large, fifty), fifty, 0);
  const threes = follow(jobsOf({ ...large, services: 3333, count: 3 }, fifty), fifty, 0);
  const lists = settled.map((job) => ({ ...job, candidates: [...fifty] }));
  const lost = fifty.slice(1);
  const afterLoss = settled.map((job) => ({ ...job, candidates: lost, reserves: ["node-00"] }));
  const joined = [...fifty, "node-99"];
  const afterJoin = settled.map((job) => ({ ...job, candidates: joined }));
  const four = nodeNames(4);
  const fresh = jobsOf({ services: 1000, count: 1, nodes: 4 }, four);
  const worlds: readonly (readonly [string, number | null, readonly RankJob[]])[] = [
    ["10,000 addresses, 50 nodes: nothing to change", 50, settled],
    ["the same, each address with a candidate list of its own", null, lists],
    ["the same, 3,333 Services x 3", null, threes],
    ["10,000 addresses, 50 nodes: one node lost", 300, afterLoss],
    ["10,000 addresses, 50 nodes: one node joined, one move", null, afterJoin],
    ["10,000 new addresses on 50 nodes", null, jobsOf(large, fifty)],
    ["1,000 new addresses on 4 nodes", 50, fresh],
  ];
  const widths = [58, 12, 12, 8];
  row(["world", "median ms", "first ms", "bound"], widths);
  for (const [name, boundMs, jobs] of worlds) {
    const { medianMs, coldMs } = measure(() => rankAll(jobs, { rebalanceMovesMax: 1 }));
    row([name, medianMs.toFixed(1), coldMs.toFixed(1), boundMs ?? ""], widths);
  }
}

/** How many ranks one event rewrites: each is a write to the API. */
function measureWrites(): void {
  const names = nodeNames(11);
  const ten = names.slice(0, 10);
  const before = follow(jobsOf({ services: 1000, count: 1, nodes: 10 }, ten), ten, 0);
  const written = (jobs: readonly RankJob[], nodes: readonly string[], movesMax: number): number =>
    follow(jobs, nodes, movesMax).filter((job, i) => job.rank !== jobs[i]?.rank).length;
  const extra = jobsOf({ services: 1001, count: 1, nodes: 10 }, ten).slice(-1);
  const joined = follow(before, names, 0);
  row(["ranks rewritten, 1,000 addresses on 10 nodes", "written"], [58]);
  row(["nothing happened", written(before, ten, 1)], [58]);
  row(["one address more (itself included)", written([...before, ...extra], ten, 0)], [58]);
  row(["one node lost (it is in half of the ranks)", written(before, ten.slice(1), 0)], [58]);
  row(["one node joined, no move yet", written(before, names, 0)], [58]);
  row(["one rebalancing move after that", written(joined, names, 1)], [58]);
}

compareSpread();
process.stdout.write("\n");
measureTime();
process.stdout.write("\n");
measureWrites();
