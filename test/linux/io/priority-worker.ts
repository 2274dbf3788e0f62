/** Raises its own priority both ways and tells what the kernel then shows. */
import { readFileSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import { lowerThreadPriority, raiseThreadPriority } from "../../../src/linux/io/thread.ts";

/** proc(5): fields of stat by number; the name in the second is in brackets. */
function stat(of: string, field: number): string | undefined {
  const text = readFileSync(`/proc/${of}/stat`, "utf8");
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[field - 3];
}

const [NICE, POLICY] = [19, 41];
const lowered = { worked: lowerThreadPriority(), thread: stat("thread-self", NICE) };
const nice = {
  worked: raiseThreadPriority("nice"),
  thread: stat("thread-self", NICE),
  process: stat("self", NICE),
};
const realtime = { worked: raiseThreadPriority("realtime"), thread: stat("thread-self", POLICY) };
parentPort?.postMessage({ lowered, nice, realtime });
