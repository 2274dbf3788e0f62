/** UPDATE: golden bytes, and RFC 7606 line by line: what each kind of error costs. */
import { expect } from "chai";
import fc from "fast-check";
import type { Ip } from "../../../src/base/ip.ts";
import type { Prefix } from "../../../src/bgp/prefix.ts";
import { ATTRIBUTE_RULES } from "../../../src/bgp/wire/attribute-rules.ts";
import type { WireContext } from "../../../src/bgp/wire/attributes.ts";
import { prefixesOf } from "../../../src/bgp/wire/nlri.ts";
import {
  decodeUpdate,
  encodeUpdate,
  endOfRib,
  endOfRibFamily,
} from "../../../src/bgp/wire/update.ts";
import * as any from "./arbitrary.ts";

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
const INTERNAL: WireContext = { asnBytes: 4, isExternal: false };
const EXTERNAL: WireContext = { asnBytes: 4, isExternal: true };

const ORIGIN = "40 01 01 00";
const PATH = "40 02 06 02 01 0000fc00";
const NEXT_HOP = "40 03 04 0a000001";
const WHOLE = `${ORIGIN} ${PATH} ${NEXT_HOP}`;
const NLRI = "18 cb0071";

/** @param attributes in hexadecimal; the length before them is made of it */
function body(attributes: string, announced = NLRI, withdrawn = ""): Uint8Array {
  const length = (hex: string) => bytesOf(hex).length.toString(16).padStart(4, "0");
  return bytesOf(
    `${length(withdrawn)} ${withdrawn} ${length(attributes)} ${attributes} ${announced}`,
  );
}

