/** Packets of BFD for tests. */
import type { ControlPacket } from "../../../src/bgp/bfd/wire/control-packet.ts";

/** What an end sends that has heard nobody; RFC 5880 section 6.8.1, and 6.8.3 of its interval. */
export const FIRST_PACKET = {
  state: "Down",
  diagnostic: "none",
  poll: false,
  final: false,
  controlPlaneIndependent: false,
  demand: false,
  detectMultiplier: 3,
  yourDiscriminator: 0,
  desiredMinTxUs: 1_000_000,
  requiredMinEchoRxUs: 0,
} as const satisfies Partial<ControlPacket>;
