/**
 * How often a held address is defended, and when two of our own are one too many.
 */
import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import { Defence } from "../../src/speaker/defence.ts";

const X = "192.0.2.1" as Ip;

/** The times of the defences, where a stranger claims the address every `everyMs`. */
function defences(everyMs: number, untilMs: number): number[] {
  const defence = new Defence();
  const times: number[] = [];
  for (let nowMs = 0; nowMs <= untilMs; nowMs += everyMs) {
    if (defence.claimed(X, nowMs)) times.push(nowMs);
  }
  return times;
}

describe("speaker: defence (RFC 5227 section 2.4)", () => {
  const rows = [
    { name: "at once, and then every 10 s", everyMs: 500, untilMs: 25_000, want: [0, 10, 20] },
    {
      name: "for a minute at most, however long it goes on",
      everyMs: 500,
      untilMs: 600_000,
      want: [0, 10, 20, 30, 40, 50],
    },
    {
      name: "after a quiet minute it is another quarrel",
      everyMs: 60_000,
      untilMs: 120_000,
      want: [0, 60, 120],
    },
  ];
  for (const { name, everyMs, untilMs, want } of rows) {
    it(name, () =>
      expect(defences(everyMs, untilMs)).to.deep.equal(want.map((seconds) => seconds * 1000)),
    );
  }

  it("what was given up and held again is defended at once", () => {
    const defence = new Defence();
    expect([defence.claimed(X, 0), defence.claimed(X, 100)]).to.deep.equal([true, false]);
    defence.drop(X);
    expect(defence.claimed(X, 200)).to.equal(true);
  });

  it("one of our own beside us is a fault when it has lasted for longer than rule H2 allows", () => {
    const defence = new Defence();
    const claims = [0, 100, 380, 381].map((nowMs) =>
      defence.doubled(X, "b", { nowMs, allowedMs: 380 }),
    );
    expect(claims).to.deep.equal([false, false, false, true]);
  });

  it("two moves apart, or two nodes in turn, are no such thing", () => {
    const defence = new Defence();
    const at = (node: string, nowMs: number) => defence.doubled(X, node, { nowMs, allowedMs: 380 });
    expect([at("b", 0), at("b", 5001), at("c", 5100), at("b", 5600)]).to.deep.equal([
      ...[false, false, false, false],
    ]);
  });
});
