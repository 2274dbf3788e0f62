/**
 * A cluster in network namespaces: nodes on one L2 segment with a real kube-proxy each, backends, a
 * client and an observer, a real control plane, SpreadLB itself, and faults to order.
 *
 * Read first: plan.ts (addresses), network.ts (links). Neighbours: control-plane.ts, main.ts (the
 * demonstration). Everything of a cluster carries its prefix, so several live side by side, and is
 * gone after stop() or when this process dies.
 */

import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "./build.ts";
import {
  API_ADDRESS_FOR_NODES,
  POD_CIDRS,
  startControlPlane,
  type ApiVerb,
  type ControlPlane,
} from "./control-plane.ts";
import { Guardian } from "./guardian.ts";
import {
  addControllerHost,
  addPodAddresses,
  buildNetwork,
  ipBatch,
  sweepNamespaces,
} from "./network.ts";
import { nodeObject, nodeStatus, podObject, podStatus, type PodPlan } from "./objects.ts";
import {
  NODES_MAX,
  planController,
  planNetwork,
  podAddresses,
  type NetworkPlan,
  type NodePlan,
} from "./plan.ts";
import { Probe, Watch } from "./probe.ts";
import { Recorder } from "./recorder.ts";
import { run, start, type LabProcess, type RunOptions, type StartOptions } from "./process.ts";
import { Switch, type Carrier } from "./switch.ts";
import { labTools } from "./tools.ts";
import { waitFor } from "./wait.ts";

const PROJECT = join(import.meta.dirname, "..");
export const SYSTEM_NAMESPACE = "spreadlb-system";
export const BACKEND_PORT = 8080;
/** As deploy/ gives a speaker one capability: above all, without the right to a larger share of the CPU. */
const asDeployed = (capabilities: readonly string[]) => [
  ...["setpriv", `--bounding-set=-all,${capabilities.map((name) => `+${name}`).join()}`, "--"],
];
const KUBE_PROXY_READY_MS_MAX = 60_000;

export interface ClusterOptions {
  readonly nodes?: number;
  /** Labels beside the usual ones, by node name. */
  readonly nodeLabels?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** One ready backend Pod per node with the label app=web; on by default. */
  readonly backends?: boolean;
  /** kube-proxies; on by default. */
  readonly kubeProxy?: boolean;
  readonly multicastSnooping?: boolean;
  /** The network of the nodes' InternalIP, where speakers hear each other: by default where clients are. */
  readonly internalAddresses?: "segment" | "management";
  readonly log?: Log;
}

export interface SpeakerOptions {
  /** Instead of the one that deploy/ gives it. */
  readonly capabilities?: readonly string[] | undefined;
  /** Beside this process's own. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

export interface BackendOptions {
  readonly node: string;
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly ready?: boolean;
}

export interface Fetched {
  readonly url: string;
  /** 0: no answer, `error` says why. */
  readonly status: number;
  readonly body: string;
  readonly error: string;
  readonly ms: number;
}

let clusterCount = 0;

