/**
 * A controller: watches, stands for election, and while it leads performs what the plan says.
 *
 * Nothing is planned before everything was listed once: an absent class and one that is not known yet look alike.
 * Who loses the lease, as everybody does while the API server is away, stands for election again: a term begins with
 * an empty memory, and where the API server did not answer, with everything listed anew.
 * Neighbours: sources.ts watches, passes.ts is the loop, ../plan.ts decides.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { ApiError } from "../../kube/api-error.ts";
import { KubeClient } from "../../kube/io/client.ts";
import { startEventRecorder, type EventRecorder } from "../../kube/io/event-recorder.ts";
import { runLeaderElection, type LeaderElection } from "../../kube/io/lease.ts";
import type { ControllerMetrics } from "../../metrics/io/metrics.ts";
import { checkWorldOf, type AdmissionWorld } from "../admission.ts";
import { PLAN_OPTIONS, type PlanOptions } from "../plan.ts";
import type { Write } from "../writes.ts";
import { Figures } from "./figures.ts";
import { Names } from "./names.ts";
import { ensureHeartbeatSecret, keepHeartbeatSecret } from "./heartbeat-secret.ts";
import { Passes } from "./passes.ts";
import { perform } from "./perform.ts";
import { startSources, type Sources } from "./sources.ts";
import { Webhook } from "./webhook.ts";

export const CONTROLLER_LEASE = "spreadlb-controller";
/** As patient as another leader within 5 s of a kill allows. */
const LEASE_TIMES = { leaseDurationMs: 3500, renewDeadlineMs: 2700, retryPeriodMs: 400 } as const;
const RETRY_MS = 1000;
const EVENTS_GRACE_MS = 200;
/** Writes under way at the end: the API server gets no longer than this. */
const STOP_MS_MAX = 250;
/** Who is ready has a certificate, where the API server answers at all. */
const FIRST_CERTIFICATE_MS_MAX = 2000;

export interface ControllerOptions {
  readonly kubeconfig?: string | undefined;
  readonly namespace: string;
  readonly metallbNamespace: string;
  readonly httpPort: number;
  /** 0: no webhook. */
  readonly webhookPort: number;
  /** The name of this replica; made unlike every other's by a suffix. */
  readonly identity: string;
  /** Other times than the usual ones. */
  readonly plan?: Partial<PlanOptions> | undefined;
}

export interface RunningController {
  stop(): Promise<void>;
  ready(): boolean;
  reasons(): readonly string[];
}

/** Resolves at once: what it needs from the API server it waits for in the background. */
export async function runController(
  options: ControllerOptions,
  log: Logger,
  metrics: ControllerMetrics,
): Promise<RunningController> {
  const client = await KubeClient.connect({ kubeconfig: options.kubeconfig });
  const controller = new Controller({ options, log, metrics, client });
  controller.start();
  return controller;
}

interface Parts {
  readonly options: ControllerOptions;
  readonly log: Logger;
  readonly metrics: ControllerMetrics;
  readonly client: KubeClient;
}

class Controller implements RunningController {
  readonly #parts: Parts;
  readonly #figures: Figures;
  readonly #recorder: EventRecorder;
  readonly #stopping = new AbortController();
  readonly #webhook: Webhook | null;
  #started: Promise<void> = Promise.resolve();
  #sources: Sources | null = null;
  #passes: Passes | null = null;
  #names: Names | null = null;
  #election: LeaderElection | null = null;
  #hasLost = false;

