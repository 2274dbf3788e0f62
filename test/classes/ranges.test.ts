/** Ranges: text to intervals, and set algebra held against sets of numbers. */
import { expect } from "chai";
import fc from "fast-check";
import { ipFromNumber } from "../../src/base/ip.ts";
import {
  disjointRanges,
  formatRange,
  intersectRanges,
  membership,
  mergeRanges,
  parseRange,
  sizeOf,
  subtractRanges,
  type IpRange,
} from "../../src/classes/ranges.ts";

const read: readonly { readonly text: string; readonly want: string; readonly size: bigint }[] = [
  { text: "192.0.2.0/28", want: "192.0.2.0-192.0.2.15", size: 16n },
  { text: "192.0.2.77/28", want: "192.0.2.64-192.0.2.79", size: 16n },
  { text: "192.0.2.7/32", want: "192.0.2.7", size: 1n },
  { text: "192.0.2.7", want: "192.0.2.7", size: 1n },
  { text: "0.0.0.0/0", want: "0.0.0.0-255.255.255.255", size: 1n << 32n },
  { text: "10.0.0.0/8", want: "10.0.0.0-10.255.255.255", size: 1n << 24n },
  { text: "192.0.2.10-192.0.2.20", want: "192.0.2.10-192.0.2.20", size: 11n },
  { text: "192.0.2.10 -  192.0.2.20", want: "192.0.2.10-192.0.2.20", size: 11n },
  { text: "192.0.2.10-192.0.2.10", want: "192.0.2.10", size: 1n },
  { text: "2001:db8::/64", want: "2001:db8::-2001:db8::ffff:ffff:ffff:ffff", size: 1n << 64n },
  { text: "2001:DB8::1-2001:db8::0:ff", want: "2001:db8::1-2001:db8::ff", size: 255n },
  { text: "::/0", want: "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", size: 1n << 128n },
  { text: "::1/128", want: "::1", size: 1n },
];

describe("ranges: parseRange", () => {
  for (const { text, want, size } of read) {
    it(`reads ${text}`, () => {
      const parsed = parseRange(text);
      if (!parsed.ok) throw new Error(parsed.problem.message);
      expect(formatRange(parsed.value)).to.equal(want);
      expect(sizeOf([parsed.value], parsed.value.family)).to.equal(size);
    });
  }

  it("reads again what it writes", () => {
    fc.assert(
      fc.property(anyRange(1n << 32n), (range) => {
        expect(parseRange(formatRange(range))).to.deep.equal({ ok: true, value: range });
      }),
    );
  });

  it("never throws, and names the text that it cannot read", () => {
    const noise = fc.oneof(
      fc.string(),
      fc.string({
        unit: fc.constantFrom("0", "1", "9", "a", "f", ".", ":", "::", "/", "-", "%", " "),
      }),
    );
    fc.assert(
      fc.property(noise, (text) => {
        const parsed = parseRange(text);
        if (!parsed.ok) expect(parsed.problem.message).to.contain(`"${text}"`);
      }),
      { numRuns: 500 },
    );
  });
});

/** The largest number in the small worlds below. */
const SMALL = 40n;

function anyRange(limit: bigint): fc.Arbitrary<IpRange> {
  const ends = fc.tuple(
    fc.bigInt({ min: 0n, max: limit - 1n }),
    fc.bigInt({ min: 0n, max: limit - 1n }),
  );
  return fc
    .tuple(fc.constantFrom("IPv4" as const, "IPv6" as const), ends)
    .map(([family, [a, b]]) => ({ family, first: a < b ? a : b, last: a < b ? b : a }));
}

const few = fc.array(anyRange(SMALL), { maxLength: 6 });

/** The addresses one by one: what the intervals must agree with. */
function addressesOf(ranges: readonly IpRange[]): Set<string> {
  const all = new Set<string>();
  for (const { family, first, last } of ranges) {
    for (let number = first; number <= last; number++) all.add(`${family} ${number}`);
  }
  return all;
}

function sortedAddresses(ranges: readonly IpRange[]): string[] {
  return [...addressesOf(ranges)].sort();
}

function only(a: Set<string>, keep: (address: string) => boolean): string[] {
  return [...a].filter(keep).sort();
}

function expectDisjoint(ranges: readonly IpRange[]): void {
  const total = sizeOf(ranges, "IPv4") + sizeOf(ranges, "IPv6");
  expect(total).to.equal(BigInt(addressesOf(ranges).size));
}

describe("ranges: set algebra", () => {
  it("merges to the same addresses in the fewest ranges, sorted", () => {
    fc.assert(
      fc.property(few, (ranges) => {
        const merged = mergeRanges(ranges);
        expect(sortedAddresses(merged)).to.deep.equal(sortedAddresses(ranges));
        for (const [i, range] of merged.entries()) {
          const before = merged[i - 1];
          const apart =
            before === undefined ||
            (before.family === range.family
              ? before.last + 1n < range.first
              : before.family === "IPv4");
          expect(apart).to.equal(true);
        }
      }),
    );
  });

  it("subtracts", () => {
    fc.assert(
      fc.property(few, few, (a, b) => {
        const taken = addressesOf(b);
        const left = subtractRanges(disjointRanges(a), b);
        expectDisjoint(left);
        expect(sortedAddresses(left)).to.deep.equal(only(addressesOf(a), (x) => !taken.has(x)));
      }),
    );
  });

  it("intersects", () => {
    fc.assert(
      fc.property(few, few, (a, b) => {
        const other = addressesOf(b);
        const both = intersectRanges(a, b);
        expect(mergeRanges(both)).to.deep.equal(both);
        expect(sortedAddresses(both)).to.deep.equal(only(addressesOf(a), (x) => other.has(x)));
      }),
    );
  });

  it("makes ranges disjoint without changing their order", () => {
    fc.assert(
      fc.property(few, (ranges) => {
        const kept = disjointRanges(ranges);
        expectDisjoint(kept);
        const inOrder = [...new Set(ranges.flatMap((range) => [...addressesOf([range])]))];
        expect(kept.flatMap((range) => [...addressesOf([range])])).to.deep.equal(inOrder);
      }),
    );
  });

  it("knows its members", () => {
    fc.assert(
      fc.property(few, fc.bigInt({ min: 0n, max: SMALL }), (ranges, number) => {
        const has = membership(ranges);
        for (const family of ["IPv4", "IPv6"] as const) {
          const want = addressesOf(ranges).has(`${family} ${number}`);
          expect(has(ipFromNumber(family, number))).to.equal(want);
        }
      }),
    );
  });
});
