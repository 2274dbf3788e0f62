/**
 * The thread of frames and heartbeats: starts the frame plane and carries messages to and from it.
 *
 * Nothing else runs here. If it dies, the process ends: a speaker that cannot answer must not look alive.
 * Neighbours: frame-plane.ts does the work; frame-worker.ts starts this file.
 */
import assert from "node:assert/strict";
import { parentPort, workerData } from "node:worker_threads";
import { raiseThreadPriority } from "../../linux/io/thread.ts";
import { FramePlane } from "./frame-plane.ts";
import type { WorkerCommand, WorkerReport, WorkerStart } from "./protocol.ts";
import { Thrift } from "./thrift.ts";

const REPORT_INTERVAL_MS = 1000;
const THRIFT_MS = 2000;
/** It keeps addresses and one buffer per socket: 10,000 addresses are 10 MB. */
const HEAP_BYTES_MAX = 64 * 2 ** 20;
const LAST_WORDS_MS = 10;

async function main(): Promise<void> {
  const port = parentPort;
  assert(port !== null, "is a worker thread");
  raiseThreadPriority("nice");
  const report = (message: WorkerReport) => {
    port.postMessage(message);
  };
  const { options, closed } = workerData as WorkerStart;
  const thrift = new Thrift(THRIFT_MS, HEAP_BYTES_MAX);
  const plane = await FramePlane.open(options, {
    report: (message) => {
      report(message);
      if (message.kind === "left") end();
    },
    // The next heartbeat is as far away as it ever is.
    onBeat: () => {
      thrift.look(performance.now());
    },
  });
  const timer = setInterval(() => {
    const findings = plane.takeFindings();
    if (findings !== null) report(findings);
    report({ kind: "counters", counters: plane.takeCounters(), gauges: plane.gauges });
  }, REPORT_INTERVAL_MS);
  const end = () => {
    clearInterval(timer);
    plane.close();
    port.close();
    // One turn of the loop later the watches of the sockets are closed too.
    setImmediate(() => {
      Atomics.store(closed, 0, 1);
      Atomics.notify(closed, 0);
    });
  };
  port.on("message", (command: WorkerCommand) => {
    if (command.kind === "close") end();
    else plane.command(command);
  });
  // A thread that ends with a watch open takes the process down with SIGSEGV, and nobody learns why.
  process.once("uncaughtException", (error) => {
    end();
    setTimeout(() => {
      throw error;
    }, LAST_WORDS_MS);
  });
  report({ kind: "open" });
}

await main();