  constructor(parts: Parts) {
    const { client, log, metrics, options } = parts;
    this.#parts = parts;
    this.#figures = new Figures(metrics);
    this.#recorder = startEventRecorder({
      ...{ client, log },
      reportingController: "spreadlb.io/controller",
      reportingInstance: options.identity,
    });
    const { namespace, webhookPort: port } = options;
    const world = () => this.#checkWorld();
    this.#webhook =
      port === 0 ? null : new Webhook({ client, namespace, port, world, log, metrics });
    metrics.k8sClientConfigLoaded.set(0);
    metrics.k8sClientConfigStale.set(0);
    metrics.leader.set(0);
  }

  start(): void {
    this.#started = this.#start();
  }

  ready(): boolean {
    return this.reasons().length === 0;
  }

  reasons(): readonly string[] {
    if (this.#isStopping()) return ["it is stopping"];
    if (this.#sources === null) return ["the API server has not answered yet"];
    const missing = this.#sources.missing().map((plural) => `${plural} are not listed yet`);
    // Who leads goes on by what it knows; a term begins with fresh lists, so that one watch that hangs keeps nobody from it.
    const isCutOff = this.#passes === null && this.#sources.cutOff();
    const cutOff = isCutOff ? ["the API server does not answer"] : [];
    return [...missing, ...cutOff, ...(this.#webhook?.reasons() ?? [])];
  }

  /** Gives the lease back at once; the webhook, and what it judges by, stays for some seconds. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const closed = this.#webhook?.stop();
    await this.#started;
    await this.#election?.release();
    await this.#recorder.stop(EVENTS_GRACE_MS);
    await closed;
    await this.#sources?.stop();
    await this.#parts.client.close();
  }

  async #start(): Promise<void> {
    const { client, log, metrics, options } = this.#parts;
    const { namespace } = options;
    await this.#untilDone(() => ensureHeartbeatSecret(client, namespace, log));
    if (this.#isStopping()) return;
    this.#sources = this.#newSources();
    const certificate = this.#webhook?.start();
    await this.#untilSynced(this.#sources);
    // Also while another leads: what is asked is whether this process has the configuration.
    if (!this.#isStopping()) metrics.k8sClientConfigLoaded.set(1);
    await Promise.race([certificate, sleep(FIRST_CERTIFICATE_MS_MAX, undefined, { ref: false })]);
    if (this.#isStopping()) return;
    this.#election = runLeaderElection({
      ...{ client, namespace, log },
      name: CONTROLLER_LEASE,
      identity: `${options.identity}_${randomUUID()}`,
      ...LEASE_TIMES,
      onStarted: (signal) => this.#lead(signal),
      onLost: () => {
        this.#lost();
      },
    });
  }

  /** What the webhook judges by, on every replica; null: not everything was listed yet. */
  #checkWorld(): AdmissionWorld | null {
    if (this.#sources === null || this.#sources.missing().length > 0) return null;
    return checkWorldOf(this.#sources.snapshot(), this.#parts.options);
  }

  #newSources(): Sources {
    const { client, log, metrics, options } = this.#parts;
    const { namespace, metallbNamespace } = options;
    return startSources({
      ...{ client, namespace, metallbNamespace, log },
      metrics: {
        watchEnded: (resource, reason) => {
          metrics.watchRestarts.inc({ resource, reason });
        },
      },
      onNews: () => {
        metrics.k8sClientUpdates.inc();
        this.#news();
      },
      onNameNews: () => {
        metrics.k8sClientUpdates.inc();
        this.#names?.news();
      },
    });
  }

  /** Leads until the signal; resolves when nothing is written any more. */
  async #lead(signal: AbortSignal): Promise<void> {
    const { client, log, metrics, options } = this.#parts;
    const sources = await this.#freshSources(signal);
    if (sources === null) return;
    this.#hasLost = false;
    log.info({ identity: options.identity }, "leading");
    metrics.leader.set(1);
    const passes = new Passes({
      snapshot: () => sources.snapshot(),
      perform: (write) => perform(write, { client, feed: sources.feed, recorder: this.#recorder }),
      mayWrite: () => !signal.aborted && this.#election?.isLeader() !== false,
      onPass: (plan, durationMs) => {
        this.#figures.pass(plan, durationMs);
      },
      onWrite: (write, outcome) => {
        this.#written(write, outcome);
      },
      plan: { ...PLAN_OPTIONS, ...options.plan },
      log,
    });
    const names = new Names({
      ...{ client, namespace: options.namespace, recorder: this.#recorder, metrics, log },
      snapshot: () => sources.snapshot(),
      mayWrite: () => !signal.aborted && this.#election?.isLeader() !== false,
    });
    [this.#passes, this.#names] = [passes, names];
    this.#news();
    void keepHeartbeatSecret(client, { namespace: options.namespace, log, signal });
    await aborted(signal);
    [this.#passes, this.#names] = [null, null];
    metrics.leader.set(0);
    this.#figures.clear();
    const stopped = Promise.all([passes.stop(), names.stop()]);
    await Promise.race([stopped, sleep(STOP_MS_MAX, undefined, { ref: false })]);
  }

  #written(write: Write, outcome: string): void {
    const { log, metrics } = this.#parts;
    metrics.writes.inc({ kind: kindOf(write), outcome });
    if (outcome === "error") metrics.k8sClientUpdateErrors.inc();
    if (outcome !== "ok" || write.kind !== "update-virtual-ip" || write.move === undefined) return;
    metrics.plannedMoves.inc({ reason: write.move.reason });
    log.info({ ...write.move, generation: write.spec.generation }, "address ranked elsewhere");
  }

  #news(): void {
    this.#passes?.news();
    this.#names?.news();
  }

  #lost(): void {
    const { log, options } = this.#parts;
    this.#hasLost = true;
    log.warn({ identity: options.identity }, "lost the lease; standing for election again");
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #untilDone(work: () => Promise<void>): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await work();
        return;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        this.#parts.log.warn({ err: error }, "cannot make the heartbeat key yet");
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /**
   * After an outage the lease may be ours before the watches stand again: then all is listed anew, as a process that
   * has just begun would do, and nothing is planned of an old world.
   *
   * @returns null where the term ended meanwhile
   */
  async #freshSources(signal: AbortSignal): Promise<Sources | null> {
    if (this.#hasLost || (this.#sources?.unwatched().length ?? 1) > 0) {
      const before = this.#sources;
      this.#sources = this.#newSources();
      await Promise.all([before?.stop(), Promise.race([this.#sources.synced, aborted(signal)])]);
    }
    return signal.aborted ? null : this.#sources;
  }

  async #untilSynced(sources: Sources): Promise<void> {
    await Promise.race([sources.synced, aborted(this.#stopping.signal)]);
  }
}

/** The kind of object, as the metric calls it. */
function kindOf(write: Write): string {
  switch (write.kind) {
    case "create-virtual-ip":
    case "update-virtual-ip":
    case "delete-virtual-ip":
      return "VirtualIP";
    case "service-status":
      return "Service";
    case "node-label":
      return "Node";
    case "class-status":
      return "MetalLoadBalancerClass";
    case "create-metallb-status":
    case "metallb-status":
    case "delete-metallb-status":
      return write.of;
    case "manifest-status":
      return write.type.kind;
    case "tell":
      return "Event";
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else
      signal.addEventListener(
        "abort",
        () => {
          resolve();
        },
        { once: true },
      );
  });
}
