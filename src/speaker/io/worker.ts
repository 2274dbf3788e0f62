/**
 * The thread of frames and heartbeats: starts the frame plane and carries messages to and from it.
 *
 * Nothing else runs here; that of BFD is started from here. If it dies, the process ends: a speaker that cannot answer must not look alive.
 * Neighbours: frame-plane.ts does the work; frame-worker.ts starts this file.
 */
import { workerData } from "node:worker_threads";
import { hostThread, serveSocketThread, type ThreadRequest } from "../../linux/io/socket-thread.ts";
import { raiseThreadPriority } from "../../linux/io/thread.ts";
import { FramePlane } from "./frame-plane.ts";
import type { ThreadCommand, ThreadReport, WorkerStart } from "./protocol.ts";
import { Thrift } from "./thrift.ts";

const REPORT_INTERVAL_MS = 1000;
const THRIFT_MS = 2000;
/** It keeps addresses and one buffer per socket: 10,000 addresses are 10 MB. */
const HEAP_BYTES_MAX = 64 * 2 ** 20;

async function main(): Promise<void> {
  raiseThreadPriority("nice");
  const { options, ...data } = workerData as WorkerStart;
  const thread = serveSocketThread(data);
  const report = (message: ThreadReport) => {
    thread.port.postMessage(message);
  };
  const thrift = new Thrift(THRIFT_MS, HEAP_BYTES_MAX);
  const plane = await FramePlane.open(options, {
    report: (message) => {
      report(message);
      if (message.kind === "left") thread.end();
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
  thread.atEnd(() => {
    clearInterval(timer);
    plane.close();
  });
  const startThread = (request: ThreadRequest) => {
    const { name } = request.workerData;
    const close = hostThread(request, (error) => {
      report({ kind: "thread-ended", name, error: error?.message ?? null });
    });
    thread.atEnd(close);
  };
  thread.port.on("message", (command: ThreadCommand) => {
    if (command.kind === "close") thread.end();
    else if (command.kind === "start-thread") startThread(command.request);
    else plane.command(command);
  });
  report({ kind: "open" });
}

await main();
