/** Answers ARP requests for one address in one namespace: as little as a responder can be. */
import { parentPort, workerData } from "node:worker_threads";
import { arpFilter } from "../../../src/linux/bpf.ts";
import { openPacketSocket } from "../../../src/linux/io/packet-socket.ts";
import { enterNamespace } from "../network.ts";

const { namespace, mac, address } = workerData as {
  readonly namespace: string;
  readonly mac: string;
  /** Eight hexadecimal digits. */
  readonly address: string;
};
const ours = Buffer.from(mac.replaceAll(":", ""), "hex");
const wanted = Number.parseInt(address, 16);
const reply = new Uint8Array(42);

enterNamespace(namespace);
const socket = openPacketSocket({
  etherType: 0x0806,
  filter: arpFilter(),
  onFrame: ({ interfaceIndex, bytes }) => {
    const target = new DataView(bytes.buffer, bytes.byteOffset).getUint32(38);
    if (target !== wanted || bytes[21] !== 1) return;
    reply.set(bytes.subarray(6, 12), 0);
    reply.set(ours, 6);
    reply.set(bytes.subarray(12, 20), 12);
    reply.set([0, 2], 20);
    reply.set(ours, 22);
    reply.set(bytes.subarray(38, 42), 28);
    reply.set(bytes.subarray(22, 32), 32);
    socket.send(interfaceIndex, reply);
  },
  onFault: (name) => {
    console.error(name);
  },
});
parentPort?.postMessage("ready");
