/**
 * A request over TCP, in a connection of its own: once.
 *
 * Read first: RFC 1035 section 4.2.2 (two octets of length before each message), RFC 7766 section 8 (the length goes along with the message).
 */
import { connect } from "node:net";
import { concatBytes, uintBytes } from "../../base/bytes.ts";
import type { Ending } from "../waiting.ts";
import { Waiting, type Errand } from "./errand.ts";

const LENGTH_BYTES = 2;

export function overTcp(errand: Errand): Promise<Ending> {
  const { server, request, limits } = errand;
  const socket = connect({ port: server.port, host: server.address });
  const waiting = new Waiting(errand, "TCP", () => socket.destroy());
  waiting.after(limits.tcpMs, () => {
    waiting.giveUp();
  });
  let buffered = Buffer.alloc(0);
  socket.on("connect", () => {
    waiting.sends++;
    socket.write(concatBytes(uintBytes(request.length, LENGTH_BYTES), request));
  });
  socket.on("data", (chunk) => {
    buffered = Buffer.concat([buffered, chunk]);
    while (buffered.length >= LENGTH_BYTES && !waiting.isOver) {
      const end = LENGTH_BYTES + buffered.readUInt16BE(0);
      if (buffered.length < end) return;
      // What comes by this connection comes from the server: no better answer follows a hint.
      if (waiting.hear(buffered.subarray(LENGTH_BYTES, end))) waiting.giveUp();
      buffered = buffered.subarray(end);
    }
  });
  socket.on("error", (error) => {
    waiting.hearError(error);
  });
  socket.on("close", () => {
    waiting.giveUp();
  });
  return waiting.ended;
}
