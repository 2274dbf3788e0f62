/**
 * The cluster that the rows are measured in: announcing nodes, one more node with the backends, Services
 * of both families, and the instruments: a probe of every address and a recorder on the switch.
 *
 * The backends are on a node of their own, which is never hit: what is lost is lost for want of an address,
 * not because kube-proxy goes on balancing to a dead Pod for as long as Kubernetes takes to notice.
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { answering } from "../../lab/answers.ts";
import { startCluster, type Cluster } from "../../lab/cluster.ts";
import type { Probe } from "../../lab/probe.ts";
import { run, type LabProcess } from "../../lab/process.ts";
import type { Recorder } from "../../lab/recorder.ts";
import { waitFor } from "../../lab/wait.ts";
import type { VirtualIP } from "../../src/multi-ip/resource.ts";
import { edgeClass, service } from "../../test/e2e/spread-cluster.ts";
import { PROBE_INTERVAL_MS } from "./figures.ts";

/** An attempt that has no answer after this is lost: far above any noise, below TCP's first repetition (1 s). */
export const ATTEMPT_MS_MAX = 250;
const ANNOUNCES = { "bench.spreadlb.io/announces": "yes" };
const STEADY_MS_MAX = 60_000;
const RECENT_MS = 60;
const STEADY_FOR_MS = 300;
const SERVICES = 4;
const PROJECT = join(import.meta.dirname, "..", "..");

export interface WorldOptions {
  /** Announcing nodes. */
  readonly nodes: number;
  /** Services of both families with one address each; or one of IPv4 with as many addresses as there are nodes. */
  readonly services: "dual-stack" | "one";
  /** Where speakers hear each other: where clients are, or on the management network. */
  readonly heartbeats: "segment" | "management";
  readonly log?: (line: string) => void;
}

export interface SteadyOptions {
  /** The controller is there: plan and world agree. */
  readonly api?: boolean;
  /** Every speaker hears every other. */
  readonly hearAll?: boolean;
  /** No node holds more than one address more than another. */
  readonly even?: boolean;
  readonly timeoutMs?: number;
}

interface LogLine {
  readonly msg: string;
  readonly verdict?: string;
}

export class World {
  readonly lab: Cluster;
  /** Names of the nodes that announce. */
  readonly nodes: readonly string[];
  readonly speakers = new Map<string, LabProcess>();
  controller: LabProcess | null = null;
  #addresses: readonly string[] = [];
  #probe: Probe | null = null;
  /** A client that rotates over the addresses of one Service. */
  rotating: Probe | null = null;
  #recorder: Recorder | null = null;
  #controllerFlags: readonly string[] = [];

  static async start(options: WorldOptions): Promise<World> {
    const names = Array.from({ length: options.nodes + 1 }, (_, i) => `n${i + 1}`);
    const announcing = names.slice(0, options.nodes);
    const lab = await startCluster({
      nodes: names.length,
      nodeLabels: Object.fromEntries(announcing.map((name) => [name, ANNOUNCES])),
      backends: false,
      internalAddresses: options.heartbeats,
      ...(options.log === undefined ? {} : { log: options.log }),
    });
    const world = new World(lab, announcing);
    try {
      await world.#begin(options.services, names.at(-1) ?? "");
    } catch (error) {
      world.printLogs();
      await lab.stop();
      throw error;
    }
    return world;
  }

  private constructor(lab: Cluster, nodes: readonly string[]) {
    this.lab = lab;
    this.nodes = nodes;
  }

  get addresses(): readonly string[] {
    return this.#addresses;
  }

