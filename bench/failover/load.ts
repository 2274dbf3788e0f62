/** How busy this machine was, for the figures' side: a figure without it says nothing. */
import { readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
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
