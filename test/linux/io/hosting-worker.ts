/** A socket thread that hosts others, and says how low it is: started by hosting-process.ts. */
import { readFileSync } from "node:fs";
import { workerData } from "node:worker_threads";
import {
  hostThread,
  serveSocketThread,
  type SocketThreadData,
  type ThreadRequest,
} from "../../../src/linux/io/socket-thread.ts";
import { openDatagramSocket } from "../../../src/linux/io/datagram-socket.ts";

export type HostingCommand =
  | { readonly kind: "close" }
  | { readonly kind: "throw" }
  | { readonly kind: "host"; readonly request: ThreadRequest };

export type HostingReport =
  | { readonly kind: "open"; readonly name: string; readonly nice: string }
  | { readonly kind: "ended"; readonly error: string | null };

const data = workerData as SocketThreadData;
const thread = serveSocketThread(data);
const report = (message: HostingReport) => {
  thread.port.postMessage(message);
};
// A socket that is watched: to end without closing it is the death of the process.
const socket = openDatagramSocket({
  ...{ family: "IPv4", port: 0, onDatagram: () => undefined, onFault: () => undefined },
  onReadable: () => undefined,
});
thread.atEnd(() => {
  socket.close();
});
thread.port.on("message", (command: HostingCommand) => {
  if (command.kind === "close") thread.end();
  else if (command.kind === "throw") throw new Error("planted");
  else {
    const close = hostThread(command.request, (error) => {
      report({ kind: "ended", error: error?.message ?? null });
    });
    thread.atEnd(close);
  }
});

/** proc(5): the fields of stat; the name in the second is in brackets. */
const stat = readFileSync("/proc/thread-self/stat", "utf8");
const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
report({ kind: "open", name, nice: fields[19 - 3] ?? "" });
