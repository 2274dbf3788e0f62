/**
 * The simulator's part of `npm test`: the seed of this commit, the partition matrix, planted faults, the first seeds;
 * `SPREADLB_SIM_SEEDS` says how many.
 */
import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { describeViolation, runBatch, story } from "./batch.ts";
import { splits } from "./matrix.ts";
import { MUTANTS, runMutant } from "./mutants.ts";
import { settingsOf } from "./settings.ts";
import { simulate } from "./simulation.ts";

const SEEDS = Number(process.env["SPREADLB_SIM_SEEDS"] ?? 25);
const MINUTES = 60_000;
/** Each broke a rule once: README.md, "What it found". */
const BROKEN_ONCE = [
  93, 622, 906, 1981, 2361, 2491, 2956, 4365, 5402, 6089, 6122, 6679, 6856, 6972, 7206, 7308, 8675,
  9047, 9159, 90007,
];

/** Every commit tries a run that nobody has tried before. */
function commitSeed(): string {
  const given = process.env["SPREADLB_SIM_SEED"];
  if (given !== undefined) return given;
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" }).trim();
  } catch {
    return "no commit";
  }
}

describe("sim: runs from a seed", () => {
  it("the same seed gives the same run", () => {
    const [one, two] = [0, 1].map(() => simulate(settingsOf("again"), { trace: "all" }));
    expect(one?.events).to.be.above(10_000);
    expect(one).to.deep.equal(two);
  });

  const seed = commitSeed();
  it(`the seed of this commit, ${seed}`, () => {
    const { violations } = simulate(settingsOf(seed));
    if (violations.length > 0) expect.fail(story(seed));
  });

  it(`seeds that broke a rule once: ${BROKEN_ONCE.join(", ")}`, () => {
    for (const broken of BROKEN_ONCE) {
      if (simulate(settingsOf(`${broken}`)).violations.length > 0) expect.fail(story(`${broken}`));
    }
  }).timeout(MINUTES);

  it(`${SEEDS} seeds break no rule`, async function () {
    this.timeout(30 * MINUTES);
    const batch = await runBatch({ from: 1, seeds: SEEDS }, Math.min(2, availableParallelism()));
    const rate = (1000 * batch.seeds) / batch.tookMs;
    process.stdout.write(`      ${rate.toFixed(1)} seeds a second\n`);
    const [first] = batch.violations;
    if (first === undefined) return;
    const list = batch.violations.slice(0, 20).map(describeViolation).join("\n");
    expect.fail(`${batch.violations.length} of ${SEEDS} seeds:\n${list}\n\n${story(first.seed)}`);
  });
});

describe("sim: all 15 two-way splits of 5 nodes: one answer per side while split, one in all within H2 after the mend", () => {
  for (const apiAway of [false, true]) {
    for (const { name, settings } of splits(apiAway)) {
      it(`${name}, the API server ${apiAway ? "away" : "in reach"}`, () => {
        if (simulate(settings).violations.length > 0) expect.fail(story(settings.seed));
      });
    }
  }
});

describe("sim: a planted fault is seen by the checker of its rule", () => {
  for (const mutant of MUTANTS) {
    it(`${mutant.rule}: ${mutant.what}`, async function () {
      this.timeout(3 * MINUTES);
      const { own, others } = await runMutant(mutant);
      expect(own, `seen by ${others.join(", ") || "nobody"}`).to.be.a("string");
    });
  }
});
