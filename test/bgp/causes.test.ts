/** What is said of a dial that fails, where there are several ways out. What routers say: test/bgp/interop. */
import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import { networkCause } from "../../src/bgp/causes.ts";
import type { BgpPeer } from "../../src/bgp/peer.ts";
import { peer } from "./interop/node.ts";

describe("bgp: why a dial failed, and what can be done", () => {
  const rows: readonly (readonly [error: string, more: Partial<BgpPeer>, remedy: string])[] = [
    [
      ...(["ENODEV", { vrf: "red" }] as const),
      "Make the device red on this node, write another vrf, or select other nodes with nodeSelectors",
    ],
    [
      ...(["ENODEV", { vrf: "red", interface: "eth1" }] as const),
      "Make the device eth1 on this node, write another interface, or select other nodes with nodeSelectors",
    ],
    [
      ...(["ENODEV", { interface: "eth1" }] as const),
      "Make the device eth1 on this node, write another interface, or select other nodes with nodeSelectors",
    ],
    [
      ...(["EADDRNOTAVAIL", { vrf: "red", sourceAddress: "10.0.0.9" as Ip }] as const),
      "Give this node the address 10.0.0.9 in the VRF red, or the peer another source address",
    ],
    [...(["EADDRNOTAVAIL", {}] as const), "Set sourceAddress to an address that the node has"],
  ];
  for (const [error, more, remedy] of rows) {
    it(`${error}: ${remedy}`, () => {
      expect(networkCause(error, "connect", peer("10.0.0.2", more)).remedy).to.equal(remedy);
    });
  }
});
