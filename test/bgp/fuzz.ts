/**
 * Fuzzes the codecs of BGP and BFD: `npm run fuzz:bgp -- [--inputs 10000000] [--seed N]`. Begins with what routers said (test/vectors/{bgp,bfd}.json)
 * and what our own encoder says, and changes it: bits, octets, lengths, ends, halves of two.
 *
 * Each input is to be decoded without an exception, and within a second; what was decoded, encoded and decoded again is the same. The
 * first that is not ends the run, with its seed and its octets: it belongs into test/bgp/wire/vectors.test.ts, or beside the vectors of BFD.
 * Neighbour: bfd/fuzz.ts, which gives damaged packets to sessions that live.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { count, maybeCount, readOptions } from "../../lab/options.ts";
import {
  decodeControlPacket,
  encodeControlPacket,
  type OwnPacket,
} from "../../src/bgp/bfd/wire/control-packet.ts";
import { decodeHeader, decodeMessage, encodeMessage } from "../../src/bgp/wire/message.ts";
import { notification } from "../../src/bgp/wire/notification.ts";
import { GRACEFUL, theirOpen } from "./stage.ts";

const INPUTS_DEFAULT = 10_000_000;
const WIRES = [
  { asnBytes: 4, isExternal: true },
  { asnBytes: 4, isExternal: false },
  { asnBytes: 2, isExternal: true },
] as const;

/** One in so many inputs is a packet of BFD: there is less in it to go wrong. */
const BFD_SHARE = 5;
const HANG_MS = 1000;

function vectors(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), "utf8"));
}

const { routers } = vectors("bgp.json") as {
  readonly routers: readonly { readonly messages: readonly string[] }[];
};
const bfd = vectors("bfd.json") as { readonly packets: readonly { readonly hex: string }[] };
const packets = bfd.packets.map(({ hex }): Uint8Array => Buffer.from(hex, "hex"));
const messages: readonly Uint8Array[] = [
  ...routers.flatMap(({ messages }) => messages.map((hex) => Buffer.from(hex, "hex"))),
  encodeMessage(theirOpen({ capabilities: [GRACEFUL] }), WIRES[0]),
  encodeMessage(notification(6, 2, Buffer.from("\u0003bye")), WIRES[0]),
  encodeMessage({ kind: "route-refresh", afi: 2, subtype: 0, safi: 1 }, WIRES[0]),
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
  return bytes.subarray(0, 4096);
}

/** @returns what it is, where it is something */
function checkMessage(bytes: Uint8Array): string | null {
  decodeHeader(bytes, { isExtended: false });
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
  return kind;
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
const beganMs = performance.now();
const right = new Map<string, number>();
let slowestMs = 0;
for (let i = 0; i < inputs; i++) {
  const isBfd = chance.below(BFD_SHARE) === 0;
  const bytes = isBfd ? mutate(chance, packets, 0) : mutate(chance, messages, 18);
  try {
    const check = isBfd ? checkPacket : checkMessage;
    const startMs = performance.now();
    const kind = check(bytes);
    let tookMs = performance.now() - startMs;
    // Once may be the machine's fault.
    if (tookMs >= HANG_MS) tookMs = timeOf(() => check(bytes));
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
