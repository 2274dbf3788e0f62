/** What BIRD, FRR and GoBGP said in test/vectors/bgp.json (made by test/bgp/interop/capture.ts): read, and written back as it was. */
import { expect } from "chai";
import { readFileSync } from "node:fs";
import { decodeHeader, decodeMessage, encodeMessage } from "../../../src/bgp/wire/message.ts";
import { prefixesOf } from "../../../src/bgp/wire/nlri.ts";
import type { UpdateMessage } from "../../../src/bgp/wire/update.ts";

interface Vectors {
  readonly routers: readonly { readonly from: string; readonly messages: readonly string[] }[];
}

const WIRE = { asnBytes: 4, isExternal: true } as const;
const file = new URL("../../vectors/bgp.json", import.meta.url);
const { routers } = JSON.parse(readFileSync(file, "utf8")) as Vectors;

describe("bgp messages of real routers", () => {
  for (const { from, messages } of routers) {
    const decoded = messages.map((hex) => {
      const bytes = Uint8Array.from(Buffer.from(hex, "hex"));
      expect(decodeHeader(bytes, { isExtended: false })).to.deep.equal({
        ok: true,
        value: bytes.length,
      });
      const message = decodeMessage(bytes, WIRE);
      if (!message.ok) throw new Error(message.fault);
      return message.value;
    });

    it(`${from}: every message is read, without a fault`, () => {
      const faults = decoded.flatMap((each) => (each.kind === "update" ? each.faults : []));
      expect(faults).to.deep.equal([]);
    });

    it(`${from}: what is read and written is read again as the same`, () => {
      for (const value of decoded) {
        expect(decodeMessage(encodeMessage(value, WIRE), WIRE)).to.deep.equal({ ok: true, value });
      }
    });

    it(`${from}: KEEPALIVEs and NOTIFICATIONs are written back octet by octet`, () => {
      // Others may differ: a parameter for each capability (RFC 5492), two octets of length where one would do (RFC 4271).
      for (const [i, value] of decoded.entries()) {
        if (value.kind === "open" || value.kind === "update") continue;
        expect(Buffer.from(encodeMessage(value, WIRE)).toString("hex")).to.equal(messages[i]);
      }
    });

    it(`${from}: announces the two prefixes that it was told to`, () => {
      const updates = decoded.filter((each): each is UpdateMessage => each.kind === "update");
      const prefixes = updates.flatMap(({ announced, attributes }) => [
        ...prefixesOf(announced, "IPv4"),
        ...attributes.flatMap((each) =>
          each.kind === "mp-reach" ? prefixesOf(each.prefixes, each.family) : [],
        ),
      ]);
      if (prefixes.length > 0) {
        expect(prefixes.sort()).to.deep.equal(["198.51.100.0/24", "2001:db8:1::/48"]);
      }
    });
  }
});
