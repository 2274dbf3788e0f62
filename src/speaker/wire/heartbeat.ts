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
import { Buffer } from "node:buffer";
import { ByteReader, ByteWriter } from "../../base/bytes.ts";
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
  /** The sender has a newer key than this one, and waits for the others to have it too: see ../key-rotation.ts. */
  readonly hasNewerKey: boolean;
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
const KEY_ID_AT = 6;
const COUNTS_AT = HEADER_BYTES - 8;
/** More nodes than share the ranks of any one. */
const SENDERS_MAX = 4096;
const MAGIC = 0x5342;
const VERSION = 3;
const [LEAVING, STARTING, ISOLATED, GATED, HAS_NEWER_KEY] = [1, 2, 4, 8, 16];

/** What a heartbeat lists: the part whose length varies. */
type Lists = Pick<Heartbeat, "heard" | "lost" | "links" | "macs">;

/**
 * The lists of each sender's heartbeat before. They seldom change, and a hundred nodes list each other 500 times a second:
 * where the bytes are the same, so are the lists, down to their identity.
 *
 * To be used for heartbeats whose tag was found right: nobody else may fill it.
 */
export class ListMemory {
  readonly #known = new Map<Id, { readonly bytes: Buffer; readonly lists: Lists }>();

  /** @param bytes the whole heartbeat */
  recall(sender: Id, bytes: Uint8Array): Lists | undefined {
    const known = this.#known.get(sender);
    if (known === undefined) return undefined;
    const end = bytes.length - TAG_BYTES;
    return known.bytes.compare(bytes, COUNTS_AT, end) === 0 ? known.lists : undefined;
  }

  keep(sender: Id, bytes: Uint8Array, lists: Lists): void {
    if (this.#known.size >= SENDERS_MAX) this.#known.clear();
    const own = Buffer.from(bytes.subarray(COUNTS_AT, bytes.length - TAG_BYTES));
    this.#known.set(sender, { bytes: own, lists });
  }
}

/** @returns what tells that this is no heartbeat of ours; null where it may be one, if its tag is right */
export function envelopeFault(bytes: Uint8Array): string | null {
  if (bytes.length < HEADER_BYTES + TAG_BYTES) return "heartbeat-too-short";
  const r = new ByteReader(bytes);
  if (r.u16() !== MAGIC) return "heartbeat-not-ours";
  if (r.u8() !== VERSION) return "heartbeat-unknown-version";
  r.u8(); // flags
  return r.u16() === bytes.length ? null : "heartbeat-bad-length";
}

/** @param bytes with a whole envelope. @returns the id of the key that its tag is said to be made with */
export function claimedKeyId(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(KEY_ID_AT);
}

/** @returns the values, which prove nothing unless the tag was found right before */
export function decodeHeartbeat(bytes: Uint8Array, memory?: ListMemory): Decoded<Heartbeat> {
  const wrong = envelopeFault(bytes);
  if (wrong !== null) return fault(wrong);
  const r = new ByteReader(bytes);
  r.skip(3); // magic, version
  const flags = r.u8(); // bits that version 3 does not know are ignored
  r.skip(2); // length
  const [keyId, sender] = [r.u32(), r.uint(ID_BYTES)];
  const [incarnation, sequence, fence, planGeneration] = [
    r.uint(6),
    r.uint(6),
    r.uint(6),
    r.uint(6),
  ];
  const [inServiceSeconds, yields] = [r.u16(), r.u16()];
  const [intervalMs, detectionMs] = [r.u16(), r.u16()];
  const known = memory?.recall(sender, bytes);
  const lists = known ?? decodeLists(r);
  if (lists === null) return fault("heartbeat-bad-counts");
  if (known === undefined) memory?.keep(sender, bytes, lists);
  return decoded({
    keyId,
    hasNewerKey: (flags & HAS_NEWER_KEY) !== 0,
    sender,
    leaving: (flags & LEAVING) !== 0,
    starting: (flags & STARTING) !== 0,
    isolated: (flags & ISOLATED) !== 0,
    gated: (flags & GATED) !== 0,
    incarnation,
    sequence,
    fence,
    planGeneration,
    inServiceSeconds,
    yields,
    intervalMs,
    detectionMs,
    heard: lists.heard,
    lost: lists.lost,
    links: lists.links,
    macs: lists.macs,
  });
}

function decodeLists(r: ByteReader): Lists | null {
  const [heardCount, lostCount, linkCount, macCount] = [r.u16(), r.u16(), r.u16(), r.u16()];
  const listed = (heardCount + lostCount + 2 * linkCount + macCount) * ID_BYTES;
  if (listed !== r.left - TAG_BYTES) return null;
  return {
    heard: times(heardCount, () => r.uint(ID_BYTES)),
    lost: times(lostCount, () => r.uint(ID_BYTES)),
    links: times(linkCount, () => ({ link: r.uint(ID_BYTES), fence: r.uint(6) })),
    macs: times(macCount, () => r.mac()),
  };
}

/** @returns everything before the tag; the tag is to be made over it and put behind it */
export function encodeHeartbeat(heartbeat: Heartbeat): Uint8Array {
  const { heard, lost, links, macs } = heartbeat;
  const listed = (heard.length + lost.length + 2 * links.length + macs.length) * ID_BYTES;
  const w = new ByteWriter(HEADER_BYTES + listed);
  w.uint(MAGIC, 2);
  w.uint(VERSION, 1);
  w.uint(flagsOf(heartbeat), 1);
  w.uint(HEADER_BYTES + listed + TAG_BYTES, 2);
  w.uint(heartbeat.keyId, 4);
  w.uint(heartbeat.sender, ID_BYTES);
  w.uint(heartbeat.incarnation, 6);
  w.uint(heartbeat.sequence, 6);
  w.uint(heartbeat.fence, 6);
  w.uint(heartbeat.planGeneration, 6);
  w.uint(heartbeat.inServiceSeconds, 2);
  w.uint(heartbeat.yields, 2);
  w.uint(heartbeat.intervalMs, 2);
  w.uint(heartbeat.detectionMs, 2);
  for (const list of [heard, lost, links, macs]) w.uint(list.length, 2);
  for (const id of heard) w.uint(id, ID_BYTES);
  for (const id of lost) w.uint(id, ID_BYTES);
  for (const { link, fence } of links) {
    w.uint(link, ID_BYTES);
    w.uint(fence, 6);
  }
  for (const mac of macs) w.put(macToBytes(mac));
  return w.bytes;
}

function flagsOf({ leaving, starting, isolated, gated, hasNewerKey }: Heartbeat): number {
  const word = (leaving ? LEAVING : 0) | (starting ? STARTING : 0);
  const more = (isolated ? ISOLATED : 0) | (gated ? GATED : 0);
  return word | more | (hasNewerKey ? HAS_NEWER_KEY : 0);
}

function times<T>(count: number, make: () => T): T[] {
  const made: T[] = [];
  for (let i = 0; i < count; i++) made.push(make());
  return made;
}
