/**
 * What work costs the processor: other programs on the machine do not count.
 */

/** @returns milliseconds of the processor, of all threads: collecting garbage counts */
export function cpuMs(work: () => void): number {
  return measured(work).ms;
}

export function measured<T>(work: () => T): { readonly result: T; readonly ms: number } {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { result, ms: (user + system) / 1000 };
}

/** @returns the value below which the part of them is */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * part)] ?? 0;
}
