import { expect } from "chai";
import fc from "fast-check";
import { decodeNetlink, encodeDumpRequest } from "../../../src/linux/wire/netlink.ts";
import { GOLDEN } from "../golden.ts";
import { CAPTURES } from "./captures.ts";

const bytesOf = (hex: string): Uint8Array => Buffer.from(hex, "hex");

const NEWS = { sequence: 0, inDump: false, interrupted: false };
const port = {
  index: 3,
  name: "va",
  mac: "92:c7:10:ed:4d:fe",
  ethernet: true,
  loopback: false,
  up: true,
  carrier: true,
  broadcast: true,
  noArp: false,
  masterIndex: 2,
  kind: "veth",
  mtu: 1500,
};
const tun = {
  index: 4,
  name: "tun0",
  mac: null,
  ethernet: false,
  loopback: false,
  up: false,
  carrier: false,
  broadcast: false,
  noArp: true,
  masterIndex: null,
  kind: "tun",
  mtu: 1500,
};
const first = {
  interfaceIndex: 3,
  ip: "192.0.2.1",
  prefixLength: 24,
  linkLocal: false,
  usable: true,
};
const peer = { ...first, ip: "192.0.2.9", prefixLength: 32 };
const global6 = { ...first, ip: "2001:db8::1", prefixLength: 64, usable: false };
const gone = { ...global6, ip: "fe80::90c7:10ff:feed:4dfe", linkLocal: true };
const loopback6 = { ...first, interfaceIndex: 1, ip: "::1", prefixLength: 128 };
const made = { ...first, interfaceIndex: 258, ip: "fe80::1", prefixLength: 64, linkLocal: true };

const rows = [
  { name: "newLinkInBridge", want: { ...NEWS, kind: "link", link: port } },
  {
    name: "newLinkTun",
    want: { sequence: 7, inDump: true, interrupted: false, kind: "link", link: tun },
  },
  { name: "bridgePortNews", want: { ...NEWS, kind: "other" } },
  { name: "portLeftBridge", want: { ...NEWS, kind: "other" } },
  { name: "delLink", want: { ...NEWS, kind: "link-removed", index: 3 } },
  {
    name: "newAddressV4",
    want: { ...NEWS, sequence: 1795221425, kind: "address", address: first },
  },
  {
    name: "newAddressPeer",
    want: { ...NEWS, sequence: 1795221426, kind: "address", address: peer },
  },
  { name: "newAddressTentative", want: { ...NEWS, kind: "address", address: global6 } },
  {
    name: "delAddressV4",
    want: { ...NEWS, sequence: 1795221426, kind: "address-removed", address: first },
  },
  { name: "delAddressLinkLocal", want: { ...NEWS, kind: "address-removed", address: gone } },
  {
    name: "dumpAddressV6",
    want: { sequence: 8, inDump: true, interrupted: false, kind: "address", address: loopback6 },
  },
  { name: "dumpDone", want: { sequence: 7, inDump: true, interrupted: false, kind: "done" } },
  { name: "errorBusy", want: { ...NEWS, sequence: 7, kind: "error", errno: -16 } },
  {
    name: "doneInterrupted",
    want: { sequence: 7, inDump: true, interrupted: true, kind: "done" },
  },
  {
    name: "doneFailed",
    want: { sequence: 7, inDump: true, interrupted: true, kind: "error", errno: -12 },
  },
  { name: "overrun", want: { ...NEWS, kind: "overrun" } },
  { name: "addressLinkLocal", want: { ...NEWS, kind: "address", address: made } },
  { name: "addressOptimistic", want: { ...NEWS, kind: "address", address: made } },
  {
    name: "addressDuplicate",
    want: { ...NEWS, kind: "address", address: { ...made, usable: false } },
  },
] as const;

const VECTORS = { ...CAPTURES, ...GOLDEN };

