/**
 * Starts the thread of frames and heartbeats.
 *
 * Neighbours: worker.ts runs in it; protocol.ts is the language.
 */
import {
  startSocketThread,
  type SocketThread,
  type SocketThreadEvents,
  type ThreadHost,
} from "../../linux/io/socket-thread.ts";
import type {
  ThreadCommand,
  ThreadReport,
  WorkerCommand,
  WorkerOptions,
  WorkerReport,
} from "./protocol.ts";

export interface FrameWorker extends SocketThread<WorkerCommand> {
  /** Starts other threads from this one, which the main thread makes way for. */
  readonly host: ThreadHost;
}

/**
 * The engine's limit, which ends the process with SIGABRT and a stack of its own: the thread ends itself in words at
 * HEAP_BYTES_MAX (worker.ts), unless it is faster than its looks at it.
 */
const HEAP_MB_MAX = 96;
const YOUNG_HEAP_MB_MAX = 2;

export function startFrameWorker(
  options: WorkerOptions,
  events: SocketThreadEvents<WorkerReport>,
): FrameWorker {
  /** Of the threads that it hosts. */
  const ends = new Map<string, (error: Error | null) => void>();
  const onHostedEnd = (name: string, error: Error | null) => {
    ends.get(name)?.(error);
    ends.delete(name);
  };
  const thread = startSocketThread<ThreadCommand, ThreadReport>(
    {
      name: "frames",
      program: {
        bundled: new URL("./frame-worker.js", import.meta.url),
        written: new URL("./worker.ts", import.meta.url),
      },
      data: { options },
      resourceLimits: {
        maxOldGenerationSizeMb: HEAP_MB_MAX,
        maxYoungGenerationSizeMb: YOUNG_HEAP_MB_MAX,
      },
      close: { kind: "close" },
    },
    {
      onReport: (report) => {
        if (report.kind !== "thread-ended") events.onReport(report);
        else onHostedEnd(report.name, report.error === null ? null : new Error(report.error));
      },
      onEnd: (error) => {
        // First what was the cause.
        events.onEnd(error);
        for (const name of [...ends.keys()]) onHostedEnd(name, null);
      },
    },
  );
  return {
    ...thread,
    host: (request, onEnd) => {
      ends.set(request.workerData.name, onEnd);
      thread.post({ kind: "start-thread", request }, [request.workerData.port]);
    },
  };
}
