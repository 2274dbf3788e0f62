/**
 * The kernel's socket addresses and membership requests: bytes to values and back. Pure.
 *
 * Read first: packet(7), netlink(7), ipv6(7). Sizes and offsets are compared with the C headers by a test.
 * What has no byte order of its own is in the host's: little-endian, for the machines that we run on
 * (io/system.ts refuses others).
 */
import { familyOf, ipToBytes, type Ip } from "../base/ip.ts";

export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;
export const AF_PACKET = 17;

export const SOCKADDR_LL_BYTES = 20;
export const SOCKADDR_IN_BYTES = 16;
export const SOCKADDR_IN6_BYTES = 28;
export const SOCKADDR_NL_BYTES = 12;
export const IPV6_MREQ_BYTES = 20;

/** `sll_pkttype`: to whom a frame was addressed, as the kernel saw it. */
export type PacketType = "host" | "broadcast" | "multicast" | "other-host" | "outgoing";

/** By number: PACKET_HOST 0 to PACKET_OUTGOING 4. What follows are copies of our own frames too. */
const PACKET_TYPES: readonly PacketType[] = [
  "host",
  "broadcast",
  "multicast",
  "other-host",
  "outgoing",
];

const OFFSET = {
  protocol: 2,
  interfaceIndex: 4,
  hardwareType: 8,
  packetType: 10,
  addressLength: 11,
};

export interface LinkLayerAddress {
  /** An EtherType such as 0x0806; 0 = none. */
  readonly etherType: number;
  /** 0 = every interface. */
  readonly interfaceIndex: number;
}

/** `struct sockaddr_ll`, for bind and sendto on a raw packet socket (the frame carries the addresses). */
export function encodeSockaddrLl({ etherType, interfaceIndex }: LinkLayerAddress): Uint8Array {
  const bytes = new Uint8Array(SOCKADDR_LL_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF_PACKET, true);
  view.setUint16(OFFSET.protocol, etherType, false);
  view.setInt32(OFFSET.interfaceIndex, interfaceIndex, true);
  return bytes;
}

/** Reads `struct sockaddr_ll` in place, for the path of every frame: nothing is allocated. */
export class SockaddrLlReader {
  readonly bytes = new Uint8Array(SOCKADDR_LL_BYTES);
  readonly #view = new DataView(this.bytes.buffer);

  get interfaceIndex(): number {
    return this.#view.getInt32(OFFSET.interfaceIndex, true);
  }

  get packetType(): PacketType {
    return PACKET_TYPES[this.#view.getUint8(OFFSET.packetType)] ?? "outgoing";
  }
}

/** `struct sockaddr_in`. */
export function encodeSockaddrIn({ ip, port }: Pick<InternetAddress6, "ip" | "port">): Uint8Array {
  const bytes = new Uint8Array(SOCKADDR_IN_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF_INET, true);
  view.setUint16(2, port, false);
  bytes.set(ipToBytes(ip), 4);
  return bytes;
}

export interface InternetAddress6 {
  readonly ip: Ip;
  readonly port: number;
  /** The interface that a link-local address is meant on; 0 = none. */
  readonly interfaceIndex: number;
}

/** `struct sockaddr_in6`. */
export function encodeSockaddrIn6({ ip, port, interfaceIndex }: InternetAddress6): Uint8Array {
  const bytes = new Uint8Array(SOCKADDR_IN6_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF_INET6, true);
  view.setUint16(2, port, false);
  bytes.set(ipToBytes(ip), 8); // sin6_flowinfo at 4 stays 0
  view.setUint32(24, interfaceIndex, true);
  return bytes;
}

/** One of the two, by the family of the address. */
export function encodeSockaddr(address: InternetAddress6): Uint8Array {
  return familyOf(address.ip) === "IPv4" ? encodeSockaddrIn(address) : encodeSockaddrIn6(address);
}

/** `struct sockaddr_nl`. @param groups the bits of RTMGRP_*; the port is left for the kernel to choose */
export function encodeSockaddrNl(groups: number): Uint8Array {
  const bytes = new Uint8Array(SOCKADDR_NL_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF_NETLINK, true);
  view.setUint32(8, groups, true);
  return bytes;
}

/** @returns who sent a netlink message: 0 is the kernel, others are not to be believed */
export function netlinkPortOf(sockaddr: Uint8Array): number {
  return new DataView(sockaddr.buffer, sockaddr.byteOffset, SOCKADDR_NL_BYTES).getUint32(4, true);
}

/** `struct ipv6_mreq`: a group on an interface. */
export function encodeIpv6Mreq(group: Ip, interfaceIndex: number): Uint8Array {
  const bytes = new Uint8Array(IPV6_MREQ_BYTES);
  bytes.set(ipToBytes(group), 0);
  new DataView(bytes.buffer).setInt32(16, interfaceIndex, true);
  return bytes;
}
