/**
 * ARP for IPv4 over Ethernet: bytes to values and back. Pure: no socket, no clock, no log.
 *
 *    0                 2                 4     5     6                 8
 *   +-----------------+-----------------+-----+-----+-----------------+
 *   |    ar$hrd = 1   | ar$pro = 0x0800 | hln | pln |      ar$op      |
 *   |                 |                 |  6  |  4  |                 |
 *   +-----------------+-----------------+-----+-----+-----------------+
 *   |  sender MAC (6) · sender IP (4) · target MAC (6) · target IP (4) |
 *   +-----------------------------------------------------------------+
 *
 * Read first: RFC 826 (packet format), RFC 5227 section 1.1 (probe, announcement).
 * Left out on purpose: RARP, hardware other than Ethernet.
 * Neighbours: ../responder.ts decides what to answer; src/linux carries it.
 */
import { ByteReader, concatBytes, uintBytes } from "../../base/bytes.ts";
import { decoded, fault, type Decoded } from "../../base/decoded.ts";
import { ipToBytes, type Ip } from "../../base/ip.ts";
import { macToBytes, type Mac } from "../../base/mac.ts";

export interface ArpPacket {
  readonly operation: "request" | "reply";
  readonly senderMac: Mac;
  /** 0.0.0.0 in a probe (RFC 5227 section 1.1). */
  readonly senderIp: Ip;
  readonly targetMac: Mac;
  readonly targetIp: Ip;
}

const ARP_BYTES = 28;

/** @param payload may be longer than the packet: Ethernet pads it */
export function decodeArp(payload: Uint8Array): Decoded<ArpPacket> {
  if (payload.length < ARP_BYTES) return fault("arp-too-short");
  const r = new ByteReader(payload);
  if (r.u16() !== 1) return fault("arp-not-ethernet"); // ar$hrd, RFC 826 "Packet format"
  if (r.u16() !== 0x0800) return fault("arp-not-ipv4"); // ar$pro
  if (r.u16() !== 0x0604) return fault("arp-bad-length"); // ar$hln 6, ar$pln 4
  const code = r.u16(); // ar$op
  if (code !== 1 && code !== 2) return fault("arp-unknown-operation");
  const operation = code === 1 ? "request" : "reply";
  const [senderMac, senderIp, targetMac, targetIp] = [r.mac(), r.ipv4(), r.mac(), r.ipv4()];
  return decoded({ operation, senderMac, senderIp, targetMac, targetIp });
}

export function encodeArp(packet: ArpPacket): Uint8Array {
  return concatBytes(
    uintBytes(1, 2), // ar$hrd
    uintBytes(0x0800, 2), // ar$pro
    uintBytes(0x0604, 2), // ar$hln, ar$pln
    uintBytes(packet.operation === "request" ? 1 : 2, 2), // ar$op
    macToBytes(packet.senderMac),
    ipToBytes(packet.senderIp),
    macToBytes(packet.targetMac),
    ipToBytes(packet.targetIp),
  );
}
