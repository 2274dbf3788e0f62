/**
 * ARP and Ethernet, by the four habits: golden bytes both ways, every shorter prefix, round trips, noise.
 */
import { expect } from "chai";
import fc from "fast-check";
import { ipFromBytes, type Ip } from "../../../src/base/ip.ts";
import { macFromBytes, type Mac } from "../../../src/base/mac.ts";
import { decodeArp, encodeArp, type ArpPacket } from "../../../src/speaker/wire/arp.ts";
import { decodeEthernet, encodeEthernet } from "../../../src/speaker/wire/ethernet.ts";
import { bytesOf, captured } from "./vectors.ts";

const A = "02:00:00:00:00:0a" as Mac;
const B = "02:00:00:00:00:0b" as Mac;
const BROADCAST = "ff:ff:ff:ff:ff:ff" as Mac;
const [IP_A, IP_B, NO_IP] = ["192.0.2.1", "192.0.2.2", "0.0.0.0"] as Ip[] as [Ip, Ip, Ip];

const GOLDEN: readonly { name: string; to: Mac; from: Mac; packet: ArpPacket }[] = [
  {
    ...{ name: "arp request", to: BROADCAST, from: A },
    packet: {
      operation: "request",
      senderMac: A,
      senderIp: IP_A,
      targetMac: BROADCAST,
      targetIp: IP_B,
    },
  },
  {
    ...{ name: "arp reply", to: A, from: B },
    packet: { operation: "reply", senderMac: B, senderIp: IP_B, targetMac: A, targetIp: IP_A },
  },
  {
    ...{ name: "arp probe", to: BROADCAST, from: A },
    packet: {
      operation: "request",
      senderMac: A,
      senderIp: NO_IP,
      targetMac: BROADCAST,
      targetIp: IP_B,
    },
  },
  {
    ...{ name: "arp reply to a probe", to: A, from: B },
    packet: { operation: "reply", senderMac: B, senderIp: IP_B, targetMac: A, targetIp: NO_IP },
  },
  {
    ...{ name: "gratuitous arp request", to: BROADCAST, from: A },
    packet: {
      operation: "request",
      senderMac: A,
      senderIp: IP_A,
      targetMac: BROADCAST,
      targetIp: IP_A,
    },
  },
  {
    ...{ name: "gratuitous arp reply", to: BROADCAST, from: A },
    packet: { operation: "reply", senderMac: A, senderIp: IP_A, targetMac: A, targetIp: IP_A },
  },
];

const anyMac = fc.uint8Array({ minLength: 6, maxLength: 6 }).map(macFromBytes);
const anyIpv4 = fc.uint8Array({ minLength: 4, maxLength: 4 }).map(ipFromBytes);

describe("speaker: wire: ARP", () => {
  for (const { name, to, from, packet } of GOLDEN) {
    it(`${name}: to values and back to the captured bytes`, () => {
      const bytes = captured(name);
      const frame = decodeEthernet(bytes);
      if (!frame.ok) return expect.fail(frame.fault);
      const { destination, source, etherType, payload } = frame.value;
      expect({ destination, source, etherType }).to.deep.equal({
        ...{ destination: to, source: from, etherType: 0x0806 },
      });
      expect(decodeArp(payload)).to.deep.equal({ ok: true, value: packet });
      expect(encodeEthernet({ ...frame.value, payload: encodeArp(packet) })).to.deep.equal(bytes);
    });
  }

  const request = captured("arp request").subarray(14);
  const wrong = [
    { name: "hardware is not Ethernet", at: 1, byte: 6, want: "arp-not-ethernet" },
    { name: "protocol is not IPv4", at: 3, byte: 6, want: "arp-not-ipv4" },
    { name: "hardware length of 7", at: 4, byte: 7, want: "arp-bad-length" },
    { name: "protocol length of 16", at: 5, byte: 16, want: "arp-bad-length" },
    { name: "operation 0", at: 7, byte: 0, want: "arp-unknown-operation" },
    { name: "operation 3 (RARP)", at: 7, byte: 3, want: "arp-unknown-operation" },
  ];
  for (const { name, at, byte, want } of wrong) {
    it(`${name}: ${want}`, () => {
      const bytes = Uint8Array.from(request);
      bytes[at] = byte;
      expect(decodeArp(bytes)).to.deep.equal({ ok: false, fault: want });
    });
  }

  it("every shorter prefix is too short", () => {
    for (let length = 0; length < request.length; length++) {
      expect(decodeArp(request.subarray(0, length))).to.deep.equal({
        ok: false,
        fault: "arp-too-short",
      });
    }
    for (let length = 0; length < 14; length++) {
      const bytes = captured("arp request").subarray(0, length);
      expect(decodeEthernet(bytes)).to.deep.equal({ ok: false, fault: "ethernet-too-short" });
    }
  });

  it("padding behind the packet is nothing", () => {
    const padded = bytesOf(`${Buffer.from(request).toString("hex")}${"00".repeat(18)}`);
    expect(decodeArp(padded)).to.deep.equal(decodeArp(request));
  });

  it("round trip", () => {
    const anyPacket = fc.record<ArpPacket>({
      operation: fc.constantFrom("request", "reply"),
      ...{ senderMac: anyMac, senderIp: anyIpv4, targetMac: anyMac, targetIp: anyIpv4 },
    });
    fc.assert(
      fc.property(anyPacket, (packet) => {
        expect(decodeArp(encodeArp(packet))).to.deep.equal({ ok: true, value: packet });
      }),
    );
  });

  it("noise never throws", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        decodeEthernet(bytes);
        decodeArp(bytes);
      }),
    );
    fc.assert(
      fc.property(fc.nat(27), fc.nat(255), (at, byte) => {
        const bytes = Uint8Array.from(request);
        bytes[at] = byte;
        decodeArp(bytes);
      }),
    );
  });
});
