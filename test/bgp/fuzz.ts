/**
 * Fuzzes the codecs of BGP and BFD: `npm run fuzz:bgp -- [--inputs 10000000] [--seed N]`. Begins with what routers said (test/vectors/{bgp,bfd}.json)
 * and what our own encoder says, a message longer than 4,096 octets among it (RFC 8654), and changes it: bits, octets, lengths, ends, halves
 * of two.
 *
 * Of BGP it is a message behind a header that is whole, or a stream of several, changed anywhere, headers included, which comes in pieces.
 * Each input is to be decoded without an exception, and within a second; what was decoded, encoded and decoded again is the same; and a
 * stream is cut where RFC 4271 section 6.1 says, however it came. The first that is not ends the run, with its seed and its octets: it
 * belongs into test/bgp/wire/message.test.ts, or beside the vectors of BFD.
 * Neighbour: bfd/fuzz.ts, which gives damaged packets to sessions that live.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { count, maybeCount, readOptions } from "../../lab/options.ts";
import type { Ip } from "../../src/base/ip.ts";
import {
  decodeControlPacket,
  encodeControlPacket,
  type OwnPacket,
} from "../../src/bgp/bfd/wire/control-packet.ts";
import { Framing } from "../../src/bgp/wire/framing.ts";
import { joinNlri, NO_NLRI } from "../../src/bgp/wire/nlri.ts";
import { decodeMessage, encodeMessage, MESSAGE_BYTES_MAX } from "../../src/bgp/wire/message.ts";
import { notification } from "../../src/bgp/wire/notification.ts";
import type { CapturedBfd } from "../interop/capture-bfd.ts";
import type { Captured } from "./interop/capture.ts";
import { GRACEFUL, theirOpen } from "./stage.ts";

const INPUTS_DEFAULT = 10_000_000;
const WIRES = [
  { asnBytes: 4, isExternal: true },
  { asnBytes: 4, isExternal: false },
  { asnBytes: 2, isExternal: true },
] as const;

/** One in so many inputs is a packet of BFD: there is less in it to go wrong; of the others one in so many is a stream. */
const BFD_SHARE = 5;
const STREAM_SHARE = 3;
const HANG_MS = 1000;
/** Room for the long one, and for more behind it. */
const INPUT_BYTES_MAX = 2 * MESSAGE_BYTES_MAX;
/** All of the header but the type: marker (16 octets), length (2). */
const HEAD_BYTES = 18;

function vectors(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), "utf8"));
}

/** 1,000 prefixes, and 400 communities. */
function longUpdate(): Uint8Array {
  const prefix = (i: number) => Uint8Array.of(32, 198, 51, i >> 8, i & 255);
  const communities = Array.from({ length: 400 }, (_, i) => [64512, i] as const);
  const announced = joinNlri(Array.from({ length: 1000 }, (_, i) => prefix(i)));
  const attributes = [
    { kind: "origin", origin: "igp" },
    { kind: "as-path", segments: [{ kind: "sequence", asns: [64512] }] },
    { kind: "next-hop", nextHop: "192.0.2.1" as Ip },
    { kind: "communities", values: communities },
  ] as const;
  return encodeMessage({ kind: "update", withdrawn: NO_NLRI, attributes, announced }, WIRES[0]);
}

const bytesOf = ({ hex }: { readonly hex: string }): Uint8Array => Buffer.from(hex, "hex");
const { sessions } = vectors("bgp.json") as { readonly sessions: readonly Captured[] };
const { routers } = vectors("bfd.json") as { readonly routers: readonly CapturedBfd[] };
const packets = routers.flatMap((router) => router.packets.map(bytesOf));
const messages: readonly Uint8Array[] = [
  ...sessions.flatMap((session) => session.messages.map(bytesOf)),
  encodeMessage(theirOpen({ capabilities: [GRACEFUL] }), WIRES[0]),
  encodeMessage(notification(6, 2, Buffer.from("\u0003bye")), WIRES[0]),
  encodeMessage({ kind: "route-refresh", afi: 2, subtype: 0, safi: 1 }, WIRES[0]),
  longUpdate(),
];

