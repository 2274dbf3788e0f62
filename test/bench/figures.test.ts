/** The benchmark's verdicts: each promise that is broken is a sentence, and none where all are kept. */

import { expect } from "chai";
import {
  broken,
  judged,
  spreadOf,
  type RowResult,
  type Trial,
} from "../../bench/failover/figures.ts";
import { reportOf } from "../../bench/failover/report.ts";

const trial = (changed: Partial<Trial> = {}): Trial => ({
  ...{ victims: ["n1"], moved: 2, ownMs: 300, othersMs: 7, ownLost: 60, othersLost: 0 },
  ...{ mendMs: 7, overlapMs: 0, overlaps: [], askPauseMs: 1, losses: [], findings: [] },
  ...changed,
});
const row = (trials: readonly Trial[], changed: Partial<RowResult> = {}): RowResult => ({
  ...{ name: "cut4", title: "cut", nodes: 4, seconds: 1, trials },
  bounds: { ownMedianMs: 350, ownMaxMs: 600 },
  noise: { windows: 3, medianMs: 5, maxMs: 8, lost: 0 },
  load: { cpus: 2, model: "x", average: 1, busyPercent: 50, stealPercent: 0 },
  ...changed,
});
const planned = { bounds: { ownMaxMs: 10 } };

describe("figures of the failover benchmark", () => {
  it("spreadOf: nearest ranks", () => {
    const twenty = Array.from({ length: 20 }, (_, i) => 20 - i);
    expect(spreadOf(twenty)).to.deep.equal({ min: 1, median: 10, p99: 20, max: 20 });
    expect(spreadOf([7])).to.deep.equal({ min: 7, median: 7, p99: 7, max: 7 });
  });

  const rows: readonly { name: string; result: RowResult; want: readonly string[] }[] = [
    { name: "all kept", result: row([trial(), trial()]), want: [] },
    {
      name: "the median and the largest are promised",
      result: row([trial({ ownMs: 351 }), trial({ ownMs: 601 })]),
      want: [
        "cut: the addresses hit are silent for a median of 351.0 ms; at most 350 ms are promised",
        "cut: the addresses hit are silent for 601.0 ms; at most 600 ms are promised",
      ],
    },
    {
      name: "the others may show the noise and one probe, and no more",
      result: row([trial({ othersMs: 13.1 })]),
      want: [
        "cut: the others are silent for 13.1 ms; at most 13 ms are promised: the noise and one probe",
      ],
    },
    {
      name: "two answers, a little too long",
      result: row([trial({ overlapMs: 381 })]),
      want: ["cut: two nodes answer for one address for 381.0 ms; at most 380 ms are promised"],
    },
    {
      name: "ten milliseconds are ten, whatever the noise",
      result: row([trial({ ownMs: 10.1, ownLost: 0 })], planned),
      want: ["cut: the addresses hit are silent for 10.1 ms; at most 10 ms are promised"],
    },
    { name: "and ten are kept", result: row([trial({ ownMs: 10 })], planned), want: [] },
    {
      name: "of a share lost, other than the node's is too much",
      result: row([trial()], { share: { addresses: 4, attempts: 100, lost: 29, msMax: 700 } }),
      want: [
        "cut: 29.0 % of connections were lost; 25 % are the node's share",
        "cut: connections were lost for 700 ms, not 600",
      ],
    },
    {
      name: "what a trial found",
      result: row([trial(), trial({ findings: ["it moved"] })]),
      want: ["cut: trial 2: it moved"],
    },
  ];
  for (const { name, result, want } of rows) {
    it(`broken: ${name}`, () => {
      expect(broken(result)).to.deep.equal(want);
    });
  }

  it("judged: every bound of the row, with what was measured", () => {
    expect(judged(row([trial({ ownMs: 351 }), trial({ othersMs: 13 })]))).to.deep.equal([
      { what: "own-median", ms: 300, msMax: 350, kept: true },
      { what: "own-max", ms: 351, msMax: 600, kept: true },
      { what: "others-max", ms: 13, msMax: 13, kept: true },
      { what: "overlap-max", ms: 0, msMax: 380, kept: true },
    ]);
  });

  it("reportOf: says beside each bound what was measured, and whether all are kept", () => {
    const report = reportOf([row([trial({ ownMs: 10 })], planned), row([trial({ ownMs: 601 })])]);
    expect(report).to.match(/cut +max 10\.0 ≤ 10 +max 7\.0 ≤ 13 +max 0\.0 ≤ 380 +0 +yes/);
    expect(report).to.match(/cut +median 601\.0 > 350, max 601\.0 > 600 .* NO/);
  });
});
