/**
 * What the main thread and the thread of BFD tell each other.
 *
 * Neighbours: worker.ts is one end, bfd-thread.ts the other.
 */
import type { StateChange } from "../session-events.ts";
import type { Endpoints, WantedSession } from "../sessions.ts";

export type BfdCommand =
  /** All of them; who is left out is told that this is no failure. */
  | { readonly kind: "want"; readonly sessions: readonly WantedSession[] }
  /** The same for all, and the end of the thread. */
  | { readonly kind: "close" };

/** Which session: `endpointsKey` of its endpoints. */
export interface OfSession {
  readonly session: string;
}

/** Since it was asked for. */
export interface SessionCounters extends OfSession {
  /** Ours, of which none is used twice. */
  readonly discriminator: number;
  readonly endpoints: Endpoints;
  readonly packetsReceived: number;
  readonly packetsSent: number;
  readonly timesUp: number;
  /** From Up, whatever the cause. */
  readonly timesDown: number;
  /** What was agreed: how often we send, before jitter, and after how long a silence the other end is gone. */
  readonly transmitUs: number;
  readonly detectionUs: number;
}

export type BfdThreadReport = { readonly kind: "open" } | BfdPlaneReport;

export type BfdPlaneReport =
  /** `atMs` is in ms since 1970: when it happened, not when it was told. */
  | (StateChange & OfSession & { readonly atMs: number })
  /** It can neither send nor hear, why, and what can be done; it is tried again every second. Null: it can now. */
  | (OfSession & { readonly kind: "trouble"; readonly message: string | null })
  /** Of all, every second; and of one that ends, at once and for the last time. */
  | {
      readonly kind: "counters";
      readonly sessions: readonly SessionCounters[];
      /** Datagrams that were none of ours, since the report before. */
      readonly faults: readonly (readonly [name: string, count: number])[];
    };
