/**
 * Starts the thread of frames and heartbeats, from wherever its program is.
 *
 * Neighbours: worker.ts runs in it; protocol.ts is the language.
 */
import { existsSync } from "node:fs";
import { Worker, type WorkerOptions as WorkerStart } from "node:worker_threads";
import type { WorkerCommand, WorkerOptions, WorkerReport } from "./protocol.ts";

export interface FrameWorker {
  post(command: WorkerCommand): void;
  /** Ends it where it stands. */
  terminate(): Promise<void>;
}

export interface FrameWorkerEvents {
  readonly onReport: (report: WorkerReport) => void;
  /** It ended, by an error or of itself. */
  readonly onEnd: (error: Error | null) => void;
}

/** It keeps addresses and one buffer per socket: 10,000 addresses are 10 MB. */
const HEAP_MB_MAX = 64;
const YOUNG_HEAP_MB_MAX = 2;

export function startFrameWorker(options: WorkerOptions, events: FrameWorkerEvents): FrameWorker {
  const worker = newWorker({
    workerData: options,
    name: "frames",
    resourceLimits: {
      maxOldGenerationSizeMb: HEAP_MB_MAX,
      maxYoungGenerationSizeMb: YOUNG_HEAP_MB_MAX,
    },
  });
  let failure: Error | null = null;
  worker.on("message", events.onReport);
  worker.on("error", (error: unknown) => {
    failure = error instanceof Error ? error : new Error(String(error));
  });
  worker.on("exit", () => {
    events.onEnd(failure);
  });
  return {
    post: (command) => {
      worker.postMessage(command);
    },
    terminate: async () => {
      await worker.terminate();
    },
  };
}

/** Beside the bundle; or as it was written, where the thread has to learn to read TypeScript first. */
function newWorker(options: WorkerStart): Worker {
  const bundled = new URL("./frame-worker.js", import.meta.url);
  if (existsSync(bundled)) return new Worker(bundled, options);
  const tsx = import.meta.resolve("tsx/esm/api");
  const written = new URL("./worker.ts", import.meta.url).href;
  const program = `import("${tsx}").then((tsx) => { tsx.register(); return import("${written}"); })`;
  return new Worker(program, { ...options, eval: true });
}
