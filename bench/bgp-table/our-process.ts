/** Our BGP speaker in a process of its own, with a number of prefixes to tell the one router: `our-process.ts COUNT`. */
import { pino } from "pino";
import type { Ip } from "../../src/base/ip.ts";
import { plainAnnouncement } from "../../src/bgp/announcement.ts";
import { BgpSpeaker } from "../../src/bgp/io/bgp-speaker.ts";
import type { BgpPeer } from "../../src/bgp/peer.ts";
import { RECEIVER, SENDER } from "./place.ts";
import { prefixes } from "./prefixes.ts";

const key = "router";
const peer: BgpPeer = {
  ...{ key, address: RECEIVER.address as Ip, interface: null, port: 179, sourceAddress: null },
  ...{ ourAsn: SENDER.asn, theirAsn: RECEIVER.asn, routerId: SENDER.routerId as Ip, vrf: null },
  ...{ reach: { kind: "direct" }, password: null, holdTimeSeconds: 90, keepaliveSeconds: null },
  ...{ connectRetryMs: 1000, passive: false, families: ["IPv4", "IPv6"], bfdProfile: null },
  ...{ gracefulRestartSeconds: null, extendedMessages: false },
};

const speaker = new BgpSpeaker({
  ...{ log: pino({ level: "silent" }), listenPort: null },
  onChange: () => undefined,
  onListening: () => undefined,
  onGone: () => undefined,
});
speaker.setPeers([peer]);
speaker.changeRoutes(key, {
  announce: prefixes(Number(process.argv[2])).map(plainAnnouncement),
  withdraw: [],
});
speaker.complete();
console.log("loaded");
