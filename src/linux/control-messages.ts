/**
 * What the kernel says beside a datagram: where it came in, to which address, and how many hops it had left. Pure.
 *
 * Read first: cmsg(3), ip(7) (IP_PKTINFO, IP_RECVTTL), ipv6(7) (IPV6_RECVPKTINFO, IPV6_RECVHOPLIMIT). 64-bit machines,
 * little-endian; sizes and offsets are compared with the C headers by a test.
 * Neighbours: io/informed-socket.ts asks for it.
 */
import { AF_INET, AF_INET6 } from "./sockaddr.ts";

/** Room for what both families say, aligned as C would. */
export const CONTROL_BYTES = 128;

const HEADER_BYTES = 16;
const IPPROTO_IP = 0;
const IPPROTO_IPV6 = 41;
const IP_TTL = 2;
const IP_PKTINFO = 8;
const IPV6_PKTINFO = 50;
const IPV6_HOPLIMIT = 52;

/** The same object for every datagram: what it says is to be read before the next. */
export interface PacketInfo {
  interfaceIndex: number;
  /** To which of our addresses it was sent: 4 or 16 bytes; none: the kernel did not say. */
  to: Uint8Array;
  /** TTL or hop limit; 0: the kernel did not say. */
  ttl: number;
}

/** @param control what recvmsg wrote, as long as it says it is */
export function readControlMessages(control: Uint8Array, info: PacketInfo): void {
  info.interfaceIndex = info.ttl = 0;
  info.to = NONE;
  const view = new DataView(control.buffer, control.byteOffset, control.length);
  for (let at = 0; at + HEADER_BYTES <= control.length;) {
    const length = view.getUint32(at, true); // cmsg_len, of which nothing needs more than 32 bits
    if (length < HEADER_BYTES || at + length > control.length) return;
    readOne(view, at, length - HEADER_BYTES, info);
    at += (length + 7) & ~7;
  }
}

const NONE = new Uint8Array();

function readOne(view: DataView, at: number, length: number, info: PacketInfo): void {
  const [level, type] = [view.getInt32(at + 8, true), view.getInt32(at + 12, true)];
  const data = at + HEADER_BYTES;
  const is = (ofLevel: number, ofType: number, lengthMin: number) =>
    level === ofLevel && type === ofType && length >= lengthMin;
  const bytes = (from: number, size: number) =>
    new Uint8Array(view.buffer, view.byteOffset + from, size);
  if (is(IPPROTO_IP, IP_TTL, 4) || is(IPPROTO_IPV6, IPV6_HOPLIMIT, 4)) {
    info.ttl = view.getInt32(data, true);
  } else if (is(IPPROTO_IP, IP_PKTINFO, 12)) {
    info.interfaceIndex = view.getInt32(data, true); // ipi_ifindex, ipi_spec_dst, ipi_addr
    info.to = bytes(data + 8, 4);
  } else if (is(IPPROTO_IPV6, IPV6_PKTINFO, 20)) {
    info.to = bytes(data, 16); // ipi6_addr, ipi6_ifindex
    info.interfaceIndex = view.getInt32(data + 16, true);
  }
}

/** The address in a `struct sockaddr_in` or `sockaddr_in6`: its bytes; none where it is neither. */
export function addressBytesOf(sockaddr: Uint8Array): Uint8Array {
  const family = (sockaddr[0] ?? 0) + 256 * (sockaddr[1] ?? 0);
  if (family === AF_INET) return sockaddr.subarray(4, 8);
  return family === AF_INET6 ? sockaddr.subarray(8, 24) : NONE;
}
