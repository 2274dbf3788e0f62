import { expect } from "chai";
import fc from "fast-check";
import {
  chanceOf,
  desiredMinTxUsIn,
  detectionTimeUs,
  jittered,
  nextChance,
} from "../../../src/bgp/bfd/timing.ts";

const profile = {
  desiredMinTxUs: 50_000,
  requiredMinRxUs: 40_000,
  detectMultiplier: 3,
  isPassive: false,
};

describe("BFD timing", () => {
  it("nobody is quicker than once a second before a session is up (6.8.3)", () => {
    expect(desiredMinTxUsIn(false, profile)).to.equal(1_000_000);
    expect(desiredMinTxUsIn(true, profile)).to.equal(50_000);
    expect(desiredMinTxUsIn(false, { ...profile, desiredMinTxUs: 2_000_000 })).to.equal(2_000_000);
  });

  it("the detection time is theirs times the slower of what they send and we take (6.8.4)", () => {
    const theirs = { desiredMinTxUs: 100_000, detectMultiplier: 5 };
    expect(detectionTimeUs(40_000, theirs)).to.equal(500_000);
    expect(detectionTimeUs(300_000, theirs)).to.equal(1_500_000);
  });

  it("jitter takes off up to a fifth, of a quarter that is allowed, and at least a tenth where one packet decides (6.8.7)", () => {
    expect(jittered(1000, 0, 3)).to.equal(800);
    expect(jittered(1000, 1, 3)).to.equal(1000);
    expect(jittered(1000, 0, 1)).to.equal(800);
    expect(jittered(1000, 1, 1)).to.equal(900);
  });

  it("chance is spread evenly, and never ends", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 0xffffffff }), (first) => {
        const quarters = [0, 0, 0, 0];
        let seed = first;
        for (let i = 0; i < 4000; i++) {
          seed = nextChance(seed);
          const quarter = Math.floor(chanceOf(seed) * 4);
          quarters[quarter] = (quarters[quarter] ?? 0) + 1;
        }
        expect(seed).to.not.equal(0);
        for (const count of quarters) expect(count).to.be.within(800, 1200);
      }),
      { numRuns: 20 },
    );
  });
});