/** Starts a cluster and resolves when its proxies and backends serve. Needs root. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  if (process.getuid?.() !== 0) {
    throw new Error("The lab makes network namespaces and needs root: run it with sudo");
  }
  const nodeCount = options.nodes ?? 4;
  if (nodeCount < 1 || nodeCount > NODES_MAX) {
    throw new Error(`A lab has 1 to ${NODES_MAX} nodes, not ${nodeCount}`);
  }
  const log = options.log ?? (() => undefined);
  const tools = await labTools(log);
  await sweepNamespaces();
  clusterCount += 1;
  // The process id in the name lets sweepNamespaces() tell what is left over from what is in use.
  const plan = planNetwork(`slb${process.pid.toString(36)}.${clusterCount}-`, nodeCount);
  const guardian = new Guardian({ directories: [], namespacePrefix: plan.prefix });
  const network = buildNetwork(plan, { multicastSnooping: options.multicastSnooping ?? false });
  const starting = startControlPlane({ controllerManager: true, log });
  const [built, started] = await Promise.allSettled([network, starting]);
  if (built.status === "rejected" || started.status === "rejected") {
    if (started.status === "fulfilled") await started.value.stop();
    await guardian.clean();
    throw built.status === "rejected" ? built.reason : (started as PromiseRejectedResult).reason;
  }
  const cluster = new Cluster(plan, started.value, tools, guardian);
  try {
    await cluster.begin(options);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

export class Cluster {
  readonly plan: NetworkPlan;
  readonly controlPlane: ControlPlane;
  /** Where logs and state are, until stop(). */
  readonly directory: string;
  /** The lab's own program: backends, clients, observers (tools/main.go). */
  readonly tools: string;
  /** The L2 segment: ports "n1" …, "client", "observer". */
  readonly segment: Switch;
  /** How nodes reach the API server: ports "n1" …, "c1" … for controllers. */
  readonly management: Switch;
  /** By node. */
  readonly kubeProxies = new Map<string, LabProcess>();
  readonly #guardian: Guardian;
  readonly #processes = new Set<LabProcess>();
  readonly #podCounts = new Map<string, number>();
  #internalAddresses: "segment" | "management" = "segment";
  #controllerCount = 0;
  #processCount = 0;
  #stopped = false;

  constructor(plan: NetworkPlan, controlPlane: ControlPlane, tools: string, guardian: Guardian) {
    this.plan = plan;
    this.controlPlane = controlPlane;
    this.directory = controlPlane.directory;
    this.tools = tools;
    this.segment = new Switch(plan.segmentNamespace);
    this.management = new Switch(plan.managementNamespace);
    this.#guardian = guardian;
  }

  async begin(options: ClusterOptions): Promise<void> {
    const { nodes } = this.plan;
    this.#internalAddresses = options.internalAddresses ?? "segment";
    const namespaces = [SYSTEM_NAMESPACE, "metallb-system"];
    await this.#relayApi();
    await Promise.all([
      ...namespaces.map((name) =>
        this.api("APPLY", `/api/v1/namespaces/${name}`, {
          apiVersion: "v1",
          kind: "Namespace",
          metadata: { name },
        }),
      ),
      ...nodes.map((node) => this.#registerNode(node, options.nodeLabels?.[node.name] ?? {})),
    ]);
    if (options.kubeProxy ?? true) {
      await Promise.all(nodes.map(({ name }) => this.startKubeProxy(name)));
    }
    if (options.backends ?? true) {
      await Promise.all(nodes.map((node) => this.addBackend({ node: node.name })));
    }
  }

  // Kubernetes

  get kubeconfig(): string {
    return this.controlPlane.kubeconfig;
  }

  kubectl(args: readonly string[], stdin?: string): Promise<string> {
    return this.controlPlane.kubectl(args, stdin);
  }

  apply(objects: readonly object[]): Promise<void> {
    return this.controlPlane.apply(objects);
  }

  api(verb: ApiVerb, path: string, body?: object) {
    return this.controlPlane.api(verb, path, body);
  }

  /** Applies SpreadLB's own CRDs and its programs' rights, and waits until the kinds are served. */
  async applyCrds(): Promise<void> {
    const files = join(PROJECT, "crds");
    const rights = join(PROJECT, "deploy", "10-rbac.yaml");
    await this.kubectl(["apply", "--server-side", "-f", files, "-f", rights]);
    await this.kubectl(["wait", "--for=condition=Established", "--timeout=15s", "-f", files]);
  }

  async setNodeReady(name: string, ready: boolean): Promise<void> {
    // A merge patch: server-side apply refuses two addresses of one type.
    const status = nodeStatus(this.node(name), ready, this.#internalAddresses);
    await this.api("PATCH", `/api/v1/nodes/${name}/status`, status);
  }

  /** Starts one more backend on a node: a Pod object with addresses of its own, and what it runs. */
  async addBackend(options: BackendOptions): Promise<PodPlan> {
    const node = this.node(options.node);
    const k = this.#podCounts.get(node.name) ?? 0;
    this.#podCounts.set(node.name, k + 1);
    await addPodAddresses(node, k);
    const name = options.name ?? (k === 0 ? `web-${node.name}` : `web-${node.name}-${k}`);
    const pod: PodPlan = {
      ...podAddresses(node, k),
      name,
      namespace: "default",
      nodeName: node.name,
      labels: options.labels ?? { app: "web" },
      port: BACKEND_PORT,
    };
    const flags = ["-pod", name, "-node", node.name, "-port", String(BACKEND_PORT)];
    const argv = [this.tools, "backend", ...flags, "-listen", `${pod.ipv4},${pod.ipv6}`];
    await this.#spawn(node.podNamespace, argv, { name });
    await this.api("APPLY", `/api/v1/namespaces/default/pods/${name}`, podObject(pod));
    await this.setPodReady(pod, options.ready ?? true);
    return pod;
  }

  async setPodReady(pod: PodPlan, ready: boolean): Promise<void> {
    const path = `/api/v1/namespaces/${pod.namespace}/pods/${pod.name}/status`;
    await this.api("APPLY", path, podStatus(pod, ready));
  }

  // Programs

  /** The ids of all that runs, for tests that look whether it has ended. */
  get pids(): readonly number[] {
    const own = [...this.#processes].filter((process) => process.running);
    return [...own.map((process) => process.pid), ...this.controlPlane.pids];
  }

  /** What the programs whose name matches have logged so far. */
  logs(name: RegExp): { readonly name: string; readonly text: string }[] {
    const matching = [...this.#processes].filter((process) => name.test(process.name));
    return matching.map((process) => ({ name: process.name, text: process.log() }));
  }

  node(name: string): NodePlan {
    const found = this.plan.nodes.find((node) => node.name === name);
    if (found === undefined) throw new Error(`The lab has no node ${name}`);
    return found;
  }

  /** The name of the host with that MAC on the segment, or the MAC itself. */
  hostOfMac(mac: string): string {
    const hosts = [...this.plan.nodes, this.plan.client, this.plan.observer];
    return hosts.find((host) => host.mac === mac)?.name ?? mac;
  }

  /** Runs a program to its end on a node, "client", "observer" or "controller-1" …; returns its stdout. */
  exec(host: string, argv: readonly string[], options?: RunOptions): Promise<string> {
    return run([...this.within(host), ...argv], options);
  }

  /** What stands before a command to have it run there. */
  within(host: string): readonly string[] {
    return ["ip", "netns", "exec", this.#namespaceOf(host)];
  }

  /** Starts a program there that runs until stopped. */
  spawn(
    host: string,
    argv: readonly string[],
    options: Partial<StartOptions> = {},
  ): Promise<LabProcess> {
    return this.#spawn(this.#namespaceOf(host), argv, options);
  }

  /**
   * Starts SpreadLB's controller, in a namespace of its own on the management network.
   *
   * @param resolvConf a file that is its /etc/resolv.conf
   */
  async startController(args: readonly string[] = [], resolvConf?: string): Promise<LabProcess> {
    this.#controllerCount += 1;
    const controller = planController(this.plan.prefix, this.#controllerCount);
    await addControllerHost(this.plan, controller);
    const kubeconfig = await this.#kubeconfigFor("controller");
    const name = `controller-${this.#controllerCount}`;
    const flags = ["--kubeconfig", kubeconfig, "--namespace", SYSTEM_NAMESPACE, "--identity", name];
    const argv = [...withResolvers(resolvConf), program(), "controller", ...flags, ...args];
    return this.#spawn(controller.namespace, argv, { name });
  }

  /** Starts SpreadLB's speaker on a node; its state survives there until the cluster is stopped. */
  async startSpeaker(
    node: string,
    args: readonly string[] = [],
    { capabilities = ["net_raw"], environment }: SpeakerOptions = {},
  ): Promise<LabProcess> {
    const kubeconfig = await this.#kubeconfigFor("speaker");
    const stateDirectory = join(this.directory, `state-${node}`);
    await mkdir(stateDirectory, { recursive: true });
    const flags = [
      ...["--kubeconfig", kubeconfig, "--namespace", SYSTEM_NAMESPACE],
      ...["--node-name", node, "--state-dir", stateDirectory],
      ...(this.kubeProxies.size === 0 ? ["--gate", "off"] : []),
    ];
    const argv = [...asDeployed(capabilities), program(), "speaker", ...flags, ...args];
    return this.spawn(node, argv, {
      name: `speaker-${node}`,
      ...(environment === undefined ? {} : { environment }),
    });
  }

  /** Starts the kube-proxy of a node and waits until its rules are in. */
  async startKubeProxy(name: string): Promise<void> {
    const kubeconfig = await this.controlPlane.kubeconfigOf("kube-proxy", this.#apiForNodes);
    const argv = [
      this.controlPlane.binaries.kubeProxy,
      `--kubeconfig=${kubeconfig}`,
      `--hostname-override=${name}`,
      "--proxy-mode=nftables",
      `--cluster-cidr=${POD_CIDRS}`,
      "--conntrack-max-per-core=0", // The limit is the machine's, not a namespace's.
      "--healthz-bind-address=0.0.0.0:10256",
    ];
    const proxy = await this.spawn(name, argv, { name: `kube-proxy-${name}` });
    this.kubeProxies.set(name, proxy);
    await proxy.until(() => this.#isHealthy(name), {
      what: `kube-proxy on ${name} was ready`,
      timeoutMs: KUBE_PROXY_READY_MS_MAX,
      intervalMs: 200,
    });
  }

  /** For a program of others inside the cluster's namespaces: all rights, and the API server at its address there. */
  adminKubeconfig(): Promise<string> {
    return this.controlPlane.kubeconfigOf("admin", this.#apiForNodes);
  }

  /** For a program inside the cluster's namespaces: its own rights (deploy/), and the API server at its address there. */
  #kubeconfigFor(program: "controller" | "speaker"): Promise<string> {
    return this.controlPlane.kubeconfigOf(`spreadlb-${program}`, this.#apiForNodes);
  }

  // What the client and the observer see

  /** HTTP from the client, one connection per address, all at once. */
  async fetch(addresses: readonly string[], port = 80): Promise<Fetched[]> {
    const urls = addresses.map((ip) => `http://${ip.includes(":") ? `[${ip}]` : ip}:${port}/`);
    return JSON.parse(await this.exec("client", [this.tools, "fetch", ...urls])) as Fetched[];
  }

  /** HTTP from any host, such as a node that asks a program of its own. */
  async get(host: string, url: string): Promise<Fetched> {
    const [answer] = JSON.parse(await this.exec(host, [this.tools, "fetch", url])) as Fetched[];
    if (answer === undefined) throw new Error(`nothing was asked of ${url}`);
    return answer;
  }

  /** Waits until every address answers HTTP from the client; returns the answers. */
  waitForTraffic(addresses: readonly string[], timeoutMs = 20_000): Promise<Fetched[]> {
    const probe = async () => {
      const answers = await this.fetch(addresses);
      const bad = answers.find((answer) => answer.status !== 200);
      if (bad !== undefined) throw new Error(`${bad.url}: ${bad.error || `status ${bad.status}`}`);
      return answers;
    };
    return waitFor(probe, { what: "HTTP over every address", timeoutMs, intervalMs: 200 });
  }

  /**
   * Who answers ARP or NDP for each address, as the observer hears it: names of nodes, or MACs of
   * strangers. The client's own neighbour table is not touched.
   */
  async whoHas(addresses: readonly string[], windowMs = 200): Promise<Map<string, string[]>> {
    const argv = [this.tools, "whohas", "-window", `${windowMs}ms`, ...addresses];
    const answer = JSON.parse(await this.exec("observer", argv)) as Record<string, string[]>;
    return new Map(
      addresses.map((ip) => [ip, (answer[ip] ?? []).map((mac) => this.hostOfMac(mac))]),
    );
  }

  /** The neighbour table of a host: address → MAC. */
  async neighbours(host: string): Promise<Map<string, string>> {
    const argv = ["ip", "-json", "-n", this.#namespaceOf(host), "neighbour", "show", "dev", "eth0"];
    const entries = JSON.parse(await run(argv)) as { dst: string; lladdr?: string }[];
    return new Map(entries.flatMap(({ dst, lladdr }) => (lladdr ? [[dst, lladdr] as const] : [])));
  }

  /** Connects from the client to every address, or to the next of them (`rotate`), every `intervalMs`, until stopped. */
  async startProbe(
    addresses: readonly string[],
    { intervalMs = 5, port = 80, timeoutMs = 1000, rotate = false } = {},
  ): Promise<Probe> {
    const flags = [
      "-interval",
      `${intervalMs}ms`,
      "-port",
      `${port}`,
      "-timeout",
      `${timeoutMs}ms`,
      ...(rotate ? ["-rotate"] : []),
    ];
    const argv = [this.tools, "probe", ...flags, ...addresses];
    const name = rotate ? "probe-rotating" : "probe";
    return new Probe(await this.spawn("client", argv, { name, pipes: true }));
  }

  /** Asks from the observer who has every address, every `intervalMs`, until stopped. */
  async startWatch(addresses: readonly string[], intervalMs = 50): Promise<Watch> {
    const argv = [this.tools, "whohas", "-watch", "-interval", `${intervalMs}ms`, ...addresses];
    return new Watch(await this.spawn("observer", argv, { name: "watch", pipes: true }));
  }

  /** Asks from the switch itself who has every address, and records who answers by which port. */
  async startRecorder(addresses: readonly string[], askMs = 10): Promise<Recorder> {
    const argv = [this.tools, "record", "-ask", `${askMs}ms`, ...addresses];
    return new Recorder(await this.spawn("switch", argv, { name: "recorder", pipes: true }));
  }

  // Faults

  /** Cuts a host off the segment; the API server stays in reach of a node. */
  cutLink(host: string, carrier?: Carrier): Promise<void> {
    return this.segment.cut(host, carrier);
  }

  /** Mends cutLink, of either kind. */
  mendLink(host: string): Promise<void> {
    return this.segment.mend(host);
  }

  /** A dead node as the others see it: neither the segment nor the API server hears of it. */
  async cutNode(node: string, carrier?: Carrier): Promise<void> {
    await Promise.all([this.segment.cut(node, carrier), this.management.cut(node)]);
  }

  async mendNode(node: string): Promise<void> {
    await Promise.all([this.segment.mend(node), this.management.mend(node)]);
  }

  /** Ends every program, by its id, and removes namespaces and files. May be called again. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    await Promise.all([...this.#processes].map((process) => process.stop("SIGKILL")));
    await this.controlPlane.stop();
    await this.#guardian.clean();
  }

  get #apiForNodes(): string {
    return `https://${API_ADDRESS_FOR_NODES}:${this.controlPlane.apiPort}`;
  }

  #namespaceOf(host: string): string {
    if (host === "client") return this.plan.client.namespace;
    if (host === "observer") return this.plan.observer.namespace;
    if (host === "switch") return this.plan.segmentNamespace;
    if (/^controller-\d+$/.test(host)) {
      return planController(this.plan.prefix, Number(host.slice("controller-".length))).namespace;
    }
    return this.node(host).namespace;
  }

  async #spawn(
    namespace: string,
    argv: readonly string[],
    options: Partial<StartOptions>,
  ): Promise<LabProcess> {
    this.#processCount += 1;
    const name = options.name ?? `program-${this.#processCount}`;
    const logFile = join(this.directory, `${name}.log`);
    const whole = ["ip", "netns", "exec", namespace, ...argv];
    const process = await start(whole, { logFile, ...options, name });
    this.#processes.add(process);
    return process;
  }

  /** The API server is on the machine's loopback; the nodes reach it over the management network. */
  async #relayApi(): Promise<void> {
    const address = `${API_ADDRESS_FOR_NODES}:${this.controlPlane.apiPort}`;
    const { managementNamespace } = this.plan;
    await ipBatch([`address add ${API_ADDRESS_FOR_NODES}/24 dev switch`], managementNamespace);
    const to = `127.0.0.1:${this.controlPlane.apiPort}`;
    const argv = [
      this.tools,
      "relay",
      "-netns",
      managementNamespace,
      "-listen",
      address,
      "-to",
      to,
    ];
    const logFile = join(this.directory, "relay.log");
    this.#processes.add(await start(argv, { name: "relay", logFile }));
  }

  async #registerNode(node: NodePlan, labels: Readonly<Record<string, string>>): Promise<void> {
    await this.api("APPLY", `/api/v1/nodes/${node.name}`, nodeObject(node, labels));
    await this.setNodeReady(node.name, true);
  }

  async #isHealthy(node: string): Promise<boolean> {
    return (await this.get(node, "http://127.0.0.1:10256/healthz")).status === 200;
  }
}

/** What stands before a program of the lab that has name resolvers of its own. `ip netns exec` has given it mounts of its own, too. */
export function withResolvers(resolvConf: string | undefined): readonly string[] {
  if (resolvConf === undefined) return [];
  return ["sh", "-c", 'mount --bind "$0" /etc/resolv.conf && exec "$@"', resolvConf];
}

function program(): string {
  const path = join(PROJECT, "bin", "spreadlb");
  if (!existsSync(join(PROJECT, "dist", "spreadlb.js"))) {
    throw new Error("SpreadLB is not built (dist/spreadlb.js is missing): run npm run build");
  }
  return path;
}
