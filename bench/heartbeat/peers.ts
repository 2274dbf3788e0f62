/**
 * Many peers in one process: each has an address, a socket and an incarnation, and sends genuine signed heartbeats to one node.
 *
 * They decide nothing: each says that it hears all. What arrives is counted, and the gaps between arrivals are kept.
 */
import { createSocket, type Socket } from "node:dgram";
import { idOf } from "../../src/speaker/ids.ts";
import { raiseThreadPriority } from "../../src/linux/io/thread.ts";
import { Signer } from "../../src/speaker/io/signer.ts";
import type { Mac } from "../../src/base/mac.ts";

export interface PeersOptions {
  readonly key: readonly number[];
  readonly target: string;
  readonly port: number;
  /** All nodes; the first is the target. */
  readonly nodes: readonly { readonly node: string; readonly addresses: readonly string[] }[];
  /** Every peer sends this often. */
  readonly intervalMs: number;
  readonly detectionMs: number;
}

/** Since the tally before. */
export interface PeersTally {
  readonly kind: "tally";
  readonly sent: number;
  readonly received: number;
  /** Between two arrivals at one peer, in ms. */
  readonly gapsMs: readonly number[];
  /** How late this process was itself, at most: a gap says nothing below it. */
  readonly ownLatenessMs: number;
}

const TICK_MS = 2;

const options = JSON.parse(process.env["PEERS_OPTIONS"] ?? "{}") as PeersOptions;
const signer = new Signer();
signer.setKeys([Uint8Array.from(options.key)]);
const ids = options.nodes.map(({ node }) => idOf(node));
const links = [{ link: idOf("eth0"), fence: 0 }];
const incarnation = Date.now();

let [sent, received] = [0, 0];
let gapsMs: number[] = [];
let [ownLatenessMs, tickedMs] = [0, performance.now()];
raiseThreadPriority("realtime");

interface Peer {
  readonly id: number;
  readonly socket: Socket;
  readonly macs: readonly Mac[];
  dueMs: number;
  sequence: number;
}

const peers = await Promise.all(options.nodes.slice(1).map(open));

function open({ node, addresses }: PeersOptions["nodes"][number], index: number): Promise<Peer> {
  const socket = createSocket("udp4");
  let lastMs = 0;
  socket.on("message", () => {
    const nowMs = performance.now();
    received++;
    if (lastMs > 0) gapsMs.push(nowMs - lastMs);
    lastMs = nowMs;
  });
  const spreadMs = ((index * 37) % 100) / 100;
  const dueMs = performance.now() + spreadMs * options.intervalMs;
  const macs = [`02:00:00:00:02:${(index % 256).toString(16).padStart(2, "0")}` as Mac];
  return new Promise((resolve) => {
    socket.bind(options.port, addresses[0], () => {
      resolve({ id: idOf(node), socket, macs, dueMs, sequence: 0 });
    });
  });
}

function beat(peer: Peer): void {
  const heartbeat = {
    ...{ sender: peer.id, incarnation, sequence: ++peer.sequence, links, macs: peer.macs },
    ...{ leaving: false, starting: false, isolated: false, gated: false },
    ...{ fence: 0, planGeneration: 1, inServiceSeconds: 1000, yields: 0, lost: [] },
    ...{ intervalMs: options.intervalMs, detectionMs: options.detectionMs },
    heard: ids.filter((id) => id !== peer.id),
  };
  const bytes = signer.seal(heartbeat, performance.now());
  if (bytes === undefined) return;
  sent++;
  peer.socket.send(bytes, options.port, options.target);
}

setInterval(() => {
  const nowMs = performance.now();
  ownLatenessMs = Math.max(ownLatenessMs, nowMs - tickedMs - TICK_MS);
  tickedMs = nowMs;
  for (const peer of peers) {
    if (peer.dueMs > nowMs) continue;
    peer.dueMs += options.intervalMs;
    beat(peer);
  }
}, TICK_MS);

process.on("message", () => {
  const tally: PeersTally = { kind: "tally", sent, received, gapsMs, ownLatenessMs };
  [sent, received, gapsMs, ownLatenessMs] = [0, 0, [], 0];
  process.send?.(tally);
});
process.on("disconnect", () => process.exit(0));
process.send?.({ kind: "open" });