  get probe(): Probe {
    if (this.#probe === null) throw new Error("The probe has not been started");
    return this.#probe;
  }

  get recorder(): Recorder {
    if (this.#recorder === null) throw new Error("The recorder has not been started");
    return this.#recorder;
  }

  stop(): Promise<void> {
    return this.lab.stop();
  }

  async startSpeaker(node: string): Promise<void> {
    this.speakers.set(node, await this.lab.startSpeaker(node));
  }

  speaker(node: string): LabProcess {
    const speaker = this.speakers.get(node);
    if (speaker === undefined) throw new Error(`No speaker was started on ${node}`);
    return speaker;
  }

  /** A controller with these flags; the one before leaves first. */
  async useController(flags: readonly string[] = this.#controllerFlags): Promise<void> {
    await this.stopController();
    this.#controllerFlags = flags;
    const controller = await this.lab.startController(flags);
    this.controller = controller;
    const url = "http://127.0.0.1:7472/readyz";
    await controller.until(async () => (await this.lab.get(controller.name, url)).status === 200, {
      what: "the controller was ready",
      timeoutMs: 30_000,
    });
  }

  async stopController(): Promise<void> {
    await this.controller?.stop("SIGTERM");
    this.controller = null;
  }

  async virtualIps(): Promise<readonly VirtualIP[]> {
    const list = await this.lab.api("GET", "/apis/spreadlb.io/v1alpha1/virtualips");
    return (list as { items: VirtualIP[] }).items;
  }

  /** Who answers now for each address, as the switch sees it. */
  async holders(): Promise<Map<string, readonly string[]>> {
    return answering(await this.recorder.report(), RECENT_MS);
  }

  /** Waits until nothing is left of the last fault: one answer per address, everyone hears everyone, plan and world agree. */
  async untilSteady(options: SteadyOptions = {}): Promise<Map<string, string>> {
    const { api = true, hearAll = true, even = false, timeoutMs = STEADY_MS_MAX } = options;
    let last = "";
    let sinceMs = 0;
    const check = async () => {
      const holders = new Map<string, string>();
      for (const [address, ports] of await this.holders()) {
        if (ports.length !== 1) throw new Error(`${address}: ${ports.join("+") || "nobody"}`);
        holders.set(address, ports[0] ?? "");
      }
      await this.#mustProbe();
      if (hearAll) await Promise.all(this.nodes.map((node) => this.#mustHearAll(node)));
      if (even) mustBeEven(this.nodes, holders);
      if (api) await this.#mustAgree(holders);
      const now = JSON.stringify([...holders]);
      if (now !== last) [last, sinceMs] = [now, performance.now()];
      return performance.now() - sinceMs >= STEADY_FOR_MS && holders;
    };
    return waitFor(check, { what: "a steady cluster", timeoutMs, intervalMs: 100 });
  }

  /** How often the speakers have said so far that a node is lost. */
  lossesJudged(): number {
    return this.#said((line) => line.msg === "speaker judged" && line.verdict === "lost");
  }

  /** How often the speakers have said so far that they gained an address. */
  gains(): number {
    return this.#said(({ msg }) => msg === "address gained");
  }

  #said(is: (line: LogLine) => boolean): number {
    const logs = [...this.speakers.values()].map((speaker) => speaker.log());
    const lines = logs.flatMap((text) => text.split("\n"));
    return lines.filter((line) => line.startsWith("{") && is(JSON.parse(line) as LogLine)).length;
  }

  printLogs(linesMax = 20): void {
    for (const { name, text } of this.lab.logs(/^(controller|speaker)/)) {
      console.error(`--- ${name}\n${text.trimEnd().split("\n").slice(-linesMax).join("\n")}`);
    }
  }

  /** Runs a command of SpreadLB as an administrator would. */
  async spreadlb(args: readonly string[]): Promise<string> {
    return run([join(PROJECT, "bin", "spreadlb"), ...args, "--kubeconfig", this.lab.kubeconfig]);
  }

  async #begin(kind: WorldOptions["services"], backendNode: string): Promise<void> {
    const { lab } = this;
    await lab.applyCrds();
    await Promise.all([
      lab.addBackend({ node: backendNode }),
      this.useController(),
      ...this.nodes.map((node) => this.startSpeaker(node)),
    ]);
    const dualStack = { spec: { ipFamilyPolicy: "RequireDualStack" } };
    const services =
      kind === "one"
        ? [service("web", { count: this.nodes.length })]
        : Array.from({ length: SERVICES }, (_, i) => service(`web-${i + 1}`, dualStack));
    await lab.apply([edgeClass("edge", { nodeSelector: ANNOUNCES }), ...services]);
    const count = kind === "one" ? this.nodes.length : 2 * SERVICES;
    this.#addresses = await waitFor(
      async () => {
        const addresses = (await this.virtualIps()).map(({ spec }) => spec.address);
        return addresses.length === count && addresses;
      },
      { what: "all VirtualIPs", timeoutMs: 30_000 },
    );
    await lab.waitForTraffic(this.#addresses);
    this.#recorder = await lab.startRecorder(this.#addresses);
    this.#probe = await lab.startProbe(this.#addresses, {
      intervalMs: PROBE_INTERVAL_MS,
      timeoutMs: ATTEMPT_MS_MAX,
    });
    if (kind === "one") {
      const intervalMs = PROBE_INTERVAL_MS / this.#addresses.length;
      const client = { intervalMs, timeoutMs: ATTEMPT_MS_MAX, rotate: true };
      this.rotating = await lab.startProbe(this.#addresses, client);
    }
    await sleep(2 * ATTEMPT_MS_MAX); // The instruments themselves.
  }

  async #mustProbe(): Promise<void> {
    const { addresses } = await this.probe.report();
    const silent = addresses.find(({ openMs }) => openMs > 100);
    if (silent !== undefined) throw new Error(`${silent.address} does not answer HTTP`);
  }

  async #mustHearAll(node: string): Promise<void> {
    const { body: text } = await this.lab.get(node, "http://127.0.0.1:7473/metrics");
    const figure = (name: string) => Number(new RegExp(`^${name} (\\d+)`, "m").exec(text)?.[1]);
    const [alive, known] = [figure("spreadlb_peers_alive"), figure("spreadlb_peers_known")];
    if (alive !== known || known === 0) throw new Error(`${node} hears ${alive} of ${known}`);
  }

  /** The plan names the one who answers, and speakers and controller have said so. */
  async #mustAgree(holders: ReadonlyMap<string, string>): Promise<void> {
    for (const { spec, status } of await this.virtualIps()) {
      const holder = holders.get(spec.address);
      if (status?.holder !== holder || spec.rank[0] !== holder) {
        throw new Error(
          `${spec.address} is answered by ${holder}, reported by ${status?.holder}, planned for ${spec.rank.join(",")}`,
        );
      }
    }
  }
}

function mustBeEven(nodes: readonly string[], holders: ReadonlyMap<string, string>): void {
  const counts = nodes.map((node) => [...holders.values()].filter((held) => held === node).length);
  if (Math.max(...counts) - Math.min(...counts) > 1) {
    throw new Error(`the nodes hold ${counts.join(", ")} addresses`);
  }
}
