/** Durations: as Go writes them, and what it does not. */
import { expect } from "chai";
import { parseDurationMs } from "../../src/base/duration.ts";

const rows: readonly [string, number | undefined][] = [
  ["0", 0],
  ["0s", 0],
  ["90s", 90_000],
  ["1m30s", 90_000],
  ["1.5h", 5_400_000],
  ["500ms", 500],
  ["1h0m0.5s", 3_600_500],
  ["250us", 0.25],
  ["250µs", 0.25],
  ["", undefined],
  ["90", undefined],
  ["s", undefined],
  ["-9s", undefined],
  ["9 s", undefined],
  ["9d", undefined],
  [".5s", undefined],
  ["9s3", undefined],
];

describe("base: parseDurationMs", () => {
  for (const [text, want] of rows) {
    it(`${JSON.stringify(text)} is ${want === undefined ? "no duration" : `${want} ms`}`, () => {
      expect(parseDurationMs(text)).to.equal(want);
    });
  }
});
