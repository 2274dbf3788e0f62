/**
 * Ethernet II: the fourteen bytes before every ARP packet and IPv6 packet, to values and back. Pure.
 *
 * Read first: RFC 894, RFC 2464 section 3.
 * Left out on purpose: VLAN tags (the kernel gives and takes frames of a VLAN on its own interface),
 * 802.3 length fields, the checksum (the kernel's).
 * Neighbours: arp.ts and ndp.ts are what the payload says.
 */
import { ByteReader, concatBytes, uintBytes } from "../../base/bytes.ts";
import { decoded, fault, type Decoded } from "../../base/decoded.ts";
import { macToBytes, type Mac } from "../../base/mac.ts";

export const ETHER_TYPE_ARP = 0x0806;
export const ETHER_TYPE_IPV6 = 0x86dd;
const HEADER_BYTES = 14;

export interface EthernetFrame {
  readonly destination: Mac;
  readonly source: Mac;
  readonly etherType: number;
  /** May be longer than what it carries: short frames are padded to 60 bytes on the wire. */
  readonly payload: Uint8Array;
}

/** @returns the frame, its payload a view of `bytes` */
export function decodeEthernet(bytes: Uint8Array): Decoded<EthernetFrame> {
  if (bytes.length < HEADER_BYTES) return fault("ethernet-too-short");
  const r = new ByteReader(bytes);
  const [destination, source, etherType] = [r.mac(), r.mac(), r.u16()];
  return decoded({ destination, source, etherType, payload: r.take(r.left) });
}

export function encodeEthernet(frame: EthernetFrame): Uint8Array {
  return concatBytes(
    macToBytes(frame.destination),
    macToBytes(frame.source),
    uintBytes(frame.etherType, 2),
    frame.payload,
  );
}
