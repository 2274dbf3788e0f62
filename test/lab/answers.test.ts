/** A record of answers: who has an address, and for how long two had it. */

import { expect } from "chai";
import { answering, overlapMsMax, overlaps, silences } from "../../lab/answers.ts";
import type { RecordWindow, Spell } from "../../lab/recorder.ts";

const A = "10.77.0.200";
const spell = (port: string, fromMs: number, toMs: number): Spell => ({
  ...{ port, mac: `mac of ${port}`, fromMs, toMs, answers: 1 },
});
const windowOf = (...spells: Spell[]): RecordWindow => ({
  ...{ kind: "window", name: "trial", fromMs: 0, toMs: 1000, askPauseMsMax: 1, framesMissed: 0 },
  addresses: [{ address: A, asked: 100, spells, unheard: null }],
});

describe("answers", () => {
  const rows: readonly { name: string; spells: Spell[]; want: number }[] = [
    { name: "one after the other", spells: [spell("n1", 0, 300), spell("n2", 301, 1000)], want: 0 },
    {
      name: "from the newcomer's first to the other's last",
      spells: [spell("n1", 0, 450), spell("n2", 300, 1000)],
      want: 150,
    },
    {
      name: "one that comes back for a moment",
      spells: [spell("n1", 0, 100), spell("n2", 200, 1000), spell("n1", 700, 740)],
      want: 40,
    },
    {
      name: "one node by itself, twice",
      spells: [spell("n1", 0, 500), spell("n1", 400, 900)],
      want: 0,
    },
  ];
  for (const { name, spells, want } of rows) {
    it(`overlapMsMax: ${name}`, () => {
      expect(overlapMsMax(windowOf(...spells))).to.equal(want);
    });
  }

  it("overlaps: tells address, ports and when; nothing where the ports do not hear each other", () => {
    const window = windowOf(spell("n1", 0, 450), spell("n2", 300, 1000));
    expect(overlaps(window)).to.deep.equal([
      { address: A, ports: ["n1", "n2"], fromMs: 300, ms: 150 },
    ]);
    expect(overlaps(window, (port) => port)).to.deep.equal([]);
  });

  const quiet: readonly {
    name: string;
    spells: Spell[];
    want: readonly (readonly [string, number, number])[];
  }[] = [
    { name: "none while one answers", spells: [spell("n1", 0, 1000)], want: [] },
    { name: "nobody at all", spells: [], want: [["", 100, 900]] },
    { name: "who answered before only", spells: [spell("n1", 0, 99)], want: [["", 100, 900]] },
    {
      name: "until the successor, and at the end",
      spells: [spell("n2", 430, 900), spell("n1", 0, 130)],
      want: [
        ["", 130, 300],
        ["", 900, 100],
      ],
    },
    {
      name: "one spell within another ends nothing",
      spells: [spell("n1", 0, 1000), spell("n2", 300, 400)],
      want: [],
    },
  ];
  for (const { name, spells, want } of quiet) {
    it(`silences: ${name}`, () => {
      const found = silences(windowOf(...spells), { segments: [""], fromMs: 100 });
      expect(found).to.deep.equal(
        want.map(([segment, fromMs, ms]) => ({ address: A, segment, fromMs, ms })),
      );
    });
  }

  it("silences: each segment is to have an answer of its own", () => {
    const window = windowOf(spell("n1", 0, 1000), spell("n2", 400, 1000));
    const options = { segments: ["n1", "n2"], segmentOf: (port: string) => port, fromMs: 100 };
    expect(silences(window, options)).to.deep.equal([
      { address: A, segment: "n2", fromMs: 100, ms: 300 },
    ]);
  });

  it("answering: who answered lately, and no one else", () => {
    const window = windowOf(spell("n1", 0, 940), spell("n2", 300, 1000));
    expect(answering(window, 50).get(A)).to.deep.equal(["n2"]);
    expect(answering(window, 60).get(A)).to.deep.equal(["n1", "n2"]);
    expect(answering(windowOf(), 60).get(A)).to.deep.equal([]);
  });
});
