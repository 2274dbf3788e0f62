/**
 * Questions for lost peers: whom, how often, in which bytes.
 */
import { expect } from "chai";
import { parseIp, type Ip } from "../../src/base/ip.ts";
import type { Mac } from "../../src/base/mac.ts";
import type { UsableLink } from "../../src/speaker/links.ts";
import { newPeer, type Peer } from "../../src/speaker/peers.ts";
import { poke } from "../../src/speaker/poke.ts";
import { decodeNdp } from "../../src/speaker/wire/ndp.ts";
import { captured } from "./wire/vectors.ts";

const ip = (text: string): Ip => parseIp(text) ?? expect.fail(text);
const LINK: UsableLink = {
  ...{ index: 2, name: "eth0", mac: "02:00:00:00:00:0a" as Mac, usual: true },
  families: ["IPv4", "IPv6"],
  addresses: [
    { ip: ip("192.0.2.1"), prefixLength: 24 },
    { ip: ip("2001:db8::a"), prefixLength: 64 },
  ],
};

function peer(address: string, state: Peer["state"], left = false): Peer {
  const known = { node: address, id: 1, addresses: [address], deadlineMs: 0, awaited: false };
  return { ...newPeer(known), state, left };
}
const beats = (peers: Peer[], count: number) =>
  Array.from({ length: count }, (_, beat) => poke(peers, [LINK], beat)?.ip ?? null);

describe("speaker: poke", () => {
  it("a lost peer on our segment is asked for as arping would", () => {
    const frame = poke([peer("192.0.2.2", "silent")], [LINK], 0)?.frame ?? new Uint8Array(0);
    const want = Uint8Array.from(captured("arp request")).fill(0, 32, 38); // the target MAC: zero, not ones
    expect(frame).to.deep.equal(want);
  });

  it("and by a solicitation where it has an IPv6 address", () => {
    const frame = poke([peer("2001:db8::b", "silent")], [LINK], 0)?.frame ?? new Uint8Array(0);
    expect(decodeNdp(frame.subarray(14))).to.deep.equal({
      ok: true,
      value: {
        ...{ kind: "solicitation", source: "2001:db8::a", destination: "ff02::1:ff00:b" },
        ...{ target: "2001:db8::b", linkLayer: "02:00:00:00:00:0a" },
      },
    });
  });

  it("alone it asks with each heartbeat, for each in turn", () => {
    const peers = [peer("192.0.2.2", "silent"), peer("192.0.2.3", "silent")];
    expect(beats(peers, 4)).to.deep.equal(["192.0.2.2", "192.0.2.3", "192.0.2.2", "192.0.2.3"]);
  });

  it("with two others who ask as well, with every third", () => {
    const peers = [
      peer("192.0.2.2", "silent"),
      peer("192.0.2.3", "heard"),
      peer("192.0.2.4", "heard"),
    ];
    expect(beats(peers, 4)).to.deep.equal(["192.0.2.2", null, null, "192.0.2.2"]);
  });

  it("nobody who is heard, who has left, or who is behind a router", () => {
    const peers = [
      peer("192.0.2.3", "heard"),
      peer("192.0.2.4", "silent", true),
      peer("198.51.100.1", "silent"),
    ];
    expect(beats(peers, 6)).to.deep.equal([null, null, null, null, null, null]);
  });
});
