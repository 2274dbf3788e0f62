import { expect } from "chai";
import fc from "fast-check";
import { ipFromBytes, type Ip } from "../../src/base/ip.ts";
import {
  addressBytesOf,
  type PacketInfo,
  readControlMessages,
} from "../../src/linux/control-messages.ts";
import { encodeSockaddrIn, encodeSockaddrIn6, encodeSockaddrLl } from "../../src/linux/sockaddr.ts";
import { GOLDEN } from "./golden.ts";

function read(control: Uint8Array) {
  const info: PacketInfo = { interfaceIndex: 1, to: new Uint8Array(4), ttl: 1 };
  readControlMessages(control, info);
  const { interfaceIndex, to, ttl } = info;
  return { interfaceIndex, to: to.length === 0 ? null : ipFromBytes(to), ttl };
}
const nothing = { interfaceIndex: 0, to: null, ttl: 0 };

describe("control messages", () => {
  const rows = [
    {
      name: "IPv4",
      hex: GOLDEN.controlIpv4,
      want: { interfaceIndex: 258, to: "192.0.2.1", ttl: 255 },
    },
    {
      name: "IPv6",
      hex: GOLDEN.controlIpv6,
      want: { interfaceIndex: 258, to: "fe80::1", ttl: 254 },
    },
    { name: "none", hex: "", want: nothing },
    { name: "a header cut off", hex: GOLDEN.controlIpv4.slice(0, 30), want: nothing },
    { name: "a value cut off", hex: GOLDEN.controlIpv4.slice(0, 38), want: nothing },
    {
      name: "the second cut off",
      hex: GOLDEN.controlIpv4.slice(0, 90),
      want: { ...nothing, ttl: 255 },
    },
    { name: "a length of nothing", hex: "00".repeat(64), want: nothing },
    {
      name: "of another level",
      hex: GOLDEN.controlIpv4.replace("0000000002000000ff", "0100000002000000ff"),
      want: { interfaceIndex: 258, to: "192.0.2.1", ttl: 0 },
    },
  ];
  for (const { name, hex, want } of rows) {
    it(name, () => {
      expect(read(Buffer.from(hex, "hex"))).to.deep.equal(want);
    });
  }

  it("noise never throws", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(80), (bytes, length) => {
        const damaged = Buffer.from(GOLDEN.controlIpv6, "hex");
        damaged.set(bytes.subarray(0, damaged.length), 0);
        readControlMessages(damaged.subarray(0, length), { interfaceIndex: 0, to: bytes, ttl: 0 });
      }),
    );
  });

  it("the sender's address, of either family", () => {
    const four = encodeSockaddrIn({ ip: "192.0.2.1" as Ip, port: 1 });
    const six = encodeSockaddrIn6({ ip: "fe80::1" as Ip, port: 1, interfaceIndex: 1 });
    expect(ipFromBytes(addressBytesOf(four))).to.equal("192.0.2.1");
    expect(ipFromBytes(addressBytesOf(six))).to.equal("fe80::1");
    const other = encodeSockaddrLl({ etherType: 0, interfaceIndex: 1 });
    expect(addressBytesOf(other).length).to.equal(0);
  });
});
