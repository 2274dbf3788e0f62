/**
 * The speaker's main thread: Kubernetes on one side, the frame worker on the other.
 *
 * Reads VirtualIPs, Nodes and one Secret; writes VirtualIP status and the presence Lease. What it knows it hands to
 * the worker and keeps on disk; without the API server the worker goes on with what it has.
 * Neighbours: ../plan-feed.ts says what the worker needs; worker.ts answers on the wire; worker-reports.ts counts.
 */
import type { Logger } from "pino";
import { KubeClient } from "../../kube/io/client.ts";
import { startReflector, type Reflector } from "../../kube/io/reflector.ts";
import { NODES, SECRETS, type Node, type Secret } from "../../kube/types.ts";
import type { SpeakerMetrics } from "../../metrics/io/metrics.ts";
import { VIRTUAL_IPS } from "../../multi-ip/kind.ts";
import type { VirtualIP } from "../../multi-ip/resource.ts";
import { GATE_OFF } from "../gate.ts";
import { internalAddresses, pruneNode, pruneVirtualIp } from "../objects.ts";
import type { PeerAddress } from "../peers.ts";
import { PlanFeed } from "../plan-feed.ts";
import { Departing } from "./departing.ts";
import { FindingsWriter } from "./findings-writer.ts";
import { startFrameWorker, type FrameWorker } from "./frame-worker.ts";
import { Gate } from "./gate.ts";
import { loadPlan, PlanFile, type SavedPlan } from "./plan-file.ts";
import { startPresence, type Presence } from "./presence.ts";
import { WORKER_DEFAULTS, type WorkerReport } from "./protocol.ts";
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
  readonly verifyIntervalMs: number;
  readonly stateDir?: string;
}

export interface RunningSpeaker {
  /** Hands everything over, falls silent, and ends within 2 s. */
  stop(): Promise<void>;
  ready(): boolean;
  /** What is still missing. */
  reasons(): readonly string[];
}

const KEY_SECRET = "spreadlb-heartbeat";
const KEY_BYTES_MIN = 16;
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
  const client = await KubeClient.connect({ kubeconfig: options.kubeconfig });
  const speaker = new RunningProcess({ options, log, metrics, client, saved });
  speaker.start();
  return speaker;
}

interface Parts {
  readonly options: SpeakerOptions;
  readonly log: Logger;
  readonly metrics: SpeakerMetrics | undefined;
  readonly client: KubeClient;
  readonly saved: SavedPlan | null;
}

