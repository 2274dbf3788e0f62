/**
 * Neighbour discovery, by the four habits: golden bytes both ways, every shorter prefix, round trips, noise.
 */
import { expect } from "chai";
import fc from "fast-check";
import { ipFromBytes, parseIp, type Ip } from "../../../src/base/ip.ts";
import { macFromBytes, type Mac } from "../../../src/base/mac.ts";
import {
  decodeNdp,
  encodeNdp,
  multicastMac,
  solicitedNodeGroup,
  type NdpMessage,
  type NeighborAdvertisement,
  type NeighborSolicitation,
} from "../../../src/speaker/wire/ndp.ts";
import { captured } from "./vectors.ts";

const A = "02:00:00:00:00:0a" as Mac;
const B = "02:00:00:00:00:0b" as Mac;
const ip = (text: string): Ip => parseIp(text) ?? expect.fail(text);
const [LINK_A, LINK_B, IP_B] = [ip("fe80::ff:fe00:a"), ip("fe80::ff:fe00:b"), ip("2001:db8::b")];

/** `same`: we would have made the very same bytes; otherwise they carry a flow label or an option of their own. */
const GOLDEN: readonly { name: string; same: boolean; message: NdpMessage }[] = [
  {
    ...{ name: "neighbor solicitation", same: false },
    message: {
      ...{ kind: "solicitation", source: LINK_A, destination: ip("ff02::1:ff00:b") },
      ...{ target: IP_B, linkLayer: A },
    },
  },
  {
    ...{ name: "neighbor advertisement", same: true },
    message: {
      ...{ kind: "advertisement", source: IP_B, destination: LINK_A, target: IP_B },
      ...{ router: false, solicited: true, override: true, linkLayer: B },
    },
  },
  {
    ...{ name: "unicast neighbor solicitation", same: true },
    message: {
      ...{
        kind: "solicitation",
        source: LINK_B,
        destination: LINK_A,
        target: LINK_A,
        linkLayer: B,
      },
    },
  },
  {
    ...{ name: "advertisement without link-layer address", same: true },
    message: {
      ...{ kind: "advertisement", source: LINK_A, destination: LINK_B, target: LINK_A },
      ...{ router: false, solicited: true, override: false, linkLayer: null },
    },
  },
  {
    ...{ name: "duplicate address detection", same: false },
    message: {
      ...{ kind: "solicitation", source: ip("::"), destination: ip("ff02::1:ff00:b") },
      ...{ target: IP_B, linkLayer: null },
    },
  },
];

const payloadOf = (name: string): Uint8Array => captured(name).subarray(14);

/** Changes bytes and puts the checksum right again, so that the check behind it is reached. */
function changed(name: string, changes: Readonly<Record<number, number>>): Uint8Array {
  const bytes = Uint8Array.from(payloadOf(name));
  const add = (at: number, sign: number): number =>
    sign * (at % 2 === 0 ? (bytes[at] ?? 0) << 8 : (bytes[at] ?? 0));
  let difference = 0;
  for (const [key, value] of Object.entries(changes)) {
    const at = Number(key);
    difference += add(at, -1);
    bytes[at] = value;
    difference += add(at, 1);
  }
  const sum = (~(((bytes[42] ?? 0) << 8) | (bytes[43] ?? 0)) & 0xffff) + difference;
  const folded = ~(((sum % 0xffff) + 0xffff) % 0xffff) & 0xffff;
  bytes[42] = folded >> 8;
  bytes[43] = folded & 0xff;
  return bytes;
}

const anyMac = fc.uint8Array({ minLength: 6, maxLength: 6 }).map(macFromBytes);
const anyUnicast = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => ipFromBytes(Uint8Array.from(bytes).fill(0x20, 0, 1)));

