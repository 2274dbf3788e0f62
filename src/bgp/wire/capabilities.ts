/**
 * Capabilities in an OPEN: bytes to values and back. Pure.
 *
 *   +------------------------------+
 *   | Capability Code (1 octet)    |
 *   +------------------------------+
 *   | Capability Length (1 octet)  |
 *   +------------------------------+
 *   | Capability Value (variable)  |
 *   +------------------------------+
 *
 * Read first: RFC 5492 section 4 (the figure above), then the section at each code below.
 * One that is unknown, or not as long as it must be, is kept as it came and means nothing: a capability is an offer, and what
 * cannot be read is not offered to us.
 */
import { ByteReader, concatBytes, uintBytes } from "../../base/bytes.ts";

export interface FamilyCode {
  readonly afi: number;
  readonly safi: number;
}

export type Capability =
  | ({ readonly kind: "multiprotocol" } & FamilyCode)
  | { readonly kind: "route-refresh" }
  | {
      readonly kind: "extended-next-hop";
      readonly entries: readonly (FamilyCode & { readonly nextHopAfi: number })[];
    }
  | { readonly kind: "extended-message" }
  | {
      readonly kind: "graceful-restart";
      /** The sender has just restarted: nobody waits for its End-of-RIB. */
      readonly isRestarting: boolean;
      /** RFC 8538: it keeps routes over a NOTIFICATION too. */
      readonly overNotification: boolean;
      readonly restartSeconds: number;
      readonly families: readonly (FamilyCode & { readonly isForwarding: boolean })[];
    }
  | { readonly kind: "four-octet-as"; readonly asn: number }
  | { readonly kind: "unknown"; readonly code: number; readonly bytes: Uint8Array };

const CODE = {
  multiprotocol: 1, // RFC 4760 section 8
  "route-refresh": 2, // RFC 2918 section 2
  "extended-next-hop": 5, // RFC 8950 section 4
  "extended-message": 6, // RFC 8654 section 3
  "graceful-restart": 64, // RFC 4724 section 3
  "four-octet-as": 65, // RFC 6793 section 3
} as const;

const [RESTART_STATE, OVER_NOTIFICATION, FORWARDING] = [0x8, 0x4, 0x80];
const RESTART_SECONDS_MAX = 0xfff;

/** @returns the capabilities in their order, or null where a length goes past the end */
export function decodeCapabilities(bytes: Uint8Array): Capability[] | null {
  const r = new ByteReader(bytes);
  const capabilities: Capability[] = [];
  while (r.left > 0) {
    if (r.left < 2) return null;
    const [code, length] = [r.u8(), r.u8()];
    if (length > r.left) return null;
    const value = r.take(length);
    capabilities.push(decodeValue(code, value) ?? { kind: "unknown", code, bytes: value });
  }
  return capabilities;
}

function decodeValue(code: number, bytes: Uint8Array): Capability | null {
  const r = new ByteReader(bytes);
  switch (code) {
    case CODE.multiprotocol:
      return bytes.length === 4 ? { kind: "multiprotocol", ...readFamily(r, 1) } : null;
    case CODE["route-refresh"]:
      return bytes.length === 0 ? { kind: "route-refresh" } : null;
    case CODE["extended-next-hop"]:
      return bytes.length % 6 === 0 && bytes.length > 0 ? readNextHops(r) : null;
    case CODE["extended-message"]:
      return bytes.length === 0 ? { kind: "extended-message" } : null;
    case CODE["graceful-restart"]:
      return bytes.length % 4 === 2 ? readGracefulRestart(r) : null;
    case CODE["four-octet-as"]:
      return bytes.length === 4 ? { kind: "four-octet-as", asn: r.u32() } : null;
    default:
      return null;
  }
}

/** @param reserved octets between AFI and SAFI: multiprotocol has one, to be ignored */
function readFamily(r: ByteReader, reserved: 0 | 1): FamilyCode {
  const afi = r.u16();
  r.skip(reserved);
  return { afi, safi: r.u8() };
}

function readNextHops(r: ByteReader): Capability {
  const entries: (FamilyCode & { nextHopAfi: number })[] = [];
  while (r.left > 0) entries.push({ afi: r.u16(), safi: r.u16() & 0xff, nextHopAfi: r.u16() });
  return { kind: "extended-next-hop", entries };
}

function readGracefulRestart(r: ByteReader): Capability {
  const head = r.u16(); // Restart Flags (4 bits), Restart Time (12 bits)
  const flags = head >> 12;
  const families: (FamilyCode & { isForwarding: boolean })[] = [];
  while (r.left > 0) {
    families.push({ ...readFamily(r, 0), isForwarding: (r.u8() & FORWARDING) !== 0 });
  }
  return {
    kind: "graceful-restart",
    isRestarting: (flags & RESTART_STATE) !== 0,
    overNotification: (flags & OVER_NOTIFICATION) !== 0,
    restartSeconds: head & RESTART_SECONDS_MAX,
    families,
  };
}

export function encodeCapabilities(capabilities: readonly Capability[]): Uint8Array {
  return concatBytes(
    ...capabilities.flatMap((capability) => {
      const code = capability.kind === "unknown" ? capability.code : CODE[capability.kind];
      const value = encodeValue(capability);
      return [uintBytes(code, 1), uintBytes(value.length, 1), value];
    }),
  );
}

function encodeValue(capability: Capability): Uint8Array {
  switch (capability.kind) {
    case "multiprotocol":
      return concatBytes(uintBytes(capability.afi, 2), uintBytes(capability.safi, 2));
    case "route-refresh":
    case "extended-message":
      return new Uint8Array();
    case "extended-next-hop":
      return concatBytes(
        ...capability.entries.flatMap(({ afi, safi, nextHopAfi }) =>
          [afi, safi, nextHopAfi].map((part) => uintBytes(part, 2)),
        ),
      );
    case "graceful-restart":
      return encodeGracefulRestart(capability);
    case "four-octet-as":
      return uintBytes(capability.asn, 4);
    case "unknown":
      return capability.bytes;
  }
}

function encodeGracefulRestart(
  capability: Extract<Capability, { kind: "graceful-restart" }>,
): Uint8Array {
  const { isRestarting, overNotification, restartSeconds, families } = capability;
  const flags = (isRestarting ? RESTART_STATE : 0) | (overNotification ? OVER_NOTIFICATION : 0);
  return concatBytes(
    uintBytes(flags * 0x1000 + Math.min(restartSeconds, RESTART_SECONDS_MAX), 2),
    ...families.flatMap(({ afi, safi, isForwarding }) => [
      uintBytes(afi, 2),
      uintBytes(safi, 1),
      uintBytes(isForwarding ? FORWARDING : 0, 1),
    ]),
  );
}
