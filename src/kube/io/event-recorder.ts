/**
 * Tells people what happened to an object, as Kubernetes Events, without ever flooding the API server.
 *
 * What is sent, counted together or dropped is decided in ../events.ts.
 */

import type { Logger } from "pino";
import type { KubeObject } from "../resource.ts";
import type { KubeClient } from "./client.ts";

export interface RecordedEvent {
  /** With apiVersion and kind, as all that this room's client and reflector return. */
  readonly object: KubeObject;
  readonly type: "Normal" | "Warning";
  /** CamelCase, at most 128 characters. */
  readonly reason: string;
  /** A sentence; cut at 1 kB. */
  readonly message: string;
  /** What was being done, CamelCase: "AssignAddresses". */
  readonly action: string;
}

export interface EventRecorderOptions {
  readonly client: KubeClient;
  /** Such as "spreadlb.io/controller". */
  readonly reportingController: string;
  /** Such as the pod's name; at most 128 characters. */
  readonly reportingInstance: string;
  readonly log: Logger;
  readonly eventsPerSecondMax?: number | undefined;
  readonly onDropped?: ((count: number) => void) | undefined;
}

export interface EventRecorder {
  /** Never throws, never waits. */
  event(event: RecordedEvent): void;
  /** Events thrown away so far, by the rate limit or for lack of room. */
  readonly dropped: number;
  /** Sends what is queued, for at most `graceMs`; then drops the rest. */
  stop(graceMs?: number): Promise<void>;
}

export function startEventRecorder(_options: EventRecorderOptions): EventRecorder {
  throw new Error("not written yet");
}
