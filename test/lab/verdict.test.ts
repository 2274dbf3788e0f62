/** The demonstration says what was wrong: one row per promise broken, and the one where all are kept. */

import { expect } from "chai";
import type { ProbeWindow } from "../../lab/probe.ts";
import { judgeCut, judgeDoubled, judgeReturn, judgeSpread } from "../../lab/verdict.ts";

const A = "10.77.0.200";
const B = "10.77.0.201";
const C = "fd77::1000";
const holders = (a: string, b: string, c: string) =>
  new Map([A, B, C].map((ip, index) => [ip, [a, b, c][index]?.split("+") ?? []] as const));

const windowOf = (...silencesMs: number[]): ProbeWindow => ({
  ...{ kind: "window", name: "cut", fromMs: 0, toMs: 5000, pauseMsMax: 3 },
  addresses: [A, B, C].map((address, index) => ({
    ...{ address, attempts: 0, ok: 0, failures: 0, errors: {}, connectMsMax: 0, silences: [] },
    ...{ longestLoss: { fromMs: 0, ms: 0, attempts: 0 }, lost: 0, openMs: 0 },
    longestSilence: { fromMs: 0, toMs: 0, ms: silencesMs[index] ?? NaN, open: false },
    longestProven: { fromMs: 0, toMs: 0, ms: silencesMs[index] ?? NaN, open: false },
  })),
});

describe("verdict", () => {
  const before = holders("n1", "n2", "n1");
  const after = holders("n3", "n2", "n4");

  const spreads = [
    { name: "two nodes per family", holders: before, want: [] },
    {
      name: "one node twice",
      holders: holders("n1", "n1", "n2"),
      want: ["web: its 2 IPv4 addresses are answered by 1 nodes (n1)"],
    },
    {
      name: "two answers",
      holders: holders("n1+n3", "n2", "n1"),
      want: [
        `${A} is answered by n1 and n3`,
        "web: its 2 IPv4 addresses are answered by 3 nodes (n1, n3, n2)",
      ],
    },
  ];
  for (const row of spreads) {
    it(`judgeSpread: ${row.name}`, () => {
      expect(judgeSpread("web", [A, B, C], row.holders)).to.deep.equal(row.want);
    });
  }

  const cuts = [
    { name: "all kept", after, window: windowOf(1499, 102, 800), want: [] },
    {
      name: "too late",
      after,
      window: windowOf(1500, 7, 800),
      want: [`${A} was silent for 1500 ms; at most 1500 ms were promised`],
    },
    {
      name: "a survivor noticed, more than the probe's own pause explains",
      after,
      window: windowOf(700, 103, 800),
      want: [
        `${B} was silent for 103 ms; at most 100 ms were promised beside the probe's own pause of 3 ms`,
      ],
    },
    {
      name: "a survivor moved",
      after: holders("n3", "n4", "n4"),
      window: windowOf(700, 7, 800),
      want: [`${B} moved although its node n2 was not cut`],
    },
    {
      name: "still on the cut node",
      after: holders("n1", "n2", "n4"),
      window: windowOf(700, 7, 800),
      want: [`${A} is still on n1`],
    },
  ];
  for (const row of cuts) {
    it(`judgeCut: ${row.name}`, () => {
      expect(judgeCut("n1", before, row.after, row.window)).to.deep.equal(row.want);
    });
  }

  it("judgeReturn: what jumped back is named", () => {
    expect(judgeReturn(after, after)).to.deep.equal([]);
    expect(judgeReturn(after, holders("n1", "n2", "n4"))).to.deep.equal([
      `${A} jumped from n3 to n1`,
    ]);
  });

  it("judgeDoubled: two answers for longer than the detection time and a heartbeat are wrong", () => {
    expect([0, 400].flatMap((doubledMs) => judgeDoubled("n3", doubledMs))).to.deep.equal([]);
    expect(judgeDoubled("n3", 401)).to.deep.equal([
      "two nodes answered for 401 ms while n3 came back; at most 400 ms were promised",
    ]);
  });
});
