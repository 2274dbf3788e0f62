/**
 * What to answer to an ARP request or a neighbour solicitation, or why not. Pure.
 *
 * Read first: RFC 826 "Packet Reception", RFC 5227 section 2.1.1 (probes), RFC 4861 section 7.2.3, 7.2.4.
 * The reason for silence is the label of a metric. A probe that looks for a free address (sender 0.0.0.0, source
 * `::`) is answered: that is how its sender learns that the address is taken.
 * Neighbours: wire/ has the bytes; speaker.ts knows what is held.
 */
import type { Ip } from "../base/ip.ts";
import { MAC_BROADCAST, MAC_ZERO, type Mac } from "../base/mac.ts";
import { decodeArp, encodeArp, type ArpPacket } from "./wire/arp.ts";
import {
  decodeEthernet,
  encodeEthernet,
  ETHER_TYPE_ARP,
  ETHER_TYPE_IPV6,
  type EthernetFrame,
} from "./wire/ethernet.ts";
import {
  ALL_NODES,
  decodeNdp,
  encodeNdp,
  multicastMac,
  UNSPECIFIED,
  type NdpMessage,
} from "./wire/ndp.ts";

export type Silence =
  | "own-frame"
  | "not-to-us"
  | "not-a-request"
  /** A stranger, or the holder before us, says that the address is its own. */
  | "claims-our-address"
  | "not-ours"
  | "not-holding"
  | "wrong-interface";

export type Answer =
  | {
      readonly kind: "reply";
      readonly ip: Ip;
      readonly etherType: number;
      readonly frame: Uint8Array;
    }
  /** `ip` is what the frame was about. */
  | { readonly kind: "silence"; readonly reason: Silence; readonly ip: Ip }
  | { readonly kind: "fault"; readonly name: string };

/** What is said of an address when a frame asks for it on an interface. */
export type Holding = "held" | "not-ours" | "not-holding" | "wrong-interface";

/** The interface that a frame came in by, and what we hold. */
export interface Place {
  readonly mac: Mac;
  readonly holdingOf: (ip: Ip) => Holding;
}

/** A frame, understood; the frame's payload is a view of its bytes. */
export type ReadFrame =
  | { readonly kind: "arp"; readonly frame: EthernetFrame; readonly message: ArpPacket }
  | { readonly kind: "ndp"; readonly frame: EthernetFrame; readonly message: NdpMessage }
  | { readonly kind: "fault"; readonly name: string };

/** @param bytes a frame of ARP or IPv6, as it came */
export function readFrame(bytes: Uint8Array): ReadFrame {
  const ethernet = decodeEthernet(bytes);
  if (!ethernet.ok) return { kind: "fault", name: ethernet.fault };
  const frame = ethernet.value;
  if (frame.etherType === ETHER_TYPE_ARP) {
    const arp = decodeArp(frame.payload);
    return arp.ok ? { kind: "arp", frame, message: arp.value } : { kind: "fault", name: arp.fault };
  }
  const ndp = decodeNdp(frame.payload);
  return ndp.ok ? { kind: "ndp", frame, message: ndp.value } : { kind: "fault", name: ndp.fault };
}

export function respond(read: ReadFrame, place: Place): Answer {
  if (read.kind === "fault") return read;
  const { frame } = read;
  return read.kind === "arp"
    ? answerArp(frame, read.message, place)
    : answerNdp(frame, read.message, place);
}

function answerArp(frame: EthernetFrame, arp: ArpPacket, place: Place): Answer {
  const silent = (reason: Silence, ip = arp.targetIp): Answer => ({ kind: "silence", reason, ip });
  const own = frame.source === place.mac || arp.senderMac === place.mac;
  if (own) return silent("own-frame");
  if (frame.destination !== MAC_BROADCAST && frame.destination !== place.mac) {
    return silent("not-to-us");
  }
  if (place.holdingOf(arp.senderIp) === "held") return silent("claims-our-address", arp.senderIp);
  if (arp.operation !== "request") return silent("not-a-request");
  const holding = place.holdingOf(arp.targetIp);
  if (holding !== "held") return silent(holding);
  const reply: ArpPacket = {
    operation: "reply",
    senderMac: place.mac,
    senderIp: arp.targetIp,
    targetMac: arp.senderMac,
    targetIp: arp.senderIp,
  };
  const bytes = arpFrame(arp.senderMac, reply);
  return { kind: "reply", ip: arp.targetIp, etherType: ETHER_TYPE_ARP, frame: bytes };
}

function answerNdp(frame: EthernetFrame, message: NdpMessage, place: Place): Answer {
  const ip = message.target;
  const silent = (reason: Silence): Answer => ({ kind: "silence", reason, ip });
  if (frame.source === place.mac) return silent("own-frame");
  if (message.kind === "advertisement") {
    const claimed = place.holdingOf(ip) === "held" && message.linkLayer !== place.mac;
    return silent(claimed ? "claims-our-address" : "not-a-request");
  }
  if (frame.destination !== place.mac && !frame.destination.startsWith("33:33:")) {
    return silent("not-to-us");
  }
  const holding = place.holdingOf(ip);
  if (holding !== "held") return silent(holding);
  const anonymous = message.source === UNSPECIFIED;
  const destination = anonymous ? ALL_NODES : message.source;
  const reply = encodeNdp({
    kind: "advertisement",
    // The address asked for, not one of ours: some askers compare them, and it needs no link-local.
    source: ip,
    destination,
    target: ip,
    router: false,
    solicited: !anonymous, // section 7.2.4
    override: true,
    linkLayer: place.mac,
  });
  const to = anonymous ? multicastMac(ALL_NODES) : (message.linkLayer ?? frame.source);
  const bytes = ndpFrame(to, place.mac, reply);
  return { kind: "reply", ip, etherType: ETHER_TYPE_IPV6, frame: bytes };
}

/** @returns one frame for the quick round, both forms of gratuitous ARP later, or the advertisement */
export function announcementFrames(ip: Ip, mac: Mac, round: number): readonly Uint8Array[] {
  if (ip.includes(":")) return [unsolicitedAdvertisement(ip, mac)];
  const request = gratuitousArp("request", ip, mac);
  return round === 0 ? [request] : [request, gratuitousArp("reply", ip, mac)];
}

/** RFC 5227 section 1.1: an announcement is a request for the sender's own address. */
function gratuitousArp(operation: ArpPacket["operation"], ip: Ip, mac: Mac): Uint8Array {
  const targetMac = operation === "request" ? MAC_ZERO : mac;
  return arpFrame(MAC_BROADCAST, {
    operation,
    senderMac: mac,
    senderIp: ip,
    targetMac,
    targetIp: ip,
  });
}

/** RFC 4861 section 7.2.6: with the Override flag, for the address has moved. */
function unsolicitedAdvertisement(ip: Ip, mac: Mac): Uint8Array {
  const advertisement = encodeNdp({
    kind: "advertisement",
    source: ip,
    destination: ALL_NODES,
    target: ip,
    router: false,
    solicited: false,
    override: true,
    linkLayer: mac,
  });
  return ndpFrame(multicastMac(ALL_NODES), mac, advertisement);
}

function arpFrame(destination: Mac, arp: ArpPacket): Uint8Array {
  const payload = encodeArp(arp);
  return encodeEthernet({ destination, source: arp.senderMac, etherType: ETHER_TYPE_ARP, payload });
}

function ndpFrame(destination: Mac, source: Mac, payload: Uint8Array): Uint8Array {
  return encodeEthernet({ destination, source, etherType: ETHER_TYPE_IPV6, payload });
}
