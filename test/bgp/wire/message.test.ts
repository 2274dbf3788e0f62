/**
 * BGP messages, by the four habits: golden bytes both ways, one byte short, the neighbouring wrong value, noise. Bytes put together by
 * hand come from the figures in the RFC that is named; those of routers are in vectors.ts.
 */
import { expect } from "chai";
import fc from "fast-check";
import type { Ip } from "../../../src/base/ip.ts";
import { Framing } from "../../../src/bgp/wire/framing.ts";
import {
  decodeHeader,
  decodeMessage,
  encodeMessage,
  EXTENDED_BYTES_MAX,
  type SendableMessage,
} from "../../../src/bgp/wire/message.ts";
import type { OpenMessage } from "../../../src/bgp/wire/open.ts";
import * as any from "./arbitrary.ts";

const MARKER = "ff".repeat(16);
const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
const INTERNAL = { asnBytes: 4, isExternal: false } as const;

const OPEN: OpenMessage = {
  kind: "open",
  ...{ asn16: 23456, holdTimeSeconds: 90, identifier: "192.0.2.1" as Ip },
  capabilities: [
    { kind: "multiprotocol", afi: 1, safi: 1 },
    { kind: "multiprotocol", afi: 2, safi: 1 },
    { kind: "route-refresh" },
    { kind: "four-octet-as", asn: 4_200_000_000 },
    { kind: "extended-next-hop", entries: [{ afi: 1, safi: 1, nextHopAfi: 2 }] },
    {
      ...{ kind: "graceful-restart", isRestarting: true, overNotification: true },
      restartSeconds: 120,
      families: [{ afi: 1, safi: 1, isForwarding: true }],
    },
    { kind: "extended-message" },
    { kind: "unknown", code: 73, bytes: bytesOf("0474657374 00") },
  ],
};

const OPEN_HEX = [
  `${MARKER} 004d 01`, // 77 octets, OPEN
  "04 5ba0 005a c0000201", // version 4, AS_TRANS, 90 s, identifier
  "30 02 2e", // optional parameters: one, capabilities
  "01 04 0001 00 01", // multiprotocol, IPv4 unicast
  "01 04 0002 00 01",
  "02 00", // route refresh
  "41 04 fa56ea00", // four octets of AS
  "05 06 0001 0001 0002", // IPv4 with next hops of IPv6
  "40 06 c078 0001 01 80", // graceful restart: R, N, 120 s; IPv4 unicast, F
  "06 00", // extended messages
  "49 06 0474657374 00", // a host name, which we do not know
].join("");

const golden: readonly {
  readonly name: string;
  readonly hex: string;
  readonly value: SendableMessage;
}[] = [
  { name: "KEEPALIVE", hex: `${MARKER} 0013 04`, value: { kind: "keepalive" } },
  {
    name: "NOTIFICATION, hold timer expired",
    hex: `${MARKER} 0015 03 04 00`,
    value: { kind: "notification", code: 4, subcode: 0, data: new Uint8Array() },
  },
  {
    name: "ROUTE-REFRESH of IPv6",
    hex: `${MARKER} 0017 05 0002 00 01`,
    value: { kind: "route-refresh", afi: 2, subtype: 0, safi: 1 },
  },
  { name: "OPEN with every capability", hex: OPEN_HEX, value: OPEN },
];

