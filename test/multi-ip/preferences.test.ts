/**
 * Preferences of nodes: a wish stands below different nodes for a Service (P1) and above even nodes (P2). Small worlds first,
 * then the optimum against brute force.
 */
import { expect } from "chai";
import fc from "fast-check";
import type { Ip } from "../../src/base/ip.ts";
import { rankAll, type RankJob } from "../../src/multi-ip/rank.ts";
import {
  bestCost,
  compareCosts,
  converge,
  costOf,
  firstsOf,
  followed,
  newJob,
  newJobs,
  NODES,
  placementOf,
  services,
} from "./worlds.ts";

const still = { rebalanceMovesMax: 0 };
const abc = ["a", "b", "c"];
const [ip1, ip2, ip3] = ["10.0.0.1", "10.0.0.2", "10.0.0.3"] as Ip[] as [Ip, Ip, Ip];
const wish = (scores: Readonly<Record<string, number>>) => new Map(Object.entries(scores));

function job(address: Ip, more: Partial<RankJob> = {}): RankJob {
  return { ...newJob(address, `group of ${address}`, abc), ...more };
}

const ofOne = { group: "web" };
const likesB = { scores: wish({ b: 100, c: 10 }) };

const rows: {
  readonly name: string;
  readonly jobs: readonly RankJob[];
  readonly movesMax?: number;
  readonly ranks: readonly string[];
  readonly reasons?: readonly string[];
}[] = [
  {
    name: "the preferred node holds, and the next preferred takes over",
    jobs: [job(ip1, likesB)],
    ranks: ["b c a"],
  },
  {
    name: "the wish goes before even nodes",
    jobs: [ip1, ip2, ip3].map((ip) => job(ip, likesB)),
    ranks: ["b c a", "b c a", "b c a"],
  },
  {
    name: "different nodes for the addresses of a Service go before the wish",
    jobs: [ip1, ip2].map((ip) => job(ip, { ...likesB, ...ofOne })),
    ranks: ["b a c", "c a b"],
  },
  {
    name: "of nodes that are preferred alike: even",
    jobs: [ip1, ip2].map((ip) => job(ip, { scores: wish({ a: 50, c: 50 }) })),
    ranks: ["c a b", "a c b"],
  },
  {
    name: "what works elsewhere stays while nothing may move",
    jobs: [job(ip1, { ...likesB, rank: ["a", "b", "c"], holder: "a" })],
    ranks: ["a b c"],
  },
  {
    name: "what works elsewhere moves to the preferred node when it may, and says why",
    jobs: [job(ip1, { ...likesB, rank: ["a", "b", "c"], holder: "a" })],
    movesMax: 1,
    ranks: ["b c a"],
    reasons: ["preference"],
  },
  {
    name: "a class that does not want moves: it stays",
    jobs: [job(ip1, { ...likesB, rank: ["a", "b", "c"], holder: "a", balance: false })],
    movesMax: 1,
    ranks: ["a b c"],
  },
  {
    name: "the move that fulfils the most of the wishes comes first",
    jobs: [
      job(ip1, { ...ofOne, scores: wish({ a: 100, c: 80 }), rank: ["c"], holder: "c" }),
      job(ip2, { ...ofOne, scores: wish({ a: 100, c: 80 }), rank: ["b"], holder: "b" }),
    ],
    movesMax: 1,
    ranks: ["c b a", "a b c"],
    reasons: ["preference"],
  },
];

describe("multi-ip: preferences", () => {
  for (const { name, jobs, movesMax = 0, ranks, reasons } of rows) {
    it(name, () => {
      const plan = rankAll(jobs, { rebalanceMovesMax: movesMax });
      expect([...plan.ranks.values()].map((rank) => rank.join(" "))).to.deep.equal(ranks);
      if (reasons === undefined) return;
      expect(plan.moves.map(({ reason }) => reason)).to.deep.equal(reasons);
    });
  }
});

/** Services with wishes: the addresses of one have the same. */
const wishing: fc.Arbitrary<RankJob[]> = services({ nodeMax: 4, serviceMax: 4, countMax: 3 }).chain(
  (list) =>
    fc
      .array(
        fc.record(Object.fromEntries(NODES.map((node) => [node, fc.constantFrom(0, 0, 5, 9)]))),
        {
          minLength: list.length,
          maxLength: list.length,
        },
      )
      .map((wishes) => {
        const scores = new Map(list.map(({ id }, i) => [`s${id}`, wish(wishes[i] ?? {})]));
        return newJobs(list).map((one) => ({ ...one, scores: scores.get(one.group) ?? wish({}) }));
      }),
);

function isSmall(jobs: readonly RankJob[]): boolean {
  return jobs.reduce((ways, { candidates }) => ways * Math.max(1, candidates.length), 1) <= 20_000;
}

describe("multi-ip: preferences in random worlds", () => {
  it("all new at once: no placement is better (brute force)", () => {
    const property = fc.property(wishing, (jobs) => {
      fc.pre(isSmall(jobs));
      const firsts = firstsOf(rankAll(jobs, still).ranks);
      expect(costOf(jobs, firsts)).to.deep.equal(bestCost(jobs, firsts, () => true));
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("rebalancing, one move a plan, reaches the optimum and makes nothing worse on the way", () => {
    const starts = wishing.chain((jobs) =>
      fc
        .tuple(...jobs.map(({ candidates }) => fc.constantFrom(...candidates)))
        .map((first) => jobs.map((one, i) => ({ ...one, rank: [first[i] ?? ""] }))),
    );
    const property = fc.property(starts, (jobs) => {
      fc.pre(isSmall(jobs));
      let now = followed(jobs, rankAll(jobs, still).ranks);
      for (let plan = 0; plan < 4; plan++) {
        const before = costOf(now, placementOf(now));
        now = followed(now, rankAll(now, { rebalanceMovesMax: 1 }).ranks);
        expect(compareCosts(costOf(now, placementOf(now)), before)).to.be.at.most(0);
      }
      const settled = converge(now);
      const placement = placementOf(settled);
      expect(costOf(settled, placement)).to.deep.equal(bestCost(settled, placement, () => true));
    });
    fc.assert(property, { numRuns: 300 });
  });
});
