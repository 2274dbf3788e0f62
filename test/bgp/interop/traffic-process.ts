/**
 * Traffic through a router, in a network namespace: `traffic-process.ts echo ADDRESS` answers, `traffic-process.ts send ADDRESS` sends
 * a datagram each few milliseconds and tells, asked by a line on its standard input, how many it has sent and how many were answered.
 */
import { createSocket } from "node:dgram";
import { createInterface } from "node:readline";

const PORT = 7000;
const INTERVAL_MS = 5;

export interface Traffic {
  readonly sent: number;
  readonly answered: number;
}

const [role, address = ""] = process.argv.slice(2);
const socket = createSocket("udp4");
// A router without a route says so; what is lost is lost.
socket.on("error", () => undefined);

if (role === "echo") {
  socket.on("message", (message, { address: from, port }) => {
    socket.send(message, port, from);
  });
  socket.bind(PORT, address, () => {
    process.stdout.write("{}\n");
  });
} else {
  let [sent, answered] = [0, 0];
  socket.on("message", () => answered++);
  socket.bind(0, () => {
    setInterval(() => {
      sent++;
      socket.send("x", PORT, address, () => undefined);
    }, INTERVAL_MS);
  });
  createInterface({ input: process.stdin }).on("line", () => {
    const traffic: Traffic = { sent, answered };
    process.stdout.write(`${JSON.stringify(traffic)}\n`);
  });
}
