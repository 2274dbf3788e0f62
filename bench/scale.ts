/**
 * `npm run bench:scale`: 1,000 Services created at once on 4 speakers, on a real control plane.
 *
 * Prints when the last Service was created, when all had their address, when all were answered for, and
 * the memory of speakers and controller then. Options: --services N (1000), --nodes N (4), --json.
 */
import { readFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { count, flag, readOptions } from "../lab/options.ts";
import { stopOnSignals } from "../lab/shutdown.ts";
import { waitFor } from "../lab/wait.ts";
import { edgeClass, service, SpreadCluster } from "../test/e2e/spread-cluster.ts";

const WAIT_MS_MAX = 120_000;
const CREATES_AT_ONCE = 32;
const LATER_MS = 10_000;

const { services, nodes, json } = readOptions(
  "bench:scale",
  "Many Services created at once, on a real control plane.",
  {
    services: count("created at once", 1000),
    nodes: count("each with a speaker", 4),
    json: flag("the figures as JSON"),
  },
);

stopOnSignals();
const cluster = await SpreadCluster.start({ nodes });
try {
  const figures = await measure();
  console.log(json ? JSON.stringify(figures) : table(figures));
  for (const sentence of missed(figures)) {
    console.error(`missed: ${sentence}`);
    process.exitCode = 1;
  }
} finally {
  await cluster.stop();
}

interface Figures {
  readonly services: number;
  readonly createSeconds: number;
  /** After the last Service was created. */
  readonly addressedSeconds: number;
  readonly heldSeconds: number;
  readonly controllerMiB: number;
  /** At the moment of the last report, with the garbage of the burst in it. */
  readonly speakersMiB: readonly number[];
  readonly speakersLaterMiB: readonly number[];
  readonly addressesPerNode: readonly number[];
  readonly cores: number;
  readonly loadAverage: number;
}

async function measure(): Promise<Figures> {
  await cluster.apply(edgeClass("edge", { addressPool: ["10.90.0.0/16"] }));
  const names = Array.from({ length: services }, (_, i) => `scale-${i}`);
  const startMs = performance.now();
  const left = [...names];
  const createAll = async () => {
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      await cluster.lab.api("POST", "/api/v1/namespaces/default/services", service(name));
    }
  };
  await Promise.all(Array.from({ length: CREATES_AT_ONCE }, createAll));
  const createdMs = performance.now();
  await until("every Service to have its address", async () => {
    const list = (await cluster.lab.api("GET", "/api/v1/namespaces/default/services")) as {
      items: { status?: { loadBalancer?: { ingress?: unknown[] } } }[];
    };
    return list.items.filter(({ status }) => status?.loadBalancer?.ingress?.length === 1).length;
  });
  const addressedMs = performance.now();
  await until("every address to be held", async () => {
    return (await cluster.virtualIps()).filter(({ status }) => status?.holder).length;
  });
  const heldMs = performance.now();
  const controllerMiB = await residentMiB(cluster.controllers[0]?.pid ?? 0);
  const speakersMiB = await speakersNow();
  await sleep(LATER_MS);
  const holders = new Map<string, number>();
  for (const { status } of await cluster.virtualIps()) {
    const holder = status?.holder ?? "nobody";
    holders.set(holder, (holders.get(holder) ?? 0) + 1);
  }
  return {
    services,
    createSeconds: seconds(createdMs - startMs),
    addressedSeconds: seconds(addressedMs - createdMs),
    heldSeconds: seconds(heldMs - createdMs),
    controllerMiB,
    speakersMiB,
    speakersLaterMiB: await speakersNow(),
    addressesPerNode: [...holders.values()],
    cores: cpus().length,
    loadAverage: loadavg()[0] ?? 0,
  };
}

function until(what: string, countDone: () => Promise<number>): Promise<boolean> {
  return waitFor(async () => (await countDone()) === services, {
    what,
    timeoutMs: WAIT_MS_MAX,
    intervalMs: 250,
  });
}

function seconds(ms: number): number {
  return Math.round(ms / 10) / 100;
}

function speakersNow(): Promise<number[]> {
  return Promise.all([...cluster.speakers.values()].map(({ pid }) => residentMiB(pid)));
}

/** The resident set of a process now. */
async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? "0") / 102.4) / 10;
}

/** The bounds that we promise for 1,000 Services on 4 nodes. */
function missed({ addressedSeconds, controllerMiB, speakersMiB }: Figures): string[] {
  return [
    ...(addressedSeconds > 10 ? ["an address later than 10 s"] : []),
    ...(controllerMiB > 160 ? ["a controller of more than 160 MiB"] : []),
    ...(Math.max(...speakersMiB) > 90 ? ["a speaker of more than 90 MiB"] : []),
  ];
}

function table(figures: Figures): string {
  const rows: readonly (readonly [string, string])[] = [
    [`${figures.services} Services created in`, `${figures.createSeconds} s`],
    ["all have their address, after the last was created", `${figures.addressedSeconds} s`],
    ["every holder has reported itself", `${figures.heldSeconds} s`],
    ["controller, resident", `${figures.controllerMiB} MiB`],
    ["speakers, resident", `${figures.speakersMiB.join(", ")} MiB`],
    [`${LATER_MS / 1000} s later`, `${figures.speakersLaterMiB.join(", ")} MiB`],
    ["addresses per node", figures.addressesPerNode.join(", ")],
    ["cores, load average", `${figures.cores}, ${figures.loadAverage.toFixed(1)}`],
  ];
  return rows.map(([what, value]) => `${what.padEnd(52)}${value}`).join("\n");
}
