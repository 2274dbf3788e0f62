/** Dials a router, says hello, and writes down what it says, one message in hexadecimal a line, until it goes. See capture.ts. */
import { connect } from "node:net";
import { ourOpen } from "../../../src/bgp/handshake.ts";
import { Framing } from "../../../src/bgp/wire/framing.ts";
import { encodeMessage } from "../../../src/bgp/wire/message.ts";
import { peer } from "./node.ts";

const WIRE = { asnBytes: 4, isExternal: true } as const;
const WAIT_MS = 15_000;
const router = process.argv[2] ?? "";

function dial(): void {
  const socket = connect({ host: router, port: 179 });
  const framing = new Framing();
  let said = 0;
  socket.on("connect", () => {
    const ours = peer(router, { gracefulRestartSeconds: 120, holdTimeSeconds: 9 });
    socket.write(encodeMessage(ourOpen(ours, false), WIRE));
    socket.write(encodeMessage({ kind: "keepalive" }, WIRE));
    setInterval(() => socket.write(encodeMessage({ kind: "keepalive" }, WIRE)), 2000).unref();
  });
  socket.on("data", (bytes) => {
    framing.add(bytes);
    for (;;) {
      const next = framing.next({ isExtended: false });
      if (next?.ok !== true) return;
      said++;
      process.stdout.write(`${Buffer.from(next.value).toString("hex")}\n`);
    }
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    if (said === 0) setTimeout(dial, 200);
    else process.exit(0);
  });
}

setTimeout(() => process.exit(1), WAIT_MS);
dial();
