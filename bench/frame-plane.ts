/**
 * How long an address is silent when its holder is killed: speakers' frame workers on a segment of namespaces, a client
 * that asks every 2 ms. Prints the smallest, the median and the largest of the trials, and the memory of one speaker.
 *
 * `npm run bench:frames -- [--trials 20]`, as root.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { count, readOptions } from "../lab/options.ts";
import { waitFor } from "../lab/wait.ts";
import { parseIp, type Ip } from "../src/base/ip.ts";
import type { Mac } from "../src/base/mac.ts";
import { Prober } from "../test/speaker/segment/prober.ts";
import { ip, Programs, Segment } from "../test/speaker/segment/segment.ts";

const { trials } = readOptions(
  "bench:frames",
  "How long an address is silent when its holder is killed.",
  { trials: count("kills", 20) },
);
const NAMES = ["n1", "n2", "n3"];
const targets = ["198.51.100.200", "2001:db8:100::a0"] as Ip[];
const client = { ipv4: "198.51.100.100" as Ip, ipv6: "2001:db8:100::100" as Ip };

function planOf(generation: number, holder: string, more = 0) {
  const rank = [holder, ...NAMES.filter((name) => name !== holder)];
  const filler = Array.from({ length: more }, (_, i) => `10.9.${i >> 8}.${i & 255}` as Ip);
  return [...targets, ...filler].map((address) => {
    if (parseIp(address) !== address) throw new Error(`no address: ${address}`);
    return { address, rank, generation, interfaces: [], holder: null };
  });
}

function spread(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b).map(Math.round);
  return `min ${sorted[0] ?? 0} · median ${sorted[sorted.length >> 1] ?? 0} · max ${sorted.at(-1) ?? 0}`;
}

const programs = new Programs();
await programs.build();
const segment = new Segment(3, programs);
let prober: Prober | undefined;
try {
  await segment.start();
  await segment.startSpeakers(segment.nodes, []);
  const [link] = JSON.parse(await ip("-j", "-n", segment.client, "link", "show", "eth0")) as {
    ifindex: number;
  }[];
  const asks = { linkIndex: link?.ifindex ?? 0, mac: "02:00:00:00:01:0c" as Mac, intervalMs: 2 };
  prober = new Prober({ netns: segment.client, ...asks, ...client, targets });
  const silences: number[] = [];
  for (let trial = 0, generation = 1; trial < trials; trial++, generation++) {
    const victim = segment.nodes[trial % 3];
    if (victim === undefined) break;
    segment.replan(planOf(generation, victim.name));
    await waitFor(() => segment.nodes.every((n) => n.held.length === (n === victim ? 2 : 0)), {
      what: `${victim.name} alone holds`,
    });
    await sleep(200 + ((trial * 37) % 100));
    const at = performance.now();
    await victim.kill();
    await sleep(900);
    const end = performance.now();
    const { answers } = prober;
    for (const target of targets) {
      const times = answers.filter((a) => a.ip === target && a.atMs > at - 50).map((a) => a.atMs);
      const gaps = [...times, end].map((atMs, i) => atMs - (times[i - 1] ?? at));
      silences.push(Math.max(...gaps));
    }
    victim.start(programs);
    await segment.brief(victim, planOf(generation, victim.name));
  }
  console.log(`silence after a kill, ${trials} trials of IPv4 and IPv6, ms: ${spread(silences)}`);
  const [n1] = segment.nodes;
  if (n1 !== undefined) {
    console.log(`memory of a speaker's process without Kubernetes: ${await mebibytes(n1)} MiB`);
    segment.replan(planOf(1000, "n1", 1000));
    await waitFor(() => n1.held.length === 1002, { what: "n1 holds 1,002 addresses" });
    await sleep(6000);
    console.log(`… with 1,000 addresses held and announced: ${await mebibytes(n1)} MiB`);
  }
} finally {
  prober?.close();
  await segment.stop();
  programs.remove();
}
process.exit(0);

async function mebibytes(node: { rss(): Promise<number> }): Promise<number> {
  return Math.round((await node.rss()) / 2 ** 20);
}
