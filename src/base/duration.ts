/**
 * Durations as Kubernetes writes them: `90s`, `1m30s`, `1.5h`. Pure.
 *
 * Read first: ParseDuration of Go's package time, whose syntax this is; without signs, for no duration of ours is negative.
 */

/** The syntax, for schemas and rules too. */
export const DURATION_PATTERN = "^(0|([0-9]+([.][0-9]+)?(ns|us|µs|ms|s|m|h))+)$";
export const DURATION_LENGTH_MAX = 32;

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** @returns milliseconds, or undefined for what is no duration */
export function parseDurationMs(text: string): number | undefined {
  if (!new RegExp(DURATION_PATTERN).test(text)) return undefined;
  return [...text.matchAll(/([0-9.]+)([a-zµ]+)/g)].reduce(
    (sum, [, amount = "", unit = ""]) => sum + Number(amount) * (UNIT_MS[unit] ?? Number.NaN),
    0,
  );
}
