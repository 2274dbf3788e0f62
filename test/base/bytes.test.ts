/** The cursor, Ethernet addresses and the hash. */
import { expect } from "chai";
import fc from "fast-check";
import { ByteReader, concatBytes, uintBytes } from "../../src/base/bytes.ts";
import { stableHash } from "../../src/base/hash.ts";
import { macFromBytes, macToBytes, parseMac } from "../../src/base/mac.ts";

describe("base: bytes", () => {
  it("reads fields in network order", () => {
    const reader = new ByteReader(Buffer.from("0102030405060708c0000201", "hex"));
    expect([reader.u8(), reader.u16(), reader.u32(), reader.u8()]).to.deep.equal([
      1, 0x0203, 0x04050607, 8,
    ]);
    expect(reader.ipv4()).to.equal("192.0.2.1");
    expect(reader.left).to.equal(0);
  });

  it("asserts on reading past the end", () => {
    expect(() => new ByteReader(new Uint8Array(1)).u16()).to.throw("past the end");
  });

  it("uintBytes and uint are inverse up to six bytes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(), (size, seed) => {
        const value = seed % 256 ** size;
        expect(new ByteReader(uintBytes(value, size)).uint(size)).to.equal(value);
      }),
    );
  });

  it("uintBytes asserts on a value that does not fit", () => {
    expect(() => uintBytes(256, 1)).to.throw("256");
  });

  it("concatBytes keeps the order", () => {
    expect([...concatBytes(Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3))]).to.deep.equal(
      [1, 2, 3],
    );
  });
});

describe("base: mac", () => {
  it("parses text in either case, and nothing else", () => {
    expect(parseMac("AA:bb:0c:dd:ee:FF")).to.equal("aa:bb:0c:dd:ee:ff");
    for (const wrong of ["aa:bb:cc:dd:ee", "aabbccddeeff", "aa:bb:cc:dd:ee:fg", ""]) {
      expect(parseMac(wrong)).to.equal(undefined);
    }
  });

  it("bytes and text are inverse", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), (bytes) => {
        expect(macToBytes(macFromBytes(bytes))).to.deep.equal(bytes);
      }),
    );
  });
});

describe("base: hash", () => {
  // The numbers were computed beside it by a second program, in Python.
  it("is the same number for ever: other releases break ties with it too", () => {
    expect([stableHash(""), stableHash("node-a"), stableHash("node-b")]).to.deep.equal([
      2_872_998_923, 1_002_562_564, 1_687_644_747,
    ]);
  });

  it("spreads names that differ in the last digit", () => {
    const buckets = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) {
      const bucket = stableHash(`node-${i}`) % 10;
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
    expect(Math.min(...buckets)).to.be.greaterThan(900);
    expect(Math.max(...buckets)).to.be.lessThan(1100);
  });
});
