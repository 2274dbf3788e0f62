/** Which link a router is on, and on which it stays. */
import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import { linkTo, type OwnLink } from "../../src/bgp/on-link.ts";

function link(name: string, ...cidrs: readonly string[]): OwnLink {
  const networks = cidrs.map((cidr) => {
    const [address = "", length = ""] = cidr.split("/");
    return { address: address as Ip, prefixLength: Number(length) };
  });
  return { name, networks };
}

describe("bgp: on which link a router is", () => {
  const ROUTER = "10.0.0.254";
  const ROUTER_V6 = "2001:db8::fe";
  const rows: readonly (readonly [
    ...[name: string, router: string, links: readonly OwnLink[]],
    before: string | null,
    want: string | null,
  ])[] = [
    [
      "of two the one with its network",
      ROUTER,
      [link("a", "10.1.0.1/24"), link("b", "10.0.0.1/24")],
      null,
      "b",
    ],
    ["another one now", ROUTER, [link("a", "10.0.0.1/24")], "b", "a"],
    ["none", ROUTER, [link("a", "10.0.1.1/24")], null, null],
    ["none yet: the link is down", ROUTER, [], null, null],
    ["its link is down, or gone", ROUTER, [link("b", "10.1.0.1/24")], "a", "a"],
    ["its link has no address", ROUTER, [link("a")], "a", "a"],
    ["its link has one of the other family alone", ROUTER, [link("a", "2001:db8::1/64")], "a", "a"],
    ["its link has another network", ROUTER, [link("a", "10.9.0.1/24")], "a", null],
    ["an address that is its own alone", ROUTER, [link("a", "10.0.0.254/32")], null, null],
    ["its link has an address of a host's length", ROUTER, [link("a", "10.9.0.1/32")], "a", "a"],
    [
      "its link has another network beside such an address",
      ROUTER,
      [link("a", "10.0.0.100/32", "10.9.0.1/24")],
      "a",
      null,
    ],
    [
      "IPv6: its link has an address of a host's length",
      ROUTER_V6,
      [link("a", "2001:db8::1/128")],
      "a",
      "a",
    ],
    [
      "IPv6: its link has no more than what it has by itself",
      ROUTER_V6,
      [link("a", "fe80::1/64")],
      "a",
      "a",
    ],
    ["IPv6: its link has another network", ROUTER_V6, [link("a", "2001:db8:1::1/64")], "a", null],
  ];
  for (const [name, router, links, before, want] of rows) {
    it(name, () => {
      expect(linkTo(router as Ip, links, before)).to.equal(want);
    });
  }
});
