/**
 * A request over UDP: sent again until an answer comes, a few times at most.
 *
 * The socket is connected: the kernel lets in what comes from the server's address and port alone, and tells when nobody listens there.
 */
import { createSocket } from "node:dgram";
import { familyOf } from "../../base/ip.ts";
import { backoffMs } from "../../kube/backoff.ts";
import type { Ending } from "../waiting.ts";
import { Waiting, type Errand } from "./errand.ts";

export function overUdp(errand: Errand): Promise<Ending> {
  const { server, request, limits } = errand;
  const socket = createSocket(familyOf(server.address) === "IPv4" ? "udp4" : "udp6");
  const waiting = new Waiting(errand, "UDP", () => socket.close());
  const send = () => {
    if (waiting.hasHint || waiting.sends === limits.udpSendsMax) {
      waiting.giveUp();
      return;
    }
    waiting.sends++;
    waiting.after(backoffMs(waiting.sends, Math.random(), limits), send);
    socket.send(request, (error) => {
      if (error) waiting.hearError(error);
    });
  };
  socket.on("message", (bytes) => {
    if (waiting.hear(bytes)) waiting.after(limits.hintWaitMs, send);
  });
  socket.on("error", (error) => {
    waiting.hearError(error); // Nobody listens now: the server may be restarting.
  });
  if (!waiting.isOver) {
    socket.connect(server.port, server.address, (error?: Error) => {
      if (error) waiting.hearError(error);
      if (error) waiting.giveUp();
      else if (!waiting.isOver) send();
    });
  }
  return waiting.ended;
}
