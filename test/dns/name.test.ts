/** Names as people write them, and as they travel. */
import { expect } from "chai";
import fc from "fast-check";
import { isWithin, labelsOf, parentOf, parseName, ROOT, type DnsName } from "../../src/dns/name.ts";
import { decodeName, encodeName } from "../../src/dns/wire/name.ts";
import { nameOf } from "./vectors.ts";

const label63 = "a".repeat(63);
/** 255 octets on the wire: three labels of 63, one of 61, their lengths and the root's. */
const name255 = [label63, label63, label63, "b".repeat(61)].join(".");

describe("dns names: text", () => {
  const right = [
    ["www.example.org", "www.example.org"],
    ["www.example.org.", "www.example.org"],
    ["WWW.Example.ORG", "www.example.org"],
    ["org", "org"],
    ["*.lb.example.org", "*.lb.example.org"],
    ["*", "*"],
    ["_owner.a-b.0.example", "_owner.a-b.0.example"],
    ["xn--bcher-kva.example", "xn--bcher-kva.example"],
    [label63, label63],
    [name255, name255],
  ] as const;
  for (const [text, want] of right) {
    it(`"${text.slice(0, 40)}" is read`, () => {
      expect(parseName(text)).to.deep.equal({ ok: true, value: want });
    });
  }

  const wrong = [
    ["", "name-empty"],
    [".", "name-empty"],
    ["a..b", "name-empty-label"],
    [".a", "name-empty-label"],
    ["a..", "name-empty-label"],
    [`${label63}a.example`, "name-label-too-long"],
    [`c${name255}`, "name-label-too-long"],
    [`${name255}b`, "name-too-long"],
    [`a.${name255}`, "name-too-long"],
    ["bücher.example", "name-not-ascii"],
    ["a.*.example", "name-bad-wildcard"],
    ["*a.example", "name-bad-wildcard"],
    ["a*.example", "name-bad-wildcard"],
    ["-a.example", "name-bad-character"],
    ["a-.example", "name-bad-character"],
    ["a b.example", "name-bad-character"],
    ["a\\.b.example", "name-bad-character"],
    ["a/b.example", "name-bad-character"],
    ["a\n.example", "name-bad-character"],
  ] as const;
  for (const [text, want] of wrong) {
    it(`${JSON.stringify(text.slice(0, 40))} is refused: ${want}`, () => {
      expect(parseName(text)).to.deep.equal({ ok: false, fault: want });
    });
  }

  it("a zone has its own name and what is below it, and no name that merely ends alike", () => {
    const zone = nameOf("lb.example");
    const within = ["lb.example", "a.lb.example", "xlb.example", "example", "lb.example.org"];
    expect(within.filter((name) => isWithin(nameOf(name), zone))).to.deep.equal(within.slice(0, 2));
    expect(isWithin(zone, ROOT)).to.equal(true);
  });

  it("upwards, a name ends at the root", () => {
    const ways: DnsName[] = [nameOf("a.b.c")];
    while (ways.at(-1) !== ROOT) ways.push(parentOf(ways.at(-1) ?? ROOT));
    expect(ways).to.deep.equal(["a.b.c", "b.c", "c", ""]);
    expect(labelsOf(ROOT)).to.deep.equal([]);
  });
});

describe("dns names: octets", () => {
  const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));

  it("a name is its labels and the root: RFC 1035 section 3.1", () => {
    expect(Buffer.from(encodeName(nameOf("F.ISI.arpa"))).toString("hex")).to.equal(
      "0166 03697369 0461727061 00".replaceAll(" ", ""),
    );
    expect(encodeName(ROOT)).to.deep.equal(Uint8Array.of(0));
    expect(encodeName(nameOf(name255)).length).to.equal(255);
  });

  // RFC 1035 section 4.1.4: F.ISI.ARPA at 20, FOO.F.ISI.ARPA at 40, ARPA at 64, the root at 92.
  const figure = new Uint8Array(93);
  figure.set(bytes("0146 03495349 0441525041 00"), 20);
  figure.set(bytes("03464f4f c014"), 40);
  figure.set(bytes("c01a"), 64);
  const rows = [
    { name: "F.ISI.ARPA", at: 20, want: { name: "f.isi.arpa", end: 32 } },
    { name: "FOO.F.ISI.ARPA, by a pointer", at: 40, want: { name: "foo.f.isi.arpa", end: 46 } },
    { name: "ARPA, a pointer alone", at: 64, want: { name: "arpa", end: 66 } },
    { name: "the root", at: 92, want: { name: "", end: 93 } },
  ] as const;
  for (const { name, at, want } of rows) {
    it(`is read: ${name}`, () => {
      expect(decodeName(figure, at)).to.deep.equal({ ok: true, value: want });
    });
  }

  const wrong = [
    { name: "nothing", hex: "", fault: "dns-name-cut-off" },
    { name: "no root", hex: "0161", fault: "dns-name-cut-off" },
    { name: "half a label", hex: "0361 61", fault: "dns-name-cut-off" },
    { name: "half a pointer", hex: "c0", fault: "dns-name-cut-off" },
    { name: "a pointer to itself", hex: "c000", fault: "dns-name-bad-pointer" },
    { name: "a pointer into its own part", hex: "0161c000", fault: "dns-name-bad-pointer" },
    { name: "a pointer ahead", hex: "c002 00", fault: "dns-name-bad-pointer" },
    { name: "a label of type 01", hex: "4161 00", fault: "dns-name-bad-label" },
    { name: "a label of type 10", hex: "8161 00", fault: "dns-name-bad-label" },
    {
      name: "256 octets",
      hex: `${`3f${"61".repeat(63)}`.repeat(3)}3e${"61".repeat(62)}00`,
      fault: "dns-name-too-long",
    },
  ] as const;
  for (const { name, hex, fault } of wrong) {
    it(`is refused: ${name}`, () => {
      expect(decodeName(bytes(hex), 0)).to.deep.equal({ ok: false, fault });
    });
  }

  it("what no person writes is kept as it came, escaped, and dots in labels divide nothing", () => {
    const odd = bytes("05 61 2e 5c 00 ff 01 62 00");
    const read = decodeName(odd, 0);
    expect(read).to.deep.equal({ ok: true, value: { name: "a\\046\\092\\000\\255.b", end: 9 } });
    expect(encodeName("a\\046\\092\\000\\255.b" as DnsName)).to.deep.equal(odd);
  });

  it("any labels, read and written, are the same in lower case", () => {
    const label = fc.uint8Array({ minLength: 1, maxLength: 63 });
    fc.assert(
      fc.property(fc.array(label, { maxLength: 3 }), (labels) => {
        const wire = Buffer.concat([
          ...labels.map((each) => Buffer.from([each.length, ...each])),
          Buffer.of(0),
        ]);
        const read = decodeName(wire, 0);
        if (!read.ok) throw new Error(read.fault);
        const lower = wire.map((octet) => (octet >= 0x41 && octet <= 0x5a ? octet + 32 : octet));
        // Lengths of 65 and more are no labels, so none of them was changed.
        expect([...encodeName(read.value.name)]).to.deep.equal([...lower]);
      }),
    );
  });
});
