/**
 * What heartbeats cost at 4, 32 and 100 nodes of one class, beside a node alone; or, with `--stall`, how even they are while
 * the main thread of the speaker's process parses long lists.
 *
 * One node is real: a process with a frame worker in a namespace of its own, whose CPU time is read from /proc. Its peers are
 * simulated by one process in a second namespace: an address and a socket each, genuine signed heartbeats.
 * `npm run bench:heartbeat -- [--nodes 1,4,32,100] [--seconds 20] [--warm-up 30] [--profile DIR] [--stall]`, as root. The exit
 * status is 1 where 100 nodes cost 5 % of a core or more. A process that has just started costs more: it is still compiling.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { count, counts, flag, readOptions, text } from "../lab/options.ts";
import { waitFor } from "../lab/wait.ts";
import type { Ip } from "../src/base/ip.ts";
import { WORKER_DEFAULTS } from "../src/speaker/io/protocol.ts";
import type { Counters, Gauges, WorkerReport } from "../src/speaker/io/protocol.ts";
import { roundsFor } from "../src/speaker/rounds.ts";
import { ip, Programs } from "../test/speaker/segment/segment.ts";
import type { PeersOptions, PeersTally } from "./heartbeat/peers.ts";

const SHARE_MAX = 0.05;
const PORT = 7946;

const { nodes, seconds, warmUp, profile, stall } = readOptions(
  "bench:heartbeat",
  "What heartbeats cost, or with --stall how even they are.",
  {
    nodes: counts("a row for each number of nodes", [1, 4, 32, 100]),
    seconds: count("of each row", 20),
    warmUp: count("seconds before each row", 30, 0),
    profile: text("<dir>", "for CPU profiles of the measured process"),
    stall: flag("how even heartbeats are beside a main thread that parses long lists"),
  },
);
const ticksPerSecond = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
const prefix = `hb${randomBytes(2).toString("hex")}`;
const [inside, outside] = [`${prefix}n`, `${prefix}p`];
const programs = new Programs();
const children = new Set<ChildProcess>();

interface Row {
  readonly size: number;
  readonly cpuShare: number;
  readonly sentPerSecond: number;
  readonly receivedPerSecond: number;
  readonly heard: number;
  /** Of the measured node's heartbeats at each peer, ascending. */
  readonly gapsMs: readonly number[];
  /** The peers' own, at most. */
  readonly latenessMs: number;
}

function nodesOf(size: number): PeersOptions["nodes"] {
  return Array.from({ length: size }, (_, i) => ({
    node: `node-${i + 1}`,
    addresses: [`198.51.100.${i + 1}`],
  }));
}

async function connect(): Promise<void> {
  await ip("netns", "add", inside);
  await ip("netns", "add", outside);
  await ip(
    ...["link", "add", "eth0", "netns", inside, "type", "veth"],
    ...["peer", "name", "eth0", "netns", outside],
  );
  for (const [netns, from, to] of [
    [inside, 1, 1],
    [outside, 2, Math.max(4, ...nodes)],
  ] as const) {
    await ip("-n", netns, "link", "set", "eth0", "up");
    for (let i = from; i <= to; i++) {
      await ip("-n", netns, "addr", "add", `198.51.100.${i}/24`, "dev", "eth0");
    }
  }
}

function start(netns: string, program: string, env: Readonly<Record<string, string>>) {
  const isProfiled = program === "node" && profile !== undefined;
  const flags = isProfiled ? ["--cpu-prof", `--cpu-prof-dir=${profile}`] : [];
  const node = [process.execPath, ...flags, `${programs.dir}/${program}.js`];
  const argv = ["netns", "exec", netns, ...node];
  const child = spawn("ip", argv, {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    serialization: "advanced",
    env: { ...process.env, ...env },
  });
  children.add(child);
  const messages: unknown[] = [];
  child.on("message", (message) => messages.push(message));
  return { child, messages };
}

async function stop(child: ChildProcess): Promise<void> {
  children.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  if (child.connected) child.disconnect();
  await ended;
}

