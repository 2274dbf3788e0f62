/**
 * Waiting for a condition, never for a length of time.
 *
 * Neighbours: everything in the lab and the tests beside it.
 */

import { setTimeout as sleep } from "node:timers/promises";

export interface WaitOptions {
  /** What is awaited, as the end of the sentence "Waited 10 s for …". */
  readonly what: string;
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
}

/**
 * Calls `probe` until it gives something other than undefined, null or false, and returns that.
 *
 * @throws Error after the timeout, with the last error that the probe threw, if any;
 *   a HopelessError is thrown at once
 */
export async function waitFor<T>(
  probe: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  options: WaitOptions,
): Promise<T> {
  const timeoutMs = options.timeoutMs ?? 15_000;
  const endMs = performance.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value !== undefined && value !== null && value !== false) return value;
      lastError = undefined;
    } catch (error) {
      if (error instanceof HopelessError) throw error;
      lastError = error;
    }
    if (performance.now() >= endMs) break;
    await sleep(options.intervalMs ?? 50);
  }
  const reason = lastError === undefined ? "" : `: ${messageOf(lastError)}`;
  throw new Error(`Waited ${Math.round(timeoutMs / 1000)} s for ${options.what}${reason}`);
}

/** Waiting on makes no sense any more, for example because the awaited process has ended. */
export class HopelessError extends Error {
  override readonly name = "HopelessError";
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
