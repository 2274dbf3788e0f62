/**
 * Runs the trials of a row: undisturbed windows first (the noise), then fault, look, mend, wait, again.
 *
 * Neighbours: rows.ts says what a trial is, figures.ts what follows from it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { overlaps } from "../../lab/answers.ts";
import type { ProbedAddress, ProbeWindow } from "../../lab/probe.ts";
import type { RecordWindow } from "../../lab/recorder.ts";
import { messageOf, waitFor } from "../../lab/wait.ts";
import { PROBE_INTERVAL_MS, spreadOf, type Noise, type RowResult, type Trial } from "./figures.ts";
import { cpuTimes, loadSince } from "./load.ts";
import type { Row } from "./rows.ts";
import { ATTEMPT_MS_MAX, type World } from "./world.ts";

const MOVED_MS_MAX = 10_000;
/** Until every attempt of a window has its end. */
const TAIL_MS = ATTEMPT_MS_MAX + 4 * PROBE_INTERVAL_MS;

export interface RunOptions {
  readonly trials: number;
  readonly progress: (text: string) => void;
}

export async function runRow(world: World, row: Row, options: RunOptions): Promise<RowResult> {
  await world.untilSteady();
  const startMs = performance.now();
  const cpu = cpuTimes();
  const noise = await undisturbed(world, row, options.trials);
  const trials: Trial[] = [];
  await row.before?.(world);
  try {
    while (trials.length < options.trials) {
      const turn = trials.length * row.victims;
      const trial = await runTrial(world, row, turn);
      trials.push(trial);
      options.progress(
        `${trials.length}/${options.trials} ${trial.victims.join("+")} ${trial.ownMs.toFixed(0)} ms`,
      );
    }
  } finally {
    await row.after?.(world);
  }
  const { name, title, nodes, bounds } = row;
  const seconds = Math.round((performance.now() - startMs) / 1000);
  return { name, title, nodes, bounds, noise, trials, seconds, load: loadSince(cpu) };
}

/** As many windows as there will be trials, as long as those, in which nothing is done. */
async function undisturbed(world: World, row: Row, windows: number): Promise<Noise> {
  const longest: number[] = [];
  let lost = 0;
  await world.probe.mark("noise");
  for (let i = 0; i < windows; i++) {
    await sleep(row.windowMs + TAIL_MS);
    const { addresses } = await world.probe.mark("noise");
    longest.push(...addresses.map(({ longestProven }) => longestProven.ms));
    lost += addresses.reduce((sum, address) => sum + address.lost, 0);
  }
  const { median, max } = spreadOf(longest);
  return { windows, medianMs: median, maxMs: max, lost };
}

async function runTrial(world: World, row: Row, turn: number): Promise<Trial> {
  const api = row.withoutApi !== true && row.before === undefined;
  const before = await world.untilSteady({ api });
  const victims = chooseVictims(world, before, { count: row.victims, turn });
  const findings: string[] = [];
  await Promise.all([world.probe.mark("trial"), world.recorder.mark("trial")]);
  const endMs = performance.now() + row.windowMs;
  await row.hit(world, victims);
  await untilMoved(world, victims).catch((error: unknown) => findings.push(messageOf(error)));
  await sleep(Math.max(0, endMs - performance.now()) + TAIL_MS);
  const [probed, recorded] = await Promise.all([
    world.probe.mark("mend"),
    world.recorder.mark("mend"),
  ]);
  await row.mend(world, victims);
  const after = await world.untilSteady({ api });
  const mended = await world.recorder.mark("between");
  for (const [address, node] of after) {
    if (victims.includes(node) && !victims.includes(before.get(address) ?? "")) {
      findings.push(`${address} went from ${before.get(address) ?? "nobody"} to ${node}`);
    }
  }
  return { ...measured(victims, before, probed), ...doubled([recorded, mended]), findings };
}

/** Nodes that hold something, in turn. */
function chooseVictims(
  world: World,
  holders: ReadonlyMap<string, string>,
  { count, turn }: { readonly count: number; readonly turn: number },
): readonly string[] {
  const holding = new Set(holders.values());
  const from = turn % world.nodes.length;
  const order = [...world.nodes.slice(from), ...world.nodes.slice(0, from)];
  return order.filter((node) => holding.has(node)).slice(0, count);
}

/** Waits until every address is answered by one of the others, and answers HTTP. */
async function untilMoved(world: World, victims: readonly string[]): Promise<void> {
  await waitFor(
    async () => {
      const now = await world.holders();
      for (const [address, ports] of now) {
        const survivors = ports.filter((port) => !victims.includes(port));
        if (survivors.length !== 1 || ports.length !== 1) {
          throw new Error(`${address} is answered by ${ports.join("+") || "nobody"}`);
        }
      }
      const { addresses } = await world.probe.report();
      return addresses.every(({ openMs }) => openMs < 100);
    },
    { what: "others to answer for every address", timeoutMs: MOVED_MS_MAX, intervalMs: 100 },
  );
}

function measured(
  victims: readonly string[],
  before: ReadonlyMap<string, string>,
  { addresses }: ProbeWindow,
) {
  const isOwn = ({ address }: ProbedAddress) => victims.includes(before.get(address) ?? "");
  const own = addresses.filter(isOwn);
  const others = addresses.filter((address) => !isOwn(address));
  const silence = (of: readonly ProbedAddress[]) =>
    Math.max(0, ...of.map(({ longestProven }) => longestProven.ms));
  const lost = (of: readonly ProbedAddress[]) =>
    Math.max(0, ...of.map(({ longestLoss }) => longestLoss.attempts));
  return {
    victims,
    moved: own.length,
    ownMs: silence(own),
    othersMs: silence(others),
    ownLost: lost(own),
    othersLost: lost(others),
    losses: addresses
      .filter(({ longestLoss }) => longestLoss.attempts > 0)
      .map(({ address, longestLoss: { fromMs, attempts }, errors }) => {
        return { address, fromMs, attempts, errors };
      }),
  };
}

function doubled(windows: readonly RecordWindow[]) {
  const found = windows.flatMap((window) =>
    overlaps(window).map((overlap) => ({ during: window.name, ...overlap })),
  );
  return {
    overlaps: found,
    overlapMs: Math.max(0, ...found.map(({ ms }) => ms)),
    askPauseMs: Math.max(...windows.map(({ askPauseMsMax }) => askPauseMsMax)),
  };
}
