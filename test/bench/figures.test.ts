/** The benchmark's verdicts: each promise that is broken is a sentence, and none where all are kept. */

import { expect } from "chai";
import { broken, spreadOf, type RowResult, type Trial } from "../../bench/failover/figures.ts";

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
      name: "a silence within the noise is none",
      result: row([trial({ ownMs: 13, ownLost: 0 })], planned),
      want: [],
    },
    {
      name: "one beyond the noise is",
      result: row([trial({ ownMs: 13.1, ownLost: 0 })], planned),
      want: ["cut: the addresses hit are silent for 13.1 ms; at most 10 ms are promised"],
    },
    {
      name: "one within the noise in which attempts were lost is, too",
      result: row([trial({ ownMs: 12, ownLost: 3 })], planned),
      want: ["cut: the addresses hit are silent for 12.0 ms; at most 10 ms are promised"],
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
});
