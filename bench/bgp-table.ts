/**
 * `npm run bench:bgp-table`: a table of 10,000 prefixes is sent to an FRR router, by our speaker and by others, in turn.
 *
 * For each: from the session to the last prefix in FRR's table, UPDATE messages, and how much the sender's memory grew over what it
 * takes without a prefix. Options: --prefixes N (10000), --trials N (5), --senders ours,bird,gobgp,exabgp[,frr]. Each trial is a
 * process of its own, so nothing is warm. Exit status 1 where a promise is broken. Needs root, and the routers of Debian.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { count, names, readOptions } from "../lab/options.ts";
import { stopOnSignals } from "../lab/shutdown.ts";
import { table } from "../lab/table.ts";
import { Place } from "./bgp-table/place.ts";
import { prefixes } from "./bgp-table/prefixes.ts";
import { Receiver, type Receipt } from "./bgp-table/receiver.ts";
import { SENDERS, startSender, type SenderKind } from "./bgp-table/senders.ts";
import { spreadOf } from "./failover/figures.ts";

const options = readOptions(
  "bench:bgp-table",
  "A table of prefixes is sent to an FRR router, by our speaker and by others.",
  {
    prefixes: count("in the table", 10_000),
    trials: count("of each sender", 5),
    senders: names("who sends", SENDERS, ["ours", "bird", "gobgp", "exabgp"]),
  },
);
const PROMISED = { ms: 300, updates: 20, mib: 40 } as const;
/** A program that has just started still takes memory for itself. */
const SETTLED_MS = 1000;
const PROGRAMS: Readonly<Partial<Record<SenderKind, string>>> = { exabgp: "/usr/sbin/exabgp" };

interface Figures extends Receipt {
  /** What the table cost the sender, at its worst. */
  readonly mib: number;
}

const wanted = prefixes(options.prefixes);
const kinds = options.senders.filter(isHere);
const place = new Place();
stopOnSignals(() => {
  place.remove();
});
const results = new Map<SenderKind, Figures[]>(kinds.map((kind) => [kind, []]));
let receiver: Receiver | undefined;
try {
  receiver = await Receiver.start(place);
  for (let trial = 0; trial < options.trials; trial++) {
    for (const kind of kinds) results.get(kind)?.push(await measure(kind, receiver));
  }
} finally {
  await receiver?.stop();
  place.remove();
}
print();

async function measure(kind: SenderKind, receiver: Receiver): Promise<Figures> {
  const empty = await startSender(kind, place, []);
  await sleep(SETTLED_MS);
  const before = memoryMib(empty.pid, "VmRSS");
  await empty.stop();
  const sender = await startSender(kind, place, wanted);
  try {
    // Starting counts for nothing: the most that it takes is counted anew.
    writeFileSync(`/proc/${sender.pid}/clear_refs`, "5");
    const receipt = await receiver.receive(wanted.length);
    const figures = { ...receipt, mib: memoryMib(sender.pid, "VmHWM") - before };
    console.error(
      `${kind}: ${figures.ms.toFixed(0)} ms, ${figures.updates} UPDATEs, ${figures.mib.toFixed(1)} MiB`,
    );
    return figures;
  } finally {
    await receiver.refuse();
    await sender.stop();
  }
}

function memoryMib(pid: number, name: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
}

function isHere(kind: SenderKind): boolean {
  const program = PROGRAMS[kind];
  if (program === undefined || existsSync(program)) return true;
  process.exitCode = 1; // The table is of those that were asked for, or it is none.
  console.error(`${kind} is left out: there is no ${program}; install Debian's package ${kind}`);
  return false;
}

function print(): void {
  const heading = ["sender", "ms: median (min to max)", "UPDATEs", "memory, MiB"];
  const rows = [...results].map(([kind, figures]) => {
    const { min, median, max } = spreadOf(figures.map(({ ms }) => ms));
    const updates = spreadOf(figures.map((each) => each.updates));
    const mib = spreadOf(figures.map((each) => each.mib));
    return [
      kind,
      `${median.toFixed(0)} (${min.toFixed(0)} to ${max.toFixed(0)})`,
      updates.min === updates.max ? `${updates.max}` : `${updates.min} to ${updates.max}`,
      `${mib.median.toFixed(1)} (at most ${mib.max.toFixed(1)})`,
    ];
  });
  console.log(
    `${wanted.length} prefixes to FRR, ${options.trials} trials each; load ${loadavg()[0]?.toFixed(1)}`,
  );
  console.log(table(heading, rows));
  for (const sentence of missed(results.get("ours") ?? [])) {
    console.error(`missed: ${sentence}`);
    process.exitCode = 1;
  }
}

function missed(ours: readonly Figures[]): string[] {
  if (ours.length === 0 || wanted.length > 10_000) return [];
  const ms = spreadOf(ours.map((each) => each.ms)).median;
  const updates = spreadOf(ours.map((each) => each.updates)).max;
  const mib = spreadOf(ours.map((each) => each.mib)).max;
  return [
    ...(ms > PROMISED.ms ? [`all prefixes after ${ms.toFixed(0)} ms, not ${PROMISED.ms}`] : []),
    ...(updates > PROMISED.updates ? [`${updates} UPDATEs, not ${PROMISED.updates}`] : []),
    ...(mib >= PROMISED.mib ? [`${mib.toFixed(1)} MiB of memory, not ${PROMISED.mib}`] : []),
  ];
}
