import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import {
  encodeIpv6Mreq,
  encodeSockaddrIn,
  encodeSockaddrIn6,
  encodeSockaddrLl,
  encodeSockaddrNl,
  netlinkPortOf,
  SockaddrLlReader,
} from "../../src/linux/sockaddr.ts";
import { GOLDEN } from "./golden.ts";

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("socket addresses", () => {
  const interfaceIndex = 258;
  const rows = [
    {
      name: "sockaddr_ll",
      bytes: encodeSockaddrLl({ etherType: 0x0806, interfaceIndex }),
      want: GOLDEN.sockaddrLl,
    },
    {
      name: "sockaddr_in",
      bytes: encodeSockaddrIn({ ip: "192.0.2.1" as Ip, port: 7946 }),
      want: GOLDEN.sockaddrIn,
    },
    {
      name: "sockaddr_in6",
      bytes: encodeSockaddrIn6({ ip: "fe80::1" as Ip, port: 7946, interfaceIndex }),
      want: GOLDEN.sockaddrIn6,
    },
    { name: "sockaddr_nl", bytes: encodeSockaddrNl(0x111), want: GOLDEN.sockaddrNl },
    {
      name: "ipv6_mreq",
      bytes: encodeIpv6Mreq("ff02::1:ff00:1" as Ip, interfaceIndex),
      want: GOLDEN.ipv6Mreq,
    },
  ];
  for (const { name, bytes, want } of rows) {
    it(`writes ${name}`, () => expect(hexOf(bytes)).to.equal(want));
  }

  it("reads the sender of a netlink message", () => {
    expect(netlinkPortOf(Buffer.from(GOLDEN.sockaddrNl, "hex"))).to.equal(0);
    expect(netlinkPortOf(Buffer.from(GOLDEN.sockaddrNlStranger, "hex"))).to.equal(4711);
  });

  it("reads where a frame came in, and to whom", () => {
    const reader = new SockaddrLlReader();
    reader.bytes.set(Buffer.from(GOLDEN.sockaddrLlHeard, "hex"));
    expect(reader.interfaceIndex).to.equal(258);
    expect(reader.packetType).to.equal("broadcast");
  });

  it("knows every sll_pkttype, and takes new ones for copies of our own", () => {
    const reader = new SockaddrLlReader();
    const read = [0, 1, 2, 3, 4, 5, 255].map((number) => {
      reader.bytes[10] = number;
      return reader.packetType;
    });
    expect(read).to.deep.equal([
      ...["host", "broadcast", "multicast", "other-host", "outgoing"],
      ...["outgoing", "outgoing"],
    ]);
  });
});
