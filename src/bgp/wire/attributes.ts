/**
 * Path attributes: the value of each, bytes to values and back. Pure.
 *
 * Read first: RFC 4271 section 4.3 (types 1 to 7), RFC 1997 (8), RFC 4456 (9, 10), RFC 4760 (14, 15), RFC 8950 section 3 (next hops of
 * IPv6 for prefixes of IPv4), RFC 6793 (four octets of an AS number), RFC 8092 (32).
 * Neighbours: attribute-rules.ts has the flags of each type and what follows from an error; update.ts has the list.
 */
import { ByteReader, concatBytes, uintBytes } from "../../base/bytes.ts";
import { ipToBytes, type Ip, type IpFamily } from "../../base/ip.ts";
import type { LargeCommunity, StandardCommunity } from "../announcement.ts";
import { afiOf, familyOfAfi, SAFI_UNICAST } from "./families.ts";
import { decodeNlri, type Nlri } from "./nlri.ts";

export type SegmentKind = "set" | "sequence" | "confederation-sequence" | "confederation-set";

export interface AsSegment {
  readonly kind: SegmentKind;
  readonly asns: readonly number[];
}

export type PathAttribute =
  | { readonly kind: "origin"; readonly origin: "igp" | "egp" | "incomplete" }
  | { readonly kind: "as-path" | "as4-path"; readonly segments: readonly AsSegment[] }
  | { readonly kind: "next-hop"; readonly nextHop: Ip }
  | { readonly kind: "multi-exit"; readonly value: number }
  | { readonly kind: "local-preference"; readonly value: number }
  | { readonly kind: "atomic-aggregate" }
  | { readonly kind: "aggregator" | "as4-aggregator"; readonly asn: number; readonly router: Ip }
  | { readonly kind: "communities"; readonly values: readonly StandardCommunity[] }
  | { readonly kind: "originator"; readonly router: Ip }
  | { readonly kind: "clusters"; readonly routers: readonly Ip[] }
  | MpReach
  | { readonly kind: "mp-unreach"; readonly family: IpFamily; readonly prefixes: Nlri }
  | { readonly kind: "extended-communities"; readonly bytes: Uint8Array }
  | { readonly kind: "large-communities"; readonly values: readonly LargeCommunity[] }
  | {
      readonly kind: "unknown";
      readonly flags: number;
      readonly type: number;
      readonly bytes: Uint8Array;
    };

export interface MpReach {
  readonly kind: "mp-reach";
  readonly family: IpFamily;
  /** One, or for IPv6 a global and a link-local one (RFC 2545 section 3). */
  readonly nextHops: readonly Ip[];
  readonly prefixes: Nlri;
}

export type KnownKind = Exclude<PathAttribute["kind"], "unknown">;

/** What both ends have agreed on, as far as it changes the bytes. */
export interface WireContext {
  /** Octets of an AS number in AS_PATH and AGGREGATOR: 4, where both can (RFC 6793). */
  readonly asnBytes: 2 | 4;
  /** The peer is of another AS. */
  readonly isExternal: boolean;
}

/** Left out: a family that we do not speak. It is skipped, with its whole list. */
export const FOREIGN_FAMILY = Symbol("foreign family");

const ORIGINS = ["igp", "egp", "incomplete"] as const;
const SEGMENTS: readonly (SegmentKind | undefined)[] = [
  undefined,
  "set",
  "sequence",
  "confederation-sequence", // RFC 5065 section 3
  "confederation-set",
];

type Decoder = (
  bytes: Uint8Array,
  context: WireContext,
) => PathAttribute | typeof FOREIGN_FAMILY | null;

/** Each answers null where the value is malformed: RFC 7606 section 7 says what that is. */
export const DECODERS: Readonly<Record<KnownKind, Decoder>> = {
  origin: (bytes) => {
    const origin = ORIGINS[bytes[0] ?? -1];
    return bytes.length === 1 && origin !== undefined ? { kind: "origin", origin } : null;
  },
  "as-path": (bytes, { asnBytes }) => asPath("as-path", bytes, asnBytes),
  "as4-path": (bytes) => asPath("as4-path", bytes, 4),
  "next-hop": (bytes) =>
    bytes.length === 4 ? { kind: "next-hop", nextHop: new ByteReader(bytes).ipv4() } : null,
  "multi-exit": (bytes) =>
    bytes.length === 4 ? { kind: "multi-exit", value: new ByteReader(bytes).u32() } : null,
  "local-preference": (bytes) =>
    bytes.length === 4 ? { kind: "local-preference", value: new ByteReader(bytes).u32() } : null,
  "atomic-aggregate": (bytes) => (bytes.length === 0 ? { kind: "atomic-aggregate" } : null),
  aggregator: (bytes, { asnBytes }) => aggregator("aggregator", bytes, asnBytes),
  "as4-aggregator": (bytes) => aggregator("as4-aggregator", bytes, 4),
  communities: (bytes) =>
    isListOf(bytes, 4)
      ? { kind: "communities", values: each(bytes, 4, (r) => [r.u16(), r.u16()] as const) }
      : null,
  originator: (bytes) =>
    bytes.length === 4 ? { kind: "originator", router: new ByteReader(bytes).ipv4() } : null,
  clusters: (bytes) =>
    isListOf(bytes, 4) ? { kind: "clusters", routers: each(bytes, 4, (r) => r.ipv4()) } : null,
  "mp-reach": mpReach,
  "mp-unreach": mpUnreach,
  "extended-communities": (bytes) =>
    isListOf(bytes, 8) ? { kind: "extended-communities", bytes } : null,
  "large-communities": (bytes) =>
    isListOf(bytes, 12)
      ? {
          kind: "large-communities",
          values: each(bytes, 12, (r) => [r.u32(), r.u32(), r.u32()] as const),
        }
      : null,
};

