/** Who answers: the table of the rule, and what must hold whatever the observers see. */
import { expect } from "chai";
import fc from "fast-check";
import { holderOf, type NodeView } from "../../src/multi-ip/holder.ts";

const NEVER = -1;
const up: NodeView = { alive: true, gated: false, fenceGeneration: NEVER };
const down: NodeView = { alive: false, gated: false, fenceGeneration: NEVER };
const fencedAt = (fenceGeneration: number): NodeView => ({ ...up, fenceGeneration });
const gated = (view: NodeView): NodeView => ({ ...view, gated: true });

const rows: {
  name: string;
  rank?: string[];
  views: Record<string, NodeView>;
  want: string | null;
}[] = [
  { name: "the first of the rank", views: { a: up, b: up, c: up }, want: "a" },
  { name: "the next one alive", views: { a: down, b: down, c: up }, want: "c" },
  { name: "nobody alive", views: { a: down, b: down, c: down }, want: null },
  { name: "nobody ranked", rank: [], views: { a: up }, want: null },
  { name: "never heard of is not alive", views: { b: up }, want: "b" },
  { name: "alive but not ranked does not count", views: { d: up }, want: null },
  { name: "fenced at this plan: takes nothing back", views: { a: fencedAt(7), b: up }, want: "b" },
  { name: "fenced at a newer plan: the same", views: { a: fencedAt(9), b: up }, want: "b" },
  { name: "fenced at an older plan: this one counts", views: { a: fencedAt(6), b: up }, want: "a" },
  { name: "fenced beats silence", views: { a: down, b: fencedAt(7), c: down }, want: "b" },
  {
    name: "all fenced: the oldest fence",
    views: { a: fencedAt(9), b: fencedAt(8), c: fencedAt(8) },
    want: "b",
  },
  {
    name: "all fenced alike: by rank",
    views: { a: fencedAt(7), b: fencedAt(7), c: fencedAt(7) },
    want: "a",
  },
  {
    name: "dead with an old fence does not win",
    views: { a: { ...down, fenceGeneration: 1 }, b: fencedAt(8) },
    want: "b",
  },
  { name: "gated: the next one", views: { a: gated(up), b: up }, want: "b" },
  {
    name: "gated stands behind one that is fenced",
    views: { a: gated(up), b: fencedAt(9) },
    want: "b",
  },
  { name: "gated beats silence", views: { a: down, b: gated(fencedAt(9)) }, want: "b" },
  { name: "all gated: by rank", views: { a: gated(up), b: gated(up), c: gated(up) }, want: "a" },
  {
    name: "all gated: who is not fenced first",
    views: { a: gated(fencedAt(8)), b: gated(up), c: gated(fencedAt(7)) },
    want: "b",
  },
];

describe("multi-ip: holderOf", () => {
  for (const { name, rank = ["a", "b", "c"], views, want } of rows) {
    it(name, () => {
      expect(holderOf({ rank, generation: 7 }, (node) => views[node])).to.equal(want);
    });
  }

  const view = fc.record({
    alive: fc.boolean(),
    gated: fc.boolean(),
    fenceGeneration: fc.integer({ min: -1, max: 9 }),
  });
  const scene = fc.record({
    rank: fc.shuffledSubarray(["a", "b", "c", "d", "e"]),
    generation: fc.integer({ min: 0, max: 9 }),
    views: fc.dictionary(fc.constantFrom("a", "b", "c", "d", "e"), view),
  });

  it("all who see the same name the same one, who is alive and ranked, if anybody is", () => {
    fc.assert(
      fc.property(scene, ({ views, ...vip }) => {
        const holder = holderOf(vip, (node) => views[node]);
        const copy = new Map(Object.entries(structuredClone(views)).reverse());
        expect(holderOf(structuredClone(vip), (node) => copy.get(node))).to.equal(holder);
        const living = vip.rank.filter((node) => views[node]?.alive);
        if (holder === null) expect(living).to.deep.equal([]);
        else expect(living).to.include(holder);
      }),
      { numRuns: 1000 },
    );
  });

  it("nobody who is gated holds what one could who is not", () => {
    fc.assert(
      fc.property(scene, ({ views, ...vip }) => {
        const holder = holderOf(vip, (node) => views[node]);
        fc.pre(vip.rank.some((node) => views[node]?.alive === true && !views[node].gated));
        expect(views[holder ?? ""]?.gated).to.equal(false);
      }),
      { numRuns: 1000 },
    );
  });

  it("H3: who comes back fenced takes nothing from whoever holds it meanwhile", () => {
    fc.assert(
      fc.property(scene, fc.constantFrom("a", "b", "c", "d", "e"), ({ views, ...vip }, back) => {
        const before = (node: string) => (node === back ? down : views[node]);
        const holder = holderOf(vip, before);
        const { fenceGeneration = Infinity, gated: isGated = true } = views[holder ?? ""] ?? {};
        fc.pre(holder !== null && fenceGeneration < vip.generation && !isGated);
        const after = (node: string) => (node === back ? fencedAt(vip.generation) : views[node]);
        expect(holderOf(vip, after)).to.equal(holder);
      }),
      { numRuns: 1000 },
    );
  });

  it("a loss moves only what the lost node held", () => {
    fc.assert(
      fc.property(scene, fc.constantFrom("a", "b", "c", "d", "e"), ({ views, ...vip }, lost) => {
        const holder = holderOf(vip, (node) => views[node]);
        fc.pre(holder !== lost);
        expect(holderOf(vip, (node) => (node === lost ? down : views[node]))).to.equal(holder);
      }),
      { numRuns: 1000 },
    );
  });
});
