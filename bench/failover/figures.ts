/**
 * What was measured in the trials of a row, in figures, and which promises they break. Pure.
 *
 * Neighbours: trials.ts measures, report.ts prints.
 */

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

/** What of a client's fresh connections over all addresses is lost when a node dies. */
export interface Share {
  readonly addresses: number;
  /** While addresses of the node were silent. */
  readonly attempts: number;
  readonly lost: number;
  readonly lostAfter: number;
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
/** Two may answer until they have noticed each other: the detection time and a heartbeat (rule H2). */
export const OVERLAP_MS_MAX = 380;

/** Off the dead node's share, either way. */
const SHARE_PERCENT_MAX = 3;

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
  return { min: rank(0), median: rank(0.5), p99: rank(0.99), max: rank(1) };
}

/** @returns one sentence per promise that the row breaks */
export function broken(result: RowResult): string[] {
  const { title, bounds, noise, trials } = result;
  const own = spreadOf(trials.map(({ ownMs }) => ownMs));
  const others = spreadOf(trials.map(({ othersMs }) => othersMs));
  const overlap = spreadOf(trials.map(({ overlapMs }) => overlapMs));
  const sentences = trials.flatMap(({ findings }, index) =>
    findings.map((finding) => `trial ${index + 1}: ${finding}`),
  );
  const over = (what: string, ms: number, msMax: number, why = "") => {
    if (ms <= msMax) return;
    sentences.push(
      `${what} ${ms.toFixed(1)} ms; at most ${msMax.toFixed(0)} ms are promised${why}`,
    );
  };
  if (bounds.ownMedianMs !== undefined) {
    over("the addresses hit are silent for a median of", own.median, bounds.ownMedianMs);
  }
  // A silence as long as those of an undisturbed run proves nothing, unless attempts were lost in it.
  const lostMs = Math.max(0, ...trials.map(({ ownLost }) => ownLost)) * PROBE_INTERVAL_MS;
  if (own.max > noise.maxMs + PROBE_INTERVAL_MS || lostMs > bounds.ownMaxMs) {
    over("the addresses hit are silent for", own.max, bounds.ownMaxMs);
  }
  const othersMsMax = noise.maxMs + PROBE_INTERVAL_MS;
  over("the others are silent for", others.max, othersMsMax, ": the noise and one probe");
  over("two nodes answer for one address for", overlap.max, OVERLAP_MS_MAX);
  if (result.share !== undefined) sentences.push(...brokenShare(result.share));
  return sentences.map((sentence) => `${title}: ${sentence}`);
}

/** The dead node's share of the traffic and no more, and nothing once its addresses answer again. */
function brokenShare({ addresses, attempts, lost, lostAfter }: Share): string[] {
  const [percent, wanted] = [(100 * lost) / attempts, 100 / addresses];
  return [
    ...(Math.abs(percent - wanted) <= SHARE_PERCENT_MAX
      ? []
      : [`${percent.toFixed(1)} % of connections were lost; ${wanted} % are the node's share`]),
    ...(lostAfter === 0 ? [] : [`${lostAfter} connections were lost outside of the silence`]),
  ];
}