describe("speaker: wire: NDP", () => {
  for (const { name, same, message } of GOLDEN) {
    it(`${name}: to values${same ? " and back to the captured bytes" : ""}`, () => {
      expect(decodeNdp(payloadOf(name))).to.deep.equal({ ok: true, value: message });
      if (same) expect(encodeNdp(message)).to.deep.equal(payloadOf(name));
      else expect(decodeNdp(encodeNdp(message))).to.deep.equal({ ok: true, value: message });
    });
  }

  const S = "neighbor solicitation";
  const wrong = [
    { name: "version 4", bytes: changed(S, { 0: 0x45 }), want: "ndp-not-ipv6" },
    { name: "next header 6", bytes: changed(S, { 6: 6 }), want: "ndp-not-icmpv6" },
    { name: "hop limit 254", bytes: changed(S, { 7: 254 }), want: "ndp-forwarded" },
    { name: "payload of 23 bytes", bytes: changed(S, { 5: 23 }), want: "ndp-too-short" },
    { name: "payload beyond the end", bytes: changed(S, { 5: 33 }), want: "ndp-too-short" },
    { name: "type 133", bytes: payloadOf("router solicitation"), want: "ndp-too-short" },
    { name: "type 137", bytes: changed(S, { 40: 137 }), want: "ndp-other-type" },
    { name: "code 1", bytes: changed(S, { 41: 1 }), want: "ndp-unknown-code" },
    {
      name: "target ff02::b",
      bytes: changed(S, { 48: 0xff, 49: 2 }),
      want: "ndp-multicast-target",
    },
    { name: "option of length 0", bytes: changed(S, { 65: 0 }), want: "ndp-bad-option" },
    { name: "option beyond the end", bytes: changed(S, { 65: 2 }), want: "ndp-bad-option" },
    {
      name: "source :: with a link-layer address",
      bytes: changed("duplicate address detection", { 64: 1 }),
      want: "ndp-unspecified-with-link-layer",
    },
    {
      name: "source :: to another group",
      bytes: changed("duplicate address detection", { 39: 0x0c }),
      want: "ndp-unspecified-not-multicast",
    },
    {
      name: "solicited advertisement to a group",
      bytes: changed("neighbor advertisement", { 24: 0xff, 25: 0x02 }),
      want: "ndp-solicited-multicast",
    },
  ];
  for (const { name, bytes, want } of wrong) {
    it(`${name}: ${want}`, () => {
      expect(decodeNdp(bytes)).to.deep.equal({ ok: false, fault: want });
    });
  }

  it("any one bit wrong behind the header is a bad checksum", () => {
    const good = payloadOf(S);
    for (let at = 40; at < good.length; at++) {
      const bytes = Uint8Array.from(good);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      expect(decodeNdp(bytes)).to.deep.equal({ ok: false, fault: "ndp-bad-checksum" });
    }
  });

  it("every shorter prefix is too short", () => {
    for (let length = 0; length < payloadOf(S).length; length++) {
      const prefix = payloadOf(S).subarray(0, length);
      expect(decodeNdp(prefix)).to.deep.equal({ ok: false, fault: "ndp-too-short" });
    }
  });

  it("padding behind the packet is nothing, an unknown option is skipped", () => {
    const padded = new Uint8Array(payloadOf(S).length + 7);
    padded.set(payloadOf(S));
    expect(decodeNdp(padded)).to.deep.equal(decodeNdp(payloadOf(S)));
    const unknown = decodeNdp(changed(S, { 64: 200 }));
    expect(unknown.ok && unknown.value.linkLayer).to.equal(null);
  });

  it("round trip", () => {
    const flags = { router: fc.boolean(), solicited: fc.boolean(), override: fc.boolean() };
    const addresses = { source: anyUnicast, destination: anyUnicast, target: anyUnicast };
    const linkLayer = fc.option(anyMac);
    const kinds = [
      fc.record<NeighborSolicitation>({
        ...{ kind: fc.constant("solicitation" as const), ...addresses, linkLayer },
      }),
      fc.record<NeighborAdvertisement>({
        ...{ kind: fc.constant("advertisement" as const), ...addresses, ...flags, linkLayer },
      }),
    ];
    fc.assert(
      fc.property(fc.oneof<fc.Arbitrary<NdpMessage>[]>(...kinds), (message) => {
        expect(decodeNdp(encodeNdp(message))).to.deep.equal({ ok: true, value: message });
      }),
    );
  });

  it("noise never throws", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 128 }), (bytes) => {
        decodeNdp(bytes);
      }),
    );
    const good = payloadOf(S);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (at, byte) => {
        decodeNdp(changed(S, { [at]: byte }));
      }),
    );
  });

  it("solicited-node groups and their MACs (RFC 4291 section 2.7.1, RFC 2464 section 7)", () => {
    const group = solicitedNodeGroup(ip("4037::1:800:200e:8c6c")); // the RFC's own example
    expect(group).to.equal("ff02::1:ff0e:8c6c");
    expect(multicastMac(group)).to.equal("33:33:ff:0e:8c:6c");
    expect(multicastMac(ip("ff02::1"))).to.equal("33:33:00:00:00:01");
  });
});
