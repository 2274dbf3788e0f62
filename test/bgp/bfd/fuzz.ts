/**
 * Damaged packets without end, into the codec and into sessions that live: nothing may throw, and no session may go where the table
 * does not lead.
 *
 *   npm run fuzz:bfd -- [--inputs 1000000] [--seed 1]
 *
 * Prints what came of them by name. An input that throws is printed with its seed, and is to be kept in wire/control-packet.test.ts.
 */
import { count, readOptions } from "../../../lab/options.ts";
import type { Ip } from "../../../src/base/ip.ts";
import { BfdSessions, type SessionsEffect } from "../../../src/bgp/bfd/sessions.ts";
import { chanceOf, nextChance } from "../../../src/bgp/bfd/timing.ts";

const { inputs, seed: firstSeed } = readOptions(
  "fuzz:bfd",
  "Damaged packets to sessions that live.",
  {
    inputs: count("tried", 1_000_000),
    seed: count("of the first", 1, 0),
  },
);
const LENGTH_MAX = 32;
/** Down, with a multiplier of 3, once a second. */
const PACKET = Buffer.from("20400318000000090000000000" + "0f4240000f424000000000", "hex");

let seed = firstSeed;
const below = (bound: number): number => {
  seed = nextChance(seed);
  return Math.floor(chanceOf(seed) * bound);
};

const sessions = new BfdSessions("fuzz");
const profile = { desiredMinTxUs: 50_000, requiredMinRxUs: 50_000, detectMultiplier: 3 };
const endpoints = { ourAddress: null, interface: null, vrf: null, hops: "single" } as const;
const from = "192.0.2.254" as Ip;
const wanted = {
  endpoints: { ...endpoints, theirAddress: from },
  profile: { ...profile, isPassive: false },
  minimumTtl: 254,
};
const opened = sessions.step({ kind: "want", sessions: [wanted], nowMs: 0 });
const discriminator = opened.find((effect) => effect.kind === "open")?.discriminator ?? 0;
const outcomes = new Map<string, number>();
const tally = (name: string) => outcomes.set(name, (outcomes.get(name) ?? 0) + 1);

/** A right packet, in any state and mostly with our discriminator; then up to three bytes of it anything, and any length. */
function input(): Uint8Array {
  const room = new Uint8Array(LENGTH_MAX);
  room.set(PACKET);
  room[1] = below(4) << 6;
  if (below(4) > 0) new DataView(room.buffer).setUint32(8, discriminator);
  for (let i = below(4); i > 0; i--) room[below(LENGTH_MAX)] = below(256);
  return room.subarray(0, below(3) > 0 ? PACKET.length : below(LENGTH_MAX + 1));
}

function note(effects: readonly SessionsEffect[]): void {
  for (const effect of effects) {
    if (effect.kind === "fault") tally(effect.name);
    else if (effect.kind === "state") tally(`${effect.from} > ${effect.to}`);
    else tally(effect.kind);
  }
}

const startMs = performance.now();
for (let i = 0, nowMs = 0; i < inputs; i++, nowMs += below(400)) {
  const [at, bytes] = [seed, input()];
  const datagram = {
    bytes,
    from,
    to: from,
    interface: null,
    vrf: null,
    hops: "single",
    ttl: 255,
  } as const;
  try {
    note(sessions.step({ kind: "datagram", datagram, nowMs }));
    const timer = (["transmit", "detect"] as const)[below(2)] ?? "detect";
    note(sessions.step({ kind: "timer", discriminator, timer, nowMs }));
  } catch (error) {
    console.error(`seed ${at}: ${Buffer.from(bytes).toString("hex")}`);
    throw error;
  }
}
for (const [name, times] of [...outcomes].sort()) console.log(`${name.padEnd(36)} ${times}`);
console.log(`${inputs} inputs, ${((performance.now() - startMs) / 1000).toFixed(0)} s`);