class RunningProcess implements RunningSpeaker {
  readonly #parts: Parts;
  readonly #incarnation: number;
  readonly #feed: PlanFeed;
  readonly #file: PlanFile | undefined;
  readonly #writer: StatusWriter;
  readonly #findings: FindingsWriter;
  readonly #witness: Witness;
  readonly #reports: WorkerReports;
  readonly #gate: Gate;
  #keys: readonly string[];
  #nodes: readonly PeerAddress[];
  readonly #nodeAddresses = new Map<string, PeerAddress>();
  #worker: FrameWorker | undefined;
  #virtualIps: Reflector<VirtualIP> | undefined;
  #reflectors: readonly { stop(): Promise<void> }[] = [];
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
    this.#incarnation = Math.max(Date.now(), (saved?.incarnation ?? 0) + 1);
    this.#feed = new PlanFeed(options.nodeName, saved?.addresses);
    this.#keys = saved?.keys ?? [];
    this.#nodes = saved?.nodes ?? [];
    if (saved !== null) this.#feed.noteGeneration(saved.generation);
    if (options.stateDir !== undefined) {
      this.#file = new PlanFile(options.stateDir, log, () => this.#savedPlan());
    }
    const onWritten = (outcome: WriteOutcomeWord) => {
      this.#reports.written(outcome);
    };
    this.#writer = new StatusWriter({
      client,
      virtualIps: () => this.#virtualIps,
      onWritten,
      log,
    });
    const { namespace, nodeName: node } = options;
    this.#findings = new FindingsWriter({
      ...{ client, log, node, virtualIps: () => this.#virtualIps },
      onWritten,
    });
    this.#witness = new Witness({ client, namespace, node, writer: this.#writer });
    this.#gate = new Gate({
      url: options.gate === GATE_OFF ? null : options.gate,
      onChange: (open) => {
        this.#worker?.post({ kind: "gate", open });
        this.#startWhenReady();
      },
      metrics,
      log,
    });
    this.#reports = new WorkerReports({
      node: options.nodeName,
      writer: this.#writer,
      findings: this.#findings,
      witness: this.#witness,
      presence: () => this.#presence,
      servicesOf: (name) => this.#virtualIps?.store.get(name)?.spec.services ?? [],
      metrics,
      log,
    });
    this.#departing = new Departing({
      presence: () => this.#presence,
      heldCount: () => this.#reports.heldCount,
      leave: () => this.#worker?.post({ kind: "leave" }),
    });
  }

  start(): void {
    const { nodeName: node, heartbeatPort, namespace } = this.#parts.options;
    const { heartbeatIntervalMs: intervalMs, detectionTimeMs: detectionMs } = this.#parts.options;
    const { reannounceIntervalMs, verifyIntervalMs } = this.#parts.options;
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
    const thrift = new Thrift(THRIFT_MS);
    setInterval(() => {
      thrift.look(performance.now());
    }, THRIFT_MS).unref();
    this.#gate.start();
    this.#tellSaved();
    this.#reflect();
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
      ...missing(this.#keys.length > 0, `the Secret ${KEY_SECRET} is not there yet`),
      ...missing(this.#reports.serving, "not listened long enough to know who is alive"),
      ...missing(this.#gate.reason === null, this.#gate.reason ?? ""),
      ...missing(!this.#stopping, "stopping"),
    ];
  }

  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    await this.#departing.end();
    this.#ending = true;
    this.#witness.stop();
    this.#gate.stop();
    await Promise.race([this.#workerEnded, after(WORKER_END_MS_MAX)]);
    await this.#worker?.terminate();
    await Promise.all([
      ...this.#reflectors.map((reflector) => reflector.stop()),
      this.#writer.stop(),
      this.#findings.stop(),
      this.#file?.close(),
    ]);
    await this.#parts.client.close();
  }

  get #hasPlan(): boolean {
    const synced = this.#virtualIps?.store.synced === true && this.#nodesSynced;
    return synced || (this.#mayUseDisk && this.#parts.saved !== null);
  }

  #nodesSynced = false;

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

  #reflect(): void {
    const { client, log, options } = this.#parts;
    const virtualIps = startReflector<VirtualIP>({
      client,
      log,
      type: VIRTUAL_IPS,
      prune: pruneVirtualIp,
      onChange: ({ key, after }) => {
        this.#onVirtualIp(key, after);
      },
      onSynced: () => {
        this.#feed.retain(new Set(this.#virtualIps?.store.keys() ?? []));
        this.#flushSoon();
      },
    });
    this.#virtualIps = virtualIps;
    const nodes = startReflector<Node>({
      client,
      log,
      type: NODES,
      prune: pruneNode,
      onChange: ({ key, after }) => {
        this.#onNode(key, after);
      },
      onSynced: () => {
        this.#nodesSynced = true;
        this.#flushSoon();
      },
    });
    const secrets = startReflector<Secret>({
      client,
      log,
      type: SECRETS,
      namespace: options.namespace,
      fieldSelector: `metadata.name=${KEY_SECRET}`,
      onChange: ({ after }) => {
        if (after !== undefined) this.#onSecret(after);
      },
    });
    this.#reflectors = [virtualIps, nodes, secrets];
  }

  #onVirtualIp(name: string, object: VirtualIP | undefined): void {
    this.#findings.look(name, object);
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

  #onNode(name: string, node: Node | undefined): void {
    if (node === undefined) this.#nodeAddresses.delete(name);
    else this.#nodeAddresses.set(name, { node: name, addresses: internalAddresses(node) });
    this.#flushSoon();
  }

  #onSecret(secret: Secret): void {
    const key = secret.data?.["key"] ?? "";
    if (key === this.#keys[0]) return;
    if (Buffer.from(key, "base64").length < KEY_BYTES_MIN) {
      this.#parts.log.warn({ secret: KEY_SECRET }, "the heartbeat key is too short; not used");
      return;
    }
    // The one before is accepted still: the others change theirs at their own time.
    this.#keys = [key, ...this.#keys].slice(0, 2);
    this.#tellKeys();
    this.#file?.saveSoon();
    this.#startWhenReady();
  }

  #tellKeys(): void {
    const keys = this.#keys.map((key) => Uint8Array.from(Buffer.from(key, "base64")));
    this.#worker?.post({ kind: "keys", keys });
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
    if (this.#virtualIps?.store.synced !== true || !this.#nodesSynced) return;
    const nodes = [...this.#nodeAddresses.values()];
    if (JSON.stringify(nodes) !== JSON.stringify(this.#nodes)) {
      this.#nodes = nodes;
      this.#worker?.post({ kind: "nodes", nodes });
      this.#file?.saveSoon();
    }
    const change = this.#feed.take();
    if (change !== null) this.#worker?.post({ kind: "plan", change });
    if (this.#feed.takeUnsaved()) this.#file?.saveSoon();
    this.#reports.planRead(this.#virtualIps.store.size, this.#feed.generation);
    this.#startWhenReady();
  }

  #startWhenReady(): void {
    if (this.#started || !this.#open || !this.#hasPlan || this.#keys.length === 0) return;
    if (!this.#gate.known) return;
    this.#started = true;
    const fromDisk = this.#virtualIps?.store.synced !== true;
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
      keys: this.#keys,
      nodes: this.#nodes,
      addresses: [...this.#feed.told],
    };
  }
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
