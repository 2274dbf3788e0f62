/** What is let in as an answer, by what named said (test/vectors/tsig.json) and by what a stranger might. */
import { expect } from "chai";
import fc from "fast-check";
import { concatBytes } from "../../src/base/bytes.ts";
import { isMacOf, macOf } from "../../src/dns/io/mac.ts";
import { judge, type Awaited, type Judgement } from "../../src/dns/judge.ts";
import type { DnsName } from "../../src/dns/name.ts";
import { readAddresses, readRecords, readUpdateAnswer, readZone } from "../../src/dns/readings.ts";
import { encodeRequest, questionOf } from "../../src/dns/wire/message.ts";
import { appendTsig, signedOctets, withoutTsig, type Tsig } from "../../src/dns/wire/tsig.ts";
import { nameOf, vector, VECTORS, type Vector } from "./vectors.ts";

function awaitedOf({ key, request }: Vector): Awaited & { signed: NonNullable<Awaited["signed"]> } {
  const [question = questionOf(nameOf("none"), "A")] = request.message.questions;
  return {
    ...{ id: request.message.id, opcode: request.message.opcode, question },
    signed: {
      key,
      requestMac: request.tsig.mac,
      isMacOf: (octets, mac) => isMacOf(key, octets, mac),
    },
  };
}

const update = vector("an update, hmac-sha256");
const awaited = awaitedOf(update);
const nowSeconds = update.answer.tsig.timeSignedSeconds;
const bare = withoutTsig(
  update.answer.bytes,
  update.answer.tsigStart,
  update.answer.tsig.originalId,
);

/** An answer of somebody who has the key. */
function resigned(change: Partial<Tsig>, message = bare): Uint8Array {
  const tsig: Tsig = { ...update.answer.tsig, ...change };
  const mac = macOf(update.key, signedOctets(message, tsig, update.request.tsig.mac));
  return appendTsig(message, { ...tsig, mac: change.mac ?? mac });
}

function setFlags(message: Uint8Array, flags: number): Uint8Array {
  return Uint8Array.from(message, (octet, i) =>
    i === 2 ? flags >> 8 : i === 3 ? flags & 0xff : octet,
  );
}

function short(judgement: Judgement): string {
  switch (judgement.kind) {
    case "discard":
      return `discard ${judgement.fault}`;
    case "hint":
    case "failure":
      return `${judgement.kind} ${judgement.failure.kind}`;
    case "answer":
      return `answer ${judgement.message.rcode}`;
    case "truncated":
      return judgement.kind;
  }
}

describe("dns judge: named's answers", () => {
  const wants: Readonly<Record<string, string>> = {
    "a prerequisite that fails": "answer 6",
    "a secret that named does not have": "hint bad-signature",
    "a key that named does not have": "hint unknown-key",
    "a clock that is an hour late": "failure bad-time",
  };
  for (const each of VECTORS) {
    const want = wants[each.name] ?? "answer 0";
    it(`${each.name}: ${want}`, () => {
      // BADTIME has the time of the request, so that whoever is off can check it.
      const ourSeconds = each.request.tsig.timeSignedSeconds;
      expect(short(judge(each.answer.bytes, awaitedOf(each), ourSeconds))).to.equal(want);
    });
  }

  it("BADTIME tells the server's time, signed", () => {
    const late = vector("a clock that is an hour late");
    const ourSeconds = late.request.tsig.timeSignedSeconds;
    const judgement = judge(late.answer.bytes, awaitedOf(late), ourSeconds);
    if (judgement.kind !== "failure") throw new Error(judgement.kind);
    expect(judgement.failure).to.include({
      message: "The name server's clock is 3600 s ahead of ours",
      remedy: "Put the clocks of this node and of the name server right",
      ...{ isSigned: true, serverTimeSeconds: ourSeconds + 3600 },
    });
  });

  it("what is not signed is said to be so", () => {
    const wrong = vector("a secret that named does not have");
    const judgement = judge(wrong.answer.bytes, awaitedOf(wrong), nowSeconds);
    if (judgement.kind !== "hint") throw new Error(judgement.kind);
    expect(judgement.failure.isSigned).to.equal(false);
  });

  it("no bit of a signed answer can be another, but for the case of the key's name and algorithm", () => {
    const { bytes, message } = update.answer;
    const right = judge(bytes, awaited, nowSeconds);
    const wrong: string[] = [];
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const other = Uint8Array.from(bytes);
      other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const judgement = judge(other, awaited, nowSeconds);
      const isSame = judgement.kind === "answer" && right.kind === "answer";
      if (isSame)
        expect({ ...judgement.message, tsig: null }).to.deep.equal({ ...message, tsig: null });
      if (judgement.kind === "failure" || judgement.kind === "hint") wrong.push(`bit ${bit}`);
      if (isSame && (bit & 7) !== 5) wrong.push(`bit ${bit}`);
    }
    expect(wrong).to.deep.equal([]);
  });
});

