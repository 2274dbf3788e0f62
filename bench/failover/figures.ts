/**
 * What was measured in the trials of a row, in figures, and which promises they break. Pure.
 *
 * Neighbours: trials.ts measures, report.ts prints.
 */
import { WORKER_DEFAULTS } from "../../src/speaker/io/protocol.ts";

/** One trial: times in milliseconds. */
export interface Trial {
  readonly victims: readonly string[];
  readonly moved: number;
  /** The longest silence of an address of the nodes that were hit, less what the probe itself was late. */
  readonly ownMs: number;
  readonly othersMs: number;
  /** Attempts in a row that got no answer. */
  readonly ownLost: number;
  readonly othersLost: number;
  /** The longest silence of any address from the mend until all was steady again. */
  readonly mendMs: number;
  /** The longest time in which two nodes answered for one address. */
  readonly overlapMs: number;
  readonly overlaps: readonly Doubled[];
  /** The longest time in which the recorder asked nothing. */
  readonly askPauseMs: number;
  /** The longest of each address. */
  readonly losses: readonly Loss[];
  readonly findings: readonly string[];
}

/** A run of attempts at one address that got no answer. */
export interface Loss {
  readonly address: string;
  readonly fromMs: number;
  readonly attempts: number;
  readonly errors: Readonly<Record<string, number>>;
}

/** Two nodes that answered for one address. */
export interface Doubled {
  readonly during: string;
  readonly address: string;
  readonly ports: readonly [string, string];
  readonly fromMs: number;
  readonly ms: number;
}

export interface Bounds {
  readonly ownMedianMs?: number;
  readonly ownMaxMs: number;
}

export interface Noise {
  readonly windows: number;
  readonly medianMs: number;
  readonly maxMs: number;
  readonly lost: number;
}

export interface Load {
  readonly cpus: number;
  readonly model: string;
  readonly average: number;
  /** Of all CPU time during the row: busy, and taken by the hypervisor. */
  readonly busyPercent: number;
  readonly stealPercent: number;
}

/** What of the fresh connections of a client that rotates over all addresses is lost when a node dies. */
export interface Share {
  readonly addresses: number;
  /** From the first that was lost to the last, of all trials. */
  readonly attempts: number;
  readonly lost: number;
  /** That long at most in one trial. */
  readonly msMax: number;
}

export interface RowResult {
  readonly name: string;
  readonly title: string;
  readonly nodes: number;
  readonly bounds: Bounds;
  readonly noise: Noise;
  readonly trials: readonly Trial[];
  readonly share?: Share;
  readonly seconds: number;
  readonly load: Load;
}

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly p99: number;
  readonly max: number;
}

/** One attempt of the probe. */
export const PROBE_INTERVAL_MS = 5;
/** No answer, or two: for the detection time and one heartbeat interval at most (rule H2). */
export const H2_MS_MAX = WORKER_DEFAULTS.detectionMs + WORKER_DEFAULTS.intervalMs;

/** Off the dead node's share, either way. */
const SHARE_PERCENT_MAX = 3;

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
  return { min: rank(0), median: rank(0.5), p99: rank(0.99), max: rank(1) };
}

/** What is promised of a row in milliseconds, and what was measured. */
export interface Judgement {
  readonly what: "own-median" | "own-max" | "others-max" | "overlap-max";
  readonly ms: number;
  readonly msMax: number;
  readonly kept: boolean;
}

/** Every bound of the row, each on its own: nothing is forgiven for the noise where the promise names a number. */
export function judged({ bounds, noise, trials }: RowResult): Judgement[] {
  const judge = (what: Judgement["what"], ms: number, msMax: number): Judgement => {
    return { what, ms, msMax, kept: ms <= msMax };
  };
  const own = spreadOf(trials.map(({ ownMs }) => ownMs));
  const others = spreadOf(trials.map(({ othersMs }) => othersMs));
  const overlap = spreadOf(trials.map(({ overlapMs }) => overlapMs));
  const { ownMedianMs, ownMaxMs } = bounds;
  return [
    ...(ownMedianMs === undefined ? [] : [judge("own-median", own.median, ownMedianMs)]),
    judge("own-max", own.max, ownMaxMs),
    judge("others-max", others.max, noise.maxMs + PROBE_INTERVAL_MS),
    judge("overlap-max", overlap.max, H2_MS_MAX),
  ];
}

const SENTENCES: Readonly<Record<Judgement["what"], readonly [what: string, why: string]>> = {
  "own-median": ["the addresses hit are silent for a median of", ""],
  "own-max": ["the addresses hit are silent for", ""],
  "others-max": ["the others are silent for", ": the noise and one probe"],
  "overlap-max": ["two nodes answer for one address for", ""],
};

/** @returns one sentence per promise that the row breaks */
export function broken(result: RowResult): string[] {
  const { title, trials, share, bounds } = result;
  const found = trials.flatMap(({ findings }, index) =>
    findings.map((finding) => `trial ${index + 1}: ${finding}`),
  );
  const over = judged(result).flatMap(({ what, ms, msMax, kept }) => {
    const [words, why] = SENTENCES[what];
    const sentence = `${words} ${ms.toFixed(1)} ms; at most ${msMax.toFixed(0)} ms are promised${why}`;
    return kept ? [] : [sentence];
  });
  const shares = share === undefined ? [] : brokenShare(share, bounds);
  return [...found, ...over, ...shares].map((sentence) => `${title}: ${sentence}`);
}

/** The dead node's share of the traffic and no more, and for no longer than its addresses may be silent. */
function brokenShare({ addresses, attempts, lost, msMax }: Share, { ownMaxMs }: Bounds): string[] {
  const [percent, wanted] = [(100 * lost) / attempts, 100 / addresses];
  return [
    ...(Math.abs(percent - wanted) <= SHARE_PERCENT_MAX
      ? []
      : [`${percent.toFixed(1)} % of connections were lost; ${wanted} % are the node's share`]),
    ...(msMax <= ownMaxMs ? [] : [`connections were lost for ${msMax} ms, not ${ownMaxMs}`]),
  ];
}
