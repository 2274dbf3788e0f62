/**
 * What BIRD, FRR and GoBGP said in test/vectors/bgp.json (made by test/bgp/interop/capture.ts), message by message: each field is what
 * the router was asked to say (test/bgp/interop/said.ts), and what was read is written back.
 */
import { expect } from "chai";
import { readFileSync } from "node:fs";
import type { IpFamily } from "../../../src/base/ip.ts";
import type { WireContext } from "../../../src/bgp/wire/attributes.ts";
import {
  decodeHeader,
  decodeMessage,
  encodeMessage,
  type Message,
} from "../../../src/bgp/wire/message.ts";
import { prefixesOf, type Nlri } from "../../../src/bgp/wire/nlri.ts";
import type { Captured } from "../interop/capture.ts";

const file = new URL("../../vectors/bgp.json", import.meta.url);
const { sessions } = JSON.parse(readFileSync(file, "utf8")) as {
  readonly sessions: readonly Captured[];
};

/** Every field of a message in JSON's words: octets in hexadecimal, lists of prefixes as text, attributes by their kind. */
function fields(message: Message): unknown {
  if (message.kind !== "update") return plain(message, "IPv4");
  const { attributes, ...rest } = message;
  const byKind = attributes.map(({ kind, ...more }) => {
    return [kind, plain(more, "family" in more ? more.family : "IPv4")] as const;
  });
  expect(new Set(byKind.map(([kind]) => kind)).size).to.equal(attributes.length);
  return { ...(plain(rest, "IPv4") as object), attributes: Object.fromEntries(byKind) };
}

function plain(value: unknown, family: IpFamily): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Array.isArray(value)) return value.map((each) => plain(each, family));
  if (typeof value !== "object" || value === null) return value;
  if ("count" in value && "bytes" in value) {
    const prefixes = prefixesOf(value as Nlri, family);
    expect(value.count).to.equal(prefixes.length);
    return prefixes;
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each, family)]));
}

function read(bytes: Uint8Array, wire: WireContext): Message {
  const message = decodeMessage(bytes, wire);
  if (!message.ok) throw new Error(message.fault);
  return message.value;
}

for (const { from, session, messages } of sessions) {
  describe(`bgp messages of ${from}, ${session}`, () => {
    const wire: WireContext = { asnBytes: 4, isExternal: session === "eBGP" };

    it("are of each kind", () => {
      const kinds = messages.map(({ says }) => says["kind"]);
      expect(kinds).to.include.members(["open", "keepalive", "update", "notification"]);
    });

    for (const { name, hex, says } of messages) {
      const bytes = Uint8Array.from(Buffer.from(hex, "hex"));

      it(`${name}: says what the router was asked to say, and nothing else`, () => {
        const length = decodeHeader(bytes, { isExtended: false });
        expect(length).to.deep.equal({ ok: true, value: bytes.length });
        expect(fields(read(bytes, wire))).to.deep.equal(says);
      });

      it(`${name}: written back`, () => {
        const value = read(bytes, wire);
        const again = encodeMessage(value, wire);
        // Those may differ: a parameter for each capability (RFC 5492), two octets of length where one would do (RFC 4271).
        const isOurWay = value.kind !== "open" && value.kind !== "update";
        if (isOurWay) expect(Buffer.from(again).toString("hex")).to.equal(hex);
        expect(read(again, wire)).to.deep.equal(value);
      });
    }
  });
}
