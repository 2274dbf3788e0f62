/** Router discovery: what routers sent, byte for byte, what is a byte short or one wrong, and what we say ourselves. */
import { expect } from "chai";
import fc from "fast-check";
import type { Ip } from "../../../../src/base/ip.ts";
import {
  ADVERTISEMENT,
  decodeRouterAdvertisement,
  SOLICITATION,
} from "../../../../src/bgp/unnumbered/wire/router-discovery.ts";

/** Captured from FRR 8.4.4, `neighbor r0 interface remote-as external`: prefix and link-layer address behind it. */
const FRR =
  "860030bd4000001e0000000000000000" +
  "030440c000278d0000093a8000000000fd990000000000000000000000000000" +
  "0101020000000002";
/** Captured from BIRD 2.0.12, `protocol radv` with the prefix fd99::/64: MTU and prefix behind it. */
const BIRD =
  "860066eb4000001e0000000000000000" +
  "05010000000005dc" +
  "030440c0000151800000384000000000fd990000000000000000000000000000";

const FROM = "fe80::1" as Ip;
const decode = (hex: string, more: { from?: string; ttl?: number } = {}) =>
  decodeRouterAdvertisement({
    ...{ bytes: Buffer.from(hex, "hex"), from: (more.from ?? FROM) as Ip, ttl: more.ttl ?? 255 },
  });
const refused = (fault: string) => ({ ok: false, fault });
/** The same with a byte in its place. */
function spoilt(at: number, byte: number): string {
  const bytes = Buffer.from(FRR, "hex");
  bytes[at] = byte;
  return bytes.toString("hex");
}

describe("router discovery", () => {
  const rows: readonly (readonly [string, ReturnType<typeof decode>, object])[] = [
    ["FRR's", decode(FRR), { ok: true, value: { lifetimeSeconds: 30 } }],
    ["BIRD's", decode(BIRD), { ok: true, value: { lifetimeSeconds: 30 } }],
    ["without options", decode(FRR.slice(0, 32)), { ok: true, value: { lifetimeSeconds: 30 } }],
    ["one byte short", decode(FRR.slice(0, 30)), refused("router-too-short")],
    ["nothing", decode(""), refused("router-too-short")],
    ["half an option", decode(FRR.slice(0, -2)), refused("router-bad-option")],
    ["an option's first byte", decode(FRR.slice(0, 34)), refused("router-bad-option")],
    ["an option of no length", decode(spoilt(17, 0)), refused("router-bad-option")],
    ["an option beyond the end", decode(spoilt(49, 2)), refused("router-bad-option")],
    ["another code", decode(spoilt(1, 1)), refused("router-unknown-code")],
    ["a neighbour advertisement", decode(spoilt(0, 136)), refused("router-other-type")],
    ["from another link", decode(FRR, { ttl: 254 }), refused("router-forwarded")],
    ["from a global address", decode(FRR, { from: "fd99::1" }), refused("router-not-link-local")],
    ["from fe8::1", decode(FRR, { from: "fe8::1" }), refused("router-not-link-local")],
    [
      "from febf::1",
      decode(FRR, { from: "febf::1" }),
      { ok: true, value: { lifetimeSeconds: 30 } },
    ],
  ];
  for (const [name, got, want] of rows) {
    it(`decodeRouterAdvertisement: ${name}`, () => {
      expect(got).to.deep.equal(want);
    });
  }

  it("ours: we are here, no default router, and nothing for hosts to go by", () => {
    expect(Buffer.from(ADVERTISEMENT).toString("hex")).to.equal("86" + "00".repeat(15));
    const ours = decodeRouterAdvertisement({ bytes: ADVERTISEMENT, from: FROM, ttl: 255 });
    expect(ours).to.deep.equal({ ok: true, value: { lifetimeSeconds: 0 } });
    expect(Buffer.from(SOLICITATION).toString("hex")).to.equal("8500000000000000");
  });

  it("noise: an answer to everything, and never an exception", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const frame = Uint8Array.from([134, 0, ...bytes]);
        for (const each of [bytes, frame]) {
          const read = decodeRouterAdvertisement({ bytes: each, from: FROM, ttl: 255 });
          if (!read.ok) expect(read.fault).to.match(/^router-/);
        }
      }),
    );
  });
});
