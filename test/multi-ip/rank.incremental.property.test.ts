/**
 * What a Ranker keeps changes no plan: whatever happened before, in whatever order, each plan is the one that rankAll
 * makes of the same world, which has never seen another.
 *
 * Histories of joins, losses, drains, takeovers, moves, rebalancing, Services that come, grow, share and go, endpoints that
 * wander, preferences, and plans of which only a part is written before the next one is made.
 */
import { expect } from "chai";
import fc from "fast-check";
import type { Ip } from "../../src/base/ip.ts";
import { rankAll, Ranker, type RankJob, type RankPlan } from "../../src/multi-ip/rank.ts";
import { ip, NODES } from "./worlds.ts";

const ALL_NODES = [...NODES, "n6", "n7"] as const;
const CLASSES: readonly (readonly string[])[] = [ALL_NODES, ["n0", "n1", "n2"], ["n4", "n5"]];
const SCORES: readonly ReadonlyMap<string, number>[] = [
  new Map(),
  new Map([["n1", 5]]),
  new Map([
    ["n0", 3],
    ["n4", 7],
  ]),
];

interface Shape {
  readonly count: number;
  readonly ofClass: number;
  /** Nodes with endpoints; null: wherever they are. */
  readonly local: readonly string[] | null;
  readonly group: string;
  readonly scores: number;
  readonly balance: boolean;
}

/** A cluster as the controller sees it: what it planned is in place once it was written and read. */
class Cluster {
  readonly services = new Map<number, Shape>();
  readonly alive = new Set<string>(NODES);
  readonly drained = new Set<string>();
  readonly stopping = new Set<string>();
  readonly ranks = new Map<Ip, readonly string[]>();
  readonly holders = new Map<Ip, string | null>();
  startedAtMs: ReadonlyMap<string, number> = new Map();
  readonly #ranker = new Ranker();
  #known = new Map<Ip, RankJob>();

  plan(rebalanceMovesMax: number): RankPlan {
    const jobs = this.#jobs();
    const changed = [...jobs.keys(), ...this.#known.keys()].filter(
      (address) => jobs.get(address) !== this.#known.get(address),
    );
    this.#known = jobs;
    const options = { rebalanceMovesMax, startedAtMs: this.startedAtMs };
    const made = this.#ranker.rank(jobs, changed, options);
    const anew = rankAll([...jobs.values()], options);
    expect(made.moves).to.deep.equal(anew.moves);
    expect(new Map(made.ranks)).to.deep.equal(anew.ranks);
    const moved = new Set(made.moves.map(({ address }) => address));
    const isOpen = ({ address, rank }: RankJob) =>
      made.ranks.get(address) !== rank || moved.has(address);
    const open = [...jobs.values()].filter(isOpen).map(({ address }) => address);
    expect([...made.open].sort()).to.deep.equal(open.sort());
    return made;
  }

  /** Today's jobs: one that is as it was is the very same object. */
  #jobs(): Map<Ip, RankJob> {
    const jobs = new Map<Ip, RankJob>();
    for (const [id, shape] of this.services) {
      for (let index = 0; index < shape.count; index++) {
        const job = this.#jobOf(ip(id, index), shape);
        const known = this.#known.get(job.address);
        const isSame = JSON.stringify(known) === JSON.stringify(job);
        jobs.set(job.address, known !== undefined && isSame ? known : job);
      }
    }
    return jobs;
  }

  #jobOf(address: Ip, { ofClass, local, group, scores, balance }: Shape): RankJob {
    const may = (CLASSES[ofClass] ?? []).filter((node) => local?.includes(node) ?? true);
    const able = may.filter((node) => this.alive.has(node) && !this.stopping.has(node));
    const staying = able.filter((node) => !this.drained.has(node));
    const candidates = staying.length > 0 ? staying : able;
    const rank = this.ranks.get(address) ?? [];
    const holder = this.holders.get(address) ?? null;
    const now = holder ?? rank[0] ?? "";
    const scored = SCORES[scores];
    return {
      ...{ address, group, candidates, rank, holder, balance },
      reserves: may.filter((node) => !candidates.includes(node) && !this.drained.has(node)),
      leaves: this.stopping.has(now) && !candidates.includes(now),
      ...(scored === undefined ? {} : { scores: scored }),
    };
  }
}

