/**
 * A BGP speaker of ours in a process of its own, for a network namespace: commands on its standard input, one JSON value in a line;
 * what its sessions are on its standard output, after each change.
 */
import { createInterface } from "node:readline";
import { pino } from "pino";
import type { Ip } from "../../../src/base/ip.ts";
import type { Announcement } from "../../../src/bgp/announcement.ts";
import { BgpSpeaker } from "../../../src/bgp/io/bgp-speaker.ts";
import type { BgpPeer } from "../../../src/bgp/peer.ts";
import { BfdWatch } from "../../../src/bgp/bfd/io/bfd-watch.ts";
import type { BfdState } from "../../../src/bgp/bfd-report.ts";
import { Neighbours } from "../../../src/bgp/unnumbered/io/neighbours.ts";
import { bfdPaths, failedNeighbour } from "../../../src/speaker/bgp-peers.ts";
import { setRoutes } from "../route-diff.ts";
import type { SessionView, View } from "./node.ts";

/** One without an address is whoever is on its interface. */
export type WantedPeer = Omit<BgpPeer, "address"> & { readonly address: Ip | null };

export type Command =
  | { readonly kind: "peers"; readonly peers: readonly WantedPeer[] }
  | { readonly kind: "routes"; readonly peer: string; readonly routes: readonly Announcement[] }
  | { readonly kind: "complete" }
  | { readonly kind: "drain"; readonly isDraining: boolean }
  | { readonly kind: "look" }
  | { readonly kind: "stop"; readonly how: "shutdown" | "restart"; readonly text: string };

const BFD_PROFILES = new Map([["fast", { transmitInterval: 100, receiveInterval: 100 }]]);

const log = pino({ level: process.env["LOG_LEVEL"] ?? "silent" }, pino.destination(2));
const port = process.env["LISTEN_PORT"];
const speaker = new BgpSpeaker({
  log,
  listenPort: port === undefined ? null : Number(port),
  onChange: (session, news) => {
    const failed = failedNeighbour(session, news);
    if (failed !== null) neighbours.failed(failed.interface, failed.address);
    show();
  },
  onListening: () => undefined,
  onGone: () => undefined,
});
const bfdStates = new Map<string, BfdState>();
/** By who both ends are. */
const bfdDetectionMs = new Map<string, number>();
const endsOf = (theirs: Ip, ours: Ip | null) => `${theirs} ${ours ?? ""}`;
const bfd = new BfdWatch({
  onReport: (report) => {
    bfdStates.set(report.peer, report.state);
    speaker.bfd(report);
    show();
  },
  onTroubles: () => {
    log.warn([...bfd.troubles], "BFD that can neither send nor hear");
  },
  onCounters: ({ endpoints: { theirAddress, ourAddress }, detectionUs }) =>
    bfdDetectionMs.set(endsOf(theirAddress, ourAddress), detectionUs / 1000),
  onFault: () => undefined,
  onEnd: () => undefined,
});
const neighbours = new Neighbours({ log, onChange: setPeers });
let wanted: readonly WantedPeer[] = [];
let obeyed = 0;
let routes: Readonly<Record<string, readonly Announcement[]>> = {};

function setPeers(): void {
  const links = wanted.flatMap(({ address, interface: link }) =>
    address === null && link !== null ? [link] : [],
  );
  neighbours.want(new Set(links));
  const peers = wanted.flatMap((peer): BgpPeer[] => {
    const address = peer.address ?? neighbours.of(peer.interface ?? "").address;
    return address === null ? [] : [{ ...peer, address }];
  });
  speaker.setPeers(peers);
  bfd.watch(bfdPaths(peers), BFD_PROFILES);
  for (const [peer, all] of Object.entries(routes)) setRoutes(speaker, peer, all);
  show();
}

function show(): void {
  const sessions = [...speaker.sessions].map(([key, session]): SessionView => {
    const { state, lastEnd, agreement, ends, rib, counters } = session;
    return {
      ...{ key, state, lastEnd, ends, toldCount: rib.toldCount },
      families: agreement?.families ?? [],
      theirAsn: agreement?.theirAsn ?? null,
      bfd: bfdStates.get(key) ?? null,
      bfdDetectionMs:
        bfdDetectionMs.get(endsOf(session.peer.address, session.peer.sourceAddress)) ?? null,
      sent: counters.sentByKind,
      received: counters.receivedByKind,
      prefixesReceived: counters.prefixesReceived,
      heldBack: [...rib.wanted.keys()].flatMap((prefix) => {
        const why = rib.heldBack(prefix);
        return why === null ? [] : [`${prefix} ${why}`];
      }),
    };
  });
  const view: View = { obeyed, sessions };
  process.stdout.write(`${JSON.stringify(view)}\n`);
}

async function obey(command: Command): Promise<void> {
  if (command.kind !== "look") obeyed++;
  switch (command.kind) {
    case "peers":
      wanted = command.peers;
      setPeers();
      break;
    case "routes":
      routes = { ...routes, [command.peer]: command.routes };
      setRoutes(speaker, command.peer, command.routes);
      break;
    case "complete":
      speaker.complete();
      break;
    case "drain":
      speaker.drain(command.isDraining);
      break;
    case "look":
      break;
    case "stop":
      neighbours.close();
      await speaker.stop(command.how, command.text);
      await bfd.close();
      show();
      process.exit(0);
  }
  show();
}

createInterface({ input: process.stdin }).on("line", (line) => {
  void obey(JSON.parse(line) as Command);
});
