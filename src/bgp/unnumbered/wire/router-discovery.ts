/**
 * Router discovery: what routers of IPv6 say of themselves, and what they are asked; bytes to values and back. Pure.
 *
 *   +------+------+----------+-----------+---------------+-----------------+
 *   | 134  | code | checksum | hop limit | flags         | router lifetime |
 *   | reachable time (32)    | retransmission timer (32)                   |
 *   +------+------+----------+-----------+---------------+-----------------+
 *   | options: type (1) · length in units of 8 bytes (1) · value           |
 *   +----------------------------------------------------------------------+
 *
 * Read first: RFC 4861 sections 4.1, 4.2 (formats), 6.1.2 (validation).
 * Left out on purpose: what hosts configure themselves by, so all options are checked and skipped; checksums are the kernel's.
 * Neighbours: ../neighbour.ts takes the sender for a router; ../io/neighbours.ts carries it.
 */
import { ByteReader } from "../../../base/bytes.ts";
import { decoded, fault, type Decoded } from "../../../base/decoded.ts";
import { isLinkLocal, type Ip } from "../../../base/ip.ts";

export interface RouterAdvertisement {
  /** How long the sender is to be a default router; 0: it is none. */
  readonly lifetimeSeconds: number;
}

/** As it came in: what the kernel says of it. */
export interface ReceivedMessage {
  readonly bytes: Uint8Array;
  readonly from: Ip;
  /** The hop limit. */
  readonly ttl: number;
}

export const ROUTER_ADVERTISEMENT = 134;
const ROUTER_SOLICITATION = 133;
const ADVERTISEMENT_BYTES = 16;
const OPTION_UNIT_BYTES = 8;
const HOP_LIMIT_MAX = 255;

export const ALL_NODES = "ff02::1" as Ip;
export const ALL_ROUTERS = "ff02::2" as Ip;

/** Asks all routers of the link who they are; without a link-layer address, which a router asks for where it wants it. */
export const SOLICITATION: Uint8Array = Uint8Array.of(ROUTER_SOLICITATION, 0, 0, 0, 0, 0, 0, 0);

/**
 * Says that we are here, and nothing that a host would configure itself by: a lifetime of 0 is no default router (section 4.2), and
 * what is 0 otherwise is not specified.
 */
export const ADVERTISEMENT: Uint8Array = new Uint8Array(ADVERTISEMENT_BYTES).fill(
  ROUTER_ADVERTISEMENT,
  0,
  1,
);

/** RFC 4861 section 6.1.2. */
export function decodeRouterAdvertisement({
  bytes,
  from,
  ttl,
}: ReceivedMessage): Decoded<RouterAdvertisement> {
  if (!isLinkLocal(from)) return fault("router-not-link-local");
  if (ttl !== HOP_LIMIT_MAX) return fault("router-forwarded");
  if (bytes.length < ADVERTISEMENT_BYTES) return fault("router-too-short");
  const r = new ByteReader(bytes);
  if (r.u8() !== ROUTER_ADVERTISEMENT) return fault("router-other-type");
  if (r.u8() !== 0) return fault("router-unknown-code");
  r.skip(2); // Checksum
  r.skip(2); // Cur Hop Limit, flags
  const lifetimeSeconds = r.u16(); // Router Lifetime
  r.skip(8); // Reachable Time, Retrans Timer
  while (r.left > 0) {
    if (r.left < OPTION_UNIT_BYTES) return fault("router-bad-option");
    r.skip(1); // Type
    const rest = r.u8() * OPTION_UNIT_BYTES - 2; // Length, which counts both
    if (rest < 0 || rest > r.left) return fault("router-bad-option");
    r.skip(rest);
  }
  return decoded({ lifetimeSeconds });
}
