/**
 * The thread of BFD in a process of its own, so that it can live in a network namespace and be killed.
 *
 * The parent talks to it over the channel of child_process; nothing is between it and the thread.
 */
import { startBfdThread } from "../../src/bgp/bfd/io/bfd-thread.ts";
import type { WantedSession } from "../../src/bgp/bfd/sessions.ts";

const thread = startBfdThread({
  onReport: (report) => {
    process.send?.(report);
  },
  onEnd: (error) => {
    if (error !== null) process.stderr.write(`${error.message}\n`);
    process.exit(error === null ? 0 : 1);
  },
});

process.on("message", (sessions: readonly WantedSession[]) => {
  thread.want(sessions);
});
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => {
  void thread.terminate();
});
