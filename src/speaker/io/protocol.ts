/**
 * What the main thread and the frame worker tell each other.
 *
 * The main thread knows Kubernetes, the worker knows the wire; the worker goes on without the main thread's help.
 * Neighbours: worker.ts is one end, frame-worker.ts the other.
 */
import type { SocketThreadData, ThreadRequest } from "../../linux/io/socket-thread.ts";
import type { Ip } from "../../base/ip.ts";
import type { Company } from "../company.ts";
import type { Sighting } from "../guard.ts";
import type { HoldingChange } from "../holdings.ts";
import type { PeerAddress } from "../peers.ts";
import type { PlanChange } from "../speaker.ts";
import type { Verification } from "../verifier.ts";

export interface WorkerOptions {
  readonly node: string;
  readonly incarnation: number;
  readonly heartbeatPort: number;
  readonly intervalMs: number;
  readonly detectionMs: number;
  readonly leaveMs: number;
  readonly reannounceIntervalMs: number;
  readonly verifyIntervalMs: number;
}

/** `workerData`: what a worker is started with. */
export interface WorkerStart extends SocketThreadData {
  readonly options: WorkerOptions;
}

/** 330 ms: two heartbeats may be lost around a pause of 200 ms; see docs/heartbeat.md. */
export const WORKER_DEFAULTS = {
  intervalMs: 50,
  detectionMs: 330,
  leaveMs: 200,
  reannounceIntervalMs: 0,
  verifyIntervalMs: 1000,
} as const;

export type WorkerCommand =
  /** The first key signs; every key is accepted, so that a new one can be spread. */
  | { readonly kind: "keys"; readonly keys: readonly Uint8Array[] }
  | { readonly kind: "plan"; readonly change: PlanChange }
  | { readonly kind: "nodes"; readonly nodes: readonly PeerAddress[] }
  | { readonly kind: "gate"; readonly open: boolean }
  | { readonly kind: "start" }
  | { readonly kind: "leave" }
  /** Fall silent now and end. */
  | { readonly kind: "close" };

/** `at` is in ms since 1970: when it happened, not when it was told. */
export interface TimedChange extends HoldingChange {
  readonly atMs: number;
}

export interface KeptChange {
  readonly address: Ip;
  readonly generation: number;
}

/** Since the report before. */
export interface Counters {
  readonly requests: readonly (readonly [ip: string, count: number])[];
  readonly answers: readonly (readonly [ip: string, count: number])[];
  readonly announcements: readonly (readonly [ip: string, count: number])[];
  readonly conflicts: readonly (readonly [ip: string, count: number])[];
  readonly frameFaults: readonly (readonly [name: string, count: number])[];
  readonly framesIgnored: readonly (readonly [reason: string, count: number])[];
  readonly heartbeatFaults: readonly (readonly [name: string, count: number])[];
  readonly heartbeatsSent: number;
  readonly heartbeatsReceived: number;
}

/** Now. */
export interface Gauges {
  readonly serving: boolean;
  readonly isolated: boolean;
  readonly held: number;
  readonly peersKnown: number;
  readonly peersAlive: number;
  /** Of those alive, the ones that can forward. */
  readonly peersOpen: number;
}

export type WorkerReport =
  /** Sockets are open, interfaces are known. */
  | { readonly kind: "open" }
  | { readonly kind: "serving" }
  /** Who is lost and who is heard is not as it was: before what that does to the holdings is told. */
  | { readonly kind: "company"; readonly company: Company }
  | {
      readonly kind: "holdings";
      readonly changes: readonly TimedChange[];
      readonly kept: readonly KeptChange[];
    }
  | { readonly kind: "counters"; readonly counters: Counters; readonly gauges: Gauges }
  /** Of each address the last that was seen and found since the report before. */
  | {
      readonly kind: "findings";
      readonly sightings: readonly (Sighting & { readonly atMs: number })[];
      readonly verifications: readonly (Verification & { readonly atMs: number })[];
    }
  | {
      readonly kind: "log";
      readonly level: "info" | "warn";
      readonly message: string;
      readonly facts: Readonly<Record<string, string | number>>;
    }
  /** A peer that was given up is heard: whatever it said of holders meanwhile may be in the status. */
  | { readonly kind: "heard-again" }
  /** Others took over from this node, which is back. */
  | { readonly kind: "rejoined" }
  | { readonly kind: "left" };

/** Beside what concerns the wire. */
export type ThreadCommand =
  | WorkerCommand
  /** Another thread: one that the main thread starts would be as low as that is (docs/decisions/0022-the-main-thread-makes-way.md). */
  | { readonly kind: "start-thread"; readonly request: ThreadRequest };

export type ThreadReport =
  | WorkerReport
  /** One that was to be started. */
  | { readonly kind: "thread-ended"; readonly name: string; readonly error: string | null };
