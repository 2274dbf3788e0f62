/**
 * Heartbeats between speakers, version 3: bytes to values and back. Pure: the tag is made and checked by the hands.
 *
 *    0         2       3       4         6               10                      16
 *   +---------+-------+-------+---------+---------------+-----------------------+
 *   | "SB"    | ver 3 | flags | length  | key id        | sender (node id)      |
 *   +---------+-------+-------+---------+---------------+-----------------------+ 16
 *   | incarnation (6) · sequence (6) · fence (6) · plan generation (6)          |
 *   +-------------------------+-------------------------+-----------------------+ 40
 *   | in service s (2)  | yields (2)    | interval ms (2)   | detection ms (2)  |
 *   +-------------------+---------------+-------------------+-------------------+ 48
 *   | heard count (2)   | lost count(2) | link count (2)    | MAC count (2)     |
 *   +-------------------+---------------+-------------------+-------------------+ 56
 *   | heard: node id (6) … · lost: node id (6) … · links: link id (6) fence (6) …
 *   | · macs: Ethernet address (6) …                                            |
 *   +---------------------------------------------------------------------------+
 *   | tag (16): HMAC-SHA256 over every byte before it, truncated                |
 *   +---------------------------------------------------------------------------+
 *
 * Integers are in network order. What each field means: docs/heartbeat.md.
 * Left out on purpose: encryption. Who is alive is no secret; who may say so is what the tag is for.
 * Neighbours: ../liveness.ts gives the fields their meaning; ../io/signer.ts makes and checks the tag.
 */
import { ByteReader, concatBytes, uintBytes } from "../../base/bytes.ts";
import { decoded, fault, type Decoded } from "../../base/decoded.ts";
import { macToBytes, type Mac } from "../../base/mac.ts";

/** 48 bits of a node's or a link's name, see ../ids.ts. */
export type Id = number;

export interface LinkReport {
  readonly link: Id;
  /** In units of a fence, see `fence`. */
  readonly fence: number;
}

export interface Heartbeat {
  readonly keyId: number;
  readonly sender: Id;
  /** The sender is about to stop: it counts as dead at once. */
  readonly leaving: boolean;
  /** The sender has not listened long enough to know who is alive; it holds nothing. */
  readonly starting: boolean;
  /** The sender hears nobody (before this message was made): its `lost` says more about itself. */
  readonly isolated: boolean;
  /** The sender cannot forward what it would attract: it holds nothing that another may. */
  readonly gated: boolean;
  /** Grows with every start of the sender: milliseconds since 1970, unless a clock went backwards. */
  readonly incarnation: number;
  /** Grows with every message of an incarnation. */
  readonly sequence: number;
  /** 256 × the generation at which the sender fenced itself, plus its turn among those who did. */
  readonly fence: number;
  /** The newest generation of the plan that the sender knows. */
  readonly planGeneration: number;
  /** Seconds since the sender last fenced itself, at most 65535. */
  readonly inServiceSeconds: number;
  /**
   * How often the sender gave up at once what another holds, modulo 65536: since it had announced it, the other announces
   * it again, for some still believe the sender.
   */
  readonly yields: number;
  /** The receiver hears from the sender at least this often, unless something is lost. */
  readonly intervalMs: number;
  /** Whoever does not hear the sender for less than this must not take it for dead. */
  readonly detectionMs: number;
  /** Nodes whose heartbeats arrive at the sender. */
  readonly heard: readonly Id[];
  /** Nodes that the sender has declared dead, until they have said that they know. */
  readonly lost: readonly Id[];
  /** Interfaces on which the sender can answer. */
  readonly links: readonly LinkReport[];
  /** Ethernet addresses with which the sender may answer: no stranger's. */
  readonly macs: readonly Mac[];
}

export const UINT48_MAX = 2 ** 48 - 1;
export const TAG_BYTES = 16;
const HEADER_BYTES = 56;
const ID_BYTES = 6;
const MAGIC = 0x5342;
const VERSION = 3;
const [LEAVING, STARTING, ISOLATED, GATED] = [1, 2, 4, 8];

/** What is to be checked before a word of it is believed. */
export interface SealedHeartbeat {
  readonly heartbeat: Heartbeat;
  /** Everything that the tag covers. */
  readonly signed: Uint8Array;
  readonly tag: Uint8Array;
}