describe("dns judge: answers that are none", () => {
  const { bytes } = update.answer;
  const noTsig = bare;
  const rows: readonly (readonly [string, Uint8Array, string])[] = [
    ["as it came", bytes, "answer 0"],
    ["signed again by us", resigned({}), "answer 0"],
    ["our own request", update.request.bytes, "discard dns-not-an-answer"],
    ["another ID", Uint8Array.of(0, 0, ...bytes.subarray(2)), "discard dns-wrong-id"],
    ["another opcode", setFlags(bytes, 0x8000), "discard dns-wrong-opcode"],
    ["another zone", vector("a question").answer.bytes, "discard dns-wrong-id"],
    ["half of it", bytes.subarray(0, 40), "discard dns-record-cut-off"],
    ["nothing", new Uint8Array(), "discard dns-too-short"],
    ["NOERROR without a TSIG", noTsig, "discard tsig-missing"],
    ["YXDOMAIN without a TSIG", setFlags(noTsig, 0xa806), "discard tsig-missing"],
    ["FORMERR without a TSIG", setFlags(noTsig, 0xa801), "hint format-error"],
    ["SERVFAIL without a TSIG", setFlags(noTsig, 0xa802), "hint server-failure"],
    ["NOTIMP without a TSIG", setFlags(noTsig, 0xa804), "hint not-implemented"],
    ["REFUSED without a TSIG", setFlags(noTsig, 0xa805), "hint refused"],
    ["NOTAUTH without a TSIG", setFlags(noTsig, 0xa809), "hint not-authoritative"],
    ["truncated, without a TSIG", setFlags(noTsig, 0xaa00), "truncated"],
    ["without a MAC", resigned({ mac: new Uint8Array() }), "discard tsig-unsigned"],
    [
      "BADTIME without a MAC",
      appendTsig(setFlags(bare, 0xa809), {
        ...update.answer.tsig,
        error: 18,
        mac: new Uint8Array(),
      }),
      "discard tsig-unsigned",
    ],
    [
      "BADKEY without a MAC and without NOTAUTH",
      appendTsig(bare, { ...update.answer.tsig, error: 17, mac: new Uint8Array() }),
      "discard tsig-unsigned",
    ],
    [
      "half a MAC, RFC 8945 section 5.2.2.1",
      resigned({ mac: update.answer.tsig.mac.subarray(0, 16) }),
      "discard tsig-bad-mac-length",
    ],
    ["another key", resigned({ keyName: nameOf("key-sha512") }), "discard tsig-wrong-key"],
    ["another algorithm", resigned({ algorithm: nameOf("hmac-sha224") }), "discard tsig-wrong-key"],
    ["another MAC", resigned({ mac: new Uint8Array(32) }), "discard tsig-bad-mac"],
    ["the last second of the fudge", resigned({ timeSignedSeconds: nowSeconds - 300 }), "answer 0"],
    [
      "a second too old",
      resigned({ timeSignedSeconds: nowSeconds - 301 }),
      "discard tsig-bad-time",
    ],
    [
      "a second too new",
      resigned({ timeSignedSeconds: nowSeconds + 301 }),
      "discard tsig-bad-time",
    ],
    [
      "a fudge of its own",
      resigned({ timeSignedSeconds: nowSeconds - 6, fudgeSeconds: 5 }),
      "discard tsig-bad-time",
    ],
    ["BADTRUNC", resigned({ error: 22 }, setFlags(bare, 0xa809)), "failure bad-truncation"],
    ["an error without a name", resigned({ error: 99 }), "failure answer-untrusted"],
  ];
  for (const [name, octets, want] of rows) {
    it(`${name}: ${want}`, () => {
      expect(short(judge(octets, awaited, nowSeconds))).to.equal(want);
    });
  }

  it("what came is left as it is", () => {
    const socketBuffer = Buffer.from(bytes);
    judge(socketBuffer, awaited, nowSeconds);
    expect(socketBuffer.equals(bytes)).to.equal(true);
  });

  it("the answer to another request of ours, signed, is no answer to this one", () => {
    const other = { ...awaited, signed: { ...awaited.signed, requestMac: new Uint8Array(32) } };
    expect(short(judge(bytes, other, nowSeconds))).to.equal("discard tsig-bad-mac");
  });

  describe("to a question that was not signed", () => {
    const question = questionOf(nameOf("www.lb.example"), "A");
    const unsigned: Awaited = { id: 7, opcode: 0, question, signed: null };
    const reply = (flags: number, about = question) =>
      setFlags(encodeRequest({ id: 7, opcode: 0, question: about }), flags);
    const empty = (flags: number) =>
      setFlags(Uint8Array.of(0, 7, ...Array<number>(10).fill(0)), flags);
    const questions: readonly (readonly [string, Uint8Array, string])[] = [
      ["NOERROR", reply(0x8000), "answer 0"],
      ["REFUSED", reply(0x8005), "answer 5"],
      ["truncated", reply(0x8200), "truncated"],
      ["REFUSED without the question", empty(0x8005), "answer 5"],
      ["NOERROR without the question", empty(0x8000), "discard dns-wrong-question"],
      [
        "about another name",
        reply(0x8000, questionOf(nameOf("ww.lb.example"), "A")),
        "discard dns-wrong-question",
      ],
      [
        "about another type",
        reply(0x8000, { ...question, typeCode: 28 }),
        "discard dns-wrong-question",
      ],
      [
        "about another class",
        reply(0x8000, { ...question, class: 3 }),
        "discard dns-wrong-question",
      ],
    ];
    for (const [name, octets, want] of questions) {
      it(`${name}: ${want}`, () => {
        expect(short(judge(octets, unsigned, nowSeconds))).to.equal(want);
      });
    }
  });
});

