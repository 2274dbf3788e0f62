/** One thread with a name of its own, and the CPUs of all threads once they stand apart: told as JSON. */
import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { standApart, threadIds } from "../../../src/linux/io/thread.ts";

const NAMED = `
  require("node:fs").writeFileSync("/proc/thread-self/comm", "in-time");
  require("node:worker_threads").parentPort.once("message", () => {});
  require("node:worker_threads").parentPort.postMessage("named");
`;

/** proc(5): `0-2,5` */
function cpusIn(list: string): number[] {
  return list.split(",").flatMap((range) => {
    const [first = NaN, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

const worker = new Worker(NAMED, { eval: true });
await new Promise((resolve) => worker.once("message", resolve));
const worked = [standApart(), standApart()];
const seen = threadIds().map((thread) => {
  const text = readFileSync(`/proc/self/task/${thread}/status`, "utf8");
  const [, name = ""] = /^Name:\s+(.*)$/m.exec(text) ?? [];
  const [, list = ""] = /^Cpus_allowed_list:\s+(.*)$/m.exec(text) ?? [];
  return [name, cpusIn(list)];
});
console.log(JSON.stringify({ worked, seen }));
worker.postMessage("end");