describe("bgp UPDATE", () => {
  it("golden bytes: the fields of RFC 4271 section 4.3, both ways", () => {
    const bytes = body(WHOLE, NLRI, "20 c6336407 00");
    const decoded = decodeUpdate(bytes, EXTERNAL);
    if (!decoded.ok) throw new Error(decoded.fault);
    const { withdrawn, attributes, announced, faults } = decoded.value;
    expect(prefixesOf(withdrawn, "IPv4")).to.deep.equal(["198.51.100.7/32", "0.0.0.0/0"]);
    expect(prefixesOf(announced, "IPv4")).to.deep.equal(["203.0.113.0/24"]);
    expect(attributes).to.deep.equal([
      { kind: "origin", origin: "igp" },
      { kind: "as-path", segments: [{ kind: "sequence", asns: [64512] }] },
      { kind: "next-hop", nextHop: "10.0.0.1" as Ip },
    ]);
    expect(faults).to.deep.equal([]);
    expect(encodeUpdate(decoded.value, EXTERNAL)).to.deep.equal(bytes);
  });

  it("golden bytes: IPv6 with two next hops (RFC 2545 section 3)", () => {
    const reach = `80 0e 2a 0002 01 20 fd990000000000000000000000000001 fe800000000000000000000000000001 00 20 20010db8`;
    const decoded = decodeUpdate(body(`${reach} ${ORIGIN} ${PATH}`, ""), EXTERNAL);
    if (!decoded.ok) throw new Error(decoded.fault);
    const [first] = decoded.value.attributes;
    if (first?.kind !== "mp-reach") throw new Error("no MP_REACH_NLRI");
    expect(first.nextHops).to.deep.equal(["fd99::1", "fe80::1"]);
    expect(prefixesOf(first.prefixes, "IPv6")).to.deep.equal(["2001:db8::/32" as Prefix]);
    expect(decoded.value.faults).to.deep.equal([]);
  });

  it("what is encoded comes back, whatever it is", () => {
    fc.assert(
      fc.property(any.update, (update) => {
        const decoded = decodeUpdate(encodeUpdate(update, INTERNAL), INTERNAL);
        expect(decoded).to.deep.equal({
          ok: true,
          value: { kind: "update", ...update, faults: [] },
        });
      }),
    );
  });

  it("noise behind right lengths never throws", () => {
    fc.assert(
      fc.property(
        any.bytes(60),
        any.bytes(20),
        fc.boolean(),
        (attributes, announced, isExternal) => {
          const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
          decodeUpdate(body(hex(attributes), hex(announced)), { asnBytes: 4, isExternal });
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("one changed bit of a right UPDATE never throws", () => {
    fc.assert(
      fc.property(any.update, fc.nat(), (update, at) => {
        const bytes = encodeUpdate(update, INTERNAL);
        const bit = at % (bytes.length * 8);
        const octet = bytes[bit >> 3] ?? 0;
        bytes[bit >> 3] = octet ^ (1 << (bit & 7));
        decodeUpdate(bytes, INTERNAL);
      }),
    );
  });

  for (const family of ["IPv4", "IPv6"] as const) {
    it(`End-of-RIB of ${family}, both ways (RFC 4724 section 2)`, () => {
      const bytes = encodeUpdate(endOfRib(family), EXTERNAL);
      expect(Buffer.from(bytes).toString("hex")).to.equal(
        family === "IPv4" ? "00000000" : "00000006800f03000201",
      );
      const decoded = decodeUpdate(bytes, EXTERNAL);
      expect(decoded.ok && endOfRibFamily(decoded.value)).to.equal(family);
    });
  }
});

describe("bgp UPDATE: revised error handling (RFC 7606)", () => {
  const { ok, none } = { ok: "ok", none: "" };
  const rows: readonly {
    readonly name: string;
    readonly attributes: string;
    readonly announced?: string;
    readonly from?: WireContext;
    /** "ok", or the fault that ends the session. */
    readonly ends: string;
    /** `type remedy fault`, of what does not. */
    readonly costs: string;
  }[] = [
    { name: "nothing wrong", attributes: WHOLE, ends: ok, costs: none },
    {
      name: "3.c: flags in conflict",
      attributes: `c0 01 01 00 ${PATH} ${NEXT_HOP}`,
      ends: ok,
      costs: "1 withdraw attribute-bad-flags",
    },
    {
      name: "3.d: a mandatory attribute is missing",
      attributes: `${ORIGIN} ${PATH}`,
      ends: ok,
      costs: "3 withdraw attribute-missing",
    },
    {
      name: "3.d: none is missing where nothing is announced",
      attributes: none,
      announced: none,
      ends: ok,
      costs: none,
    },
    {
      name: "3.g: an attribute twice: the first counts",
      attributes: `${WHOLE} 40 01 01 01`,
      ends: ok,
      costs: "1 discard attribute-doubled",
    },
    {
      name: "3.g: MP_REACH_NLRI twice",
      attributes: `80 0f 03 000201 80 0f 03 000201`,
      announced: none,
      ends: "update-malformed-list",
      costs: none,
    },
    {
      name: "3.j: a prefix of 33 bits",
      attributes: WHOLE,
      announced: "21 cb00710000",
      ends: "update-bad-network",
      costs: none,
    },
    {
      name: "5.3: a prefix cut off",
      attributes: WHOLE,
      announced: "18 cb00",
      ends: "update-bad-network",
      costs: none,
    },
    {
      name: "4: an attribute past the end of the list",
      attributes: `${WHOLE} 80 04 05 00000000`,
      ends: ok,
      costs: "0 withdraw attributes-cut-off",
    },
    {
      name: "4: half an attribute's header",
      attributes: `${WHOLE} 80 04`,
      ends: ok,
      costs: "0 withdraw attributes-cut-off",
    },
    {
      name: "7.1: ORIGIN of 2 octets",
      attributes: `40 01 02 0000 ${PATH} ${NEXT_HOP}`,
      ends: ok,
      costs: "1 withdraw attribute-malformed",
    },
    {
      name: "7.1: ORIGIN 3",
      attributes: `40 01 01 03 ${PATH} ${NEXT_HOP}`,
      ends: ok,
      costs: "1 withdraw attribute-malformed",
    },
    {
      name: "7.2: a segment of type 5",
      attributes: `${ORIGIN} 40 02 06 05 01 0000fc00 ${NEXT_HOP}`,
      ends: ok,
      costs: "2 withdraw attribute-malformed",
    },
    {
      name: "7.2: an empty segment",
      attributes: `${ORIGIN} 40 02 02 02 00 ${NEXT_HOP}`,
      ends: ok,
      costs: "2 withdraw attribute-malformed",
    },
    {
      name: "7.2: a segment longer than the attribute",
      attributes: `${ORIGIN} 40 02 06 02 02 0000fc00 ${NEXT_HOP}`,
      ends: ok,
      costs: "2 withdraw attribute-malformed",
    },
    {
      name: "7.3: NEXT_HOP of 5 octets",
      attributes: `${ORIGIN} ${PATH} 40 03 05 0a00000100`,
      ends: ok,
      costs: "3 withdraw attribute-malformed",
    },
    {
      name: "7.4: MULTI_EXIT_DISC of 3 octets",
      attributes: `${WHOLE} 80 04 03 000000`,
      ends: ok,
      costs: "4 withdraw attribute-malformed",
    },
    {
      name: "7.5: LOCAL_PREF from another AS",
      attributes: `${WHOLE} 40 05 03 000000`,
      ends: ok,
      costs: "5 discard attribute-not-for-others",
    },
    {
      name: "7.5: LOCAL_PREF of 3 octets from our AS",
      attributes: `${WHOLE} 40 05 03 000000`,
      from: INTERNAL,
      ends: ok,
      costs: "5 withdraw attribute-malformed",
    },
    {
      name: "7.6: ATOMIC_AGGREGATE with a value",
      attributes: `${WHOLE} 40 06 01 00`,
      ends: ok,
      costs: "6 discard attribute-malformed",
    },
    {
      name: "7.7: AGGREGATOR of 6 octets where AS numbers have four",
      attributes: `${WHOLE} c0 07 06 fc00 0a000001`,
      ends: ok,
      costs: "7 discard attribute-malformed",
    },
    {
      name: "7.8: COMMUNITIES of 5 octets",
      attributes: `${WHOLE} c0 08 05 fc00000100`,
      ends: ok,
      costs: "8 withdraw attribute-malformed",
    },
    {
      name: "7.8: COMMUNITIES of none",
      attributes: `${WHOLE} c0 08 00`,
      ends: ok,
      costs: "8 withdraw attribute-malformed",
    },
    {
      name: "7.9: ORIGINATOR_ID from another AS",
      attributes: `${WHOLE} 80 09 04 0a000001`,
      ends: ok,
      costs: "9 discard attribute-not-for-others",
    },
    {
      name: "7.10: CLUSTER_LIST of 5 octets from our AS",
      attributes: `${WHOLE} 80 0a 05 0a00000100`,
      from: INTERNAL,
      ends: ok,
      costs: "10 withdraw attribute-malformed",
    },
    {
      name: "7.11: a next hop of 5 octets in MP_REACH_NLRI",
      attributes: `80 0e 0a 0002 01 05 0102030405 00 ${ORIGIN} ${PATH}`,
      announced: none,
      ends: "update-bad-optional",
      costs: none,
    },
    {
      name: "7.11: MP_REACH_NLRI of 4 octets",
      attributes: `80 0e 04 0002 01 10`,
      announced: none,
      ends: "update-bad-optional",
      costs: none,
    },
    {
      name: "7.11: a prefix of 129 bits in MP_REACH_NLRI",
      attributes: `80 0e 16 0002 01 10 fd990000000000000000000000000001 00 81 ${ORIGIN} ${PATH}`,
      announced: none,
      ends: "update-bad-optional",
      costs: none,
    },
    {
      name: "7.12: MP_UNREACH_NLRI of 2 octets",
      attributes: "80 0f 02 0002",
      announced: none,
      ends: "update-bad-optional",
      costs: none,
    },
    {
      name: "a family that we do not speak is passed over",
      attributes: `80 0e 0d 4004 47 04 0a000001 00 01020304`,
      announced: none,
      ends: ok,
      costs: none,
    },
    {
      name: "7.14: EXTENDED COMMUNITIES of 7 octets",
      attributes: `${WHOLE} c0 10 07 00000000000000`,
      ends: ok,
      costs: "16 withdraw attribute-malformed",
    },
    {
      name: "RFC 6793 section 6: AS4_PATH that is malformed",
      attributes: `${WHOLE} c0 11 02 02 00`,
      ends: ok,
      costs: "17 discard attribute-malformed",
    },
    {
      name: "RFC 8092 section 6: large communities of 13 octets",
      attributes: `${WHOLE} c0 20 0d 00000000000000000000000000`,
      ends: ok,
      costs: "32 withdraw attribute-malformed",
    },
    {
      name: "RFC 4271 section 6.3: a well-known attribute that nobody knows",
      attributes: `${WHOLE} 40 63 00`,
      ends: "update-unknown-well-known",
      costs: none,
    },
    {
      name: "an optional one that nobody knows",
      attributes: `${WHOLE} c0 63 00`,
      ends: ok,
      costs: none,
    },
  ];
  for (const { name, attributes, announced, from = EXTERNAL, ends, costs } of rows) {
    it(name, () => {
      const decoded = decodeUpdate(body(attributes, announced), from);
      const told = decoded.ok
        ? decoded.value.faults.map(({ type, fault, remedy }) => `${type} ${remedy} ${fault}`)
        : [];
      expect([decoded.ok ? ok : decoded.fault, told.join()]).to.deep.equal([ends, costs]);
    });
  }

  it("3.b: the lengths of the lists exceed the message", () => {
    for (const hex of ["0005 0000", "0000 0005 40", "0002 18cb"]) {
      const decoded = decodeUpdate(bytesOf(hex), EXTERNAL);
      expect(decoded.ok ? ok : decoded.fault, hex).to.equal("update-malformed-list");
    }
  });

  it("each type has one rule, and one kind", () => {
    expect(new Set(ATTRIBUTE_RULES.map(({ type }) => type)).size).to.equal(ATTRIBUTE_RULES.length);
    expect(new Set(ATTRIBUTE_RULES.map(({ kind }) => kind)).size).to.equal(ATTRIBUTE_RULES.length);
  });
});