describe("bgp messages", () => {
  for (const { name, hex, value } of golden) {
    it(`${name}: golden bytes, both ways`, () => {
      const bytes = bytesOf(hex);
      expect(decodeHeader(bytes, { isExtended: false })).to.deep.equal({
        ok: true,
        value: bytes.length,
      });
      expect(decodeMessage(bytes, INTERNAL)).to.deep.equal({ ok: true, value });
      expect(Buffer.from(encodeMessage(value, INTERNAL)).toString("hex")).to.equal(
        hex.replaceAll(" ", ""),
      );
    });
  }

  const headers = [
    {
      name: "a marker that is not all ones",
      hex: `${MARKER.slice(2)}fe 0013 04`,
      want: "bgp-not-synchronized",
    },
    { name: "less than a header", hex: `${MARKER} 0012 04`, want: "bgp-bad-length" },
    { name: "a KEEPALIVE that is too long", hex: `${MARKER} 0014 04`, want: "bgp-bad-length" },
    { name: "an OPEN that is too short", hex: `${MARKER} 001c 01`, want: "bgp-bad-length" },
    { name: "an UPDATE that is too short", hex: `${MARKER} 0016 02`, want: "bgp-bad-length" },
    { name: "a NOTIFICATION that is too short", hex: `${MARKER} 0014 03`, want: "bgp-bad-length" },
    { name: "a ROUTE-REFRESH that is too short", hex: `${MARKER} 0016 05`, want: "bgp-bad-length" },
    { name: "more than 4096 octets", hex: `${MARKER} 1001 02`, want: "bgp-bad-length" },
    { name: "less than a header, of type 0", hex: `${MARKER} 0000 00`, want: "bgp-bad-length" },
    { name: "type 0", hex: `${MARKER} 0013 00`, want: "bgp-unknown-type" },
    { name: "type 6", hex: `${MARKER} 0013 06`, want: "bgp-unknown-type" },
  ] as const;
  for (const { name, hex, want } of headers) {
    it(`header: ${name} is ${want}`, () => {
      const decoded = decodeHeader(bytesOf(hex), { isExtended: false });
      expect(decoded.ok ? "ok" : decoded.fault).to.equal(want);
    });
  }

  it("extended messages: UPDATE yes, OPEN and KEEPALIVE no (RFC 8654 section 4)", () => {
    const of = (type: string) =>
      decodeHeader(bytesOf(`${MARKER} ffff ${type}`), { isExtended: true });
    expect(of("02")).to.deep.equal({ ok: true, value: EXTENDED_BYTES_MAX });
    for (const type of ["01", "04"]) expect(of(type).ok).to.equal(false);
  });

  const bad = OPEN_HEX.replaceAll(" ", "").slice(38); // The body.
  const opens = [
    {
      name: "version 3",
      body: `03${bad.slice(2)}`,
      want: "open-unsupported-version",
      data: "0004",
    },
    { name: "AS 0", body: `04 0000 ${bad.slice(6)}`, want: "open-wrong-as" },
    {
      name: "a hold time of 2 s",
      body: `04 5ba0 0002 ${bad.slice(10)}`,
      want: "open-bad-hold-time",
    },
    {
      name: "identifier 0",
      body: `04 5ba0 005a 00000000 ${bad.slice(18)}`,
      want: "open-bad-identifier",
    },
    {
      name: "a parameter that is no capability",
      body: "04 5ba0 005a c0000201 02 0100",
      want: "open-unsupported-parameter",
    },
    {
      name: "parameters longer than they say",
      body: "04 5ba0 005a c0000201 03 02020200 00",
      want: "open-malformed",
    },
    {
      name: "a capability past the end",
      body: "04 5ba0 005a c0000201 04 02020201",
      want: "open-malformed",
    },
    { name: "half a capability", body: "04 5ba0 005a c0000201 03 020102", want: "open-malformed" },
    { name: "one octet short", body: bad.slice(0, -2), want: "open-malformed" },
  ];
  for (const { name, body, want, data = "" } of opens) {
    it(`OPEN: ${name} is ${want}`, () => {
      const decoded = decodeMessage(bytesOf(`${MARKER} 0000 01 ${body}`), INTERNAL);
      if (decoded.ok) throw new Error("decoded");
      expect(decoded.fault).to.equal(want);
      expect(Buffer.from(decoded.data).toString("hex")).to.equal(data);
    });
  }

  it("OPEN: a capability of the wrong length is kept, and means nothing", () => {
    const decoded = decodeMessage(
      bytesOf(`${MARKER} 0000 01 04 5ba0 005a c0000201 07 0205 4103 010203`),
      INTERNAL,
    );
    expect(decoded).to.deep.equal({
      ok: true,
      value: {
        ...OPEN,
        capabilities: [{ kind: "unknown", code: 65, bytes: bytesOf("010203") }],
      },
    });
  });

  it("OPEN: more than 255 octets of capabilities go the way of RFC 9072, and come back", () => {
    fc.assert(
      fc.property(any.open, (open) => {
        const bytes = encodeMessage(open, INTERNAL);
        expect(decodeMessage(bytes, INTERNAL)).to.deep.equal({ ok: true, value: open });
      }),
    );
  });

  it("noise never throws, and what is said of it is a name", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        any.bytes(200),
        fc.boolean(),
        (type, body, isExternal) => {
          const header = bytesOf(`${MARKER} 0000 0${type}`);
          const decoded = decodeMessage(Buffer.concat([header, body]), { asnBytes: 4, isExternal });
          if (!decoded.ok) expect(decoded.fault).to.match(/^(bgp|open|update)-[a-z-]+$/);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe("bgp framing", () => {
  const stream = [
    encodeMessage(OPEN, INTERNAL),
    encodeMessage({ kind: "keepalive" }, INTERNAL),
    encodeMessage({ kind: "notification", code: 6, subcode: 2, data: bytesOf("0161") }, INTERNAL),
  ];

  it("however a stream is cut, the messages are the same", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(150), { maxLength: 10 }), (cuts) => {
        const whole = Buffer.concat(stream);
        const at = [...new Set([0, ...cuts.map((cut) => cut % whole.length), whole.length])].sort(
          (a, b) => a - b,
        );
        const framing = new Framing();
        const messages: string[] = [];
        for (const [i, end] of at.entries()) {
          framing.add(Uint8Array.from(whole.subarray(at[i - 1] ?? 0, end)));
          for (;;) {
            const next = framing.next({ isExtended: false });
            if (next === null) break;
            if (!next.ok) throw new Error(next.fault);
            messages.push(Buffer.from(next.value).toString("hex"));
          }
        }
        expect(messages).to.deep.equal(stream.map((each) => Buffer.from(each).toString("hex")));
        expect(framing.waiting).to.equal(0);
      }),
    );
  });

  it("a header that is wrong ends it", () => {
    const framing = new Framing();
    framing.add(bytesOf(`${MARKER} 0012 04`));
    const next = framing.next({ isExtended: false });
    expect(next?.ok === false && next.fault).to.equal("bgp-bad-length");
  });
});
