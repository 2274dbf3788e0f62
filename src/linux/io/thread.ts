/**
 * The priority of the calling thread: frames and heartbeats before everything else, where we may.
 *
 * Best effort: to raise it needs CAP_SYS_NICE, to lower it nothing; musl has no scheduler calls. Nothing else depends on it.
 */
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

/**
 * Makes way for the other threads of the process: of what its control group gets, they come first. Threads that this one
 * starts later are as low; without CAP_SYS_NICE it is for good.
 *
 * @returns whether the kernel did it
 */
export function lowerThreadPriority(): boolean {
  return setPriority(PRIO_PROCESS, THIS_THREAD, NICE.last) === 0;
}
