/**
 * A thread that watches sockets of this room: started from wherever its program is, and ended with its sockets closed.
 *
 * A thread that ends with a watch open takes the process down with SIGSEGV, and nobody learns why; so does a process that ends
 * while the thread watches. Both ends of the care that this takes are here: `startSocketThread` outside, `serveSocketThread` inside.
 * A thread is as low as the one that starts it (thread.ts): one that has to come first is started by a host that has not
 * made way, `hostThread`, and speaks to its owner all the same.
 */
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import {
  MessageChannel,
  parentPort,
  receiveMessageOnPort,
  Worker,
  type MessagePort,
  type Transferable,
  type WorkerOptions,
} from "node:worker_threads";

export interface SocketThread<Command> {
  /** @param transferred what of the command is the thread's alone from then on */
  post(command: Command, transferred?: readonly Transferable[]): void;
  /** Closes its sockets and ends it. */
  terminate(): Promise<void>;
}

export interface SocketThreadEvents<Report> {
  readonly onReport: (report: Report) => void;
  /** It ended, by an error or of itself. */
  readonly onEnd: (error: Error | null) => void;
}

export interface SocketThreadOptions<Command> {
  readonly name: string;
  readonly program: { readonly bundled: URL; readonly written: URL };
  /** What the program finds as its data, beside that of every such thread. */
  readonly data: object;
  readonly resourceLimits: NonNullable<WorkerOptions["resourceLimits"]>;
  /** On which it closes its sockets and ends. */
  readonly close: Command;
}

/** Of the data of such a thread. */
export interface SocketThreadData {
  /** For the kernel's lists of threads. */
  readonly name: string;
  /** One cell: 1 once the sockets are closed. To wait for from another thread, also while that one ends. */
  readonly closed: Int32Array;
  /** To its owner. */
  readonly port: MessagePort;
}

/** All that it takes to start a thread, as it can be told to another thread; the port goes along with it. */
export interface ThreadRequest {
  readonly program: { readonly bundled: string; readonly written: string };
  readonly workerData: SocketThreadData;
  readonly resourceLimits: NonNullable<WorkerOptions["resourceLimits"]>;
}

/** Starts a thread, here or elsewhere. */
export type ThreadHost = (request: ThreadRequest, onEnd: (error: Error | null) => void) => void;

/** A thread that hangs does not keep the process from ending. */
const CLOSE_MS_MAX = 500;
const LAST_WORDS_MS = 10;
/** As long as names of threads are. */
const NAME_BYTES_MAX = 15;

export function startSocketThread<Command, Report>(
  { name, program, data, resourceLimits, close }: SocketThreadOptions<Command>,
  events: SocketThreadEvents<Report>,
  host: ThreadHost = hostThread,
): SocketThread<Command> {
  const closed = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const { port1: port, port2 } = new MessageChannel();
  const workerData: SocketThreadData = { ...data, name, closed, port: port2 };
  const { bundled, written } = program;
  const request = { program: { bundled: bundled.href, written: written.href }, workerData };
  const closeFirst = () => {
    port.postMessage(close);
    Atomics.wait(closed, 0, 0, CLOSE_MS_MAX);
  };
  process.on("exit", closeFirst);
  port.on("message", events.onReport);
  const ended = new Promise<void>((resolve) => {
    host({ ...request, resourceLimits }, (error) => {
      process.off("exit", closeFirst);
      for (let last = receiveMessageOnPort(port); last; last = receiveMessageOnPort(port)) {
        events.onReport(last.message as Report);
      }
      port.close();
      events.onEnd(error);
      resolve();
    });
  });
  return {
    post: (command, transferred = []) => {
      port.postMessage(command, transferred);
    },
    terminate: async () => {
      port.postMessage(close);
      await ended;
    },
  };
}

/**
 * Starts it from the thread that calls this.
 *
 * @returns what closes its sockets and waits until that is done: for a host that ends before it
 */
export function hostThread(
  { program, workerData, resourceLimits }: ThreadRequest,
  onEnd: (error: Error | null) => void,
): () => void {
  const worker = newWorker(program, {
    workerData,
    ...{ name: workerData.name, resourceLimits, transferList: [workerData.port] },
  });
  let failure: Error | null = null;
  worker.on("error", (error: unknown) => {
    failure = error instanceof Error ? error : new Error(String(error));
  });
  worker.on("exit", () => {
    Atomics.store(workerData.closed, 0, 1);
    onEnd(failure);
  });
  return () => {
    worker.postMessage("close");
    Atomics.wait(workerData.closed, 0, 0, CLOSE_MS_MAX);
  };
}

export interface ServedThread {
  /** To the owner. */
  readonly port: MessagePort;
  /** What closes the sockets, once there are any. */
  atEnd(close: () => void): void;
  end(): void;
}

/** The inside: to be called once, in the thread. */
export function serveSocketThread({ name, closed, port }: SocketThreadData): ServedThread {
  const host = parentPort;
  assert(host !== null, "is a worker thread");
  nameThread(name);
  const closing: (() => void)[] = [];
  const end = () => {
    for (const close of closing.splice(0)) close();
    port.close();
    host.close();
    // One turn of the loop later the watches of the sockets are closed too.
    setImmediate(() => {
      Atomics.store(closed, 0, 1);
      Atomics.notify(closed, 0);
    });
  };
  host.once("message", end);
  process.once("uncaughtException", (error) => {
    end();
    setTimeout(() => {
      throw error;
    }, LAST_WORDS_MS);
  });
  return { port, end, atEnd: (close) => closing.push(close) };
}

/** `top -H` and `ps -T` show it; nothing depends on it. */
function nameThread(name: string): void {
  try {
    writeFileSync("/proc/thread-self/comm", name.slice(0, NAME_BYTES_MAX));
  } catch {
    // It stays without.
  }
}

/** Beside the bundle; or as it was written, where the thread has to learn to read TypeScript first. */
function newWorker({ bundled, written }: ThreadRequest["program"], options: WorkerOptions): Worker {
  if (existsSync(new URL(bundled))) return new Worker(new URL(bundled), options);
  const tsx = import.meta.resolve("tsx/esm/api");
  const program = `import("${tsx}").then((tsx) => { tsx.register(); return import("${written}"); })`;
  return new Worker(program, { ...options, eval: true });
}
