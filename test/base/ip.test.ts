/** Addresses: what is accepted, what is refused, and the ways back and forth. */
import { expect } from "chai";
import fc from "fast-check";
import {
  compareIps,
  familyOf,
  ipFromBytes,
  ipFromNumber,
  ipToBytes,
  ipToNumber,
  parseIp,
  type Ip,
} from "../../src/base/ip.ts";

const rows = [
  { text: "192.0.2.1", want: "192.0.2.1", why: "plain IPv4" },
  { text: "0.0.0.0", want: "0.0.0.0", why: "the lowest IPv4" },
  { text: "255.255.255.255", want: "255.255.255.255", why: "the highest IPv4" },
  { text: "2001:DB8:0:0:0:0:0:1", want: "2001:db8::1", why: "RFC 5952 sections 4.1 to 4.3" },
  { text: "2001:db8:0:0:1:0:0:1", want: "2001:db8::1:0:0:1", why: "RFC 5952 section 4.2.3" },
  { text: "::1", want: "::1", why: "loopback" },
  { text: "::", want: "::", why: "the unspecified address" },
  { text: "::1.2.3.4", want: "::102:304", why: "the dotted tail of an address that is not mapped" },
  { text: "010.0.0.1", want: undefined, why: "a leading zero, which some read as octal" },
  { text: "1.2.3", want: undefined, why: "a shorthand, which some read as 1.2.0.3" },
  { text: "1.2.3.256", want: undefined, why: "a byte too large" },
  { text: "1.2.3.4/32", want: undefined, why: "a mask" },
  { text: "1::2::3", want: undefined, why: "two gaps" },
  { text: "fe80::1%eth0", want: undefined, why: "a zone" },
  { text: "::ffff:1.2.3.4", want: undefined, why: "IPv4-mapped IPv6" },
  { text: "::ffff:102:304", want: undefined, why: "IPv4-mapped IPv6 in hexadecimal" },
  { text: " 192.0.2.1", want: undefined, why: "a space" },
  { text: "", want: undefined, why: "nothing" },
  { text: "example.org", want: undefined, why: "a name" },
] as const;

describe("base: ip", () => {
  for (const { text, want, why } of rows) {
    it(`parseIp "${text}": ${why}`, () => {
      expect(parseIp(text)).to.equal(want);
    });
  }

  const anyIp = fc.oneof(
    fc.bigInt(0n, 2n ** 32n - 1n).map((number) => ipFromNumber("IPv4", number)),
    fc
      .bigInt(0n, 2n ** 128n - 1n)
      .filter((number) => number >> 32n !== 0xffffn)
      .map((number) => ipFromNumber("IPv6", number)),
  );

  it("text, number and bytes name the same address", () => {
    fc.assert(
      fc.property(anyIp, (ip) => {
        expect(parseIp(ip)).to.equal(ip);
        expect(ipFromNumber(familyOf(ip), ipToNumber(ip))).to.equal(ip);
        expect(ipFromBytes(ipToBytes(ip))).to.equal(ip);
      }),
    );
  });

  it("compareIps puts IPv4 first and then orders by number, not by text", () => {
    const sorted = ["192.0.2.9", "192.0.2.10", "::2", "::10"] as Ip[];
    expect([...sorted].reverse().sort(compareIps)).to.deep.equal(sorted);
  });
});
