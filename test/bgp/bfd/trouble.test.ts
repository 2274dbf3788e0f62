/** What BFD that can neither send nor hear is said to need. */
import { expect } from "chai";
import type { Ip } from "../../../src/base/ip.ts";
import type { Endpoints } from "../../../src/bgp/bfd/sessions.ts";
import { bfdTrouble } from "../../../src/bgp/bfd/trouble.ts";
import { SystemCallError } from "../../../src/linux/errno.ts";

const endpoints = (more: Partial<Endpoints> = {}): Endpoints => ({
  ...{ theirAddress: "10.0.0.2" as Ip, ourAddress: null, interface: null, vrf: null },
  ...{ hops: "single", ...more },
});

describe("BFD trouble", () => {
  const rows: readonly (readonly [
    call: string,
    errno: number,
    endpoints: Partial<Endpoints>,
    want: string,
    device?: string,
  ])[] = [
    [
      ...(["send from 10.0.0.9", -99, { ourAddress: "10.0.0.9" as Ip }] as const),
      "Cannot send from 10.0.0.9: EADDRNOTAVAIL (address not available). Give this node the address 10.0.0.9, or the peer another source address",
    ],
    [
      ...(["send from ::", -99, {}] as const),
      "Cannot send from ::: EADDRNOTAVAIL (address not available). Set sourceAddress to an address that the node has",
    ],
    [
      ...(["listen", -98, {}] as const),
      "Cannot listen: EADDRINUSE (address in use). Another program on this node watches by BFD, such as FRR's bfdd: end that",
    ],
    [
      ...(["listen on red", -19, { vrf: "red" }] as const),
      "Cannot listen on red: ENODEV (no such device). Make the device red on this node, or select other nodes with nodeSelectors",
      "red",
    ],
    [
      ...(["listen on red", -19, { vrf: "red", interface: "eth2" }] as const),
      "Cannot listen on red: ENODEV (no such device). Make the device red on this node, or select other nodes with nodeSelectors",
      "red",
    ],
    [
      ...(["send", -19, { vrf: "red", interface: "eth1" }] as const),
      "Cannot send: ENODEV (no such device). Make the device eth1 on this node, or select other nodes with nodeSelectors",
      "eth1",
    ],
    [...(["send", -12, {}] as const), "Cannot send: ENOMEM (out of memory)"],
  ];
  for (const [call, errno, more, want, device] of rows) {
    it(`${want}: of ${JSON.stringify(more)}`, () => {
      const error = new SystemCallError(call, errno, device);
      expect(bfdTrouble(error, endpoints(more))).to.equal(want);
    });
  }
});