type Change = (cluster: Cluster) => void;

const node = fc.constantFrom(...ALL_NODES);
const id = fc.nat(9);

const service = fc
  .record({
    id,
    count: fc.integer({ min: 1, max: 4 }),
    ofClass: fc.constantFrom(0, 0, 0, 1, 2),
    local: fc.option(fc.subarray([...ALL_NODES], { minLength: 1 }), { freq: 4 }),
    groupOf: fc.option(id, { freq: 5 }),
    scores: fc.constantFrom(0, 0, 0, 1, 2),
    balance: fc.constantFrom(true, true, true, false),
  })
  .map(({ groupOf, ...shape }): Change => (cluster) => {
    const group = `s${groupOf ?? shape.id}`;
    cluster.services.set(shape.id, { ...shape, group });
  });

function toggle(of: (cluster: Cluster) => Set<string>): fc.Arbitrary<Change> {
  return node.map((name): Change => (cluster) => {
    if (!of(cluster).delete(name)) of(cluster).add(name);
  });
}

const change = fc.oneof(
  { weight: 5, arbitrary: service },
  {
    weight: 2,
    arbitrary: id.map((one): Change => (cluster) => {
      cluster.services.delete(one);
    }),
  },
  { weight: 2, arbitrary: toggle(({ alive }) => alive) },
  toggle(({ drained }) => drained),
  toggle(({ stopping }) => stopping),
  // Somebody else answers than was planned.
  fc.tuple(id, fc.nat(3), fc.option(node)).map(([one, index, holder]): Change => (cluster) => {
    cluster.holders.set(ip(one, index), holder);
  }),
  // Somebody wrote another rank.
  fc
    .tuple(id, fc.nat(3), fc.shuffledSubarray([...ALL_NODES, "gone"]))
    .map(([one, index, rank]): Change => (cluster) => {
      cluster.ranks.set(ip(one, index), rank);
    }),
  fc.tuple(node, fc.nat(3)).map(([name, startedAtMs]): Change => (cluster) => {
    cluster.startedAtMs = new Map([...cluster.startedAtMs, [name, startedAtMs]]);
  }),
  fc.constant(() => undefined),
);

const step = fc.record({
  changes: fc.array(change, { minLength: 1, maxLength: 3 }),
  rebalanceMovesMax: fc.constantFrom(0, 0, 1, 1, 1, 3),
  /** How many of the ranks that are not in place get there, and of the speakers that follow. */
  written: fc.constantFrom(0, 1, 3, 99, 99),
  followed: fc.constantFrom(0, 2, 99, 99),
  isForgetful: fc.constantFrom(false, false, false, true),
});

function take(cluster: Cluster, { ranks, open }: Taken, written: number, followed: number): void {
  for (const address of open.slice(0, written)) {
    cluster.ranks.set(address, ranks.get(address) ?? []);
  }
  const late = [...cluster.ranks].filter(([address, [first]]) => {
    return first !== undefined && cluster.holders.get(address) !== first;
  });
  for (const [address, [first]] of late.slice(0, followed)) {
    cluster.holders.set(address, cluster.alive.has(first ?? "") ? (first ?? null) : null);
  }
}

interface Taken {
  readonly ranks: RankPlan["ranks"];
  readonly open: readonly Ip[];
}

describe("multi-ip: a Ranker that goes on from its last plan", function () {
  this.timeout(300_000);

  it("plans what rankAll plans of the same world, whatever happened before", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 3, maxLength: 30 }), (steps) => {
        const cluster = new Cluster();
        for (const { changes, rebalanceMovesMax, written, followed, isForgetful } of steps) {
          for (const one of changes) one(cluster);
          const { ranks } = cluster.plan(rebalanceMovesMax);
          const open = [...ranks].filter(([at, rank]) => cluster.ranks.get(at) !== rank);
          take(cluster, { ranks, open: open.map(([at]) => at) }, written, followed);
          if (!isForgetful) continue;
          // Where an address goes, its VirtualIP goes with it: one that comes again is new.
          for (const address of cluster.ranks.keys())
            if (!ranks.has(address)) cluster.ranks.delete(address);
        }
        cluster.plan(0);
        cluster.plan(1);
      }),
      { numRuns: 1500 },
    );
  });
});
