/** Messages and records: one octet short, one too many, the neighbouring wrong value. */
import { expect } from "chai";
import { decodeMessage, encodeRequest, questionOf } from "../../../src/dns/wire/message.ts";
import { decodeRecord } from "../../../src/dns/wire/record.ts";
import { nameOf, valueOf } from "../vectors.ts";

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));

/** Name "a", TTL 60. */
function record(typeCode: number, data: string, classCode = 1): string {
  const u16 = (value: number) => value.toString(16).padStart(4, "0");
  const octets = data.replaceAll(" ", "");
  return `0161 00 ${u16(typeCode)} ${u16(classCode)} 0000003c ${u16(octets.length / 2)} ${octets}`;
}

describe("dns records", () => {
  const rows = [
    { name: "A", hex: record(1, "c0000201"), want: { type: "A", address: "192.0.2.1" } },
    {
      name: "AAAA",
      hex: record(28, "20010db8000000000000000000000001"),
      want: { type: "AAAA", address: "2001:db8::1" },
    },
    {
      name: "TXT of three strings, one of them empty",
      hex: record(16, "026869 00 01ff"),
      want: { type: "TXT", strings: ["hi", "", "\u00ff"] },
    },
    {
      name: "SOA, with a compressed name",
      hex: record(6, "026e73c000 0168c000 00000007 00000000 00000000 00000000 00000000"),
      want: { type: "SOA", primary: "ns.a", serial: 7 },
    },
    {
      name: "a type that we do not read",
      hex: record(99, "0102"),
      want: { type: "other", octets: Uint8Array.of(1, 2) },
    },
    {
      name: "A of class ANY, without data",
      hex: record(1, "", 255),
      want: { type: "other", octets: new Uint8Array() },
    },
  ] as const;
  for (const { name, hex, want } of rows) {
    it(`is read: ${name}`, () => {
      const whole = bytes(hex);
      const { record: read, end } = valueOf(decodeRecord(whole, 0));
      expect([read.name, read.ttlSeconds, read.data, end]).to.deep.equal([
        "a",
        60,
        want,
        whole.length,
      ]);
    });
    it(`is refused, an octet short: ${name}`, () => {
      expect(decodeRecord(bytes(hex).subarray(0, -1), 0)).to.deep.equal({
        ok: false,
        fault: "dns-record-cut-off",
      });
    });
  }

  const wrong = [
    { name: "A of three octets", hex: record(1, "c00002"), fault: "dns-address-bad-length" },
    { name: "A of five octets", hex: record(1, "c000020101"), fault: "dns-address-bad-length" },
    { name: "AAAA of four octets", hex: record(28, "c0000201"), fault: "dns-address-bad-length" },
    { name: "TXT without a string", hex: record(16, ""), fault: "dns-txt-empty" },
    { name: "TXT with half a string", hex: record(16, "026869 0268"), fault: "dns-txt-cut-off" },
    {
      name: "SOA with an octet too many",
      hex: record(6, `00 00 ${"00".repeat(21)}`),
      fault: "dns-soa-bad-length",
    },
    { name: "SOA cut off in a name", hex: record(6, "026e73"), fault: "dns-name-cut-off" },
    { name: "SOA without a mailbox", hex: record(6, "00"), fault: "dns-name-cut-off" },
    { name: "only a name", hex: "0161 00", fault: "dns-record-cut-off" },
  ] as const;
  for (const { name, hex, fault } of wrong) {
    it(`is refused: ${name}`, () => {
      expect(decodeRecord(bytes(hex), 0)).to.deep.equal({ ok: false, fault });
    });
  }
});

describe("dns messages", () => {
  const question = "0161 00 0001 0001";
  const header = (flags: string, counts: string) => `1234 ${flags} ${counts}`;

  it("a question is twelve octets and itself", () => {
    const message = encodeRequest({
      ...{ id: 0x1234, opcode: 0, wantsRecursion: true },
      question: questionOf(nameOf("a"), "A"),
    });
    expect(Buffer.from(message).toString("hex")).to.equal(
      `${header("0100", "0001 0000 0000 0000")} ${question}`.replaceAll(" ", ""),
    );
  });

  it("each flag is its own bit", () => {
    const read = (flags: string) =>
      valueOf(decodeMessage(bytes(header(flags, "0000 0000 0000 0000"))));
    const none = read("0000");
    expect(none).to.include({ id: 0x1234, isResponse: false, opcode: 0, rcode: 0 });
    expect(none).to.include({ isAuthoritative: false, isTruncated: false, tsig: null });
    expect(read("8000")).to.deep.equal({ ...none, isResponse: true });
    expect(read("2800")).to.deep.equal({ ...none, opcode: 5 });
    expect(read("0400")).to.deep.equal({ ...none, isAuthoritative: true });
    expect(read("0200")).to.deep.equal({ ...none, isTruncated: true });
    expect(read("0009")).to.deep.equal({ ...none, rcode: 9 });
  });

  it("records stand in the section that the counts say", () => {
    const three = ["c0000201", "c0000202", "c0000203"].map((data) => record(1, data)).join(" ");
    const hex = `${header("8400", "0001 0001 0001 0001")} ${question} ${three}`;
    const { questions, answers, authorities, additionals } = valueOf(decodeMessage(bytes(hex)));
    expect(questions).to.deep.equal([{ name: "a", typeCode: 1, class: 1 }]);
    const addresses = [answers, authorities, additionals].map((section) =>
      section.map(({ data }) => data),
    );
    expect(addresses).to.deep.equal([
      [{ type: "A", address: "192.0.2.1" }],
      [{ type: "A", address: "192.0.2.2" }],
      [{ type: "A", address: "192.0.2.3" }],
    ]);
  });

  const tsig = record(250, "00", 255);
  const wrong = [
    { name: "eleven octets", hex: "00".repeat(11), fault: "dns-too-short" },
    {
      name: "a question an octet short",
      hex: `${header("0000", "0001 0000 0000 0000")} ${question.slice(0, -2)}`,
      fault: "dns-question-cut-off",
    },
    {
      name: "an octet behind the last record",
      hex: `${header("0000", "0001 0000 0000 0000")} ${question} 00`,
      fault: "dns-trailing-octets",
    },
    {
      name: "fewer records than the counts say",
      hex: `${header("0000", "0000 0002 0000 0000")} ${record(1, "c0000201")}`,
      fault: "dns-name-cut-off",
    },
    {
      name: "a TSIG before another record",
      hex: `${header("0000", "0000 0000 0000 0002")} ${tsig} ${record(1, "c0000201")}`,
      fault: "dns-tsig-not-last",
    },
    {
      name: "two TSIGs",
      hex: `${header("0000", "0000 0000 0000 0002")} ${tsig} ${tsig}`,
      fault: "dns-tsig-not-last",
    },
    {
      name: "a TSIG in another section",
      hex: `${header("0000", "0000 0001 0000 0000")} ${tsig}`,
      fault: "dns-tsig-not-last",
    },
  ] as const;
  for (const { name, hex, fault } of wrong) {
    it(`is refused: ${name}`, () => {
      expect(decodeMessage(bytes(hex))).to.deep.equal({ ok: false, fault });
    });
  }
});
