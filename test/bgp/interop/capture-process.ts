/** Dials a router, says hello, and writes down what it says, one message in hexadecimal a line, until it goes. See capture.ts. */
import { connect } from "node:net";
import { ourOpen } from "../../../src/bgp/handshake.ts";
import { Framing } from "../../../src/bgp/wire/framing.ts";
import { encodeMessage } from "../../../src/bgp/wire/message.ts";
import { peer } from "./node.ts";
import type { SpokenSession } from "./said.ts";

const WAIT_MS = 120_000;
const router = process.env["ROUTER"] ?? "";
const session = JSON.parse(process.env["SESSION"] ?? "{}") as SpokenSession;
const wire = { asnBytes: 4, isExternal: session.name === "eBGP" } as const;
const ours = peer(router, {
  ...{ ourAsn: session.ourAsn, theirAsn: session.routerAsn, holdTimeSeconds: session.holdSeconds },
  gracefulRestartSeconds: session.gracefulRestart ? 120 : null,
});

function dial(): void {
  const socket = connect({ host: router, port: 179 });
  const framing = new Framing();
  let said = 0;
  socket.on("connect", () => {
    socket.write(encodeMessage(ourOpen(ours, false), wire));
    socket.write(encodeMessage({ kind: "keepalive" }, wire));
    setInterval(() => socket.write(encodeMessage({ kind: "keepalive" }, wire)), 2000).unref();
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
