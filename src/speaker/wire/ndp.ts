/**
 * Neighbour discovery: solicitations and advertisements inside IPv6, bytes to values and back. Pure.
 *
 *    0               4               8                              40
 *   +-------+-------+---------------+----------------+-------------+
 *   | IPv6: version 6 · payload length · next header 58 · hop limit |
 *   |       255 · source (16) · destination (16)                    |
 *   +------+------+----------+------------------------+------------+
 *   | type | code | checksum |  R S O · reserved (32) | target (16) |
 *   +------+------+----------+------------------------+------------+
 *   | options: type (1) · length in units of 8 bytes (1) · value    |
 *   +---------------------------------------------------------------+
 *
 * Read first: RFC 4861 sections 4.3, 4.4 (formats), 7.1 (validation); RFC 4291 section 2.7.1 (groups).
 * Left out on purpose: extension headers (no node sends them here; RFC 6980 forbids fragments), options
 * other than link-layer addresses (skipped, as section 4.6 asks), router messages.
 * Neighbours: ../responder.ts decides what to answer; src/linux carries it.
 */
import { ByteReader, concatBytes, uintBytes } from "../../base/bytes.ts";
import { decoded, fault, type Decoded } from "../../base/decoded.ts";
import { ipFromBytes, ipToBytes, type Ip } from "../../base/ip.ts";
import { macFromBytes, macToBytes, type Mac } from "../../base/mac.ts";

export interface NeighborSolicitation {
  readonly kind: "solicitation";
  /** `::` while the sender checks that nobody else has the target (RFC 4862 section 5.4.2). */
  readonly source: Ip;
  readonly destination: Ip;
  readonly target: Ip;
  /** The source link-layer address option; null where it is absent. */
  readonly linkLayer: Mac | null;
}

export interface NeighborAdvertisement {
  readonly kind: "advertisement";
  readonly source: Ip;
  readonly destination: Ip;
  readonly target: Ip;
  readonly router: boolean;
  readonly solicited: boolean;
  readonly override: boolean;
  /** The target link-layer address option; null where it is absent. */
  readonly linkLayer: Mac | null;
}

export type NdpMessage = NeighborSolicitation | NeighborAdvertisement;

export const UNSPECIFIED = "::" as Ip;
export const ALL_NODES = "ff02::1" as Ip;
const IPV6_HEADER_BYTES = 40;
/** Type to target: what every message has (sections 4.3, 4.4). */
const MESSAGE_BYTES = 24;
const ICMPV6 = 58;
const HOP_LIMIT = 255;
const [SOLICITATION, ADVERTISEMENT] = [135, 136];
const [SOURCE_LINK_LAYER, TARGET_LINK_LAYER] = [1, 2];
const [ROUTER, SOLICITED, OVERRIDE] = [0x80, 0x40, 0x20];

/** @param packet from the IPv6 header on; bytes behind its payload length are padding */
export function decodeNdp(packet: Uint8Array): Decoded<NdpMessage> {
  if (packet.length < IPV6_HEADER_BYTES) return fault("ndp-too-short");
  const r = new ByteReader(packet);
  if (r.u8() >> 4 !== 6) return fault("ndp-not-ipv6"); // Version
  r.take(3); // Traffic Class, Flow Label: anything
  const payloadBytes = r.u16(); // Payload Length
  if (r.u8() !== ICMPV6) return fault("ndp-not-icmpv6"); // Next Header
  if (r.u8() !== HOP_LIMIT) return fault("ndp-forwarded"); // Hop Limit, section 7.1.1
  if (payloadBytes < MESSAGE_BYTES || payloadBytes > packet.length - IPV6_HEADER_BYTES) {
    return fault("ndp-too-short");
  }
  const [source, destination] = [r.take(16), r.take(16)];
  const message = r.take(payloadBytes);
  if (checksum(source, destination, message) !== 0) return fault("ndp-bad-checksum");
  return decodeMessage(ipFromBytes(source), ipFromBytes(destination), message);
}

function decodeMessage(source: Ip, destination: Ip, message: Uint8Array): Decoded<NdpMessage> {
  const r = new ByteReader(message);
  const [type, code] = [r.u8(), r.u8()];
  if (type !== SOLICITATION && type !== ADVERTISEMENT) return fault("ndp-other-type");
  if (code !== 0) return fault("ndp-unknown-code");
  r.take(2); // Checksum
  const flags = r.u8();
  r.take(3); // Reserved: ignored, section 4.3
  const target = r.ipv6();
  if (isMulticast(target)) return fault("ndp-multicast-target");
  const options = decodeOptions(r.take(r.left));
  if (options === undefined) return fault("ndp-bad-option");
  return type === SOLICITATION
    ? checkSolicitation({
        ...{ kind: "solicitation", source, destination, target },
        linkLayer: options.get(SOURCE_LINK_LAYER) ?? null,
      })
    : checkAdvertisement({
        ...{ kind: "advertisement", source, destination, target },
        router: (flags & ROUTER) !== 0,
        solicited: (flags & SOLICITED) !== 0,
        override: (flags & OVERRIDE) !== 0,
        linkLayer: options.get(TARGET_LINK_LAYER) ?? null,
      });
}

