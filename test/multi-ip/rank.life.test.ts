/** The rules of placement through long lives: nodes come and go, Services grow and shrink. */
import { expect } from "chai";
import fc from "fast-check";
import { rankAll, type RankJob } from "../../src/multi-ip/rank.ts";
import { converge, followed, newJobs, NODES, subset } from "./worlds.ts";

const still = { rebalanceMovesMax: 0 };

describe("multi-ip: a long life of joins, losses, growth and shrinking", () => {
  const event = fc.oneof(
    fc.record({ kind: fc.constant("lose" as const), node: fc.constantFrom(...NODES) }),
    fc.record({ kind: fc.constant("join" as const), node: fc.constantFrom(...NODES) }),
    fc.record({
      kind: fc.constant("resize" as const),
      id: fc.nat(9),
      count: fc.nat(4),
      nodes: subset(NODES, 1),
    }),
    fc.record({ kind: fc.constant("settle" as const) }),
  );

  it("P1 to P4 hold at every step, and settling ends in the optimum", () => {
    const property = fc.property(fc.array(event, { minLength: 5, maxLength: 25 }), (events) => {
      const shapes = new Map<number, { id: number; count: number; nodes: readonly string[] }>();
      const alive = new Set<string>(NODES);
      let jobs: RankJob[] = [];
      for (const happened of events) {
        if (happened.kind === "lose") alive.delete(happened.node);
        if (happened.kind === "join") alive.add(happened.node);
        if (happened.kind === "resize") shapes.set(happened.id, happened);
        const known = new Map(jobs.map((job) => [job.address, job]));
        const world = newJobs([...shapes.values()]).map((job) => ({
          ...job,
          rank: known.get(job.address)?.rank ?? [],
          holder: known.get(job.address)?.holder ?? null,
          candidates: job.candidates.filter((node) => alive.has(node)),
          reserves: job.candidates.filter((node) => !alive.has(node)),
        }));
        const { ranks, moves } = rankAll(world, still);
        expect(moves.every(({ reason }) => reason !== "spread" && reason !== "balance")).to.be.true;
        jobs = followed(world, ranks);
        if (happened.kind === "settle") {
          jobs = converge(jobs, 2);
          expect(rankAll(jobs, { rebalanceMovesMax: 100 }).moves).to.deep.equal([]);
          for (const { id, count } of shapes.values()) {
            const own = jobs.filter((job) => job.group === `s${id}`);
            const nodes = new Set(own.flatMap((job) => job.rank.slice(0, 1)));
            const may = own[0]?.candidates.length ?? 0;
            if (may > 0) expect(nodes.size).to.equal(Math.min(count, may));
          }
        }
      }
    });
    fc.assert(property, { numRuns: 150 });
  });
});
