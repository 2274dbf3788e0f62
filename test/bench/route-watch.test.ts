/** What is read of `ip -ts -o monitor route`: lines that Linux 6.18 and iproute2 6.1 said of BIRD's routes. */
import { expect } from "chai";
import { readChange } from "../../bench/bgp/route-watch.ts";

const TIME = "[2026-11-23T00:12:27.258971] ";
const atMs = Date.parse("2026-11-23T00:12:27") + 258.971;

describe("bench: routes of a router's kernel, as they change", () => {
  const changes: readonly (readonly [string, string, string, string])[] = [
    [
      "IPv6, one next hop",
      "2001:2:: via fd77::4 dev eth0 proto bird metric 32 pref medium",
      ...["2001:2::", "fd77::4"],
    ] as const,
    [
      "IPv6, several, sorted",
      "2001:2::7 proto bird metric 32 pref medium\\\tnexthop via fd77::4 dev eth0 weight 1 \\\tnexthop via fd77::2 dev eth0 weight 1 ",
      ...["2001:2::7", "fd77::2 fd77::4"],
    ] as const,
    [
      "IPv6, gone",
      "Deleted 2001:2:: via fd77::3 dev eth0 proto bird metric 32 pref medium",
      ...["2001:2::", ""],
    ] as const,
    [
      "IPv4, several",
      "198.18.0.5 proto bird metric 32 \\\tnexthop via 10.77.0.1 dev eth0 weight 1 \\\tnexthop via 10.77.0.2 dev eth0 weight 1 ",
      ...["198.18.0.5", "10.77.0.1 10.77.0.2"],
    ] as const,
    [
      "IPv4, gone",
      "Deleted 198.18.0.5 via 10.77.0.1 dev eth0 proto bird metric 32 ",
      ...["198.18.0.5", ""],
    ] as const,
    [
      "IPv4 by way of an address of IPv6",
      "198.18.0.5 via inet6 fd77::1 dev eth0 proto bgp metric 20 ",
      ...["198.18.0.5", "fd77::1"],
    ] as const,
  ];
  for (const [name, line, address, nextHops] of changes) {
    it(name, () => {
      expect(readChange(TIME + line)).to.deep.equal({ atMs, address, nextHops });
    });
  }

  const others = [
    "fd77::/64 dev eth0 proto kernel metric 256 pref medium",
    "local fd77::64 dev eth0 table local proto kernel metric 0 pref medium",
    "default via 10.77.0.1 dev eth0",
    "Deleted fe80::1 dev eth0 proto kernel metric 256 pref medium",
    "198.18.0.5 dev eth0 scope link",
  ];
  for (const line of others) {
    it(`of no concern: ${line}`, () => {
      expect(readChange(TIME + line)).to.equal(null);
    });
  }
});
