/**
 * Starts the thread of frames and heartbeats, from wherever its program is.
 *
 * Neighbours: worker.ts runs in it; protocol.ts is the language.
 */
import { existsSync } from "node:fs";
import { Worker, type WorkerOptions as ThreadOptions } from "node:worker_threads";
import type { WorkerCommand, WorkerOptions, WorkerReport, WorkerStart } from "./protocol.ts";

export interface FrameWorker {
  post(command: WorkerCommand): void;
  /** Closes its sockets and ends it. */
  terminate(): Promise<void>;
}

export interface FrameWorkerEvents {
  readonly onReport: (report: WorkerReport) => void;
  /** It ended, by an error or of itself. */
  readonly onEnd: (error: Error | null) => void;
}

/**
 * The engine's limit, which ends the process with SIGABRT and a stack of its own: the thread ends itself in words at
 * HEAP_BYTES_MAX (worker.ts), unless it is faster than its looks at it.
 */
const HEAP_MB_MAX = 96;
const YOUNG_HEAP_MB_MAX = 2;
/** A thread that hangs does not keep the process from ending. */
const CLOSE_MS_MAX = 500;

export function startFrameWorker(options: WorkerOptions, events: FrameWorkerEvents): FrameWorker {
  const closed = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const start: WorkerStart = { options, closed };
  const worker = newWorker({
    workerData: start,
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
  const ended = new Promise<void>((resolve) => {
    worker.on("exit", () => {
      process.off("exit", closeFirst);
      events.onEnd(failure);
      resolve();
    });
  });
  // The process must not end while the thread watches sockets: koffi's watches would take it down with SIGSEGV.
  const closeFirst = () => {
    worker.postMessage({ kind: "close" } satisfies WorkerCommand);
    Atomics.wait(closed, 0, 0, CLOSE_MS_MAX);
  };
  process.on("exit", closeFirst);
  return {
    post: (command) => {
      worker.postMessage(command);
    },
    terminate: async () => {
      worker.postMessage({ kind: "close" } satisfies WorkerCommand);
      await ended;
    },
  };
}

/** Beside the bundle; or as it was written, where the thread has to learn to read TypeScript first. */
function newWorker(options: ThreadOptions): Worker {
  const bundled = new URL("./frame-worker.js", import.meta.url);
  if (existsSync(bundled)) return new Worker(bundled, options);
  const tsx = import.meta.resolve("tsx/esm/api");
  const written = new URL("./worker.ts", import.meta.url).href;
  const program = `import("${tsx}").then((tsx) => { tsx.register(); return import("${written}"); })`;
  return new Worker(program, { ...options, eval: true });
}
