/**
 * The priority of the calling thread: frames and heartbeats before everything else, where we may.
 *
 * Best effort: to raise it needs CAP_SYS_NICE, to lower it nothing; musl has no scheduler calls. Nothing else depends on it.
 */
import { readdirSync } from "node:fs";
import { setPriority, setScheduler } from "./system.ts";

const PRIO_PROCESS = 0;
/** For both calls: the thread that asks, not the process. */
const THIS_THREAD = 0;
const SCHED_RR = 2;
/** Threads and children that this one starts are ordinary again. */
const SCHED_RESET_ON_FORK = 0x40000000;

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
