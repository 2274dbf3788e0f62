/**
 * A BGP speaker of ours in a process of its own, for a network namespace: commands on its standard input, one JSON value in a line;
 * what its sessions are on its standard output, after each change.
 */
import { createInterface } from "node:readline";
import { pino } from "pino";
import type { Announcement } from "../../../src/bgp/announcement.ts";
import { BgpSpeaker } from "../../../src/bgp/io/bgp-speaker.ts";
import type { BgpPeer } from "../../../src/bgp/peer.ts";
import type { BfdReport } from "../../../src/bgp/bfd-report.ts";
import { setRoutes } from "../route-diff.ts";
import type { SessionView } from "./node.ts";

export type Command =
  | { readonly kind: "peers"; readonly peers: readonly BgpPeer[] }
  | { readonly kind: "routes"; readonly peer: string; readonly routes: readonly Announcement[] }
  | { readonly kind: "complete" }
  | { readonly kind: "drain"; readonly isDraining: boolean }
  | { readonly kind: "bfd"; readonly report: BfdReport }
  | { readonly kind: "look" }
  | { readonly kind: "stop"; readonly how: "shutdown" | "restart"; readonly text: string };

const log = pino({ level: process.env["LOG_LEVEL"] ?? "silent" }, pino.destination(2));
const port = process.env["LISTEN_PORT"];
const speaker = new BgpSpeaker({
  log,
  listenPort: port === undefined ? null : Number(port),
  onChange: show,
});

function show(): void {
  const sessions = [...speaker.sessions].map(([key, session]): SessionView => {
    const { state, lastEnd, agreement, ends, rib, counters } = session;
    return {
      ...{ key, state, lastEnd, ends, toldCount: rib.toldCount },
      families: agreement?.families ?? [],
      sent: counters.sentByKind,
      received: counters.receivedByKind,
      heldBack: [...rib.wanted.keys()].flatMap((prefix) => {
        const why = rib.heldBack(prefix);
        return why === null ? [] : [`${prefix} ${why}`];
      }),
    };
  });
  process.stdout.write(`${JSON.stringify(sessions)}\n`);
}

async function obey(command: Command): Promise<void> {
  switch (command.kind) {
    case "peers":
      speaker.setPeers(command.peers);
      break;
    case "routes":
      setRoutes(speaker, command.peer, command.routes);
      break;
    case "complete":
      speaker.complete();
      break;
    case "drain":
      speaker.drain(command.isDraining);
      break;
    case "bfd":
      speaker.bfd(command.report);
      break;
    case "look":
      break;
    case "stop":
      await speaker.stop(command.how, command.text);
      show();
      process.exit(0);
  }
  show();
}

createInterface({ input: process.stdin }).on("line", (line) => {
  void obey(JSON.parse(line) as Command);
});
