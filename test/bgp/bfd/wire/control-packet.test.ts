import { expect } from "chai";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import {
  decodeControlPacket,
  DIAGNOSTICS,
  encodeControlPacket,
  STATES,
  type OwnPacket,
} from "../../../../src/bgp/bfd/wire/control-packet.ts";
import type { CapturedBfd } from "../../../interop/capture-bfd.ts";
import { FIRST_PACKET } from "../packets.ts";

/** Made by test/interop/capture-bfd.ts, which says where the expected fields come from. */
const captured = JSON.parse(
  readFileSync(new URL("../../../vectors/bfd.json", import.meta.url), "utf8"),
) as { readonly routers: readonly CapturedBfd[] };

const down: OwnPacket = {
  ...FIRST_PACKET,
  myDiscriminator: 0x01020304,
  requiredMinRxUs: 50_000,
};
/** By the figure in RFC 5880 section 4.1. */
const downHex = "2040031801020304000000000" + "00f42400000c35000000000";

const up: OwnPacket = {
  ...down,
  state: "Up",
  diagnostic: "neighbor-signaled-down",
  poll: true,
  controlPlaneIndependent: true,
  yourDiscriminator: 0xfffffffe,
  desiredMinTxUs: 50_000,
};
const upHex = "23e8031801020304fffffffe0000c3500000c35000000000";

/** The packet that is down, with one byte another. */
const withByte = (at: number, value: number) => {
  const bytes = Buffer.from(downHex, "hex");
  bytes[at] = value;
  return bytes.toString("hex");
};

const rows = [
  { name: "down", hex: downHex, want: { ok: true, value: down } },
  { name: "up, polling", hex: upHex, want: { ok: true, value: up } },
  { name: "bytes behind its end", hex: `${downHex}ffff`, want: { ok: true, value: down } },
  {
    name: "a diagnostic that the RFC does not know",
    hex: withByte(0, 0x3f),
    want: { ok: true, value: { ...down, diagnostic: "unknown" } },
  },
  { name: "nothing", hex: "", want: { ok: false, fault: "bfd-too-short" } },
  {
    name: "one byte short",
    hex: downHex.slice(0, -2),
    want: { ok: false, fault: "bfd-too-short" },
  },
  { name: "version 0", hex: withByte(0, 0x00), want: { ok: false, fault: "bfd-unknown-version" } },
  { name: "version 2", hex: withByte(0, 0x40), want: { ok: false, fault: "bfd-unknown-version" } },
  { name: "a length below 24", hex: withByte(3, 23), want: { ok: false, fault: "bfd-bad-length" } },
  {
    name: "a length beyond the datagram",
    hex: withByte(3, 25),
    want: { ok: false, fault: "bfd-bad-length" },
  },
  {
    name: "authentication without its section",
    hex: withByte(1, 0x44),
    want: { ok: false, fault: "bfd-bad-length" },
  },
  {
    name: "authentication",
    hex: `${withByte(1, 0x44).replace("440318", "44031a")}0102`,
    want: { ok: false, fault: "bfd-authenticated" },
  },
  { name: "multiplier 0", hex: withByte(2, 0), want: { ok: false, fault: "bfd-no-multiplier" } },
  { name: "multipoint", hex: withByte(1, 0x41), want: { ok: false, fault: "bfd-multipoint" } },
  {
    name: "no discriminator of its own",
    hex: downHex.replace("01020304", "00000000"),
    want: { ok: false, fault: "bfd-no-discriminator" },
  },
  {
    name: "init without our discriminator",
    hex: withByte(1, 0x80),
    want: { ok: false, fault: "bfd-state-without-discriminator" },
  },
  {
    name: "up without our discriminator",
    hex: withByte(1, 0xc0),
    want: { ok: false, fault: "bfd-state-without-discriminator" },
  },
  {
    name: "admin down without our discriminator",
    hex: withByte(1, 0x00),
    want: { ok: true, value: { ...down, state: "AdminDown" } },
  },
] as const;

const u32 = fc.nat(0xffffffff);
const packets: fc.Arbitrary<OwnPacket> = fc
  .record({
    state: fc.constantFrom(...STATES),
    diagnostic: fc.constantFrom(...DIAGNOSTICS),
    poll: fc.boolean(),
    final: fc.boolean(),
    controlPlaneIndependent: fc.boolean(),
    demand: fc.boolean(),
    detectMultiplier: fc.integer({ min: 1, max: 255 }),
    myDiscriminator: u32.filter((value) => value !== 0),
    yourDiscriminator: u32,
    desiredMinTxUs: u32,
    requiredMinRxUs: u32,
    requiredMinEchoRxUs: u32,
  })
  .filter(
    ({ state, yourDiscriminator }) =>
      yourDiscriminator !== 0 || state === "Down" || state === "AdminDown",
  );

describe("BFD control packet", () => {
  for (const { name, hex, want } of rows) {
    it(`decodeControlPacket: ${name}`, () => {
      expect(decodeControlPacket(Buffer.from(hex, "hex"))).to.deep.equal(want);
    });
  }

  for (const [name, packet, hex] of [
    ["down", down, downHex],
    ["up, polling", up, upHex],
  ] as const) {
    it(`encodeControlPacket: ${name}`, () => {
      expect(Buffer.from(encodeControlPacket(packet)).toString("hex")).to.equal(hex);
    });
  }

  for (const { from, packets: theirs } of captured.routers) {
    for (const { name, hex, says } of theirs) {
      it(`of ${from}, ${name}: says what the router was asked to say, both ways`, () => {
        const packet = decodeControlPacket(Buffer.from(hex, "hex"));
        expect(packet).to.deep.equal({ ok: true, value: says });
        const again = encodeControlPacket(says as unknown as OwnPacket);
        expect(Buffer.from(again).toString("hex")).to.equal(hex);
      });
    }
  }

  it("what was encoded is decoded as it was", () => {
    fc.assert(
      fc.property(packets, (packet) => {
        const read = decodeControlPacket(encodeControlPacket(packet));
        expect(read).to.deep.equal({ ok: true, value: packet });
      }),
    );
  });

  it("noise never throws, and has a name", () => {
    const noise = fc.uint8Array({ maxLength: 60 });
    const damaged = fc
      .tuple(packets, fc.nat(23), fc.nat(255))
      .map(([packet, at, value]) => encodeControlPacket(packet).with(at, value));
    fc.assert(
      fc.property(fc.oneof(noise, damaged), (bytes) => {
        const read = decodeControlPacket(bytes);
        if (!read.ok) expect(read.fault).to.match(/^bfd-[a-z-]+$/);
      }),
      { numRuns: 2000 },
    );
  });
});
