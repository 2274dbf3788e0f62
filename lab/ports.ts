/** TCP ports that are free now, below the kernel's range for outgoing connections. */

import { createServer } from "node:net";
import { randomInt } from "node:crypto";

const FIRST_PORT = 18_000;
const LAST_PORT = 32_000;

/** @returns `count` different ports on which a server could listen on loopback a moment ago */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => {
      resolve(false);
    });
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
