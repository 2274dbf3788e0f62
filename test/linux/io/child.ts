/**
 * A process that opens what it may and ends in the way that its argument names: "close" everything and
 * have nothing left to do, "exit" with 7 and everything open, "throw" inside a watch, "denied" a packet socket.
 */
import { arpFilter } from "../../../src/linux/bpf.ts";
import { watchLinks } from "../../../src/linux/io/link-monitor.ts";
import { openPacketSocket, type PacketSocket } from "../../../src/linux/io/packet-socket.ts";

const way = process.argv[2];

function openPacket(): PacketSocket {
  return openPacketSocket({
    etherType: 0x0806,
    filter: arpFilter(),
    onFrame: () => undefined,
    onFault: () => undefined,
  });
}

if (way === "denied") openPacket().close();
const packet = way !== "denied" && process.getuid?.() === 0 ? openPacket() : undefined;
const monitor = watchLinks({
  onLinks: () => {
    if (way === "throw") throw new Error("thrown in a watch");
    if (way === "exit") process.exit(7);
    packet?.close();
    monitor.close();
  },
  onFault: (name) => {
    console.error(name);
  },
});
