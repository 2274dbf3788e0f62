import { expect } from "chai";
import { HEARD_NOBODY, hearOne, lookUntil, type Hearing } from "../../src/controller/looking.ts";
import { emptyMemory } from "../../src/controller/memory.ts";
import { PLAN_OPTIONS } from "../../src/controller/plan.ts";
import { observe } from "../../src/controller/world.ts";
import { fourNodes } from "./model-cluster.ts";

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
});