/** @returns the values, which prove nothing until `tag` was compared with the tag of `signed` */
export function decodeHeartbeat(bytes: Uint8Array): Decoded<SealedHeartbeat> {
  if (bytes.length < HEADER_BYTES + TAG_BYTES) return fault("heartbeat-too-short");
  const r = new ByteReader(bytes);
  if (r.u16() !== MAGIC) return fault("heartbeat-not-ours");
  if (r.u8() !== VERSION) return fault("heartbeat-unknown-version");
  const flags = r.u8(); // bits that version 3 does not know are ignored
  if (r.u16() !== bytes.length) return fault("heartbeat-bad-length");
  const [keyId, sender] = [r.u32(), r.uint(ID_BYTES)];
  const [incarnation, sequence, fence, planGeneration] = [
    r.uint(6),
    r.uint(6),
    r.uint(6),
    r.uint(6),
  ];
  const [inServiceSeconds, yields] = [r.u16(), r.u16()];
  const [intervalMs, detectionMs] = [r.u16(), r.u16()];
  const [heardCount, lostCount, linkCount, macCount] = [r.u16(), r.u16(), r.u16(), r.u16()];
  const listed = (heardCount + lostCount + 2 * linkCount + macCount) * ID_BYTES;
  if (listed !== r.left - TAG_BYTES) return fault("heartbeat-bad-counts");
  const heartbeat: Heartbeat = {
    ...{ keyId, sender, incarnation, sequence, fence, planGeneration },
    ...{ inServiceSeconds, yields, intervalMs, detectionMs },
    leaving: (flags & LEAVING) !== 0,
    starting: (flags & STARTING) !== 0,
    isolated: (flags & ISOLATED) !== 0,
    gated: (flags & GATED) !== 0,
    heard: times(heardCount, () => r.uint(ID_BYTES)),
    lost: times(lostCount, () => r.uint(ID_BYTES)),
    links: times(linkCount, () => ({ link: r.uint(ID_BYTES), fence: r.uint(6) })),
    macs: times(macCount, () => r.mac()),
  };
  const signedBytes = bytes.length - TAG_BYTES;
  return decoded({ heartbeat, signed: bytes.subarray(0, signedBytes), tag: r.take(TAG_BYTES) });
}

/** @returns everything before the tag; the tag is to be made over it and put behind it */
export function encodeHeartbeat(heartbeat: Heartbeat): Uint8Array {
  const lists = concatBytes(
    ...heartbeat.heard.map((id) => uintBytes(id, ID_BYTES)),
    ...heartbeat.lost.map((id) => uintBytes(id, ID_BYTES)),
    ...heartbeat.links.map((r) => concatBytes(uintBytes(r.link, ID_BYTES), uintBytes(r.fence, 6))),
    ...heartbeat.macs.map(macToBytes),
  );
  return concatBytes(
    uintBytes(MAGIC, 2),
    Uint8Array.of(VERSION, flagsOf(heartbeat)),
    uintBytes(HEADER_BYTES + lists.length + TAG_BYTES, 2),
    uintBytes(heartbeat.keyId, 4),
    uintBytes(heartbeat.sender, ID_BYTES),
    uintBytes(heartbeat.incarnation, 6),
    uintBytes(heartbeat.sequence, 6),
    uintBytes(heartbeat.fence, 6),
    uintBytes(heartbeat.planGeneration, 6),
    uintBytes(heartbeat.inServiceSeconds, 2),
    uintBytes(heartbeat.yields, 2),
    uintBytes(heartbeat.intervalMs, 2),
    uintBytes(heartbeat.detectionMs, 2),
    uintBytes(heartbeat.heard.length, 2),
    uintBytes(heartbeat.lost.length, 2),
    uintBytes(heartbeat.links.length, 2),
    uintBytes(heartbeat.macs.length, 2),
    lists,
  );
}

function flagsOf({ leaving, starting, isolated, gated }: Heartbeat): number {
  const word = (leaving ? LEAVING : 0) | (starting ? STARTING : 0);
  return word | (isolated ? ISOLATED : 0) | (gated ? GATED : 0);
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}
