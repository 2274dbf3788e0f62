/**
 * The thread of BFD: starts the plane and carries messages to and from it.
 *
 * Nothing else runs here (docs/decisions/0020-bfd.md). If it dies, the process ends: peers would take it for a dead node.
 * Neighbours: bfd-plane.ts does the work; bfd-thread.ts starts this file.
 */
import { workerData } from "node:worker_threads";
import { serveSocketThread, type SocketThreadData } from "../../../linux/io/socket-thread.ts";
import { raiseThreadPriority } from "../../../linux/io/thread.ts";
import { BfdPlane } from "./bfd-plane.ts";
import type { BfdCommand, BfdThreadReport } from "./protocol.ts";

const REPORT_INTERVAL_MS = 1000;

async function main(): Promise<void> {
  raiseThreadPriority("nice");
  const thread = serveSocketThread(workerData as SocketThreadData);
  const report = (message: BfdThreadReport) => {
    thread.port.postMessage(message);
  };
  const plane = await BfdPlane.open(report);
  const timer = setInterval(() => {
    plane.tick();
    report(plane.takeCounters());
  }, REPORT_INTERVAL_MS);
  thread.atEnd(() => {
    clearInterval(timer);
    plane.close();
  });
  thread.port.on("message", (command: BfdCommand) => {
    if (command.kind === "close") thread.end();
    else plane.want(command.sessions);
  });
  report({ kind: "open" });
}

await main();
