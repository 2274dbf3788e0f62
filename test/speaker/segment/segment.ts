/**
 * A network segment of namespaces: a bridge, speakers' frame workers, one client. No Kubernetes.
 *
 * Every speaker runs in a process of its own in its own namespace; plans and nodes are told by the test.
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import type {
  TimedChange,
  WorkerCommand,
  WorkerOptions,
  WorkerReport,
} from "../../../src/speaker/io/protocol.ts";
import type { PlannedAddress } from "../../../src/speaker/addresses.ts";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { build } from "esbuild";
import { waitFor } from "../../../lab/wait.ts";

const run = promisify(execFile);

export const CAN_RUN = process.getuid?.() === 0;
export const WHY_SKIPPED = "needs root: makes network namespaces and opens packet sockets";

export async function ip(...args: string[]): Promise<string> {
  return (await run("ip", args)).stdout;
}

/** Bundles the programs once, as the real ones are: six processes that each compile TypeScript start slowly. */
export class Programs {
  readonly dir: string;

  constructor() {
    const cache = new URL("../../../node_modules/.cache/", import.meta.url).pathname;
    mkdirSync(cache, { recursive: true });
    this.dir = mkdtempSync(`${cache}segment-`);
  }

  /** @param more programs by name: where each is written */
  async build(more: Readonly<Record<string, string>> = {}): Promise<void> {
    const here = (path: string) => new URL(path, import.meta.url).pathname;
    await build({
      entryPoints: {
        "plane-process": here("./plane-process.ts"),
        "frame-worker": here("../../../src/speaker/io/worker.ts"),
        ...more,
      },
      outdir: this.dir,
      ...{ bundle: true, splitting: true, format: "esm", platform: "node", target: "node20" },
      external: ["koffi"],
      outExtension: { ".js": ".js" },
      banner: {
        js: 'import { createRequire as r } from "node:module"; const require = r(import.meta.url);',
      },
    });
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export class Node {
  readonly name: string;
  readonly mac: string;
  readonly address: string;
  readonly netns: string;
  readonly reports: WorkerReport[] = [];
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #memory: ((rss: number) => void) | undefined;

  constructor(segment: string, index: number) {
    this.name = `n${index}`;
    this.mac = `02:00:00:00:01:0${index}`;
    this.address = `198.51.100.${index}`;
    this.netns = `${segment}${this.name}`;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  start(programs: Programs, more: Partial<WorkerOptions> = {}): void {
    const options: WorkerOptions = {
      ...{ node: this.name, incarnation: Date.now(), heartbeatPort: 7946 },
      ...{ reannounceIntervalMs: 0, verifyIntervalMs: 0 },
      ...{ intervalMs: 50, detectionMs: 330, leaveMs: 200 },
      ...more,
    };
    const program = [process.execPath, `${programs.dir}/plane-process.js`];
    this.reports.length = 0;
    const child = spawn("ip", ["netns", "exec", this.netns, ...program], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      serialization: "advanced",
      env: { ...process.env, WORKER_OPTIONS: JSON.stringify(options) },
    });
    child.on("message", (report) => {
      const memory = report as { kind: string; rss: number };
      if (memory.kind === "memory") this.#memory?.(memory.rss);
      else this.reports.push(report as WorkerReport);
    });
    this.#ended = new Promise((resolve) =>
      child.once("exit", () => {
        resolve();
      }),
    );
    this.#child = child;
  }

  tell(command: WorkerCommand): void {
    this.#child?.send(command);
  }

  rss(): Promise<number> {
    this.#child?.send({ kind: "memory" });
    return new Promise((resolve) => (this.#memory = resolve));
  }

  has(kind: WorkerReport["kind"]): boolean {
    return this.reports.some((report) => report.kind === kind);
  }

  get changes(): TimedChange[] {
    return this.reports.flatMap((report) => (report.kind === "holdings" ? report.changes : []));
  }

  /** What it answers for now, as it says. */
  get held(): string[] {
    const held = new Set<string>();
    for (const { address, gained } of this.changes) {
      if (gained) held.add(address);
      else held.delete(address);
    }
    return [...held].sort();
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    this.#child?.kill(signal);
    await this.#ended;
  }

  /** Runs a program in the node's namespace. */
  exec(...argv: string[]): Promise<string> {
    return ip("netns", "exec", this.netns, ...argv);
  }
}

export class Segment {
  readonly #prefix = `spk${randomBytes(2).toString("hex")}`;
  readonly nodes: readonly Node[];
  readonly #key = randomBytes(32);
  #generation = 0;

  readonly programs: Programs;

  constructor(nodes: number, programs: Programs) {
    this.programs = programs;
    this.nodes = Array.from({ length: nodes }, (_, i) => new Node(this.#prefix, i + 1));
  }

  get client(): string {
    return `${this.#prefix}c`;
  }

  get #bridge(): string {
    return `${this.#prefix}b`;
  }

  node(name: string): Node {
    const node = this.nodes.find((each) => each.name === name);
    if (node === undefined) throw new Error(`no node ${name}`);
    return node;
  }

  /** A bridge with MLD snooping and a querier, as switches have; every node's port is named after it. */
  async start(): Promise<void> {
    await ip("netns", "add", this.#bridge);
    await ip("-n", this.#bridge, "link", "add", "br0", "type", "bridge");
    const snooping = ["mcast_snooping", "1", "mcast_querier", "1", "mcast_mld_version", "2"];
    await ip("-n", this.#bridge, "link", "set", "br0", "type", "bridge", ...snooping);
    await ip("-n", this.#bridge, "link", "set", "br0", "up");
    await this.#connect(this.client, "c", "02:00:00:00:01:0c", "198.51.100.100");
    for (const node of this.nodes) {
      await this.#connect(node.netns, node.name, node.mac, node.address);
    }
    await ip(
      "netns",
      "exec",
      this.client,
      "sysctl",
      "-q",
      "net.ipv4.neigh.eth0.delay_first_probe_time=1",
    );
    await ip(
      "netns",
      "exec",
      this.client,
      "sysctl",
      "-q",
      "net.ipv6.neigh.eth0.delay_first_probe_time=1",
    );
  }

  async #connect(netns: string, port: string, mac: string, address: string): Promise<void> {
    const id = address.split(".")[3] ?? "";
    await ip("netns", "add", netns);
    // Link-local addresses are usable at once: their duplicate detection would be the start of every test.
    for (const which of ["default", "all"]) {
      await ip("netns", "exec", netns, "sysctl", "-q", `net.ipv6.conf.${which}.dad_transmits=0`);
    }
    const inside = ["eth0", "netns", netns, "address", mac];
    await ip("link", "add", ...inside, "type", "veth", "peer", "name", port, "netns", this.#bridge);
    await ip("-n", this.#bridge, "link", "set", port, "master", "br0", "up");
    await ip("-n", netns, "link", "set", "lo", "up");
    await ip("-n", netns, "link", "set", "eth0", "up");
    await ip("-n", netns, "addr", "add", `${address}/24`, "dev", "eth0");
    await ip("-n", netns, "addr", "add", `2001:db8:100::${id}/64`, "dev", "eth0", "nodad");
  }

  /** Starts speakers with the plan that is in force, and waits until they serve. */
  async startSpeakers(
    nodes: readonly Node[],
    plan: readonly PlannedAddress[],
    more: Partial<WorkerOptions> = {},
  ): Promise<void> {
    for (const node of nodes) node.start(this.programs, more);
    await Promise.all(nodes.map((node) => this.brief(node, plan)));
  }

  async brief(node: Node, plan: readonly PlannedAddress[]): Promise<void> {
    await waitFor(() => Promise.resolve(node.has("open")), {
      what: `${node.name} opens`,
      timeoutMs: 15_000,
    });
    node.tell({ kind: "keys", keys: [Uint8Array.from(this.#key)] });
    const nodes = this.nodes.map((each) => ({ node: each.name, addresses: [each.address] }));
    node.tell({ kind: "nodes", nodes });
    const generation = Math.max(this.#generation, ...plan.map((each) => each.generation));
    this.#generation = generation;
    node.tell({ kind: "plan", change: { upserts: plan, removals: [], generation } });
    node.tell({ kind: "start" });
    await waitFor(() => Promise.resolve(node.has("serving")), {
      what: `${node.name} serves`,
      timeoutMs: 5000,
    });
  }

  /** Tells every speaker that runs. */
  replan(plan: readonly PlannedAddress[], nodes: readonly Node[] = this.nodes): void {
    const generation = Math.max(this.#generation, ...plan.map((each) => each.generation));
    this.#generation = generation;
    for (const node of nodes) {
      node.tell({ kind: "plan", change: { upserts: plan, removals: [], generation } });
    }
  }

  /** Cuts a node off at the switch: its own interface keeps its state up, as with a dead switch port. */
  async cut(node: Node): Promise<void> {
    await ip("-n", this.#bridge, "link", "set", node.name, "nomaster");
  }

  async mend(node: Node): Promise<void> {
    await ip("-n", this.#bridge, "link", "set", node.name, "master", "br0");
  }

  /** Frames of one node that the switch swallows: a rule of nft, without its verdict. */
  async swallow(node: Node, match: readonly string[]): Promise<void> {
    const nft = (...args: string[]) => ip("netns", "exec", this.#bridge, "nft", ...args);
    const hook = "{ type filter hook forward priority 0; }";
    await nft("add", "table", "bridge", "swallowed");
    await nft("add", "chain", "bridge", "swallowed", "frames", hook);
    const from = ["iifname", node.name];
    await nft("add", "rule", "bridge", "swallowed", "frames", ...from, ...match, "drop");
  }

  async passAll(): Promise<void> {
    await ip("netns", "exec", this.#bridge, "nft", "delete", "table", "bridge", "swallowed");
  }

  /** What every speaker has told, for a person who looks for the cause of a failure. */
  story(): string {
    const lines = this.nodes.flatMap((node) =>
      node.reports.flatMap((report) => {
        if (report.kind === "log") return [`${node.name} ${JSON.stringify(report.facts)}`];
        if (report.kind !== "holdings") return [];
        return report.changes.map(
          ({ address, gained, reason, atMs, from, to }) =>
            `${node.name} ${atMs % 1e6} ${gained ? "+" : "-"}${address} ${from ?? "-"}→${to ?? "-"} ${reason}`,
        );
      }),
    );
    return `${lines.join("\n")}\n`;
  }

  /** Runs a program in the client's namespace. */
  exec(...argv: string[]): Promise<string> {
    return ip("netns", "exec", this.client, ...argv);
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
    for (const netns of [...this.nodes.map((node) => node.netns), this.client, this.#bridge]) {
      await ip("netns", "del", netns).catch(() => undefined);
    }
  }
}