describe("dns judge: noise", () => {
  const splice = (bytes: Uint8Array, at: number, ...parts: readonly Uint8Array[]) =>
    Uint8Array.from(concatBytes(bytes.subarray(0, at), ...parts));
  const INPUTS = 100_000;
  /** Marsaglia's xorshift: the same seed, the same inputs. */
  let state = 20261122;
  const below = (limit: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };

  /** What is not signed is let in wherever it is about the question, and is read. */
  const readAll = (judgement: Judgement, name: DnsName) => {
    if (judgement.kind !== "answer") return;
    const answer = { message: judgement.message, isSigned: false, sends: 1 };
    readRecords(answer, name, { type: "TXT" });
    readZone(answer, name);
    readAddresses(answer);
    readUpdateAnswer(answer);
  };

  it(`${INPUTS} damaged, cut and spliced answers are judged, none throws, none is let in`, () => {
    const seen = new Map<string, number>();
    for (let i = 0; i < INPUTS; i++) {
      const each = VECTORS[below(VECTORS.length)] ?? update;
      const expected = awaitedOf(each);
      let bytes = Uint8Array.from(each.answer.bytes);
      for (let times = 1 + below(3); times > 0; times--) {
        const at = below(bytes.length + 1);
        const kind = below(6);
        if (kind === 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
        else if (kind === 1) bytes[at] = below(256);
        else if (kind === 2) bytes[at] = below(2) === 0 ? 0xc0 : 0xff;
        else if (kind === 3) bytes = bytes.slice(0, at);
        else if (kind === 4) bytes = splice(bytes, at, bytes.subarray(at >> 1));
        else bytes = splice(bytes, at, Uint8Array.of(0xc0, below(64)), bytes.subarray(at));
      }
      const ourSeconds = each.request.tsig.timeSignedSeconds;
      const judgement = judge(bytes, expected, ourSeconds);
      const isDone = judgement.kind === "answer" || judgement.kind === "failure";
      if (isDone) {
        // Two changes may undo each other, and the case of the key's name is no matter.
        expect(Buffer.from(bytes).toString("latin1").toLowerCase()).to.equal(
          Buffer.from(each.answer.bytes).toString("latin1").toLowerCase(),
        );
      }
      readAll(judge(bytes, { ...expected, signed: null }, ourSeconds), expected.question.name);
      const word = judgement.kind === "discard" ? judgement.fault : judgement.kind;
      seen.set(word, (seen.get(word) ?? 0) + 1);
    }
    // Else it would not reach what is deep inside.
    expect([...seen.keys()]).to.include.members([
      ...["tsig-bad-mac", "tsig-cut-off", "tsig-wrong-key", "tsig-missing"],
      ...["dns-name-bad-pointer", "dns-name-cut-off", "dns-record-cut-off", "dns-trailing-octets"],
      ...["dns-wrong-id", "dns-wrong-question", "hint", "truncated"],
    ]);
  });

  it("any octets at all", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (octets) => {
        const { kind } = judge(octets, awaited, nowSeconds);
        expect(["discard", "truncated", "hint"]).to.include(kind);
      }),
      { numRuns: 2000 },
    );
  });
});
