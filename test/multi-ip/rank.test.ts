/** rankAll on small worlds that fit in the head: the whole plan, and the reason for every move. */
import { expect } from "chai";
import fc from "fast-check";
import { rankAll, type RankJob, type RankMove } from "../../src/multi-ip/rank.ts";
import {
  differenceOf,
  followed,
  loadsOf,
  newJob,
  NODES,
  nodeNames,
  subset,
  uniform,
} from "./worlds.ts";
import type { Ip } from "../../src/base/ip.ts";

const still = { rebalanceMovesMax: 0 };
const abc = ["a", "b", "c"];
const [ip1, ip2, ip3] = ["10.0.0.1", "10.0.0.2", "10.0.0.3"] as Ip[] as [Ip, Ip, Ip];

function job(address: Ip, more: Partial<RankJob> = {}): RankJob {
  return { ...newJob(address, `group of ${address}`, abc), ...more };
}

const rows: {
  name: string;
  jobs: RankJob[];
  movesMax?: number;
  ranks: string[];
  moves: RankMove[];
}[] = [
  {
    name: "nothing to change",
    jobs: [job(ip1, { rank: ["b", "a", "c"], holder: "b" })],
    ranks: ["b a c"],
    moves: [],
  },
  {
    name: "no holder is known: the rank counts",
    jobs: [job(ip1, { rank: ["b", "a", "c"] })],
    ranks: ["b a c"],
    moves: [],
  },
  {
    name: "another answers: the plan follows",
    jobs: [job(ip1, { rank: ["b", "a", "c"], holder: "c" })],
    ranks: ["c b a"],
    moves: [{ address: ip1, from: "b", to: "c", reason: "follow-holder" }],
  },
  {
    name: "the first is lost: the second takes over, the lost one waits at the end",
    jobs: [
      job(ip1, { rank: ["b", "a", "c"], holder: "b", candidates: ["a", "c"], reserves: ["b"] }),
    ],
    ranks: ["a c b"],
    moves: [{ address: ip1, from: "b", to: "a", reason: "node-lost" }],
  },
  {
    name: "the holder is about to stop and was not the first: it is the holder that is left",
    jobs: [
      job(ip1, {
        rank: ["b", "c", "a"],
        holder: "c",
        candidates: ["a"],
        reserves: ["c"],
        leaves: true,
      }),
    ],
    ranks: ["a c"],
    moves: [{ address: ip1, from: "c", to: "a", reason: "node-lost" }],
  },
  {
    name: "a deeper one is lost: no move",
    jobs: [
      job(ip1, { rank: ["b", "a", "c"], holder: "b", candidates: ["a", "b"], reserves: ["c"] }),
    ],
    ranks: ["b a c"],
    moves: [],
  },
  {
    name: "a node returns: it is the last",
    jobs: [job(ip1, { rank: ["b", "a", "c"], holder: "b", candidates: abc })],
    ranks: ["b a c"],
    moves: [],
  },
  {
    name: "all that it was ranked on are gone: placed anew, by loss",
    jobs: [job(ip1, { rank: ["x", "y"], holder: "x", candidates: ["a"] })],
    ranks: ["a"],
    moves: [{ address: ip1, from: "x", to: "a", reason: "node-lost" }],
  },
  {
    name: "no node may hold it",
    jobs: [job(ip1, { rank: ["b", "a"], holder: "b", candidates: [] })],
    ranks: [""],
    moves: [{ address: ip1, from: "b", to: null, reason: "no-node" }],
  },
  {
    name: "new, and no node may hold it",
    jobs: [job(ip1, { candidates: [] })],
    ranks: [""],
    moves: [],
  },
  {
    name: "nobody is available: the reserves keep their order, new ones behind",
    jobs: [job(ip1, { rank: ["b", "a"], holder: "b", candidates: [], reserves: ["a", "b", "c"] })],
    ranks: ["b a c"],
    moves: [],
  },
  {
    name: "new, and nobody is available: spread over the reserves",
    jobs: [ip1, ip2, ip3].map((ip) => job(ip, { candidates: [], reserves: abc })),
    ranks: ["c b a", "b a c", "a b c"],
    moves: [
      { address: ip1, from: null, to: "c", reason: "first" },
      { address: ip2, from: null, to: "b", reason: "first" },
      { address: ip3, from: null, to: "a", reason: "first" },
    ],
  },
  {
    name: "uneven, and moves are not allowed now",
    jobs: [ip1, ip2].map((ip) => job(ip, { rank: abc, holder: "a" })),
    ranks: ["a c b", "a b c"],
    moves: [],
  },
  {
    name: "uneven: one move, named",
    jobs: [ip1, ip2, ip3].map((ip) => job(ip, { rank: abc, holder: "a" })),
    movesMax: 1,
    ranks: ["b c a", "a c b", "a b c"],
    moves: [{ address: ip1, from: "a", to: "b", reason: "balance" }],
  },
  {
    name: "uneven, but the class does not want moves",
    jobs: [ip1, ip2].map((ip) => job(ip, { rank: abc, holder: "a", balance: false })),
    movesMax: 9,
    ranks: ["a c b", "a b c"],
    moves: [],
  },
  {
    name: "a path over two nodes: a passes to b, so that b can pass to c",
    jobs: [
      job(ip1, { rank: ["a", "b"], candidates: ["a", "b"] }),
      job(ip2, { rank: ["a", "b"], candidates: ["a", "b"] }),
      job(ip3, { rank: ["b", "c"], candidates: ["b", "c"] }),
    ],
    movesMax: 9,
    ranks: ["b a", "a b", "c b"],
    moves: [
      { address: ip1, from: "a", to: "b", reason: "balance" },
      { address: ip3, from: "b", to: "c", reason: "balance" },
    ],
  },
  {
    name: "the same, one move a plan: its end first",
    jobs: [
      job(ip1, { rank: ["a", "b"], candidates: ["a", "b"] }),
      job(ip2, { rank: ["a", "b"], candidates: ["a", "b"] }),
      job(ip3, { rank: ["b", "c"], candidates: ["b", "c"] }),
    ],
    movesMax: 1,
    ranks: ["a b", "a b", "c b"],
    moves: [{ address: ip3, from: "b", to: "c", reason: "balance" }],
  },
];

