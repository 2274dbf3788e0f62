/**
 * A process whose main thread makes way, with one thread from before and one that the first hosts. Says what it sees, a JSON value
 * in a line, and ends as its argument says.
 */
import { startSocketThread, type ThreadHost } from "../../../src/linux/io/socket-thread.ts";
import { lowerThreadPriority } from "../../../src/linux/io/thread.ts";
import type { HostingCommand, HostingReport } from "./hosting-worker.ts";

const how = process.argv[2] ?? "";
const written = new URL("hosting-worker.ts", import.meta.url);
const options = (name: string) => ({
  ...{ name, program: { bundled: new URL("none.js", written), written }, data: {} },
  ...{ resourceLimits: {}, close: { kind: "close" } as const },
});
const say = (fact: object) => process.stdout.write(`${JSON.stringify(fact)}\n`);

let onHostedEnd: (error: Error | null) => void = () => undefined;
const host: ThreadHost = (request, onEnd) => {
  onHostedEnd = onEnd;
  first.post({ kind: "host", request }, [request.workerData.port]);
};
const first = startSocketThread<HostingCommand, HostingReport>(options("first"), {
  onReport: (report) => {
    if (report.kind === "open") {
      say(report);
      begin();
    } else onHostedEnd(report.error === null ? null : new Error(report.error));
  },
  onEnd: (error) => {
    onHostedEnd(null);
    say({ ended: "first", error: error?.message ?? null });
  },
});
lowerThreadPriority();

function begin(): void {
  const second = startSocketThread<HostingCommand, HostingReport>(
    options("second"),
    {
      onReport: (report) => {
        say(report);
        void end();
      },
      onEnd: (error) => {
        onHostedEnd = () => undefined;
        say({ ended: "second", error: error?.message ?? null });
        if (how === "second-throws") void first.terminate();
      },
    },
    host,
  );
  const end = async () => {
    if (how === "exit") process.exit(0);
    if (how === "first-throws") first.post({ kind: "throw" });
    if (how === "second-throws") second.post({ kind: "throw" });
    if (how === "in-order") await second.terminate();
    if (how === "in-order" || how === "host-first") await first.terminate();
  };
}
