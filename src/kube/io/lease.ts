/**
 * Leader election over a Lease: requests, a watch and a timer; who may lead when is decided in ../lease.ts.
 *
 * The watch only hastens what polling finds: an election without it is as safe, and a retry period slower.
 */

import type { Logger } from "pino";
import { ApiError } from "../api-error.ts";
import type { LeaseEffect, LeaseEvent, LeaseRecord, LeaseState } from "../lease.ts";
import { LEASE_TIMES, leadsAt, newLease, stepLease } from "../lease.ts";
import { microTime } from "../micro-time.ts";
import type { Lease } from "../types.ts";
import { LEASES } from "../types.ts";
import type { KubeClient } from "./client.ts";
import { startReflector, type Reflector } from "./reflector.ts";

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
   * a loss, never before the promise of the former call has settled. A rejection ends the process.
   */
  readonly onStarted: (signal: AbortSignal) => Promise<void> | void;
  /** Called after the signal was aborted because the lease was not renewed in time. */
  readonly onLost: () => void;
  /** Called with the leader's identity whenever that changes, ours included. */
  readonly onLeader?: ((identity: string) => void) | undefined;
  readonly log: Logger;
}

export interface LeaderElection {
  /** False from the renew deadline on, even if this process was suspended meanwhile. */
  isLeader(): boolean;
  /** Stops the work, waits for it, gives the lease back: the next one leads within a second. */
  release(): Promise<void>;
}

export function runLeaderElection(options: LeaderElectionOptions): LeaderElection {
  const election = new Election(options);
  election.start();
  return election;
}

type Bare<E> = E extends unknown ? Omit<E, "nowMs"> : never;

class Election implements LeaderElection {
  readonly #options: LeaderElectionOptions;
  #state: LeaseState;
  #timer: NodeJS.Timeout | undefined;
  #leading = new AbortController();
  #work: Promise<void> = Promise.resolve();
  #released: (() => void) | undefined;
  #watch: Reflector<Lease> | undefined;

  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    this.#state = newLease(options.identity, {
      leaseDurationMs: options.leaseDurationMs ?? LEASE_TIMES.leaseDurationMs,
      renewDeadlineMs: options.renewDeadlineMs ?? LEASE_TIMES.renewDeadlineMs,
      retryPeriodMs: options.retryPeriodMs ?? LEASE_TIMES.retryPeriodMs,
    });
  }

  start(): void {
    const { client, log, name, namespace } = this.#options;
    this.#watch = startReflector<Lease>({
      ...{ client, log, namespace },
      type: LEASES,
      fieldSelector: `metadata.name=${name}`,
      onChange: ({ after }) => {
        if ((after?.spec?.holderIdentity ?? "") === "") this.#feed({ kind: "given-back" });
      },
    });
    this.#feed({ kind: "start" });
  }

  isLeader(): boolean {
    return leadsAt(this.#state, performance.now());
  }

  async release(): Promise<void> {
    if (this.#state.phase === "released") return;
    this.#leading.abort();
    await this.#work;
    await new Promise<void>((resolve) => {
      this.#released = resolve;
      this.#feed({ kind: "release" });
    });
    await this.#watch?.stop();
  }

  #feed(event: Bare<LeaseEvent>): void {
    const out = stepLease(this.#state, { ...event, nowMs: performance.now() });
    this.#state = out.state;
    for (const effect of out.effects) this.#perform(effect);
  }

  #perform(effect: LeaseEffect): void {
    const { log, name, onLeader, onLost } = this.#options;
    switch (effect.kind) {
      case "read":
        void this.#read();
        break;
      case "write":
        void this.#write(effect);
        break;
      case "set-timer":
        this.#setTimer(effect.atMs);
        break;
      case "leader":
        log.info({ lease: name, leader: effect.identity }, "the leader changed");
        if (effect.identity !== "") onLeader?.(effect.identity);
        break;
      case "started":
        log.info({ lease: name }, "leading");
        this.#begin();
        break;
      case "lost":
        log.warn({ lease: name }, "no longer leading");
        this.#leading.abort();
        onLost();
        break;
      case "released":
        clearTimeout(this.#timer);
        this.#released?.();
    }
  }

  #begin(): void {
    this.#leading = new AbortController();
    const { signal } = this.#leading;
    const work = this.#work.then(() =>
      signal.aborted ? undefined : this.#options.onStarted(signal),
    );
    this.#work = work;
  }

  async #read(): Promise<void> {
    try {
      const lease = await this.#options.client.get(LEASES, this.#ref, this.#limits);
      this.#feed({ kind: "read", record: recordOf(lease) });
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) {
        this.#feed({ kind: "read", record: null });
      } else this.#failed(error);
    }
  }

  async #write(effect: LeaseEffect & { readonly kind: "write" }): Promise<void> {
    const { client } = this.#options;
    const lease = this.#lease(effect);
    try {
      const answer =
        effect.resourceVersion === null
          ? await client.create(LEASES, lease, this.#limits)
          : await client.update(LEASES, lease, this.#limits);
      this.#feed({ kind: "written", record: recordOf(answer) });
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (!(error instanceof ApiError)) throw error;
    const { log, name } = this.#options;
    log.debug({ lease: name, status: error.status, error: error.message }, "lease call failed");
    this.#feed({ kind: "failed" });
  }

  get #ref() {
    const { name, namespace } = this.#options;
    return { name, namespace };
  }

  /** So that a call which hangs leaves time for another one before the deadline. */
  get #limits() {
    return { timeoutMs: this.#state.times.renewDeadlineMs / 2 };
  }

  #lease(effect: LeaseEffect & { readonly kind: "write" }): Lease {
    const now = microTime(performance.timeOrigin + performance.now());
    return {
      metadata: { ...this.#ref, resourceVersion: effect.resourceVersion ?? undefined },
      spec: {
        holderIdentity: effect.holder,
        leaseDurationSeconds: Math.ceil(effect.durationMs / 1000),
        leaseTransitions: effect.transitions,
        acquireTime: effect.acquireTime ?? now,
        renewTime: now,
      },
    };
  }

  #setTimer(atMs: number): void {
    clearTimeout(this.#timer);
    const delayMs = Math.max(0, Math.ceil(atMs - performance.now()));
    this.#timer = setTimeout(() => {
      this.#feed({ kind: "timer" });
    }, delayMs);
  }
}

function recordOf({ metadata, spec }: Lease): LeaseRecord {
  return {
    resourceVersion: metadata.resourceVersion ?? "",
    holder: spec?.holderIdentity ?? "",
    durationMs: (spec?.leaseDurationSeconds ?? 0) * 1000,
    renewTime: spec?.renewTime ?? "",
    acquireTime: spec?.acquireTime ?? microTime(0),
    transitions: spec?.leaseTransitions ?? 0,
  };
}
