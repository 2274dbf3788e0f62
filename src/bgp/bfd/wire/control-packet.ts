/**
 * BFD control packets: bytes to values and back. Pure.
 *
 * Read first: RFC 5880 section 4.1 (the packet), section 6.8.6 (what is discarded, in which order).
 * Left out on purpose: authentication (section 4.2 to 4.4). A packet that carries it is refused by name: no platform of ours
 * has a place to write a key, and single hop is guarded by the TTL (RFC 5881 section 5).
 * Neighbours: ../session.ts says what follows from a packet, ../io/ carries it.
 */
import { ByteReader, ByteWriter } from "../../../base/bytes.ts";
import { decoded, fault, type Decoded } from "../../../base/decoded.ts";

/** Sta: by its number. */
export const STATES = ["AdminDown", "Down", "Init", "Up"] as const;
export type BfdState = (typeof STATES)[number];

/** Diag: by its number; what is not in the RFC reads as "unknown". */
export const DIAGNOSTICS = [
  "none",
  "detection-time-expired",
  "echo-failed",
  "neighbor-signaled-down",
  "forwarding-plane-reset",
  "path-down",
  "concatenated-path-down",
  "administratively-down",
  "reverse-concatenated-path-down",
] as const;
export type Diagnostic = (typeof DIAGNOSTICS)[number];

export interface ControlPacket {
  readonly state: BfdState;
  readonly diagnostic: Diagnostic | "unknown";
  readonly poll: boolean;
  readonly final: boolean;
  readonly controlPlaneIndependent: boolean;
  readonly demand: boolean;
  /** From 1 to 255. */
  readonly detectMultiplier: number;
  /** Not 0. */
  readonly myDiscriminator: number;
  /** 0: not known yet. */
  readonly yourDiscriminator: number;
  readonly desiredMinTxUs: number;
  readonly requiredMinRxUs: number;
  readonly requiredMinEchoRxUs: number;
}

/** Ours, which say nothing that the RFC has no number for. */
export type OwnPacket = ControlPacket & { readonly diagnostic: Diagnostic };

export const CONTROL_PACKET_BYTES = 24;
const VERSION = 1;
const BIT = {
  poll: 0x20,
  final: 0x10,
  controlPlaneIndependent: 8,
  authentication: 4,
  demand: 2,
  multipoint: 1,
};
/** With the authentication section's type and length, without which there is none. */
const AUTHENTICATED_BYTES_MIN = 26;

/** Reads the payload of a datagram. The checks are those of RFC 5880 section 6.8.6 that need no session, in its order. */
export function decodeControlPacket(payload: Uint8Array): Decoded<ControlPacket> {
  if (payload.length < CONTROL_PACKET_BYTES) return fault("bfd-too-short");
  const r = new ByteReader(payload);
  const versionAndDiagnostic = r.u8(); // Vers, Diag
  const flags = r.u8(); // Sta, P, F, C, A, D, M
  const detectMultiplier = r.u8(); // Detect Mult
  const length = r.u8(); // Length
  if (versionAndDiagnostic >> 5 !== VERSION) return fault("bfd-unknown-version");
  const isAuthenticated = (flags & BIT.authentication) !== 0;
  const lengthMin = isAuthenticated ? AUTHENTICATED_BYTES_MIN : CONTROL_PACKET_BYTES;
  if (length < lengthMin || length > payload.length) return fault("bfd-bad-length");
  if (detectMultiplier === 0) return fault("bfd-no-multiplier");
  if ((flags & BIT.multipoint) !== 0) return fault("bfd-multipoint");
  const myDiscriminator = r.u32(); // My Discriminator
  if (myDiscriminator === 0) return fault("bfd-no-discriminator");
  const yourDiscriminator = r.u32(); // Your Discriminator
  const state = STATES[(flags >> 6) as 0 | 1 | 2 | 3];
  const mayBeFirst = state === "Down" || state === "AdminDown";
  if (yourDiscriminator === 0 && !mayBeFirst) return fault("bfd-state-without-discriminator");
  if (isAuthenticated) return fault("bfd-authenticated");
  return decoded({
    state,
    diagnostic: DIAGNOSTICS[versionAndDiagnostic & 0x1f] ?? "unknown",
    poll: (flags & BIT.poll) !== 0,
    final: (flags & BIT.final) !== 0,
    controlPlaneIndependent: (flags & BIT.controlPlaneIndependent) !== 0,
    demand: (flags & BIT.demand) !== 0,
    detectMultiplier,
    myDiscriminator,
    yourDiscriminator,
    desiredMinTxUs: r.u32(), // Desired Min TX Interval
    requiredMinRxUs: r.u32(), // Required Min RX Interval
    requiredMinEchoRxUs: r.u32(), // Required Min Echo RX Interval
  });
}

export function encodeControlPacket(packet: OwnPacket): Uint8Array {
  const w = new ByteWriter(CONTROL_PACKET_BYTES);
  w.uint((VERSION << 5) | DIAGNOSTICS.indexOf(packet.diagnostic), 1); // Vers, Diag
  w.uint((STATES.indexOf(packet.state) << 6) | flagsOf(packet), 1); // Sta, P, F, C, A, D, M
  w.uint(packet.detectMultiplier, 1); // Detect Mult
  w.uint(CONTROL_PACKET_BYTES, 1); // Length
  w.uint(packet.myDiscriminator, 4);
  w.uint(packet.yourDiscriminator, 4);
  w.uint(packet.desiredMinTxUs, 4);
  w.uint(packet.requiredMinRxUs, 4);
  w.uint(packet.requiredMinEchoRxUs, 4);
  return w.bytes;
}

function flagsOf(packet: ControlPacket): number {
  return (
    (packet.poll ? BIT.poll : 0) |
    (packet.final ? BIT.final : 0) |
    (packet.controlPlaneIndependent ? BIT.controlPlaneIndependent : 0) |
    (packet.demand ? BIT.demand : 0)
  );
}
