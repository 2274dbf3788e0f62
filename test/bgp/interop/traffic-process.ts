/**
 * Traffic through a router, in a network namespace: `traffic-process.ts echo ADDRESS…` answers there, `traffic-process.ts send ADDRESS…`
 * sends a datagram to one of them each few milliseconds, and tells for each, asked by a line on its standard input, how many it has sent
 * and how many were answered; after the line "stop" it sends no more.
 */
import { createSocket } from "node:dgram";
import { createInterface } from "node:readline";

const PORT = 7000;
const INTERVAL_MS = 2;

/** By address. */
export type Traffic = Readonly<
  Record<string, { readonly sent: number; readonly answered: number }>
>;

const [role, ...addresses] = process.argv.slice(2);
const open = (address: string) => {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  // A router without a route says so; what is lost is lost.
  socket.on("error", () => undefined);
  return socket;
};

function echo(): void {
  let missing = addresses.length;
  for (const address of addresses) {
    const socket = open(address);
    socket.on("message", (message, { address: from, port }) => {
      socket.send(message, port, from);
    });
    socket.bind(PORT, address, () => {
      if (--missing === 0) process.stdout.write("{}\n");
    });
  }
}

function send(): void {
  const flows = addresses.map((address) => ({
    address,
    socket: open(address),
    sent: 0,
    answered: 0,
  }));
  for (const flow of flows) flow.socket.on("message", () => flow.answered++);
  let turn = 0;
  const timer = setInterval(() => {
    const flow = flows[turn++ % flows.length];
    if (flow === undefined) return;
    flow.sent++;
    flow.socket.send("x", PORT, flow.address, () => undefined);
  }, INTERVAL_MS);
  createInterface({ input: process.stdin }).on("line", (line) => {
    if (line === "stop") clearInterval(timer);
    const traffic: Traffic = Object.fromEntries(
      flows.map(({ address, sent, answered }) => [address, { sent, answered }]),
    );
    process.stdout.write(`${JSON.stringify(traffic)}\n`);
  });
}

if (role === "echo") echo();
else send();