/** Where a length stands and what is wrong with it, in a message that is otherwise good. */
const spoilt = [
  { name: "a length below the header's", of: "dumpDone", at: 0, u16: 15, fault: "bad-length" },
  { name: "a length beyond the end", of: "dumpDone", at: 0, u16: 21, fault: "bad-length" },
  { name: "an attribute of length 3", of: "newAddressV4", at: 24, u16: 3, fault: "bad-attribute" },
  {
    name: "an attribute beyond the end",
    of: "newAddressV4",
    at: 24,
    u16: 53,
    fault: "bad-attribute",
  },
  {
    name: "an IPv4 address of 3 bytes",
    of: "newAddressV4",
    at: 32,
    u16: 7,
    fault: "bad-attribute",
  },
] as const;

describe("netlink", () => {
  for (const { name, want } of rows) {
    it(`reads ${name}`, () =>
      expect(decodeNetlink(bytesOf(VECTORS[name]))).to.deep.equal({ ok: true, value: [want] }));
  }

  it("has a row for every capture", () =>
    expect(rows.map(({ name }) => name)).to.include.members(Object.keys(CAPTURES)));

  it("reads several messages in one datagram, in order", () => {
    const datagram = bytesOf(CAPTURES.dumpAddressV6 + CAPTURES.portLeftBridge + CAPTURES.dumpDone);
    const read = decodeNetlink(datagram);
    expect(read.ok && read.value.map(({ kind }) => kind)).to.deep.equal([
      "address",
      "other",
      "done",
    ]);
  });

  it("reads an empty datagram as nothing", () =>
    expect(decodeNetlink(new Uint8Array())).to.deep.equal({ ok: true, value: [] }));

  it("asks for links without counters, and for addresses", () => {
    expect(Buffer.from(encodeDumpRequest("links", 7)).toString("hex")).to.equal(GOLDEN.dumpLinks);
    expect(Buffer.from(encodeDumpRequest("addresses", 0xfffffffe)).toString("hex")).to.equal(
      GOLDEN.dumpAddresses,
    );
  });

  for (const { name, of, at, u16, fault } of spoilt) {
    it(`refuses ${name}`, () => {
      const bytes = Buffer.from(VECTORS[of], "hex");
      bytes.writeUInt16LE(u16, at);
      expect(decodeNetlink(bytes)).to.deep.equal({ ok: false, fault: `netlink-${fault}` });
    });
  }

  const cut = [
    { of: "delLink", to: 31, fault: "netlink-link-too-short" },
    { of: "newLinkTun", to: 31, fault: "netlink-link-too-short" },
    { of: "newAddressV4", to: 23, fault: "netlink-address-too-short" },
    { of: "dumpDone", to: 19, fault: "netlink-error-too-short" },
    { of: "newAddressV4", to: 26, fault: "netlink-bad-attribute" },
  ] as const;
  for (const { of, to, fault } of cut) {
    it(`refuses ${of} of ${to} bytes that says so itself`, () => {
      const bytes = Buffer.from(VECTORS[of], "hex").subarray(0, to);
      bytes.writeUInt32LE(to, 0);
      expect(decodeNetlink(bytes)).to.deep.equal({ ok: false, fault });
    });
  }

  for (const { name } of rows) {
    it(`refuses every shorter prefix of ${name}`, () => {
      const bytes = bytesOf(VECTORS[name]);
      for (let length = 1; length < bytes.length; length++) {
        const want = length < 16 ? "netlink-too-short" : "netlink-bad-length";
        expect(decodeNetlink(bytes.subarray(0, length))).to.deep.equal({ ok: false, fault: want });
      }
    });
  }

  it("does not throw, whatever it is given", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        decodeNetlink(noise);
      }),
    );
    const vector = fc.constantFrom(...rows.map(({ name }) => VECTORS[name]));
    fc.assert(
      fc.property(vector, fc.nat(), fc.nat(255), (hex, at, value) => {
        const bytes = bytesOf(hex);
        bytes[at % bytes.length] = value;
        decodeNetlink(bytes);
      }),
    );
  });
});
