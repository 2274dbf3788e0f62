/**
 * How long an ARP answer takes: ours, from user space in a worker thread, beside the kernel's own.
 *
 *   npm run bench:arp -- [--requests 3000]      needs root, ip (iproute2) and gcc
 *
 * Both answer in one namespace at the end of one wire, asked in turn by one C program in another, so that what
 * else the machine does falls on both alike. First the machine as it is, then with a main thread that is busy
 * parsing, which the worker should not feel.
 */
import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, release, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { count, readOptions } from "../lab/options.ts";
import { Namespace, wire } from "../test/linux/network.ts";
import { startWorker } from "../test/linux/worker.ts";

const KERNEL = "192.0.2.3";
const OURS = "192.0.2.2";
const SPACING_US = 1000;
/** A list such as an API server sends, for the busy main thread. */
const LIST_BYTES = 1_500_000;

const { requests } = readOptions(
  "bench:arp",
  "How long an ARP answer takes: ours beside the kernel's own.",
  { requests: count("of each row", 3000) },
);

/** @returns one line: quantiles in microseconds */
function summary(who: string, nanoseconds: readonly number[]): string {
  const answered = nanoseconds.filter((value) => value >= 0).sort((a, b) => a - b);
  const at = (share: number): string => {
    const value = answered[Math.min(answered.length - 1, Math.floor(answered.length * share))];
    return ((value ?? NaN) / 1000).toFixed(0).padStart(7);
  };
  const lost = nanoseconds.length - answered.length;
  const columns = [0.5, 0.9, 0.99, 0.999, 1].map(at).join("");
  return `${who.padEnd(28)}${columns}${String(lost).padStart(7)}`;
}

async function measure(client: Namespace, pinger: string, title: string): Promise<void> {
  const line = ["netns", "exec", client.name, pinger, "vb", String(requests), String(SPACING_US)];
  const { stdout } = await promisify(execFile)("ip", [...line, KERNEL, OURS], {
    maxBuffer: 1 << 28,
  });
  const answers = stdout.trim().split("\n");
  const of = (address: string): number[] =>
    answers.filter((row) => row.startsWith(`${address} `)).map((row) => Number(row.split(" ")[1]));
  console.log(summary(`kernel, ${title}`, of(KERNEL)));
  console.log(summary(`worker thread, ${title}`, of(OURS)));
}

/** Parses the list ten times a second on the main thread. @returns how to stop */
function parseAllTheTime(): () => void {
  const text = JSON.stringify(
    Array.from({ length: LIST_BYTES / 50 }, (_, i) => ({
      name: `pod-${i}`,
      ready: true,
      restarts: 0,
    })),
  );
  const timer = setInterval(() => JSON.parse(text) as unknown, 100);
  return () => {
    clearInterval(timer);
  };
}

const directory = mkdtempSync(join(tmpdir(), "arp-"));
const [server, client] = [new Namespace(), new Namespace()];
try {
  const pinger = join(directory, "arp-ping");
  execFileSync("gcc", ["-O2", "-o", pinger, join(import.meta.dirname, "arp-ping.c")]);
  wire(server, "va", client, "vb");
  server.ip(`addr add ${KERNEL}/24 dev va`);
  client.ip("addr add 192.0.2.1/24 dev vb");
  const worker = startWorker(new URL("../test/linux/io/responder-worker.ts", import.meta.url), {
    namespace: server.name,
    mac: server.macOf("va"),
    address: "c0000202",
  });
  await once(worker, "message");
  console.log(
    `Linux ${release()}, Node ${process.version}, ${cpus().length} CPUs, ${requests} requests each`,
  );
  console.log(`${"microseconds".padEnd(28)}    p50    p90    p99  p99.9    max   lost`);
  await measure(client, pinger, "at rest");
  const stop = parseAllTheTime();
  await measure(client, pinger, "busy main");
  stop();
  await worker.terminate();
} finally {
  server.remove();
  client.remove();
  rmSync(directory, { recursive: true });
}
