/**
 * Worker threads from TypeScript files. tsx registers itself on the main thread alone, so that a worker
 * has to do it for itself before it imports its file.
 */
import { Worker } from "node:worker_threads";

/** @param file the URL of a TypeScript module */
export function startWorker(file: URL, workerData: unknown = null): Worker {
  return new Worker(new URL("./worker.mjs", import.meta.url), { argv: [file.href], workerData });
}
