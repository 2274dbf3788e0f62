/** Signatures, by what BIND's tools and named said (test/vectors/tsig.json): made again, octet by octet, and checked. */
import { expect } from "chai";
import { isMacOf, macOf, sign } from "../../../src/dns/io/mac.ts";
import { decodeMessage } from "../../../src/dns/wire/message.ts";
import {
  appendTsig,
  decodeTsig,
  MAC_BYTES,
  serverTimeSeconds,
  signedOctets,
  withoutTsig,
} from "../../../src/dns/wire/tsig.ts";
import { nameOf, valueOf, vector, VECTORS } from "../vectors.ts";

describe("dns TSIG", () => {
  for (const { name, key, request, answer } of VECTORS) {
    const bare = withoutTsig(request.bytes, request.tsigStart, request.tsig.originalId);

    it(`${name}: the request, signed by us at that time, is the same`, () => {
      const ours = sign(bare, key, request.tsig.timeSignedSeconds);
      expect(Buffer.from(ours.bytes).toString("hex")).to.equal(
        Buffer.from(request.bytes).toString("hex"),
      );
    });

    it(`${name}: the answer, written again, is the same, and its MAC is right where it has one`, () => {
      const message = withoutTsig(answer.bytes, answer.tsigStart, answer.tsig.originalId);
      expect(appendTsig(message, answer.tsig)).to.deep.equal(answer.bytes);
      const octets = signedOctets(message, answer.tsig, request.tsig.mac);
      const isRight = isMacOf(key, octets, answer.tsig.mac);
      expect(isRight).to.equal(answer.tsig.mac.length > 0);
    });
  }

  it("the algorithms are all there are, each with the length of its MAC", () => {
    const lengths = Object.fromEntries(
      VECTORS.filter(({ name }) => name.startsWith("an update, ")).map(({ key, answer }) => [
        key.algorithm,
        answer.tsig.mac.length,
      ]),
    );
    expect(lengths).to.deep.equal(MAC_BYTES);
  });

  it("a MAC that is half of the right one, or has one wrong bit, is wrong", () => {
    const { key } = vector("a question");
    const octets = Buffer.from("any");
    const mac = macOf(key, octets);
    expect(isMacOf(key, octets, mac)).to.equal(true);
    expect(isMacOf(key, octets, mac.subarray(0, mac.length / 2))).to.equal(false);
    const other = Uint8Array.from(mac, (octet, i) => (i === mac.length - 1 ? octet ^ 1 : octet));
    expect(isMacOf(key, octets, other)).to.equal(false);
  });

  it("BADTIME has the server's time", () => {
    const { answer } = vector("a clock that is an hour late");
    const late = serverTimeSeconds(answer.tsig);
    expect((late ?? 0) - answer.tsig.timeSignedSeconds).to.equal(3600);
    expect(serverTimeSeconds({ ...answer.tsig, other: new Uint8Array(5) })).to.equal(null);
  });

  describe("a record that is none", () => {
    const { answer } = vector("a clock that is an hour late");
    const data = (bytes: Uint8Array) => ({ type: "other", octets: bytes }) as const;
    const whole = answer.message.tsig;
    if (whole?.record.data.type !== "other") throw new Error("no TSIG");
    const { record, start } = whole;
    const { octets } = record.data as { readonly octets: Uint8Array };
    const macLengthAt = 11 + 8; // Behind "hmac-sha1", the time and the fudge.
    const otherLengthAt = octets.length - 8;
    const changed = (at: number, value: number) =>
      Uint8Array.from(octets, (octet, i) => (i === at ? value : octet));
    const rows = [
      { name: "class IN", record: { ...record, class: 1 }, fault: "tsig-bad-record" },
      { name: "a TTL", record: { ...record, ttlSeconds: 1 }, fault: "tsig-bad-record" },
      {
        name: "no data",
        record: { ...record, data: data(new Uint8Array()) },
        fault: "tsig-bad-algorithm",
      },
      {
        name: "an algorithm that points elsewhere",
        record: { ...record, data: data(Uint8Array.of(0xc0, 12, ...octets.subarray(11))) },
        fault: "tsig-bad-algorithm",
      },
      {
        name: "nothing behind the algorithm",
        record: { ...record, data: data(octets.subarray(0, 11)) },
        fault: "tsig-cut-off",
      },
      {
        name: "an octet short",
        record: { ...record, data: data(octets.subarray(0, -1)) },
        fault: "tsig-bad-length",
      },
      {
        name: "a MAC longer than the record",
        record: { ...record, data: data(changed(macLengthAt, 1)) },
        fault: "tsig-cut-off",
      },
      {
        name: "other data of another length",
        record: { ...record, data: data(changed(otherLengthAt + 1, 5)) },
        fault: "tsig-bad-length",
      },
    ];
    for (const row of rows) {
      it(`${row.name}: ${row.fault}`, () => {
        expect(decodeTsig({ record: row.record, start })).to.deep.equal({
          ok: false,
          fault: row.fault,
        });
      });
    }
  });

  it("keys have one name, however it is written: what is signed is in lower case", () => {
    const { key, request } = vector("an update, hmac-sha256");
    const bare = withoutTsig(request.bytes, request.tsigStart, request.tsig.originalId);
    const again = sign(
      bare,
      { ...key, name: nameOf("KEY-SHA256.") },
      request.tsig.timeSignedSeconds,
    );
    expect(again.mac).to.deep.equal(request.tsig.mac);
    expect(valueOf(decodeMessage(again.bytes)).tsig?.record.name).to.equal("key-sha256");
  });
});
