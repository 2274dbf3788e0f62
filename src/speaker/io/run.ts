/**
 * The speaker's main thread: Kubernetes on one side, the frame worker on the other.
 *
 * Writes VirtualIP status and the presence Lease. What it knows it hands to the worker and keeps on disk; without the API
 * server the worker goes on with what it has.
 * Neighbours: readings.ts reads VirtualIPs, Nodes and one Secret; ../plan-feed.ts says what the worker needs; worker.ts answers on
 * the wire; worker-reports.ts counts.
 */
import type { Logger } from "pino";
import { KubeClient } from "../../kube/io/client.ts";
import type { SpeakerMetrics } from "../../metrics/io/metrics.ts";
import { lowerThreadPriority, standApart, threadIds } from "../../linux/io/thread.ts";
import type { VirtualIP } from "../../multi-ip/resource.ts";
import { GATE_OFF } from "../gate.ts";
import type { PeerAddress } from "../peers.ts";
import { nextIncarnation } from "../ourselves.ts";
import { PlanFeed } from "../plan-feed.ts";
import type { SavedRouting } from "../saved-routing.ts";
import { Departing } from "./departing.ts";
import { FindingsWriter } from "./findings-writer.ts";
import { startFrameWorker, type FrameWorker } from "./frame-worker.ts";
import { Gate } from "./gate.ts";
import { KEY_SECRET, KeyRing } from "./key-ring.ts";
import { loadPlan, planFile, type SavedPlan } from "./plan-file.ts";
import { startPresence, type Presence } from "./presence.ts";
import { WORKER_DEFAULTS, type WorkerReport } from "./protocol.ts";
import { Readings } from "./readings.ts";
import { loadRouting, Routing } from "./routing.ts";
import type { StateFile } from "./state-file.ts";
import { StatusWriter } from "./status-writer.ts";
import { keepHeapsSmall, Thrift } from "./thrift.ts";
import { Witness } from "./testimony.ts";
import { WorkerReports, type WriteOutcomeWord } from "./worker-reports.ts";

export interface SpeakerOptions {
  readonly kubeconfig?: string;
  readonly nodeName: string;
  readonly namespace: string;
  readonly metallbNamespace: string;
  readonly httpPort: number;
  readonly heartbeatPort: number;
  readonly heartbeatIntervalMs: number;
  readonly detectionTimeMs: number;
  readonly reannounceIntervalMs: number;
  /** The URL of kube-proxy's health endpoint, or GATE_OFF. */
  readonly gate: string;
  readonly ignoreExcludeLb: boolean;
  readonly verifyIntervalMs: number;
  /** TCP, where routers may dial us; 0: nowhere. */
  readonly bgpListenPort: number;
  readonly stateDir?: string;
}

export interface RunningSpeaker {
  /** Hands everything over, falls silent, and ends within 2 s. */
  stop(): Promise<void>;
  ready(): boolean;
  /** What is still missing. */
  reasons(): readonly string[];
}

/** The plan on disk is used when the API server has not answered for this long. */
const API_WAIT_MS = 1500;
const THRIFT_MS = 500;
/** It closes its sockets and ends of itself; only one that does not is ended where it stands. */
const WORKER_END_MS_MAX = 300;

/** Resolves when everything has begun; `ready` says when it does its job. */
export async function runSpeaker(
  options: SpeakerOptions,
  log: Logger,
  metrics?: SpeakerMetrics,
): Promise<RunningSpeaker> {
  keepHeapsSmall();
  const { stateDir } = options;
  const saved = stateDir === undefined ? null : await loadPlan(stateDir, log);
  const savedRouting = stateDir === undefined ? null : await loadRouting(stateDir, log);
  const client = await KubeClient.connect({ kubeconfig: options.kubeconfig });
  const speaker = new RunningProcess({ options, log, metrics, client, saved, savedRouting });
  await speaker.start();
  return speaker;
}

interface Parts {
  readonly options: SpeakerOptions;
  readonly log: Logger;
  readonly metrics: SpeakerMetrics | undefined;
  readonly client: KubeClient;
  readonly saved: SavedPlan | null;
  readonly savedRouting: SavedRouting | null;
}

class RunningProcess implements RunningSpeaker {
  readonly #parts: Parts;
  readonly #incarnation: number;
  readonly #feed: PlanFeed;
  readonly #file: StateFile<SavedPlan> | undefined;
  readonly #writer: StatusWriter;
  readonly #findings: FindingsWriter;
  readonly #witness: Witness;
  readonly #reports: WorkerReports;
  readonly #gate: Gate;
  readonly #routing: Routing;
  readonly #keyRing: KeyRing;
  #nodes: readonly PeerAddress[];
  #worker: FrameWorker | undefined;
  #readings: Readings | undefined;
  #presence: Presence | undefined;
  #flushing = false;
  #open = false;
  #mayUseDisk = false;
  #started = false;
  #stopping = false;
  #ending = false;
  readonly #departing: Departing;
  #ended: () => void = () => undefined;
  readonly #workerEnded = new Promise<void>((resolve) => (this.#ended = resolve));