/** Section 7.1.1: what may and may not come from the unspecified address. */
function checkSolicitation(message: NeighborSolicitation): Decoded<NdpMessage> {
  if (message.source !== UNSPECIFIED) return decoded(message);
  if (message.linkLayer !== null) return fault("ndp-unspecified-with-link-layer");
  if (message.destination !== solicitedNodeGroup(message.target)) {
    return fault("ndp-unspecified-not-multicast");
  }
  return decoded(message);
}

/** Section 7.1.2: nobody solicits by multicast, so no solicited answer comes so. */
function checkAdvertisement(message: NeighborAdvertisement): Decoded<NdpMessage> {
  return message.solicited && isMulticast(message.destination)
    ? fault("ndp-solicited-multicast")
    : decoded(message);
}

/** @returns the first link-layer address of each option type; undefined where a length is wrong */
function decodeOptions(options: Uint8Array): ReadonlyMap<number, Mac> | undefined {
  const found = new Map<number, Mac>();
  for (let rest = options; rest.length > 0;) {
    const [type = 0, units = 0] = rest;
    if (units === 0 || units * 8 > rest.length) return undefined; // section 4.6
    const isLinkLayer = type === SOURCE_LINK_LAYER || type === TARGET_LINK_LAYER;
    if (isLinkLayer && units === 1 && !found.has(type))
      found.set(type, macFromBytes(rest.subarray(2, 8)));
    rest = rest.subarray(units * 8);
  }
  return found;
}

/** @returns the IPv6 packet, checksum and all */
export function encodeNdp(message: NdpMessage): Uint8Array {
  const isSolicitation = message.kind === "solicitation";
  const optionType = isSolicitation ? SOURCE_LINK_LAYER : TARGET_LINK_LAYER;
  const body = concatBytes(
    Uint8Array.of(isSolicitation ? SOLICITATION : ADVERTISEMENT, 0, 0, 0),
    Uint8Array.of(isSolicitation ? 0 : flagsOf(message), 0, 0, 0),
    ipToBytes(message.target),
    message.linkLayer === null
      ? new Uint8Array(0)
      : concatBytes(Uint8Array.of(optionType, 1), macToBytes(message.linkLayer)),
  );
  const [source, destination] = [ipToBytes(message.source), ipToBytes(message.destination)];
  body.set(uintBytes(checksum(source, destination, body), 2), 2);
  return concatBytes(
    Uint8Array.of(0x60, 0, 0, 0), // Version 6, Traffic Class 0, Flow Label 0
    uintBytes(body.length, 2), // Payload Length
    Uint8Array.of(ICMPV6, HOP_LIMIT),
    source,
    destination,
    body,
  );
}

function flagsOf(message: NeighborAdvertisement): number {
  return (
    (message.router ? ROUTER : 0) |
    (message.solicited ? SOLICITED : 0) |
    (message.override ? OVERRIDE : 0)
  );
}

/** RFC 8200 section 8.1: over the pseudo-header and the message. Zero where a received one is right. */
function checksum(source: Uint8Array, destination: Uint8Array, message: Uint8Array): number {
  let sum = message.length + ICMPV6;
  for (const part of [source, destination, message]) {
    for (let i = 0; i < part.length; i += 2) sum += ((part[i] ?? 0) << 8) | (part[i + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** @returns the group that a solicitation for this address is sent to (RFC 4291 section 2.7.1) */
export function solicitedNodeGroup(address: Ip): Ip {
  const group = ipToBytes("ff02::1:ff00:0" as Ip);
  group.set(ipToBytes(address).subarray(13), 13);
  return ipFromBytes(group);
}

/** @returns the Ethernet address of an IPv6 multicast group (RFC 2464 section 7) */
export function multicastMac(group: Ip): Mac {
  return macFromBytes(concatBytes(Uint8Array.of(0x33, 0x33), ipToBytes(group).subarray(12)));
}

function isMulticast(address: Ip): boolean {
  return address.startsWith("ff") && address.indexOf(":") === 4;
}