function isListOf(bytes: Uint8Array, size: number): boolean {
  return bytes.length > 0 && bytes.length % size === 0;
}

function each<T>(bytes: Uint8Array, size: number, read: (r: ByteReader) => T): T[] {
  const r = new ByteReader(bytes);
  return Array.from({ length: bytes.length / size }, () => read(r));
}

function asPath(
  kind: "as-path" | "as4-path",
  bytes: Uint8Array,
  asnBytes: number,
): PathAttribute | null {
  const r = new ByteReader(bytes);
  const segments: AsSegment[] = [];
  while (r.left > 0) {
    if (r.left < 2) return null;
    const [segment, count] = [SEGMENTS[r.u8()], r.u8()];
    // RFC 7606 section 7.2: an unknown type, too long, or empty.
    if (segment === undefined || count === 0 || count * asnBytes > r.left) return null;
    segments.push({
      kind: segment,
      asns: Array.from({ length: count }, () => r.uint(asnBytes)),
    });
  }
  return { kind, segments };
}

function aggregator(
  kind: "aggregator" | "as4-aggregator",
  bytes: Uint8Array,
  asnBytes: number,
): PathAttribute | null {
  if (bytes.length !== asnBytes + 4) return null;
  const r = new ByteReader(bytes);
  return { kind, asn: r.uint(asnBytes), router: r.ipv4() };
}

/** RFC 4760 section 3: AFI (2), SAFI (1), length of the next hop (1), next hop, reserved (1), NLRI. */
function mpReach(bytes: Uint8Array): PathAttribute | typeof FOREIGN_FAMILY | null {
  if (bytes.length < 5) return null;
  const r = new ByteReader(bytes);
  const family = familyOfAfi(r.u16(), r.u8());
  const nextHopBytes = r.u8();
  if (nextHopBytes + 1 > r.left) return null;
  if (family === undefined) return FOREIGN_FAMILY;
  const nextHops = decodeNextHops(r.take(nextHopBytes), family);
  r.skip(1); // reserved
  const prefixes = decodeNlri(r.take(r.left), family);
  return nextHops === null || prefixes === null
    ? null
    : { kind: "mp-reach", family, nextHops, prefixes };
}

function decodeNextHops(bytes: Uint8Array, family: IpFamily): Ip[] | null {
  const r = new ByteReader(bytes);
  if (bytes.length === 4) return family === "IPv4" ? [r.ipv4()] : null;
  if (bytes.length === 16) return [r.ipv6()];
  return bytes.length === 32 ? [r.ipv6(), r.ipv6()] : null;
}

/** RFC 4760 section 4: AFI (2), SAFI (1), NLRI. */
function mpUnreach(bytes: Uint8Array): PathAttribute | typeof FOREIGN_FAMILY | null {
  if (bytes.length < 3) return null;
  const r = new ByteReader(bytes);
  const family = familyOfAfi(r.u16(), r.u8());
  if (family === undefined) return FOREIGN_FAMILY;
  const prefixes = decodeNlri(r.take(r.left), family);
  return prefixes === null ? null : { kind: "mp-unreach", family, prefixes };
}

/** @returns the value, without flags, type and length */
export function encodeValue(attribute: PathAttribute, { asnBytes }: WireContext): Uint8Array {
  switch (attribute.kind) {
    case "origin":
      return uintBytes(ORIGINS.indexOf(attribute.origin), 1);
    case "as-path":
      return encodeSegments(attribute.segments, asnBytes);
    case "as4-path":
      return encodeSegments(attribute.segments, 4);
    case "next-hop":
      return ipToBytes(attribute.nextHop);
    case "multi-exit":
    case "local-preference":
      return uintBytes(attribute.value, 4);
    case "atomic-aggregate":
      return new Uint8Array();
    case "aggregator":
      return concatBytes(uintBytes(attribute.asn, asnBytes), ipToBytes(attribute.router));
    case "as4-aggregator":
      return concatBytes(uintBytes(attribute.asn, 4), ipToBytes(attribute.router));
    case "communities":
      return numbers(attribute.values, 2);
    case "large-communities":
      return numbers(attribute.values, 4);
    case "originator":
      return ipToBytes(attribute.router);
    case "clusters":
      return concatBytes(...attribute.routers.map(ipToBytes));
    case "mp-reach":
      return encodeMpReach(attribute);
    case "mp-unreach":
      return concatBytes(familyBytes(attribute.family), attribute.prefixes.bytes);
    case "extended-communities":
    case "unknown":
      return attribute.bytes;
  }
}

function encodeSegments(segments: readonly AsSegment[], asnBytes: number): Uint8Array {
  return concatBytes(
    ...segments.flatMap(({ kind, asns }) => [
      uintBytes(SEGMENTS.indexOf(kind), 1),
      uintBytes(asns.length, 1),
      ...asns.map((asn) => uintBytes(asn, asnBytes)),
    ]),
  );
}

function numbers(values: readonly (readonly number[])[], size: number): Uint8Array {
  return concatBytes(...values.flatMap((parts) => parts.map((part) => uintBytes(part, size))));
}

function familyBytes(family: IpFamily): Uint8Array {
  return concatBytes(uintBytes(afiOf(family), 2), uintBytes(SAFI_UNICAST, 1));
}

function encodeMpReach({ family, nextHops, prefixes }: MpReach): Uint8Array {
  const nextHop = concatBytes(...nextHops.map(ipToBytes));
  return concatBytes(
    familyBytes(family),
    uintBytes(nextHop.length, 1),
    nextHop,
    uintBytes(0, 1), // reserved
    prefixes.bytes,
  );
}
