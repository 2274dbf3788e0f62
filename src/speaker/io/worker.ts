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
import type { WorkerCommand, WorkerOptions, WorkerReport } from "./protocol.ts";

const REPORT_INTERVAL_MS = 1000;

async function main(): Promise<void> {
  const port = parentPort;
  assert(port !== null, "is a worker thread");
  raiseThreadPriority("nice");
  const report = (message: WorkerReport) => {
    port.postMessage(message);
  };
  const plane = await FramePlane.open(workerData as WorkerOptions, (message) => {
    report(message);
    if (message.kind === "left") end();
  });
  const timer = setInterval(() => {
    report({ kind: "counters", counters: plane.takeCounters(), gauges: plane.gauges });
  }, REPORT_INTERVAL_MS);
  const end = () => {
    clearInterval(timer);
    plane.close();
    port.close();
  };
  port.on("message", (command: WorkerCommand) => {
    plane.command(command);
  });
  report({ kind: "open" });
}

await main();
