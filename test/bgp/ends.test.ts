/** Next hops of a session: which addresses of which interface. */
import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import { endsOf, type InterfaceAddresses } from "../../src/bgp/ends.ts";

const link = (name: string, ...addresses: string[]): InterfaceAddresses => ({
  ...{ name, addresses: addresses as Ip[] },
});
/** Links of one card, of which the kernel makes one link-local address for all. */
const LINKS = [
  link("eth0", "10.0.0.1", "10.0.0.2", "2001:db8::1", "fe80::1"),
  link("eth0.7", "10.0.7.1", "2001:db8:7::1", "fe80::1"),
  link("eth1", "10.1.0.1", "fe80::2"),
  link("eth2", "fe80::3"),
];

describe("next hops of a session", () => {
  const rows: readonly (readonly [
    name: string,
    ours: string,
    on: string | null,
    IPv4: readonly string[],
    IPv6: readonly string[],
  ])[] = [
    [
      "over IPv4: our address, and the interface's of IPv6",
      "10.0.0.2",
      null,
      ["10.0.0.2"],
      ["2001:db8::1"],
    ],
    ["over IPv4, no global IPv6 there", "10.1.0.1", null, ["10.1.0.1"], ["fe80::2"]],
    ["over IPv6", "2001:db8::1", null, ["10.0.0.1"], ["2001:db8::1"]],
    [
      "link-local: the global one before it",
      "fe80::1",
      "eth0",
      ["10.0.0.1"],
      ["2001:db8::1", "fe80::1"],
    ],
    [
      "the same on another interface",
      "fe80::1",
      "eth0.7",
      ["10.0.7.1"],
      ["2001:db8:7::1", "fe80::1"],
    ],
    ["link-local, and nothing else there", "fe80::3", "eth2", [], ["fe80::3"]],
    ["an address that no interface shows", "10.9.9.9", null, ["10.9.9.9"], []],
  ];
  for (const [name, ours, on, IPv4, IPv6] of rows) {
    it(name, () => {
      const ends = { ourAddress: ours as Ip, theirAddress: "fe80::99" as Ip };
      expect(endsOf({ ...ends, interface: on }, LINKS)).to.deep.equal({
        ...{ ...ends, nextHops: { IPv4, IPv6 } },
      });
    });
  }
});
