/**
 * Whether BFD sessions hold while every CPU is busy: a whole speaker's with FRR and with BIRD, and those two with each other, side by side.
 *
 * `npm run bench:bfd-busy -- [--minutes 10] [--interval-ms 100] [--services 1000] [--collect none]`, as root, with a build. The speaker
 * announces many Services, which change all the time, one by one and all at once. Twice as many programs as there are CPUs compute without end, at
 * the priority of any other program, and the control plane is on the same CPUs. A session that is lost here was lost for nothing, also while the
 * Services are made. Harder than any day: with `--collect main,frames` those threads of the speaker collect all of their garbage every half second.
 * Exit status 1 where one of ours was, or BGP began anew.
 */
import { count, flag, names, readOptions } from "../lab/options.ts";
import { stopOnSignals } from "../lab/shutdown.ts";
import { table } from "../lab/table.ts";
import { PAIRS, Scene, THREADS, type Thread } from "./bfd-busy/scene.ts";
import { change, startHogs } from "./bfd-busy/work.ts";
import { createCrowd } from "./bgp/crowd.ts";
import { lookAtSessions, resetsBetween } from "./bgp/resets.ts";
import { spreadOf } from "./failover/figures.ts";
import { cpuTimes, loadSince } from "./failover/load.ts";

const STANDARD: readonly Thread[] = ["none"];

const { minutes, intervalMs, services, collect, logs } = readOptions(
  "bench:bfd-busy",
  "Whether a speaker's BFD sessions hold while every CPU is busy.",
  {
    minutes: count("to be busy for", 10),
    intervalMs: count("between two packets; three of them are the detection time", 100, 10),
    services: count("that are announced, and change", 1000),
    collect: names("threads of the speaker that collect garbage all the time", THREADS, STANDARD),
    logs: flag("print those of controller and speaker"),
  },
);
/** Intervals: half of one more than there may be. */
const LATE = 1.5;
const UPDATES = "metallb_bgp_updates_total";

stopOnSignals();
const bfd = { transmitMs: intervalMs, receiveMs: intervalMs, multiplier: 3 };
const scene = await Scene.start(bfd, collect);
try {
  const [node = ""] = scene.cluster.speakers.keys();
  const beganMs = Date.now();
  const sessions = await lookAtSessions(scene.cluster);
  const before = await scene.timesDown();
  await createCrowd(scene.client, services);
  await scene.untilRouted(services);
  const made = await scene.timesDown();
  const updates = await scene.cluster.metric(node, `${UPDATES}{`);
  const busy = cpuTimes();
  const hogs = await startHogs();
  let changed;
  try {
    changed = await change(scene, { services, untilMs: Date.now() + minutes * 60_000 });
  } finally {
    for (const hog of hogs) await hog.stop("SIGKILL");
  }
  const { average, busyPercent } = loadSince(busy);
  const after = await scene.timesDown();
  const resets = resetsBetween(sessions, await lookAtSessions(scene.cluster));
  const sent = (await scene.cluster.metric(node, `${UPDATES}{`)) - updates;
  const { ours: own, theirs } = scene.intervals(beganMs);
  const lost = (then: readonly number[], now: readonly number[]) =>
    PAIRS.map((_, i) => (now[i] ?? 0) - (then[i] ?? 0));
  const [whileMade, whileBusy] = [lost(before, made), lost(made, after)];
  console.log(
    `${intervalMs} ms × 3; ${services} Services made, then ${minutes} minutes with ${hogs.length} busy programs, ${changed.services} changes of one Service, ${changed.all} of all of them, ${sent} UPDATEs; load ${average}, CPUs ${busyPercent} % busy`,
  );
  console.log(
    table(
      ["lost for nothing", "while Services were made", "while all was busy"],
      PAIRS.map(({ name }, i) => [name, `${whileMade[i]}`, `${whileBusy[i]}`]),
    ),
  );
  console.log(
    `between two packets: ours ${intervalsOf(own)}; FRR's and BIRD's ${intervalsOf(theirs)}; sessions of BGP that began anew: ${resets}`,
  );
  const ours = PAIRS.filter(({ isOurs }, i) => isOurs && (after[i] ?? 0) > (before[i] ?? 0));
  if (ours.length > 0 || resets > 0) process.exitCode = 1;
} catch (error) {
  await scene.cluster.printLogs();
  throw error;
} finally {
  if (logs) await scene.cluster.printLogs(Infinity);
  await scene.stop();
}

function intervalsOf(intervals: readonly number[]): string {
  const { median, p99, max } = spreadOf(intervals);
  const late = intervals.filter((one) => one > LATE * intervalMs).length;
  return `median ${median.toFixed(0)} ms, 99 % ${p99.toFixed(0)}, longest ${max.toFixed(0)}, ${late} of ${intervals.length} above ${LATE * intervalMs}`;
}
