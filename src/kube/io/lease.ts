/**
 * Leader election over a Lease: requests and timer; who may lead when is decided in ../lease.ts.
 */

import type { Logger } from "pino";
import type { KubeClient } from "./client.ts";

export interface LeaderElectionOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  /** Unlike every other candidate's, also unlike our own after a restart: host name and a UUID. */
  readonly identity: string;
  readonly leaseDurationMs?: number | undefined;
  readonly renewDeadlineMs?: number | undefined;
  readonly retryPeriodMs?: number | undefined;
  /**
   * The work of the leader; the signal aborts when it must stop, at once. May be called again after
   * a loss, never before the promise of the former call has settled.
   */
  readonly onStarted: (signal: AbortSignal) => Promise<void> | void;
  /** Called after the signal was aborted because the lease could not be renewed in time. */
  readonly onLost: () => void;
  /** Called with the new leader's identity whenever that changes, ours included. */
  readonly onLeader?: ((identity: string) => void) | undefined;
  readonly log: Logger;
}

export interface LeaderElection {
  /** False from the renew deadline on, even if this process was suspended meanwhile. */
  isLeader(): boolean;
  /** Stops the work, waits for it, gives the lease back so that the next one leads within a second. */
  release(): Promise<void>;
}

export function runLeaderElection(_options: LeaderElectionOptions): LeaderElection {
  throw new Error("not written yet");
}
