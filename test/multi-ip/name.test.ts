/** Names of VirtualIPs: the table of edges, and one name for one address over all of them. */
import { expect } from "chai";
import fc from "fast-check";
import { ipFromNumber, type Ip } from "../../src/base/ip.ts";
import { addressOfName, virtualIpName } from "../../src/multi-ip/name.ts";

const rows = [
  ["192.0.2.1", "192-0-2-1"],
  ["0.0.0.0", "0-0-0-0"],
  ["255.255.255.255", "255-255-255-255"],
  ["2001:db8::1", "2001-db8--1"],
  ["2001:db8:1:2:3:4:5:6", "2001-db8-1-2-3-4-5-6"],
  ["::1", "0--1"],
  ["::", "0--0"],
  ["fd00::", "fd00--0"],
  ["::1:0", "0--1-0"],
  ["0:1::", "0-1--0"],
  ["2001:db8:0:1:1:1:1:1", "2001-db8-0-1-1-1-1-1"],
] as const;

const number128 = fc
  .array(fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(0xffff), fc.nat(3)), {
    minLength: 8,
    maxLength: 8,
  })
  .map((groups) => groups.reduce((number, group) => (number << 16n) | BigInt(group), 0n))
  .filter((number) => number >> 32n !== 0xffffn);
const anyIp: fc.Arbitrary<Ip> = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 32n - 1n }).map((number) => ipFromNumber("IPv4", number)),
  number128.map((number) => ipFromNumber("IPv6", number)),
);

describe("multi-ip: virtualIpName", () => {
  for (const [address, name] of rows) {
    it(`${address} is ${name}, and back`, () => {
      expect(virtualIpName(address as Ip)).to.equal(name);
      expect(addressOfName(name)).to.equal(address);
    });
  }

  it("is a DNS-1123 label that gives the address back, so no two addresses share one", () => {
    fc.assert(
      fc.property(anyIp, (address) => {
        const name = virtualIpName(address);
        expect(name).to.match(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
        expect(name.length).to.be.at.most(63);
        expect(addressOfName(name)).to.equal(address);
      }),
      { numRuns: 3000 },
    );
  });

  for (const name of ["", "web", "192-0-2", "192-0-2-256", "0--0-1", "1--2--3", "::1", "FD00--0"]) {
    it(`${JSON.stringify(name)} is no such name`, () => {
      expect(addressOfName(name)).to.equal(undefined);
    });
  }
});
