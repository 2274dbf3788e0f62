// Preloaded into a speaker: some of its threads collect all of their garbage again and again, as no program does of its own accord.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { isMainThread, workerData } from "node:worker_threads";

const INTERVAL_MS = 500;

// Names of threads with commas between them: "main", and what the others are called in the kernel's lists.
const names = process.env.COLLECT_GARBAGE?.split(",") ?? [];
if (names.includes(isMainThread ? "main" : workerData?.name)) {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  setInterval(() => collect(), INTERVAL_MS).unref();
}