describe("multi-ip: rankAll", () => {
  for (const { name, jobs, movesMax = 0, ranks, moves } of rows) {
    it(name, () => {
      const plan = rankAll(jobs, { rebalanceMovesMax: movesMax });
      expect([...plan.ranks.values()].map((rank) => rank.join(" "))).to.deep.equal(ranks);
      expect(plan.moves).to.deep.equal(moves);
    });
  }

  it("a rank that does not change is the very same array", () => {
    const rank = ["b", "a", "c"];
    expect(rankAll([job(ip1, { rank })], still).ranks.get(ip1)).to.equal(rank);
  });

  it("an address that is ranked twice is our own bug", () => {
    expect(() => rankAll([job(ip1), job(ip1)], still)).to.throw("10.0.0.1 is ranked twice");
  });

  it("ranks are as deep as 5 nodes, and the reserves fill what the candidates leave", () => {
    const many = rankAll([job(ip1, { candidates: nodeNames(9), reserves: ["x"] })], still);
    expect(many.ranks.get(ip1)).to.have.lengthOf(5).and.not.include("x");
    const few = rankAll([job(ip1, { candidates: ["a"], reserves: ["z", "y", "x"] })], still);
    expect(few.ranks.get(ip1)).to.deep.equal(["a", "x", "y", "z"]);
  });

  it("third places are even among those that share the first and the second", () => {
    const names = nodeNames(4);
    const { ranks } = rankAll(uniform(120, 1, names), still);
    for (const first of names) {
      for (const second of names.filter((name) => name !== first)) {
        const thirds = new Map(
          [...ranks].flatMap(([address, rank]) =>
            rank[0] === first && rank[1] === second ? [[address, rank[2] ?? ""]] : [],
          ),
        );
        const rest = names.filter((name) => name !== first && name !== second);
        expect(differenceOf(loadsOf(thirds, rest))).to.be.at.most(1);
      }
    }
  });

  it("addresses of one group with different candidates: still stable, and never worse", () => {
    const odd = fc.array(
      fc.record({ group: fc.constantFrom("g", "h"), candidates: subset(NODES.slice(0, 4), 1) }),
      { minLength: 1, maxLength: 9 },
    );
    fc.assert(
      fc.property(odd, (list) => {
        let jobs = list.map((one, i) => ({ ...newJob(`10.0.0.${i}` as Ip, "", []), ...one }));
        for (let plan = 0; plan < 40; plan++) {
          jobs = followed(jobs, rankAll(jobs, { rebalanceMovesMax: 1 }).ranks) as typeof jobs;
        }
        const { ranks, moves } = rankAll(jobs, { rebalanceMovesMax: 9 });
        expect(moves).to.deep.equal([]);
        expect(jobs.every(({ address, rank }) => ranks.get(address) === rank)).to.equal(true);
      }),
      { numRuns: 300 },
    );
  });
});
