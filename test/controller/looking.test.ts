import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import {
  HEARD_NOBODY,
  hearOne,
  keepRanks,
  lookUntil,
  type Hearing,
} from "../../src/controller/looking.ts";
import { emptyMemory } from "../../src/controller/memory.ts";
import { PLAN_OPTIONS } from "../../src/controller/plan.ts";
import { observe } from "../../src/controller/observer.ts";
import { fourNodes, ModelCluster } from "./model-cluster.ts";

const { lookTimeMs } = PLAN_OPTIONS;

const rows: readonly {
  readonly name: string;
  readonly heardAtMs: readonly number[];
  readonly nowMs: number;
  /** Until when; null: not at all. */
  readonly want: number | null;
}[] = [
  { name: "nobody yet", heardAtMs: [], nowMs: 100_000, want: null },
  { name: "the first speaker", heardAtMs: [100_000], nowMs: 100_000, want: null },
  { name: "the first pass for long", heardAtMs: [90_000, 95_000], nowMs: 100_000, want: null },
  { name: "silence", heardAtMs: [90_000], nowMs: 100_000, want: 100_000 + lookTimeMs },
  {
    name: "after a silence",
    heardAtMs: [80_000, 99_000],
    nowMs: 100_000,
    want: 99_000 + lookTimeMs,
  },
  { name: "long after it", heardAtMs: [80_000, 90_000, 95_000], nowMs: 100_000, want: null },
];

describe("controller: looking", () => {
  const cluster = fourNodes();
  cluster.addService("web", { count: 2 });
  cluster.converge();
  const world = observe(cluster.snapshot(), { nowMs: 0, settlingTimeMs: 60_000 });
  const memory = { ...emptyMemory(), lookUntilMs: 0 };

  for (const { name, heardAtMs, nowMs, want } of rows) {
    it(`of speakers: ${name}`, () => {
      const hearing = heardAtMs.reduce<Hearing>(hearOne, HEARD_NOBODY);
      const until = lookUntil(memory, { world, hearing }, { nowMs, lookTimeMs });
      expect(until > nowMs ? until : null).to.equal(want);
    });
  }

  it("looks at what is in place when it begins", () => {
    const first = { lookUntilMs: null };
    const clock = { nowMs: 0, lookTimeMs };
    expect(lookUntil(first, { world, hearing: HEARD_NOBODY }, clock)).to.equal(lookTimeMs);
  });

  it("where nothing is in place yet, nodes whose speakers are about to be heard get their share", () => {
    const fresh = new ModelCluster();
    const nodes = ["n1", "n2", "n3", "n4"];
    for (const name of nodes) fresh.addNode(name);
    fresh.converge();
    fresh.nowMs += 60_000;
    fresh.addClass("edge", { isDefault: true, addressPool: ["192.0.2.0/28"] });
    for (let i = 0; i < 8; i++) fresh.addService(`s${i}`);
    fresh.hear("n1");
    const pass = () => {
      for (const write of fresh.plan().writes) fresh.apply(write);
    };
    pass();
    const firsts = () => [...fresh.virtualIps.values()].map(({ spec }) => spec.rank[0] ?? "");
    const planned = firsts();
    for (const name of nodes) expect(planned.filter((first) => first === name)).to.have.length(2);
    for (const name of ["n2", "n3"]) fresh.hear(name);
    fresh.nowMs += lookTimeMs / 2;
    fresh.hear("n1");
    fresh.nowMs += lookTimeMs / 2 - 1000;
    pass();
    expect(firsts()).to.deep.equal(planned);
    fresh.nowMs += 2000;
    pass();
    expect(firsts()).to.not.include("n4");
    expect(firsts().filter((first, i) => first !== planned[i])).to.have.length(2);
  });

  describe("keeps the ranks as they are", () => {
    const [object] = cluster.virtualIps.values();
    const address = (object?.spec.address ?? "") as Ip;
    const before = object?.spec.rank ?? [];
    const [first = "", ...others] = before;
    /** As if the class had more nodes than a rank names, so that the new rank names others. */
    const ranks = new Map([[address, ["n9", "n8"]]]);
    const moves = [{ address, from: first, to: "n9", reason: "node-lost" as const }];
    const job = { address, group: "", rank: before, holder: first, balance: true };

    it("also where the new one would name others", () => {
      const jobs = new Map([
        [address, { ...job, candidates: ["n9", "n8", first], reserves: others }],
      ]);
      const kept = keepRanks({ ranks, moves }, jobs, world);
      expect(kept.ranks.get(address)).to.equal(before);
      expect(kept.moves).to.deep.equal([]);
    });

    it("but not where one of it may hold the address no more", () => {
      const jobs = new Map([[address, { ...job, candidates: ["n9", "n8"], reserves: others }]]);
      expect(keepRanks({ ranks, moves }, jobs, world)).to.deep.equal({ ranks, moves });
    });
  });
});
