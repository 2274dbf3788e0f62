/** What is chance and what is not, in the figures of `bench:bgp-failover`; and what is read of BFD on the wire. */
import { expect } from "chai";
import { readPacket } from "../../bench/bgp/bfd-ear.ts";
import {
  ageOf,
  differenceOf,
  evennessOf,
  isLonger,
  meanOf,
  medianOf,
} from "../../bench/bgp-failover/figures.ts";
import { randomFrom } from "../random.ts";

const random = randomFrom(7);
const drawn = (count: number, min: number, max: number) =>
  Array.from({ length: count }, () => min + (max - min) * random());

describe("bench: cuts and chance", () => {
  it("the mean of 1, 2, 3, 4: 2.5, and its error by the variance 5/3", () => {
    const { value, error } = meanOf([1, 2, 3, 4]);
    expect([value, error]).to.deep.equal([2.5, Math.sqrt(5 / 3 / 4)]);
  });

  it("the error of a median of 100 even values from 0 to 1: 0.5/√100", () => {
    const { value, error } = medianOf(drawn(100, 0, 1));
    expect(value).to.be.within(0.3, 0.7);
    expect(error).to.be.within(0.03, 0.08);
  });

  it("the age of the last packet: half an interval, where all are alike", () => {
    expect(ageOf([300, 300, 300])).to.deep.equal({ value: 150, error: 0 });
  });

  it("the age of the last packet: a long interval is hit more often", () => {
    expect(ageOf([100, 300]).value).to.equal((100 ** 2 + 300 ** 2) / 2 / 400);
  });

  it("the age of the last packet with BFD's jitter: half of it, and 2 % more", () => {
    const { value, error } = ageOf(drawn(5000, 225, 300));
    expect(value).to.be.within(131, 133.5);
    expect(error).to.be.within(0.05, 0.4);
  });

  it("a difference has the errors of both", () => {
    const difference = differenceOf({ value: 10, error: 3 }, { value: 4, error: 4 });
    expect(difference).to.deep.equal({ value: 6, error: 5 });
  });

  const lengths: readonly (readonly [number, number, boolean])[] = [
    [-30, 1, false],
    [2.4, 1, false],
    [2.6, 1, true],
    [26, 20, false],
  ];
  for (const [value, error, want] of lengths) {
    it(`${value} ± ${error} is ${want ? "longer" : "no longer than by chance"}`, () => {
      expect(isLonger({ value, error })).to.equal(want);
    });
  }

  it("chi-squared by hand, and its bound from a table: 3 degrees of freedom", () => {
    const { chiSquared, chiSquaredMax, deviationByChance, deviationSeen } = evennessOf([
      [115, 135, 125, 125],
    ]);
    expect(chiSquared).to.equal(200 / 125);
    expect(chiSquaredMax).to.be.within(16.2, 16.6); // 16.27
    expect(deviationByChance).to.equal(Math.sqrt(500 * 0.25 * 0.75));
    expect(deviationSeen).to.equal(Math.sqrt(50));
  });

  it("the bound for ten sets: 30 degrees of freedom", () => {
    const sets = Array.from({ length: 10 }, () => [125, 125, 125, 125]);
    expect(evennessOf(sets).chiSquaredMax).to.be.within(59.5, 59.9); // 59.70
  });

  it("ten sets whose flows are off by 20 each time, the same way, are not even", () => {
    const sets = Array.from({ length: 10 }, () => [145, 105, 145, 105]);
    const { chiSquared, chiSquaredMax } = evennessOf(sets);
    expect(chiSquared).to.be.above(chiSquaredMax);
  });

  it("a packet of BFD, as tcpdump says it", () => {
    const line =
      "1795390873.250000 IP 10.77.0.1.49152 > 10.77.0.100.3784: BFDv1, Control, State Up, Flags: [none], length: 24";
    expect(readPacket(line)).to.deep.equal({ from: "10.77.0.1", atMs: 1795390873250 });
  });

  it("what tcpdump says beside", () => {
    expect(readPacket("        Detection Timer Multiplier: 3")).to.equal(null);
  });
});
