/** How fast a peer is read: at once as long as it says little, and a flood of whatever messages only so fast. */
import { expect } from "chai";
import { BURST_MS, ReadingPace } from "../../src/bgp/reading-pace.ts";

const [KEEPALIVE, LONGEST] = [19, 4096];

/** @returns how long `count` messages take that come at once, in chunks as the kernel hands them over */
function takenMs(count: number, bytes: number): number {
  const pace = new ReadingPace();
  const perChunk = Math.floor(65_536 / bytes);
  let nowMs = 0;
  for (let read = 0; read < count; read += perChunk) {
    pace.chunk();
    for (let i = 0; i < Math.min(perChunk, count - read); i++) pace.read(bytes);
    nowMs += pace.pauseMs(nowMs);
  }
  return nowMs;
}

describe("bgp: how fast a peer is read", () => {
  it("what routers say when nothing is wrong is read at once", () => {
    const pace = new ReadingPace();
    for (let second = 0; second < 100; second++) {
      for (let i = 0; i < 100; i++) pace.read(500);
      expect(pace.pauseMs(1000 * second)).to.equal(0);
    }
  });

  it("what comes at once is read at once, up to a burst", () => {
    const pace = new ReadingPace();
    pace.read(LONGEST);
    expect(pace.pauseMs(0)).to.equal(0);
    for (let i = 0; i < BURST_MS / 0.1; i++) pace.read(KEEPALIVE);
    expect(pace.pauseMs(0)).to.be.greaterThan(BURST_MS);
  });

  const FLOODS = [
    ["small messages", KEEPALIVE, 10_000],
    ["the longest ones", LONGEST, 1_666],
  ] as const;
  for (const [name, bytes, perSecond] of FLOODS) {
    it(`a flood of ${name}: ${perSecond} a second`, () => {
      expect(takenMs(10 * perSecond, bytes)).to.be.within(9_500, 10_500);
    });
  }

  it("a flood of octets, one at a time: 5,000 a second, though no message is whole", () => {
    const pace = new ReadingPace();
    let nowMs = 0;
    for (let i = 0; i < 50_000; i++) {
      pace.chunk();
      nowMs += pace.pauseMs(nowMs);
    }
    expect(nowMs).to.be.within(9_500, 10_500);
  });

  it("a pause that is over is not held against what comes then", () => {
    const pace = new ReadingPace();
    for (let i = 0; i < 10_000; i++) pace.read(KEEPALIVE);
    const pauseMs = pace.pauseMs(0);
    pace.read(KEEPALIVE);
    expect(pace.pauseMs(pauseMs)).to.equal(0);
  });
});
