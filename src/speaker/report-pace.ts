/**
 * When a node's NodeBGPStatus is written again: at once where a session is another, later where it is only numbers. Pure.
 *
 * Nothing is written where nothing is new. Services that come and go change how many prefixes are announced, and a router with
 * something to say how many are received: neither is worth a write each time.
 * Neighbours: session-book.ts makes the reports; io/bgp-eyes.ts looks about once a second.
 */
import type { NodeBGPStatusBody, SessionEntry } from "../bgp/resource.ts";

/** What is told at least so long after the last write: first what a person waits for. */
export const WAIT_MS = { session: 1_000, announced: 10_000, received: 60_000 } as const;

type Concern = keyof typeof WAIT_MS;

export class ReportPace {
  #written: NodeBGPStatusBody | null = null;
  #writtenAtMs = -Infinity;

  isDue(report: NodeBGPStatusBody, nowMs: number): boolean {
    if (this.#written === null) return true;
    const concern = concernOf(this.#written, report);
    return concern !== null && nowMs - this.#writtenAtMs >= WAIT_MS[concern];
  }

  written(report: NodeBGPStatusBody, nowMs: number): void {
    this.#written = report;
    this.#writtenAtMs = nowMs;
  }

  /** The object is gone, or was never there. */
  forget(): void {
    this.#written = null;
  }
}

/** @returns the most urgent in which they differ; null: they are alike */
function concernOf(before: NodeBGPStatusBody, after: NodeBGPStatusBody): Concern | null {
  if (textOf(before) === textOf(after)) return null;
  if (textOf(before, withoutNumbers) !== textOf(after, withoutNumbers)) return "session";
  if (textOf(before, withoutReceived) !== textOf(after, withoutReceived)) return "announced";
  return "received";
}

function textOf(
  { sessions, ...rest }: NodeBGPStatusBody,
  seen: (entry: SessionEntry) => object = (entry) => entry,
): string {
  return JSON.stringify([rest, sessions.map(seen)]);
}

function withoutReceived(entry: SessionEntry): object {
  return { ...entry, receivedPrefixes: null };
}

function withoutNumbers(entry: SessionEntry): object {
  return { ...entry, receivedPrefixes: null, announced: null, wanted: null };
}