async function measure(size: number, stall = false): Promise<Row> {
  const nodes = nodesOf(size);
  const key = randomBytes(32);
  const { intervalMs, detectionMs } = WORKER_DEFAULTS;
  const peersOptions: PeersOptions = {
    ...{ key: [...key], target: "198.51.100.1", port: PORT, nodes, detectionMs },
    intervalMs: intervalMs * roundsFor(size - 1, WORKER_DEFAULTS),
  };
  const peers = start(outside, "peers", { PEERS_OPTIONS: JSON.stringify(peersOptions) });
  await waitFor(() => peers.messages.length > 0, { what: "the peers to be there" });
  const workerOptions = { ...WORKER_DEFAULTS, verifyIntervalMs: 0 };
  const identity = { node: "node-1", incarnation: Date.now(), heartbeatPort: PORT };
  const node = start(inside, "node", {
    WORKER_OPTIONS: JSON.stringify({ ...workerOptions, ...identity }),
    STALL: stall ? "1" : "0",
  });
  const reports = node.messages as WorkerReport[];
  const has = (kind: string) => reports.some((report) => report.kind === kind);
  await waitFor(() => has("open"), { what: "the node to open its sockets" });
  node.child.send({ kind: "keys", keys: [Uint8Array.from(key)] });
  node.child.send({ kind: "nodes", nodes });
  node.child.send({
    kind: "plan",
    change: { upserts: planOf(nodes), removals: [], generation: 1 },
  });
  node.child.send({ kind: "start" });
  await waitFor(() => has("serving"), { what: "the node to serve" });
  await sleep(warmUp * 1000);
  await tallyOf(peers);
  const [from, fromMs] = [cpuSeconds(node.child.pid), performance.now()];
  reports.length = 0;
  await sleep(seconds * 1000);
  const tally = await tallyOf(peers);
  const tookSeconds = (performance.now() - fromMs) / 1000;
  const cpuShare = (cpuSeconds(node.child.pid) - from) / tookSeconds;
  const counted = reports.flatMap((report) => (report.kind === "counters" ? [report] : []));
  const total = (of: (counters: Counters) => number) =>
    counted.reduce((sum, { counters }) => sum + of(counters), 0) / counted.length;
  const gauges: Gauges | undefined = counted.at(-1)?.gauges;
  for (const each of [node, peers]) await stop(each.child);
  return {
    ...{ size, cpuShare, heard: gauges?.peersAlive ?? 0 },
    sentPerSecond: total((counters) => counters.heartbeatsSent),
    receivedPerSecond: total((counters) => counters.heartbeatsReceived),
    gapsMs: [...tally.gapsMs].sort((a, b) => a - b),
    latenessMs: tally.ownLatenessMs,
  };
}

/** As many addresses as nodes, each node first for one of them. */
function planOf(nodes: PeersOptions["nodes"]) {
  const names = nodes.map(({ node }) => node);
  return names.map((_, i) => ({
    ...{ address: `203.0.113.${i + 1}` as Ip, generation: 1, interfaces: [], holder: null },
    rank: [...names.slice(i), ...names.slice(0, i)],
  }));
}

async function tallyOf(peers: ReturnType<typeof start>): Promise<PeersTally> {
  peers.messages.length = 0;
  peers.child.send("tally");
  await waitFor(() => peers.messages.length > 0, { what: "the peers' count" });
  return peers.messages[0] as PeersTally;
}

/** User and system time of all threads: proc(5), fields 14 and 15. */
function cpuSeconds(pid = 0): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

async function costs(): Promise<boolean> {
  console.log(`nodes  CPU of one core  sent/s  received/s  peers heard`);
  let share = Infinity; // unless it is among those measured
  for (const size of nodes) {
    const row = await measure(size);
    const cells = [
      String(size).padStart(5),
      `${(row.cpuShare * 100).toFixed(2)} %`.padStart(16),
      row.sentPerSecond.toFixed(0).padStart(7),
      row.receivedPerSecond.toFixed(0).padStart(11),
      String(row.heard).padStart(12),
    ];
    console.log(cells.join(" ") + (size === 1 ? "  (idle: no peers)" : ""));
    if (row.heard !== size - 1) throw new Error(`hears ${row.heard} of ${size - 1} peers`);
    if (size === 100) share = row.cpuShare;
  }
  if (share === Infinity) return true;
  const met = share < SHARE_MAX;
  const found = `100 nodes cost ${(share * 100).toFixed(2)} % of a core; promised: less than 5 %`;
  console.log(`${met ? "met" : "MISSED"}: ${found}`);
  return met;
}

async function evenness(): Promise<void> {
  console.log("main thread   gaps  median  p99.9     max  recorder late  (ms, wanted: 50)");
  for (const stall of [false, true]) {
    const { gapsMs, latenessMs } = await measure(4, stall);
    const at = (share: number) =>
      gapsMs[Math.min(gapsMs.length - 1, Math.floor(gapsMs.length * share))] ?? NaN;
    const figures = [at(0.5), at(0.999), at(1), latenessMs].map((ms) => ms.toFixed(1).padStart(7));
    const name = (stall ? "stalls" : "idle").padEnd(11);
    console.log(`${name} ${String(gapsMs.length).padStart(6)} ${figures.join(" ")}`);
  }
}

let met = true;
try {
  await programs.build({
    node: new URL("./heartbeat/node.ts", import.meta.url).pathname,
    peers: new URL("./heartbeat/peers.ts", import.meta.url).pathname,
  });
  await connect();
  console.log(
    `one real node; its peers are simulated by one process; ${seconds} s per row; load ${loadavg()[0]?.toFixed(1) ?? ""}`,
  );
  if (stall) await evenness();
  else met = await costs();
} finally {
  for (const child of children) await stop(child);
  for (const netns of [inside, outside]) await ip("netns", "del", netns).catch(() => undefined);
  programs.remove();
}
process.exit(met ? 0 : 1);
