/**
 * What chance does to the figures of this benchmark, so that it is told from what is so. Pure: chance itself has a seed.
 *
 * How long a silent cut lasts depends on how old the node's last packet was, which is anything from nothing to a whole interval (RFC 5880
 * section 6.8.7): a median of a few trials says little. What the router does from that packet on, and how old it is on average, are
 * each known much better, and together they are the silence.
 * Neighbours: ../bgp-failover.ts judges; pairs.ts measures.
 */
import { randomFrom } from "../../test/random.ts";
import { spreadOf } from "../failover/figures.ts";

/** A figure, and how far off chance may have it: its standard error. */
export interface Estimate {
  readonly value: number;
  readonly error: number;
}

/** From so many standard errors on a difference is no chance any more: once in 160 times where there is none. */
const ERRORS_MAX = 2.5;
const RESAMPLES = 2000;

export function isLonger(difference: Estimate): boolean {
  return difference.value > ERRORS_MAX * difference.error;
}

export function differenceOf(a: Estimate, b: Estimate): Estimate {
  return { value: a.value - b.value, error: Math.hypot(a.error, b.error) };
}

/** The error is that of medians of as many values, drawn from these again and again. */
export function medianOf(values: readonly number[]): Estimate {
  return bootstrap(values, (drawn) => spreadOf(drawn).median);
}

export function meanOf(values: readonly number[]): Estimate {
  const value = mean(values);
  const squares = values.map((one) => (one - value) ** 2);
  const variance = squares.reduce((sum, one) => sum + one, 0) / (values.length - 1);
  return { value, error: Math.sqrt(variance / values.length) };
}

/**
 * How old the last of a row of packets is on average, at any moment: half an interval, and more where they differ, for a long one is
 * hit more often.
 */
export function ageOf(intervals: readonly number[]): Estimate {
  return bootstrap(intervals, (drawn) => mean(drawn.map((one) => one ** 2)) / (2 * mean(drawn)));
}

/** Flows by node, in sets that have nothing to do with each other. */
export interface Evenness {
  /** Of all sets. */
  readonly chiSquared: number;
  /** What an even hash exceeds once in a thousand times. */
  readonly chiSquaredMax: number;
  /** How far a node's flows are off its equal share: by an even hash, and seen (root of the mean square). */
  readonly deviationByChance: number;
  readonly deviationSeen: number;
}

export function evennessOf(sets: readonly (readonly number[])[]): Evenness {
  const all = sets.flatMap((flows) => {
    const fair = flows.reduce((sum, one) => sum + one, 0) / flows.length;
    return flows.map((seen) => ({ seen, fair, byChance: fair * (1 - 1 / flows.length) }));
  });
  const freedom = all.length - sets.length;
  const squares = all.map(({ seen, fair }) => (seen - fair) ** 2);
  return {
    chiSquared: all.reduce((sum, { seen, fair }) => sum + (seen - fair) ** 2 / fair, 0),
    chiSquaredMax: chiSquaredMax(freedom),
    deviationByChance: Math.sqrt(mean(all.map(({ byChance }) => byChance))),
    deviationSeen: Math.sqrt(mean(squares)),
  };
}

/** Of the normal distribution, 99.9 %. */
const NORMAL_999 = 3.0902;

/** 99.9 % of the chi-squared distribution, by Wilson and Hilferty (1931): within 2 % from 3 degrees of freedom on, 0.2 % from 30. */
function chiSquaredMax(freedom: number): number {
  const ninth = 2 / (9 * freedom);
  return freedom * (1 - ninth + NORMAL_999 * Math.sqrt(ninth)) ** 3;
}

function bootstrap(
  values: readonly number[],
  figure: (drawn: readonly number[]) => number,
): Estimate {
  const random = randomFrom(values.length);
  const drawn = Array.from({ length: RESAMPLES }, () =>
    figure(values.map(() => values[Math.floor(random() * values.length)] ?? NaN)),
  );
  const middle = mean(drawn);
  return {
    value: figure(values),
    error: Math.sqrt(mean(drawn.map((one) => (one - middle) ** 2))),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}