  constructor(parts: Parts) {
    const { options, saved, log, client, metrics } = parts;
    this.#parts = parts;
    this.#incarnation = nextIncarnation(Date.now(), saved?.incarnation);
    this.#feed = new PlanFeed(options.nodeName, saved?.addresses);
    this.#keyRing = new KeyRing(saved?.keys ?? [], log);
    this.#nodes = saved?.nodes ?? [];
    if (saved !== null) this.#feed.noteGeneration(saved.generation);
    if (options.stateDir !== undefined) {
      this.#file = planFile(options.stateDir, log, () => this.#savedPlan());
    }
    const onWritten = (outcome: WriteOutcomeWord) => {
      this.#reports.written(outcome);
    };
    this.#writer = new StatusWriter({
      client,
      virtualIps: () => this.#readings?.virtualIps,
      onWritten,
      log,
    });
    const { namespace, nodeName: node } = options;
    this.#findings = new FindingsWriter({
      ...{ client, log, node, virtualIps: () => this.#readings?.virtualIps },
      onWritten,
    });
    this.#witness = new Witness({ client, namespace, node, writer: this.#writer });
    this.#gate = new Gate({
      url: options.gate === GATE_OFF ? null : options.gate,
      onChange: (open) => {
        this.#worker?.post({ kind: "gate", open });
        this.#routing.setGated(!open);
        this.#startWhenReady();
      },
      metrics,
      log,
    });
    this.#routing = new Routing({
      ...{ client, log, node, metrics, metallbNamespace: options.metallbNamespace },
      ...{ hasGate: options.gate !== GATE_OFF, ignoreExcludeLabel: options.ignoreExcludeLb },
      ...{ bgpListenPort: options.bgpListenPort, stateDir: options.stateDir },
      saved: parts.savedRouting,
      host: (request, onEnd) => {
        standApart(); // What it starts stays where it is.
        this.#worker?.host(request, onEnd);
      },
    });
    this.#reports = new WorkerReports({
      node: options.nodeName,
      writer: this.#writer,
      findings: this.#findings,
      witness: this.#witness,
      presence: () => this.#presence,
      servicesOf: (name) => this.#readings?.virtualIps.store.get(name)?.spec.services ?? [],
      metrics,
      log,
    });
    this.#departing = new Departing({
      presence: () => this.#presence,
      heldCount: () => this.#reports.heldCount,
      leave: () => this.#worker?.post({ kind: "leave" }),
    });
  }

  /** Resolves when it has begun: who follows a life that was saved saves its own number first. */
  async start(): Promise<void> {
    if (this.#parts.saved !== null) await this.#file?.save();
    const { nodeName: node, heartbeatPort, namespace } = this.#parts.options;
    const { heartbeatIntervalMs: intervalMs, detectionTimeMs: detectionMs } = this.#parts.options;
    const { reannounceIntervalMs, verifyIntervalMs } = this.#parts.options;
    const ordinary = threadIds();
    this.#worker = startFrameWorker(
      {
        ...{ ...WORKER_DEFAULTS, node, heartbeatPort, incarnation: this.#incarnation },
        ...{ intervalMs, detectionMs, reannounceIntervalMs, verifyIntervalMs },
      },
      {
        onReport: (report) => {
          this.#onReport(report);
        },
        onEnd: (error) => {
          this.#onWorkerEnd(error);
        },
      },
    );
    lowerThreadPriority(ordinary);
    const thrift = new Thrift(THRIFT_MS);
    setInterval(() => {
      thrift.look(performance.now());
    }, THRIFT_MS).unref();
    this.#gate.start();
    this.#tellSaved();
    this.#readings = this.#read();
    this.#routing.start();
    setTimeout(() => {
      this.#mayUseDisk = true;
      this.#startWhenReady();
    }, API_WAIT_MS).unref();
    const { client, log } = this.#parts;
    const works = () => this.ready();
    this.#presence = startPresence({ client, namespace, node, works, log });
  }

  ready(): boolean {
    return this.reasons().length === 0;
  }

  reasons(): readonly string[] {
    const missing = (ok: boolean, what: string) => (ok ? [] : [what]);
    return [
      ...missing(this.#open, "the sockets are not open yet"),
      ...missing(this.#hasPlan, "neither the API server nor the disk has given a plan yet"),
      ...missing(this.#knowsRouters, "neither of them has said what routers are to be told yet"),
      ...missing(this.#keyRing.texts.length > 0, `the Secret ${KEY_SECRET} is not there yet`),
      ...missing(this.#reports.serving, "not listened long enough to know who is alive"),
      ...missing(this.#gate.reason === null, this.#gate.reason ?? ""),
      ...missing(!this.#stopping, "stopping"),
    ];
  }

  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    await Promise.all([this.#departing.end(), this.#routing.stop()]);
    this.#ending = true;
    this.#witness.stop();
    this.#gate.stop();
    await Promise.race([this.#workerEnded, after(WORKER_END_MS_MAX)]);
    await this.#worker?.terminate();
    await Promise.all([
      this.#readings?.stop(),
      this.#writer.stop(),
      this.#findings.stop(),
      this.#file?.close(),
    ]);
    await this.#parts.client.close();
  }

  get #hasPlan(): boolean {
    return this.#readings?.isRead === true || (this.#mayUseDisk && this.#parts.saved !== null);
  }

  /** With the API server there it is a matter of time, which those that wait for addresses need not wait for. */
  get #knowsRouters(): boolean {
    return this.#readings?.isRead === true || this.#routing.hasPlan;
  }

  /** What the disk knows, at once: news of the API server only correct it. */
  #tellSaved(): void {
    const { saved } = this.#parts;
    if (saved === null) return;
    const upserts = saved.addresses.map(([, plan]) => plan);
    const change = { upserts, removals: [], generation: saved.generation };
    this.#tellKeys();
    this.#worker?.post({ kind: "nodes", nodes: this.#nodes });
    this.#worker?.post({ kind: "plan", change });
  }

  #read(): Readings {
    const { client, log, options } = this.#parts;
    return new Readings({
      ...{ client, log, node: options.nodeName, namespace: options.namespace },
      onVirtualIp: (name, object) => {
        this.#onVirtualIp(name, object);
      },
      onVirtualIps: () => {
        this.#feed.retain(new Set(this.#readings?.virtualIps.store.keys() ?? []));
        this.#routing.virtualIpsRead();
        this.#flushSoon();
      },
      onNodes: () => {
        this.#flushSoon();
      },
      onOwnNode: (object) => {
        this.#routing.node(object);
      },
      onKey: (secret) => {
        if (this.#keyRing.take(secret)) this.#onKeys();
      },
    });
  }

  #onVirtualIp(name: string, object: VirtualIP | undefined): void {
    this.#findings.look(name, object);
    this.#routing.virtualIp(name, object);
    if (object === undefined) {
      this.#feed.delete(name);
    } else {
      const fault = this.#feed.put(object);
      if (fault !== null) this.#parts.log.warn({ name, fault }, "VirtualIP not understood");
      this.#writer.look(object);
      this.#reports.servicesChanged(object.spec.address);
    }
    this.#flushSoon();
  }

  #onKeys(): void {
    this.#tellKeys();
    this.#file?.saveSoon();
    this.#startWhenReady();
  }

  #tellKeys(): void {
    this.#worker?.post({ kind: "keys", keys: this.#keyRing.keys });
  }

  /** What comes together is told together. */
  #flushSoon(): void {
    if (this.#flushing || this.#ending) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    const readings = this.#readings;
    if (readings?.isRead !== true) return;
    const { nodes } = readings;
    if (JSON.stringify(nodes) !== JSON.stringify(this.#nodes)) {
      this.#nodes = nodes;
      this.#worker?.post({ kind: "nodes", nodes });
      this.#file?.saveSoon();
    }
    const change = this.#feed.take();
    if (change !== null) this.#worker?.post({ kind: "plan", change });
    if (this.#feed.takeUnsaved()) this.#file?.saveSoon();
    this.#reports.planRead(readings.virtualIps.store.size, this.#feed.generation);
    this.#startWhenReady();
  }

  #startWhenReady(): void {
    if (this.#started || !this.#open || !this.#hasPlan || this.#keyRing.texts.length === 0) return;
    if (!this.#gate.known) return;
    this.#started = true;
    const fromDisk = this.#readings?.virtualIps.store.synced !== true;
    this.#parts.log.info({ fromDisk, generation: this.#feed.generation }, "plan loaded; listening");
    this.#worker?.post({ kind: "start" });
    this.#file?.saveSoon();
  }

  #onReport(report: WorkerReport): void {
    if (report.kind === "open") {
      this.#open = true;
      this.#startWhenReady();
    }
    this.#reports.take(report);
    if (report.kind === "counters") this.#gate.notePeersOpen(report.gauges.peersOpen);
    if (report.kind === "holdings") this.#departing.holdingsChanged();
    if (report.kind === "left") this.#departing.left();
  }

  /** A speaker that cannot answer must not look alive: the restart is the remedy. */
  #onWorkerEnd(error: Error | null): void {
    this.#ended();
    if (this.#stopping) return;
    const facts = { error: error?.message ?? "it ended of itself" };
    this.#parts.log.fatal(facts, "the frame worker died; so does this process");
    process.exit(1);
  }

  #savedPlan(): SavedPlan {
    return {
      version: 1,
      incarnation: this.#incarnation,
      generation: this.#feed.generation,
      keys: this.#keyRing.texts,
      nodes: this.#nodes,
      addresses: [...this.#feed.told],
    };
  }
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
