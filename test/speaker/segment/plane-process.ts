/**
 * A speaker's frame worker in a process of its own, so that it can live in a network namespace and be killed.
 *
 * The parent talks to it over the channel of child_process; nothing is between it and the worker.
 */
import { startFrameWorker } from "../../../src/speaker/io/frame-worker.ts";
import type { WorkerCommand, WorkerOptions } from "../../../src/speaker/io/protocol.ts";

const options = JSON.parse(process.env["WORKER_OPTIONS"] ?? "{}") as WorkerOptions;

const worker = startFrameWorker(options, {
  onReport: (report) => {
    process.send?.(report);
    if (report.kind === "left") setTimeout(() => process.exit(0), 50);
  },
  onEnd: (error) => {
    if (error !== null) process.stderr.write(`${error.message}\n`);
    process.exit(error === null ? 0 : 1);
  },
});

process.on("message", (command: WorkerCommand | { readonly kind: "memory" }) => {
  if (command.kind === "memory") process.send?.({ kind: "memory", rss: process.memoryUsage.rss() });
  else worker.post(command);
});
process.on("disconnect", () => process.exit(0));
