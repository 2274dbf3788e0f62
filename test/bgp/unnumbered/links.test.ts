/** What an interface is good for, and what a person is told where it is not. */
import { expect } from "chai";
import type { Ip } from "../../../src/base/ip.ts";
import { linkUse, viewOf } from "../../../src/bgp/unnumbered/links.ts";
import type { Link } from "../../../src/linux/link-table.ts";

const link = (more: Partial<Link>): Link => ({
  ...{ index: 7, name: "eth0", mac: null, ethernet: true, loopback: false, up: true },
  ...{ carrier: true, broadcast: true, noArp: false, masterIndex: null, kind: null, mtu: 1500 },
  ...{ addresses: [], linkLocalIpv6: "fe80::7" as Ip },
  ...more,
});
const RED = link({ index: 3, name: "red", kind: "vrf" });
const BRIDGE = link({ index: 4, name: "br0", kind: "bridge" });

describe("unnumbered: what an interface is good for", () => {
  const rows: readonly (readonly [
    name: string,
    links: readonly Link[] | null,
    want: { index: number | null; vrf: string | null; trouble: string | null },
  ])[] = [
    ["up, with a link-local address", [link({})], { index: 7, vrf: null, trouble: null }],
    ["of a VRF", [RED, link({ masterIndex: 3 })], { index: 7, vrf: "red", trouble: null }],
    ["of a bridge", [BRIDGE, link({ masterIndex: 4 })], { index: 7, vrf: null, trouble: null }],
    [
      "not read yet",
      null,
      { index: null, vrf: null, trouble: "the interfaces of the node are not read yet" },
    ],
    [
      "not there",
      [link({ name: "eth1" })],
      {
        ...{ index: null, vrf: null },
        trouble: `the node has no interface "eth0": name one that it has, or select other nodes with nodeSelectors`,
      },
    ],
    [
      "switched off",
      [link({ up: false })],
      { index: null, vrf: null, trouble: 'the interface "eth0" is down' },
    ],
    [
      "without a carrier, of a VRF",
      [RED, link({ carrier: false, masterIndex: 3 })],
      { index: null, vrf: "red", trouble: 'the interface "eth0" is down' },
    ],
    [
      "without IPv6",
      [link({ linkLocalIpv6: null })],
      {
        ...{ index: null, vrf: null },
        trouble: 'the interface "eth0" has no link-local address: switch IPv6 on there',
      },
    ],
  ];
  for (const [name, links, want] of rows) {
    it(name, () => {
      expect(linkUse("eth0", links)).to.deep.equal(want);
    });
  }

  const use = linkUse("eth0", [link({})]);
  const found = { address: "fe80::a" as Ip, others: ["fe80::b" as Ip] };

  it("a router was found: nothing is in the way", () => {
    const view = viewOf("eth0", { use, mind: found, socketTrouble: null });
    expect(view).to.deep.equal({ ...found, vrf: null, trouble: null });
  });

  it("nobody was heard: what makes a router heard", () => {
    const mind = { address: null, others: [] };
    expect(viewOf("eth0", { use, mind, socketTrouble: null }).trouble).to.equal(
      'no router is heard on the interface "eth0": see that it sends router advertisements there, as FRR does for a neighbor by interface',
    );
    expect(viewOf("eth0", { use, mind: undefined, socketTrouble: "EPERM" }).trouble).to.equal(
      "nobody can be heard there (EPERM)",
    );
  });

  it("the link went down under a router that was found: both are said", () => {
    const down = linkUse("eth0", [link({ carrier: false })]);
    expect(viewOf("eth0", { use: down, mind: found, socketTrouble: null })).to.deep.equal({
      ...{ ...found, vrf: null, trouble: 'the interface "eth0" is down' },
    });
  });
});
