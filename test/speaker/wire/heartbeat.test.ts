/**
 * Heartbeats, by the four habits. The golden bytes were put together by hand from the figure in
 * src/speaker/wire/heartbeat.ts; their tag is `openssl dgst -sha256 -mac HMAC` over the bytes before it.
 */
import { expect } from "chai";
import fc from "fast-check";
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { macFromBytes, type Mac } from "../../../src/base/mac.ts";
import { KeyedHash } from "../../../src/speaker/io/keyed-hash.ts";
import { Signer } from "../../../src/speaker/io/signer.ts";
import {
  claimedKeyId,
  decodeHeartbeat,
  encodeHeartbeat,
  ListMemory,
  UINT48_MAX,
  type Heartbeat,
} from "../../../src/speaker/wire/heartbeat.ts";
import { bytesOf } from "./vectors.ts";

const SIGNED = [
  "5342 03 1d", // "SB", version 3, leaving, isolated, gated, and with a newer key
  "006c", // 108 bytes in all
  "89abcdef", // key id
  "0123456789ab", // sender
  "018bcfe56800", // incarnation: 2023-11-14T22:13:20Z
  "000000000102", // sequence
  "000000000703", // fence: generation 7, turn 3
  "000000000009", // plan generation
  "003c", // in service for 60 s
  "0007", // yields
  "0032 014a", // heard every 50 ms, dead after 330 ms
  "0002 0001 0001 0001", // heard, lost, links, macs
  "00000000000a ffffffffffff", // heard
  "00000000000b", // lost
  "0000000000fe 000000000700", // link and its fence
  "02000000fe01", // mac
].join("");
const TAG = "000102030405060708090a0b0c0d0e0f";
const GOLDEN: Heartbeat = {
  ...{ keyId: 0x89abcdef, hasNewerKey: true },
  sender: 0x0123456789ab,
  ...{ leaving: true, starting: false, isolated: true, gated: true },
  incarnation: 1_700_000_000_000,
  sequence: 258,
  fence: 7 * 256 + 3,
  planGeneration: 9,
  ...{ inServiceSeconds: 60, yields: 7, intervalMs: 50, detectionMs: 330 },
  heard: [10, UINT48_MAX],
  lost: [11],
  links: [{ link: 254, fence: 7 * 256 }],
  macs: ["02:00:00:00:fe:01" as Mac],
};
const golden = bytesOf((SIGNED + TAG).replaceAll(" ", ""));

const uint48 = fc.maxSafeNat().map((n) => n % (UINT48_MAX + 1));
const uint16 = fc.nat(0xffff);
const ids = fc.array(uint48, { maxLength: 20 });
const anyHeartbeat = fc.record<Heartbeat>({
  ...{ keyId: fc.nat(0xffffffff), hasNewerKey: fc.boolean() },
  sender: uint48,
  ...{ leaving: fc.boolean(), starting: fc.boolean() },
  ...{ isolated: fc.boolean(), gated: fc.boolean() },
  ...{ incarnation: uint48, sequence: uint48, fence: uint48, planGeneration: uint48 },
  ...{ inServiceSeconds: uint16, yields: uint16, intervalMs: uint16, detectionMs: uint16 },
  ...{ heard: ids, lost: ids },
  links: fc.array(fc.record({ link: uint48, fence: uint48 }), { maxLength: 8 }),
  macs: fc.array(fc.uint8Array({ minLength: 6, maxLength: 6 }).map(macFromBytes), { maxLength: 8 }),
});

const KEY = Uint8Array.from({ length: 32 }, (_, i) => i);

