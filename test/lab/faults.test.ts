/** Faults as rules: every fault drops both ways, and no faults drop nothing. */

import { expect } from "chai";
import { NO_FAULTS, faultRules, pairsBetween, type Faults } from "../../lab/faults.ts";

const dropsOf = (faults: Partial<Faults>) =>
  faultRules({ ...NO_FAULTS, ...faults })
    .split("\n")
    .filter((line) => line.endsWith("drop"));

const rows: readonly { name: string; faults: Partial<Faults>; want: readonly string[] }[] = [
  { name: "none", faults: {}, want: [] },
  {
    name: "a cut port neither forwards, nor reaches the switch itself",
    faults: { cut: new Set(["n1"]) },
    want: ['iifname "n1" drop', 'oifname "n1" drop', 'iifname "n1" drop', 'oifname "n1" drop'],
  },
  {
    name: "two ports apart",
    faults: { apart: [["n1", "n2"]] },
    want: ['iifname "n1" oifname "n2" drop', 'iifname "n2" oifname "n1" drop'],
  },
  {
    name: "a port that loses a third",
    faults: { lossPercent: new Map([["n3", 33.33]]) },
    want: [
      'iifname "n3" numgen random mod 10000 < 3333 drop',
      'oifname "n3" numgen random mod 10000 < 3333 drop',
    ],
  },
  {
    name: "ports that lose a twentieth of what they send to each other",
    faults: { lossAmong: { ports: ["n1", "n2"], percent: 5 } },
    want: ['iifname { "n1", "n2" } oifname { "n1", "n2" } numgen random mod 10000 < 500 drop'],
  },
  {
    name: "a port that loses everything",
    faults: { lossPercent: new Map([["n3", 100]]) },
    want: ['iifname "n3" drop', 'oifname "n3" drop'],
  },
];

describe("faults", () => {
  for (const { name, faults, want } of rows) {
    it(`faultRules: ${name}`, () => {
      expect(dropsOf(faults)).to.deep.equal(want);
    });
  }

  it("pairsBetween: every port of a group with every port of the others", () => {
    expect(pairsBetween([["a", "b"], ["c"], ["d"]])).to.deep.equal([
      ["a", "c"],
      ["b", "c"],
      ["a", "d"],
      ["b", "d"],
      ["c", "d"],
    ]);
  });
});
