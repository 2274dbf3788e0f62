/** How busy this machine was, for the figures' side: a figure without it says nothing. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg, release } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Load } from "./figures.ts";

/** CPU time since the start of the machine, in ticks. */
export interface CpuTimes {
  readonly all: number;
  readonly idle: number;
  readonly steal: number;
}

export function cpuTimes(): CpuTimes {
  const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n");
  // user nice system idle iowait irq softirq steal (proc(5)); guest time is in user already.
  const ticks = line.split(/\s+/).slice(1, 9).map(Number);
  const [, , , idle = 0, wait = 0, , , steal = 0] = ticks;
  return { all: ticks.reduce((sum, value) => sum + value, 0), idle: idle + wait, steal };
}

export function loadSince(before: CpuTimes): Load {
  const now = cpuTimes();
  const all = Math.max(1, now.all - before.all);
  const percent = (ticks: number) => Math.round((1000 * ticks) / all) / 10;
  return {
    cpus: cpus().length,
    model: cpus()[0]?.model ?? "unknown",
    average: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    busyPercent: percent(all - (now.idle - before.idle)),
    stealPercent: percent(now.steal - before.steal),
  };
}

/** Beside figures that are kept; the commit is "unknown" where there is no repository. */
export function whatRuns(): Readonly<Record<"commit" | "kernel" | "node", string>> {
  const facts = { kernel: release(), node: process.version };
  try {
    const commit = execFileSync("git", ["describe", "--always", "--dirty"], { encoding: "utf8" });
    return { commit: commit.trim(), ...facts };
  } catch {
    return { commit: "unknown", ...facts };
  }
}

/** Of two seconds, one after the other. */
const QUIET_BUSY_PERCENT_MAX = 70;
const QUIET_SECONDS = 2;

/**
 * A cluster that has just started keeps this machine busy to the last per cent, with all its nodes on the same few CPUs: what is
 * measured then is how long threads wait for one.
 *
 * @returns how busy the machine is now; after so many seconds also where it did not grow quiet
 */
export async function untilQuiet(secondsMax = 60): Promise<Load> {
  let quiet = 0;
  for (let seconds = 1; ; seconds++) {
    const before = cpuTimes();
    await sleep(1000);
    const load = loadSince(before);
    quiet = load.busyPercent <= QUIET_BUSY_PERCENT_MAX ? quiet + 1 : 0;
    if (quiet === QUIET_SECONDS || seconds >= secondsMax) return load;
  }
}
