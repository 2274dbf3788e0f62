import { expect } from "chai";
import fc from "fast-check";
import { ipFromBytes, ipToBytes, type Ip } from "../../src/base/ip.ts";
import {
  arpFilter,
  encodeBpf,
  neighborSolicitationFilter,
  senderFilter,
} from "../../src/linux/bpf.ts";
import { runBpf } from "./bpf-interpreter.ts";
import { ARP_REQUEST, NEIGHBOR_SOLICITATION, withByte } from "./frames.ts";
import { GOLDEN } from "./golden.ts";

const FILTERS = { arp: arpFilter(), neighbor: neighborSolicitationFilter() };
const BROADCAST = { packetType: 1, hardwareType: 1 };

describe("bpf", () => {
  it("encodes as the macros of linux/filter.h do", () => {
    expect(Buffer.from(encodeBpf(FILTERS.arp)).toString("hex")).to.equal(GOLDEN.arpFilter);
    expect(Buffer.from(encodeBpf(FILTERS.neighbor)).toString("hex")).to.equal(
      GOLDEN.neighborSolicitationFilter,
    );
  });

  const arp = ARP_REQUEST;
  const ns = NEIGHBOR_SOLICITATION;
  const frames = [
    { name: "ARP request", filter: "arp", frame: arp, passes: true },
    { name: "ARP reply", filter: "arp", frame: withByte(arp, 21, 2), passes: true },
    { name: "ARP, operation 0", filter: "arp", frame: withByte(arp, 21, 0), passes: false },
    { name: "RARP request", filter: "arp", frame: withByte(arp, 21, 3), passes: false },
    { name: "ARP, operation 257", filter: "arp", frame: withByte(arp, 20, 1), passes: false },
    { name: "ARP, not Ethernet", filter: "arp", frame: withByte(arp, 15, 6), passes: false },
    { name: "ARP, not IPv4", filter: "arp", frame: withByte(arp, 17, 1), passes: false },
    { name: "ARP, 8-byte MACs", filter: "arp", frame: withByte(arp, 18, 8), passes: false },
    { name: "ARP, 16-byte IPs", filter: "arp", frame: withByte(arp, 19, 16), passes: false },
    { name: "EtherType of RARP", filter: "arp", frame: withByte(arp, 13, 0x35), passes: false },
    { name: "ARP cut in ar$op", filter: "arp", frame: arp.subarray(0, 21), passes: false },
    { name: "IPv6 to the ARP filter", filter: "arp", frame: ns, passes: false },
    { name: "no bytes at all", filter: "arp", frame: new Uint8Array(), passes: false },
    { name: "solicitation", filter: "neighbor", frame: ns, passes: true },
    { name: "advertisement", filter: "neighbor", frame: withByte(ns, 54, 136), passes: true },
    { name: "router adv.", filter: "neighbor", frame: withByte(ns, 54, 134), passes: false },
    { name: "redirect", filter: "neighbor", frame: withByte(ns, 54, 137), passes: false },
    { name: "forwarded once", filter: "neighbor", frame: withByte(ns, 21, 254), passes: false },
    { name: "a fragment", filter: "neighbor", frame: withByte(ns, 20, 44), passes: false },
    { name: "IPv4 EtherType", filter: "neighbor", frame: withByte(ns, 12, 8), passes: false },
    { name: "cut before Type", filter: "neighbor", frame: ns.subarray(0, 54), passes: false },
  ] as const;
  for (const { name, filter, frame, passes } of frames) {
    it(`${name}: ${passes ? "passes" : "is dropped"}`, () =>
      expect(runBpf(FILTERS[filter], frame, BROADCAST) > 0).to.equal(passes));
  }

  const facts = [
    { name: "to our own MAC", packetType: 0, hardwareType: 1, passes: true },
    { name: "to a multicast group", packetType: 2, hardwareType: 1, passes: true },
    { name: "to somebody else", packetType: 3, hardwareType: 1, passes: false },
    { name: "our own output", packetType: 4, hardwareType: 1, passes: false },
    { name: "on the loopback", packetType: 1, hardwareType: 772, passes: false },
    { name: "on a tunnel", packetType: 1, hardwareType: 65534, passes: false },
  ];
  for (const { name, passes, ...about } of facts) {
    it(`${name}: ${passes ? "passes" : "is dropped"}`, () => {
      expect(runBpf(FILTERS.arp, arp, about) > 0).to.equal(passes);
      expect(runBpf(FILTERS.neighbor, ns, about) > 0).to.equal(passes);
    });
  }

  it("looks at nothing but the bytes that it checks", () => {
    const free = fc.integer({ min: 22, max: 41 });
    fc.assert(
      fc.property(free, fc.nat(255), (offset, value) => {
        expect(runBpf(FILTERS.arp, withByte(arp, offset, value), BROADCAST)).to.equal(0x40000);
      }),
    );
  });

  it("passes no noise", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (noise) => {
        expect(runBpf(FILTERS.arp, noise, BROADCAST)).to.equal(0);
        expect(runBpf(FILTERS.neighbor, noise, BROADCAST)).to.equal(0);
      }),
    );
  });

  const SOURCES = { IPv4: { size: 4, at: 12 }, IPv6: { size: 16, at: 8 } } as const;
  for (const [family, { size, at }] of Object.entries(SOURCES)) {
    const packetFrom = (ip: Ip) => {
      const packet = new Uint8Array(60);
      packet.set(ipToBytes(ip), at);
      return packet;
    };
    // Of few values, so that addresses have words in common, and the one that dials is among them half of the time.
    const address = fc
      .array(fc.constantFrom(1, 2), { minLength: size, maxLength: size })
      .map((bytes) => ipFromBytes(Uint8Array.from(bytes)));
    for (const verdict of ["pass", "drop"] as const) {
      it(`segments of ${family}: what comes from those ${verdict === "pass" ? "passes" : "is dropped"}, and nothing else`, () => {
        fc.assert(
          fc.property(fc.array(address, { maxLength: 9 }), address, (those, from) => {
            const passes = runBpf(senderFilter(those, verdict), packetFrom(from), BROADCAST) > 0;
            expect(passes).to.equal(those.includes(from) === (verdict === "pass"));
          }),
        );
      });
    }
  }
});