/** Marsaglia's xorshift: the same seed, the same inputs. */
class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 1;
  }

  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }
}

/** @param from those that are changed @param head so many octets at the beginning are left as they are */
function mutate(chance: Chance, from: readonly Uint8Array[], head: number): Uint8Array {
  const pick = () => from[chance.below(from.length)] ?? new Uint8Array();
  let bytes = Uint8Array.from(pick());
  for (let times = 1 + chance.below(4); times > 0; times--) {
    const at = head + chance.below(Math.max(1, bytes.length - head));
    const kind = chance.below(6);
    if (kind === 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << chance.below(8));
    else if (kind === 1) bytes[at] = chance.below(256);
    else if (kind === 2) bytes[at] = chance.below(2) === 0 ? 0 : 0xff;
    else if (kind === 3) bytes = bytes.slice(0, Math.max(head, at));
    else if (kind === 4) bytes = Uint8Array.from([...bytes, ...pick().subarray(at)]);
    else bytes = Uint8Array.from([...bytes.subarray(0, at), ...pick().subarray(head)]);
  }
  return bytes.subarray(0, INPUT_BYTES_MAX);
}

/** @returns what it is, where it is something, and whether it is long */
function checkMessage(bytes: Uint8Array): string | null {
  let kind: string | null = null;
  for (const wire of WIRES) {
    const first = decodeMessage(bytes, wire);
    if (!first.ok) continue;
    const { value } = first;
    ({ kind } = value);
    if (value.kind === "update" && value.faults.length > 0) continue;
    const again = decodeMessage(encodeMessage(value, wire), wire);
    assert.deepEqual(again, first);
  }
  return kind !== null && bytes.length > MESSAGE_BYTES_MAX ? `long ${kind}` : kind;
}

/** Several messages, one behind the other, their headers no safer than the rest; and where it is cut on its way. */
function makeStream(chance: Chance): { readonly bytes: Uint8Array; readonly cuts: number[] } {
  const pick = () => messages[chance.below(messages.length)] ?? new Uint8Array();
  const whole = Array.from({ length: 1 + chance.below(3) }, pick);
  const damaged = chance.below(whole.length);
  whole[damaged] = mutate(chance, [pick()], 0);
  // What is changed anywhere is changed in the header too seldom.
  const at = chance.below(HEAD_BYTES + 1);
  const head = whole[damaged];
  if (chance.below(2) === 0 && at < head.length) head[at] = chance.below(256);
  const bytes = Uint8Array.from(whole.flatMap((each) => [...each]));
  const cuts = Array.from({ length: chance.below(4) }, () => chance.below(bytes.length + 1));
  return { bytes, cuts: cuts.sort((a, b) => a - b) };
}

/** The shortest of each type, RFC 4271 section 6.1 and RFC 2918 section 3. */
const LENGTH_MIN: Readonly<Record<number, number>> = { 1: 29, 2: 23, 3: 21, 4: 19, 5: 23 };

/** RFC 4271 section 6.1 and RFC 8654 section 4 once more, in other words than src/bgp. @returns the lengths of what is whole, then why no more */
function cutByRule(bytes: Uint8Array, isExtended: boolean): (number | string)[] {
  const out: (number | string)[] = [];
  for (let rest = bytes; ;) {
    if (rest.length < 19) return [...out, `${rest.length} wait`];
    if (rest.subarray(0, 16).some((octet) => octet !== 0xff))
      return [...out, "bgp-not-synchronized"];
    const [length, type] = [Buffer.from(rest).readUInt16BE(16), rest[18] ?? 0];
    const longest = isExtended && type !== 1 && type !== 4 ? 65_535 : 4096;
    const shortest = LENGTH_MIN[type] ?? 19;
    if (length < shortest || length > longest) return [...out, "bgp-bad-length"];
    if (type === 4 && length > shortest) return [...out, "bgp-bad-length"];
    if (!(type in LENGTH_MIN)) return [...out, "bgp-unknown-type"];
    if (rest.length < length) return [...out, `${rest.length} wait`];
    out.push(length);
    rest = rest.subarray(length);
  }
}

