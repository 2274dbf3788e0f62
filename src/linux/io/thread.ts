/**
 * Which threads come first: frames and heartbeats before everything else, where we may.
 *
 * Best effort: to raise it needs CAP_SYS_NICE, to lower it nothing; musl has no scheduler calls. Nothing else depends on it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { getAffinity, setAffinity, setPriority, setScheduler } from "./system.ts";

const PRIO_PROCESS = 0;
/** For both calls: the thread that asks, not the process. */
const THIS_THREAD = 0;
const SCHED_RR = 2;
/** Threads and children that this one starts are ordinary again. */
const SCHED_RESET_ON_FORK = 0x40000000;

/** As many as a cpu_set_t has. */
const CPUS_MAX = 1024;

const NICE = { first: -15, last: 15 };
/** Lowest of the real-time priorities: before all ordinary threads, behind the kernel's own. */
const REALTIME_PRIORITY = 1;

/**
 * @param kind "nice" takes a larger share; "realtime" preempts every ordinary thread, and a loop that never
 *   ends would then take a core (the kernel leaves 5 % to others)
 * @returns whether the kernel did it
 */
export function raiseThreadPriority(kind: "nice" | "realtime"): boolean {
  if (kind === "nice") return setPriority(PRIO_PROCESS, THIS_THREAD, NICE.first) === 0;
  return setScheduler(THIS_THREAD, SCHED_RR | SCHED_RESET_ON_FORK, REALTIME_PRIORITY) === 0;
}

/** @returns those of this process, the engine's own among them, which collect garbage; [] where /proc is not to be had */
export function threadIds(): readonly number[] {
  try {
    return readdirSync("/proc/self/task").map(Number);
  } catch {
    return [];
  }
}

/**
 * They make way for the other threads of the process: of what its control group gets, those come first. Threads that they
 * start later are as low; without CAP_SYS_NICE it is for good.
 *
 * @param threads one that has ended is no fault
 * @returns whether the kernel did it for all of them
 */
export function lowerThreadPriority(threads: readonly number[] = [THIS_THREAD]): boolean {
  const done = threads.map((thread) => setPriority(PRIO_PROCESS, thread, NICE.last) === 0);
  return done.every(Boolean);
}

/**
 * Keeps threads that have to be in time on other CPUs than the rest of the process: those that have a name of their own get the upper half
 * of its CPUs, and the main thread and the engine's the lower one. What they start later stays where they are.
 *
 * @returns whether the kernel did it for all of them; false where there is one CPU, and nothing is done then
 */
export function standApart(): boolean {
  const threads = threadIds();
  const cpus = [...new Set(threads.flatMap(cpusOf))].sort((a, b) => a - b);
  if (cpus.length < 2) return false;
  const middle = Math.floor(cpus.length / 2);
  const [lower, upper] = [cpus.slice(0, middle), cpus.slice(middle)].map(maskOf);
  const ordinary = nameOf("self");
  const done = threads.map((thread) => {
    const mask = nameOf(`self/task/${thread}`) === ordinary ? lower : upper;
    return mask !== undefined && setAffinity(thread, mask) === 0;
  });
  return done.every(Boolean);
}

/** @returns [] where it has ended */
function cpusOf(thread: number): number[] {
  const mask = new Uint8Array(CPUS_MAX / 8);
  if (getAffinity(thread, mask) < 0) return [];
  return Array.from({ length: CPUS_MAX }, (_, cpu) => cpu).filter(
    (cpu) => ((mask[cpu >> 3] ?? 0) & (1 << (cpu & 7))) !== 0,
  );
}

function maskOf(cpus: readonly number[]): Uint8Array {
  const mask = new Uint8Array(CPUS_MAX / 8);
  for (const cpu of cpus) mask[cpu >> 3] = (mask[cpu >> 3] ?? 0) | (1 << (cpu & 7));
  return mask;
}

/** @returns "" where it has ended */
function nameOf(thread: string): string {
  try {
    return readFileSync(`/proc/${thread}/comm`, "utf8");
  } catch {
    return "";
  }
}
