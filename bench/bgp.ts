/**
 * `npm run bench:bgp`: from a change in the API to the kernel of a real router, BIRD, on a real control plane with four nodes.
 *
 * A Service that is made, an endpoint that goes (both --trials N, 50), many Services at once (--services N, 1000; 0: none), a speaker
 * that is restarted with them (--restarts N, 3); over IPv4 and then over IPv6, each in a cluster of its own (--families a,b). All other sessions must live through all of it. Exit status 1 where a promise is broken.
 * Needs root, a build, and BIRD 2.
 */
import { count, flag, names, readOptions } from "../lab/options.ts";
import { stopOnSignals } from "../lab/shutdown.ts";
import { table } from "../lab/table.ts";
import { endpointGone, makeLocal, serviceMade, type Reaction } from "./bgp/changes.ts";
import { crowd, RESTARTED, restarted, type Crowd } from "./bgp/crowd.ts";
import { lookAtSessions, resetsBetween } from "./bgp/resets.ts";
import { BgpWorld, type Family } from "./bgp/world.ts";
import { spreadOf } from "./failover/figures.ts";
import { cpuTimes, loadSince, untilQuiet } from "./failover/load.ts";

const FAMILIES = ["ipv4", "ipv6"] as const;

const { families, trials, services, restarts, logs } = readOptions(
  "bench:bgp",
  "From a change in the API to the kernel of a real router.",
  {
    families: names("of sessions and addresses", FAMILIES),
    trials: count("Services made, and endpoints gone", 50),
    services: count("at once; 0: none, and no restarts", 1000, 0),
    restarts: count("of a speaker with them", 3, 0),
    logs: flag("print those of controller and speakers"),
  },
);
const NAMES: Readonly<Record<Family, string>> = { ipv4: "IPv4", ipv6: "IPv6" };
const PROMISED = { madeMs: 40, goneMs: 15, routedMs: 3000, updates: 200, backMs: 2000 } as const;

stopOnSignals();

interface Figures {
  readonly made: readonly Reaction[];
  readonly gone: readonly Reaction[];
  readonly crowd: Crowd | null;
  readonly backMs: readonly number[];
  readonly sessions: number;
  readonly resets: number;
}

for (const family of families) {
  for (const sentence of await bench(family)) {
    console.error(`missed over ${NAMES[family]}: ${sentence}`);
    process.exitCode = 1;
  }
}

/** @returns the promises that are broken */
async function bench(family: Family): Promise<readonly string[]> {
  const world = await BgpWorld.start({ nodes: 4, router: "bird", family });
  try {
    await untilQuiet(20);
    const before = cpuTimes();
    const figures = await measure(world);
    const { average, busyPercent, stealPercent } = loadSince(before);
    console.log(report(NAMES[family], figures));
    console.log(`load ${average}, CPUs ${busyPercent} % busy, ${stealPercent} % stolen`);
    return missed(figures);
  } catch (error) {
    await world.cluster.printLogs();
    throw error;
  } finally {
    if (logs) await world.cluster.printLogs(Infinity);
    await world.stop();
  }
}

async function measure(world: BgpWorld): Promise<Figures> {
  const sessions = await lookAtSessions(world.cluster);
  const made = await repeat(trials, (trial) => serviceMade(world, trial));
  await makeLocal(world);
  const gone = await repeat(trials, (trial) => endpointGone(world, trial));
  const many = services > 0 ? await crowd(world, services) : null;
  const changed = await lookAtSessions(world.cluster);
  const backMs = services > 0 ? await repeat(restarts, () => restartedInQuiet(world)) : [];
  const others = new Map([...changed].filter(([session]) => !session.startsWith(`${RESTARTED} `)));
  const resets =
    resetsBetween(sessions, changed) +
    resetsBetween(others, await lookAtSessions(world.cluster)) +
    [...sessions.values()].filter(({ isUp }) => !isUp).length;
  return { made, gone, crowd: many, backMs, sessions: sessions.size, resets };
}

/** What many Services have made the API server do goes on for a while: statuses, Events. */
async function restartedInQuiet(world: BgpWorld): Promise<number> {
  await untilQuiet(60);
  return restarted(world);
}

async function repeat<T>(times: number, act: (trial: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let trial = 0; trial < times; trial++) results.push(await act(trial));
  return results;
}

function report(
  family: string,
  { made, gone, crowd: many, backMs, sessions, resets }: Figures,
): string {
  const row = (what: string, times: readonly number[], promised = "") => {
    const { min, median, p99, max } = spreadOf(times);
    return [what, ...[min, median, p99, max].map((ms) => ms.toFixed(1)), promised];
  };
  const of = (reactions: readonly Reaction[], key: keyof Reaction) =>
    reactions.map((reaction) => reaction[key]);
  const rows = [
    row("Service made → by all nodes", of(made, "fromAskedMs"), `median ≤ ${PROMISED.madeMs}`),
    row("  from the API server's answer", of(made, "fromAnsweredMs")),
    row("endpoint gone → next hop gone", of(gone, "fromAskedMs"), `median ≤ ${PROMISED.goneMs}`),
    row("  from the API server's answer", of(gone, "fromAnsweredMs")),
    ...(backMs.length > 0
      ? [row("speaker restarted → all back", backMs, `≤ ${PROMISED.backMs}`)]
      : []),
  ];
  const sentences =
    many === null
      ? []
      : [
          `${many.services} Services at once, created in ${many.createSeconds.toFixed(1)} s: all in the router ${many.routedMs.toFixed(0)} ms after the API server had the last (≤ ${PROMISED.routedMs}), with ${many.updates.join(", ")} UPDATEs a session (≤ ${PROMISED.updates})`,
        ];
  return [
    table(
      [`${family}: milliseconds to the router's kernel`, "min", "median", "p99", "max", "promised"],
      rows,
    ),
    ...sentences,
    `${sessions} sessions were reset ${resets} times, but for those of the speaker that is restarted`,
  ].join("\n");
}

function missed({ made, gone, crowd: many, backMs, resets }: Figures): string[] {
  const over = (what: string, value: number, max: number) =>
    value > max ? [`${what}: ${value.toFixed(1)}, promised ${max}`] : [];
  const median = (reactions: readonly Reaction[]) =>
    reactions.length === 0 ? 0 : spreadOf(reactions.map((one) => one.fromAskedMs)).median;
  return [
    ...over("ms from a Service to its next hops", median(made), PROMISED.madeMs),
    ...over("ms from an endpoint's end to its next hop's", median(gone), PROMISED.goneMs),
    ...over("ms until all Services are in the router", many?.routedMs ?? 0, PROMISED.routedMs),
    ...over("UPDATEs in a session", Math.max(0, ...(many?.updates ?? [])), PROMISED.updates),
    ...over("ms until a restarted speaker has told all", Math.max(0, ...backMs), PROMISED.backMs),
    ...over("resets of sessions", resets, 0),
  ];
}