/** @returns what the first message of it is */
function checkStream({ bytes, cuts }: ReturnType<typeof makeStream>): string | null {
  let kind: string | null = null;
  for (const isExtended of [false, true]) {
    const [framing, out]: [Framing, (number | string)[]] = [new Framing(), []];
    let begin = 0;
    for (const end of [...cuts, bytes.length]) {
      framing.add(bytes.slice(begin, end));
      begin = end;
      let next = framing.next({ isExtended });
      for (; next?.ok === true; next = framing.next({ isExtended })) {
        out.push(next.value.length);
        const found = checkMessage(next.value);
        kind ??= found;
      }
      if (next === null) continue;
      out.push(next.fault);
      break;
    }
    if (typeof out.at(-1) !== "string") out.push(`${framing.waiting} wait`);
    assert.deepEqual(out, cutByRule(bytes, isExtended));
  }
  return kind === null ? null : `stream of ${kind}`;
}

function checkPacket(bytes: Uint8Array): string | null {
  const first = decodeControlPacket(bytes);
  if (!first.ok) return null;
  if (first.value.diagnostic !== "unknown") {
    const again = decodeControlPacket(encodeControlPacket(first.value as OwnPacket));
    assert.deepEqual(again, first);
  }
  return "bfd";
}

function timeOf(act: () => unknown): number {
  const startMs = performance.now();
  act();
  return performance.now() - startMs;
}

const { inputs, seed = Date.now() } = readOptions("fuzz:bgp", "Fuzzes the codecs of BGP and BFD.", {
  inputs: count("tried", INPUTS_DEFAULT),
  seed: maybeCount("odd, for an even one is the odd one after it; without it the time of day"),
});
const chance = new Chance(seed);

function nextInput(): { readonly bytes: Uint8Array; readonly check: () => string | null } {
  if (chance.below(BFD_SHARE) === 0) {
    const bytes = mutate(chance, packets, 0);
    return { bytes, check: () => checkPacket(bytes) };
  }
  if (chance.below(STREAM_SHARE) === 0) {
    const stream = makeStream(chance);
    return { bytes: stream.bytes, check: () => checkStream(stream) };
  }
  const bytes = mutate(chance, messages, HEAD_BYTES);
  return { bytes, check: () => checkMessage(bytes) };
}

const beganMs = performance.now();
const right = new Map<string, number>();
let slowestMs = 0;
for (let i = 0; i < inputs; i++) {
  const { bytes, check } = nextInput();
  try {
    const startMs = performance.now();
    const kind = check();
    let tookMs = performance.now() - startMs;
    // Once may be the machine's fault.
    if (tookMs >= HANG_MS) tookMs = timeOf(check);
    slowestMs = Math.max(slowestMs, tookMs);
    assert(tookMs < HANG_MS, `it took ${tookMs.toFixed(0)} ms`);
    if (kind !== null) right.set(kind, (right.get(kind) ?? 0) + 1);
  } catch (error) {
    console.log(`seed ${seed}, input ${i}: ${Buffer.from(bytes).toString("hex")}`);
    throw error;
  }
}
const seconds = (performance.now() - beganMs) / 1000;
const kinds = [...right].map(([kind, count]) => `${kind} ${count}`).join(", ");
console.log(
  `${inputs} inputs of seed ${seed} in ${seconds.toFixed(0)} s, the slowest ${slowestMs.toFixed(1)} ms; nothing found. Right ones: ${kinds}`,
);
