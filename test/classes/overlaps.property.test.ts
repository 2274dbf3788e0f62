/** Overlaps: the sweep against the naive way, in which each looks at all before it. */
import { expect } from "chai";
import fc from "fast-check";
import { settleOverlaps, type Kept } from "../../src/classes/overlaps.ts";
import {
  disjointRanges,
  intersectRanges,
  subtractRanges,
  type IpRange,
} from "../../src/classes/ranges.ts";

function naive(claims: readonly (readonly IpRange[])[]): Kept[] {
  const settled: Kept[] = [];
  for (const claim of claims) {
    let ranges = [...claim];
    const lost: { to: number; shared: IpRange[] }[] = [];
    for (const [to, { ranges: taken }] of settled.entries()) {
      const shared = intersectRanges(claim, taken);
      if (shared.length > 0) lost.push({ to, shared });
      ranges = subtractRanges(ranges, taken);
    }
    settled.push({ ranges, lost });
  }
  return settled;
}

const range = fc
  .record({
    family: fc.constantFrom("IPv4" as const, "IPv6" as const),
    first: fc.bigInt(0n, 40n),
    length: fc.bigInt(0n, 12n),
  })
  .map(({ family, first, length }): IpRange => ({ family, first, last: first + length }));

const claims = fc.array(fc.array(range, { maxLength: 4 }).map(disjointRanges), { maxLength: 8 });

function v4(first: number, last: number): IpRange {
  return { family: "IPv4", first: BigInt(first), last: BigInt(last) };
}

describe("overlaps: settleOverlaps", () => {
  it("does what the naive way does, whatever is claimed", () => {
    fc.assert(
      fc.property(claims, (given) => {
        expect(settleOverlaps(given)).to.deep.equal(naive(given));
      }),
      { numRuns: 3000 },
    );
  });

  const rows: readonly {
    readonly name: string;
    readonly claims: readonly (readonly IpRange[])[];
    readonly want: readonly string[];
  }[] = [
    { name: "nobody", claims: [], want: [] },
    { name: "one without a range", claims: [[]], want: ["keeps "] },
    {
      name: "the same twice",
      claims: [[v4(1, 9)], [v4(1, 9)]],
      want: ["keeps 1-9", "keeps , 0: 1-9"],
    },
    {
      name: "the written order stays",
      claims: [[v4(5, 5)], [v4(8, 9), v4(4, 6)]],
      want: ["keeps 5-5", "keeps 8-9 4-4 6-6, 0: 5-5"],
    },
    {
      name: "what lies beside another is not lost",
      claims: [[v4(1, 4)], [v4(5, 8)]],
      want: ["keeps 1-4", "keeps 5-8"],
    },
    {
      name: "of three the first keeps what all share, the second the rest",
      claims: [[v4(4, 6)], [v4(3, 7)], [v4(1, 9)]],
      want: ["keeps 4-6", "keeps 3-3 7-7, 0: 4-6", "keeps 1-2 8-9, 0: 4-6, 1: 3-3 7-7"],
    },
  ];
  for (const { name, claims: given, want } of rows) {
    it(name, () => {
      const text = (ranges: readonly IpRange[]) =>
        ranges.map(({ first, last }) => `${first}-${last}`).join(" ");
      const said = settleOverlaps(given).map(({ ranges, lost }) =>
        [`keeps ${text(ranges)}`, ...lost.map(({ to, shared }) => `${to}: ${text(shared)}`)].join(
          ", ",
        ),
      );
      expect(said).to.deep.equal(want);
    });
  }

  it("grows no faster than the number of pools, nearly: eight times as many cost less than 24 times as much", () => {
    const cost = (pools: number) => {
      const given = [...Array(pools).keys()].map((n) => [v4(n * 16, n * 16 + 9)]).reverse();
      const times = [1, 2, 3, 4, 5].map(() => {
        const before = process.cpuUsage();
        settleOverlaps(given);
        // The sum is exact; how much of it is whose the kernel knows by its ticks alone.
        const { user, system } = process.cpuUsage(before);
        return user + system;
      });
      return Math.min(...times);
    };
    cost(1000);
    const ratio = cost(16_000) / cost(2000);
    expect(ratio).to.be.below(24);
  });
});