describe("speaker: wire: heartbeat", () => {
  it("golden: to values and back", () => {
    expect(decodeHeartbeat(golden)).to.deep.equal({ ok: true, value: GOLDEN });
    expect(claimedKeyId(golden)).to.equal(GOLDEN.keyId);
    expect(encodeHeartbeat(GOLDEN)).to.deep.equal(golden.subarray(0, -16));
  });

  const wrong = [
    { name: "another magic", at: 0, byte: 0x54, want: "heartbeat-not-ours" },
    { name: "version 2", at: 2, byte: 2, want: "heartbeat-unknown-version" },
    { name: "length one more", at: 5, byte: 0x6d, want: "heartbeat-bad-length" },
    { name: "one more heard", at: 49, byte: 3, want: "heartbeat-bad-counts" },
    { name: "one fewer lost", at: 51, byte: 0, want: "heartbeat-bad-counts" },
    { name: "one more link", at: 53, byte: 2, want: "heartbeat-bad-counts" },
    { name: "no mac", at: 55, byte: 0, want: "heartbeat-bad-counts" },
  ];
  for (const { name, at, byte, want } of wrong) {
    it(`${name}: ${want}`, () => {
      const bytes = Uint8Array.from(golden);
      bytes[at] = byte;
      expect(decodeHeartbeat(bytes)).to.deep.equal({ ok: false, fault: want });
    });
  }

  it("flags of a later version are ignored", () => {
    const bytes = Uint8Array.from(golden);
    bytes[3] = 0xfd;
    expect(decodeHeartbeat(bytes)).to.deep.equal({ ok: true, value: GOLDEN });
  });

  it("every shorter prefix has a name for what is wrong", () => {
    for (let length = 0; length < golden.length; length++) {
      const want = length < 72 ? "heartbeat-too-short" : "heartbeat-bad-length";
      expect(decodeHeartbeat(golden.subarray(0, length))).to.deep.equal({ ok: false, fault: want });
    }
  });

  it("round trip", () => {
    fc.assert(
      fc.property(anyHeartbeat, fc.uint8Array({ minLength: 16, maxLength: 16 }), (value, tag) => {
        const signed = encodeHeartbeat(value);
        const bytes = Buffer.concat([signed, tag]);
        expect(decodeHeartbeat(bytes)).to.deep.equal({ ok: true, value });
      }),
    );
  });

  it("lists that are the same bytes are the same lists, and any other are read anew", () => {
    const memory = new ListMemory();
    const decode = (heartbeat: Heartbeat) => {
      const read = decodeHeartbeat(
        Buffer.concat([encodeHeartbeat(heartbeat), bytesOf(TAG)]),
        memory,
      );
      if (!read.ok) return expect.fail(read.fault);
      expect(read.value).to.deep.equal(heartbeat);
      return read.value;
    };
    const first = decode(GOLDEN);
    const again = decode({ ...GOLDEN, sequence: 259, gated: false });
    expect(again.heard).to.equal(first.heard);
    expect(again.links).to.equal(first.links);
    // The same bytes, counted otherwise; one entry of each list; another's.
    decode({ ...GOLDEN, heard: [10], lost: [UINT48_MAX, 11] });
    decode({ ...GOLDEN, heard: [10, 12] });
    decode({ ...GOLDEN, lost: [12] });
    decode({ ...GOLDEN, lost: [] });
    decode({ ...GOLDEN, links: [{ link: 254, fence: 8 * 256 }] });
    decode({ ...GOLDEN, macs: ["02:00:00:00:fe:02" as Mac] });
    expect(decode({ ...GOLDEN, sender: 5 }).heard).not.to.equal(first.heard);
  });

  it("noise never throws", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 256 }), (bytes) => {
        decodeHeartbeat(bytes);
      }),
    );
    fc.assert(
      fc.property(fc.nat(golden.length - 1), fc.nat(255), (at, byte) => {
        const bytes = Uint8Array.from(golden);
        bytes[at] = byte;
        decodeHeartbeat(bytes);
      }),
    );
  });
});

describe("speaker: signed heartbeats", () => {
  const signer = new Signer();
  signer.setKeys([KEY]);
  const sealed = signer.seal(GOLDEN, 0) ?? new Uint8Array(0);

  it("the tag is HMAC-SHA256 as openssl makes it, truncated to 16 bytes", function () {
    const key = Buffer.from(KEY).toString("hex");
    const args = ["dgst", "-sha256", "-mac", "HMAC", "-macopt", `hexkey:${key}`, "-binary"];
    let tag: Buffer;
    try {
      tag = execFileSync("openssl", args, { input: sealed.subarray(0, -16) });
    } catch {
      if (this.test !== undefined) this.test.title += " (needs openssl)";
      this.skip();
    }
    expect(Buffer.from(sealed.subarray(-16))).to.deep.equal(tag.subarray(0, 16));
  });

  it("opens what it sealed", () => {
    const opened = signer.open(sealed, 0);
    if (!opened.ok) return expect.fail(opened.fault);
    const { keyId, hasNewerKey } = GOLDEN;
    expect({ ...opened.heartbeat, keyId, hasNewerKey }).to.deep.equal(GOLDEN);
  });

  it("any changed byte is refused", () => {
    for (let at = 0; at < sealed.length; at++) {
      const bytes = Uint8Array.from(sealed);
      bytes[at] = (bytes[at] ?? 0) ^ 0x80;
      expect(signer.open(bytes, 0).ok).to.equal(false);
    }
  });

  it("names an unknown key and a wrong tag", () => {
    const stranger = new Signer();
    stranger.setKeys([KEY.map((byte) => byte + 1)]);
    expect(stranger.open(sealed, 0)).to.deep.equal({ ok: false, fault: "heartbeat-unknown-key" });
    const bytes = Uint8Array.from(sealed);
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
    expect(signer.open(bytes, 0)).to.deep.equal({ ok: false, fault: "heartbeat-bad-tag" });
  });

  it("a key of any length, a message of any length: as Node's own HMAC", () => {
    for (const keyBytes of [0, 1, 32, 63, 64, 65, 200]) {
      const key = Buffer.alloc(keyBytes, 0xa5);
      const hash = new KeyedHash(key);
      for (const length of [0, 1, 54, 55, 64, 2048, 2049, 5000, 40]) {
        const message = Buffer.alloc(length, keyBytes);
        const want = createHmac("sha256", key).update(message).digest();
        expect(Buffer.from(hash.of(message))).to.deep.equal(want);
      }
    }
  });

  it("seals nothing without a key", () => {
    expect(new Signer().seal(GOLDEN, 0)).to.equal(undefined);
  });
});
