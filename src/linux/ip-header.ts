/**
 * What an IP header says of who has sent the packet: its address, and how far it may have come. Pure.
 *
 * Read first: RFC 791 section 3.1, RFC 8200 section 3. Left out on purpose: all else that it says.
 * Neighbours: bpf.ts filters by it; ../bgp/io/peer-socket.ts has it of the segment that somebody has dialled with.
 */
import { ipFromBytes, type Ip, type IpFamily } from "../base/ip.ts";

/** Source Address, in octets. */
export const SOURCE_OFFSET = { IPv4: 12, IPv6: 8 } as const;
/** Time to Live, Hop Limit. */
const HOP_LIMIT_OFFSET = { IPv4: 8, IPv6: 7 } as const;
const ADDRESS_BYTES = { IPv4: 4, IPv6: 16 } as const;
const HEADER_BYTES = { IPv4: 20, IPv6: 40 } as const;
const FAMILIES: Readonly<Record<number, IpFamily>> = { 4: "IPv4", 6: "IPv6" };

/** @param packet from its IP header on. @returns undefined for what is none, or not whole */
export function sourceOf(packet: Uint8Array): Ip | undefined {
  const family = familyOfPacket(packet);
  if (family === undefined) return undefined;
  const at = SOURCE_OFFSET[family];
  return ipFromBytes(packet.subarray(at, at + ADDRESS_BYTES[family]));
}

/** @param packet from its IP header on. @returns how many hops it had left; undefined for what is none, or not whole */
export function hopLimitOf(packet: Uint8Array): number | undefined {
  const family = familyOfPacket(packet);
  return family === undefined ? undefined : packet[HOP_LIMIT_OFFSET[family]];
}

function familyOfPacket(packet: Uint8Array): IpFamily | undefined {
  const family = FAMILIES[(packet[0] ?? 0) >> 4]; // Version
  return family === undefined || packet.length < HEADER_BYTES[family] ? undefined : family;
}
