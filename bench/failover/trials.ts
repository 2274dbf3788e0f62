/**
 * Runs the trials of a row: undisturbed windows first (the noise), then fault, look, mend, wait, again.
 *
 * Neighbours: rows.ts says what a trial is, returns.ts what is looked at when a node comes back, figures.ts what follows.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../lab/wait.ts";
import type { ProbeWindow } from "../../lab/probe.ts";
import { spreadOf, type Noise, type RowResult, type Share, type Trial } from "./figures.ts";
import { cpuTimes, loadSince } from "./load.ts";
import {
  answersOnReturn,
  chooseVictims,
  doubled,
  holesOf,
  mark,
  measured,
  silenceOf,
  TAIL_MS,
  untilMoved,
} from "./measuring.ts";
import { runReturn } from "./returns.ts";
import type { Row } from "./rows.ts";
import type { World } from "./world.ts";

export interface RunOptions {
  readonly trials: number;
  readonly progress: (text: string) => void;
}

export async function runRow(world: World, row: Row, options: RunOptions): Promise<RowResult> {
  await world.useController(row.controllerFlags);
  await world.untilSteady();
  const startMs = performance.now();
  const cpu = cpuTimes();
  const noise = await undisturbed(world, row, options.trials);
  const trials: Trial[] = [];
  const shares: Share[] = [];
  await row.before?.(world);
  try {
    while (trials.length < options.trials) {
      const turn = trials.length * row.victims;
      const trial = row.returns
        ? await runReturn(world, row, turn)
        : await runTrial(world, row, { turn, shares });
      trials.push(trial);
      const lost = trial.findings.map((finding) => `; ${finding}`).join("");
      options.progress(
        `${trials.length}/${options.trials} ${trial.victims.join("+")} ${trial.ownMs.toFixed(0)} ms${lost}`,
      );
    }
  } finally {
    await row.after?.(world);
  }
  const { name, title, nodes, bounds } = row;
  const seconds = Math.round((performance.now() - startMs) / 1000);
  const share = row.services === "one" ? { share: summed(shares) } : {};
  return { name, title, nodes, bounds, noise, trials, ...share, seconds, load: loadSince(cpu) };
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

async function runTrial(
  world: World,
  row: Row,
  { turn, shares }: { readonly turn: number; readonly shares: Share[] },
): Promise<Trial> {
  const api = row.withoutPlan !== true;
  const before = await world.untilSteady({ api, even: row.services === "one" });
  const victims = chooseVictims(world, before, { count: row.victims, turn });
  const isOwn = (address: string) => victims.includes(before.get(address) ?? "");
  const findings: string[] = [];
  await mark(world, "trial");
  await world.rotating?.mark("trial");
  const endMs = performance.now() + row.windowMs;
  await row.hit(world, victims);
  await untilMoved(world, victims).catch((error: unknown) => findings.push(messageOf(error)));
  await sleep(Math.max(0, endMs - performance.now()) + TAIL_MS);
  const [probed, recorded] = await mark(world, "mend");
  if (world.rotating !== null) shares.push(shareOf(await world.rotating.mark("mend")));
  await row.mend(world, victims);
  await world.untilSteady({ api });
  const [mending, mended] = await mark(world, "between");
  if (row.returnsQuietly) findings.push(...answersOnReturn(victims, mended));
  findings.push(...holesOf([recorded, mended]));
  return {
    victims,
    ...measured(isOwn, probed),
    mendMs: silenceOf(mending.addresses),
    ...doubled([recorded, mended]),
    findings,
  };
}

function shareOf({ addresses, rotation }: ProbeWindow): Share {
  const { attempts = 0, lost = 0, ms = 0 } = rotation ?? {};
  return { addresses: addresses.length, attempts, lost, msMax: ms };
}

function summed(shares: readonly Share[]): Share {
  const sum = (of: (share: Share) => number) => shares.reduce((all, share) => all + of(share), 0);
  return {
    addresses: shares[0]?.addresses ?? 0,
    attempts: sum(({ attempts }) => attempts),
    lost: sum(({ lost }) => lost),
    msMax: Math.max(...shares.map(({ msMax }) => msMax)),
  };
}
