/** A record of answers: who has an address, and for how long two had it. */

import { expect } from "chai";
import { answering, overlapMsMax, overlaps } from "../../lab/answers.ts";
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

  it("answering: who answered lately, and no one else", () => {
    const window = windowOf(spell("n1", 0, 940), spell("n2", 300, 1000));
    expect(answering(window, 50).get(A)).to.deep.equal(["n2"]);
    expect(answering(window, 60).get(A)).to.deep.equal(["n1", "n2"]);
    expect(answering(windowOf(), 60).get(A)).to.deep.equal([]);
  });
});
