/** What two OPENs come to, and what they are refused for. */
import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import { survivingSide } from "../../src/bgp/collision.ts";
import { agree, ourOpen } from "../../src/bgp/handshake.ts";
import type { BgpPeer } from "../../src/bgp/peer.ts";
import { EFFECT_OF_FIELD, effectOfChange } from "../../src/bgp/peer-changes.ts";
import type { Capability } from "../../src/bgp/wire/capabilities.ts";
import type { OpenMessage } from "../../src/bgp/wire/open.ts";
import { peer } from "./interop/node.ts";
import { GRACEFUL, theirOpen } from "./stage.ts";

const agreed = (ours: Partial<BgpPeer>, theirs: Partial<OpenMessage>) => {
  const result = agree(peer("10.0.0.2", ours), { ...theirOpen(), ...theirs });
  if (!result.ok) throw new Error(result.fault);
  return result.value;
};
const refused = (ours: Partial<BgpPeer>, theirs: Partial<OpenMessage>) => {
  const result = agree(peer("10.0.0.2", ours), { ...theirOpen(), ...theirs });
  return result.ok ? "agreed" : result.fault;
};
const asn = (number: number): Capability => ({ kind: "four-octet-as", asn: number });
const IPV4: Capability = { kind: "multiprotocol", afi: 1, safi: 1 };
const IPV6: Capability = { kind: "multiprotocol", afi: 2, safi: 1 };

describe("bgp handshake", () => {
  const holdTimes = [
    { ours: 90, theirs: 9, want: 9000 },
    { ours: 9, theirs: 90, want: 9000 },
    { ours: 0, theirs: 90, want: 0 },
    { ours: 90, theirs: 0, want: 0 },
  ];
  for (const { ours, theirs, want } of holdTimes) {
    it(`hold times ${ours} and ${theirs}: ${want} ms`, () => {
      const { holdTimeMs } = agreed({ holdTimeSeconds: ours }, { holdTimeSeconds: theirs });
      expect(holdTimeMs).to.equal(want);
    });
  }

  const numbers = [
    { name: "the one that is wanted", ours: { theirAsn: 64513 }, theirs: 64513, want: "agreed" },
    { name: "another one", ours: { theirAsn: 64999 }, theirs: 64513, want: "open-wrong-as" },
    {
      name: "ours, internal wanted",
      ours: { theirAsn: "internal" },
      theirs: 64512,
      want: "agreed",
    },
    {
      name: "another, internal wanted",
      ours: { theirAsn: "internal" },
      theirs: 64513,
      want: "open-wrong-as",
    },
    {
      name: "another, external wanted",
      ours: { theirAsn: "external" },
      theirs: 64513,
      want: "agreed",
    },
    {
      name: "ours, external wanted",
      ours: { theirAsn: "external" },
      theirs: 64512,
      want: "open-wrong-as",
    },
    {
      name: "four octets",
      ours: { theirAsn: 4_200_000_000 },
      theirs: 4_200_000_000,
      want: "agreed",
    },
  ] as const;
  for (const { name, ours, theirs, want } of numbers) {
    it(`AS number, ${name}: ${want}`, () => {
      const asn16 = theirs > 0xffff ? 23456 : theirs;
      expect(refused(ours, { asn16, capabilities: [asn(theirs)] })).to.equal(want);
    });
  }

  it("a peer of 16-bit numbers is spoken to in 16 bits", () => {
    expect(agreed({}, { capabilities: [] }).wire.asnBytes).to.equal(2);
    expect(agreed({}, {}).wire.asnBytes).to.equal(4);
  });

  it("our identifier in our own AS is refused, in another one it is not (RFC 6286)", () => {
    const identifier = "192.0.2.1" as Ip;
    const internal = { theirAsn: "internal" } as const;
    const open = { identifier, asn16: 64512, capabilities: [asn(64512)] };
    expect(refused(internal, open)).to.equal("open-bad-identifier");
    expect(refused({}, { identifier })).to.equal("agreed");
  });

  const families = [
    { name: "both", offer: [IPV4, IPV6], want: ["IPv4", "IPv6"] },
    { name: "one", offer: [IPV6], want: ["IPv6"] },
    { name: "none: IPv4, as of old", offer: [], want: ["IPv4"] },
  ];
  for (const { name, offer, want } of families) {
    it(`families: the peer offers ${name}`, () => {
      const capabilities = [asn(64513), ...offer];
      expect(agreed({}, { capabilities }).families).to.deep.equal(want);
    });
  }

  it("families: nothing in common is refused, and it says what was wanted", () => {
    const result = agree(peer("10.0.0.2", { families: ["IPv6"] }), {
      ...theirOpen(),
      capabilities: [asn(64513)],
    });
    if (result.ok) throw new Error("agreed");
    expect(result.fault).to.equal("open-missing-capability");
    expect(Buffer.from(result.data).toString("hex")).to.equal("010400020001");
  });

  it("extended messages and graceful restart: where both want them", () => {
    const offer = { capabilities: [asn(64513), { kind: "extended-message" } as const, GRACEFUL] };
    expect(agreed({}, offer)).to.include({ messageBytesMax: 4096, restart: null });
    const both = agreed({ extendedMessages: true, gracefulRestartSeconds: 60 }, offer);
    expect(both.messageBytesMax).to.equal(65_535);
    expect(both.restart).to.deep.equal({ seconds: 120, overNotification: true });
  });

  it("our OPEN offers what the peer object asks for, and no more", () => {
    const kinds = (more: Partial<BgpPeer>) =>
      ourOpen(peer("10.0.0.2", more), false).capabilities.map(({ kind }) => kind);
    const always = ["multiprotocol", "multiprotocol", "route-refresh", "four-octet-as"];
    expect(kinds({})).to.deep.equal([...always, "extended-next-hop"]);
    expect(kinds({ extendedMessages: true, gracefulRestartSeconds: 60 })).to.deep.equal([
      ...always,
      "extended-next-hop",
      "extended-message",
      "graceful-restart",
    ]);
    expect(ourOpen(peer("10.0.0.2", { ourAsn: 4_200_000_000 }), false).asn16).to.equal(23456);
  });
});

describe("bgp collision (RFC 4271 section 6.8)", () => {
  const us = { identifier: "192.0.2.9" as Ip, asn: 64512 };
  const rows = [
    { name: "ours is higher", them: { identifier: "192.0.2.1", asn: 64513 }, want: "dialled" },
    {
      name: "as numbers, not as text",
      them: { identifier: "192.0.2.10", asn: 1 },
      want: "accepted",
    },
    {
      name: "equal: the higher AS number (RFC 6286)",
      them: { identifier: "192.0.2.9", asn: 64513 },
      want: "accepted",
    },
  ];
  for (const { name, them, want } of rows) {
    const theirs = { identifier: them.identifier as Ip, asn: them.asn };
    it(`${name}: ${want}; the other end says the opposite`, () => {
      expect(survivingSide(us, theirs)).to.equal(want);
      const opposite = want === "dialled" ? "accepted" : "dialled";
      expect(survivingSide(theirs, us)).to.equal(opposite);
    });
  }
});

/** What people write of it, and what the router hears: test/speaker/io/change-costs.test.ts. */
describe("bgp: what a change of the peer costs", () => {
  const before = peer("10.0.0.2", { interface: "eth0" });
  const other: BgpPeer = {
    ...{ key: "x", address: "10.0.0.3" as Ip, interface: "eth1", port: 1179, ourAsn: 1 },
    ...{ theirAsn: 2, routerId: "192.0.2.2" as Ip, sourceAddress: "10.0.0.9" as Ip, vrf: "red" },
    ...{ reach: { kind: "secured", hopsMax: 1 }, password: "x", holdTimeSeconds: 30 },
    ...{ keepaliveSeconds: 1, connectRetryMs: 5, passive: true, families: ["IPv4"] },
    ...{ gracefulRestartSeconds: 1, extendedMessages: true, bfdProfile: "fast" },
  };
  for (const [field, effect] of Object.entries(EFFECT_OF_FIELD)) {
    it(`${field}: ${effect}`, () => {
      const after = { ...before, [field]: other[field as keyof BgpPeer] };
      expect(effectOfChange(before, after)).to.equal(effect);
    });
  }

  it("reach, of which the socket is told the same: none", () => {
    const reaches = (from: BgpPeer["reach"], to: BgpPeer["reach"]) =>
      effectOfChange({ ...before, reach: from }, { ...before, reach: to });
    const [direct, far] = [{ kind: "direct" }, { kind: "multihop", ttl: 255 }] as const;
    expect([reaches(direct, far), reaches(far, direct)]).to.deep.equal(["none", "none"]);
    expect(reaches(direct, { kind: "multihop", ttl: 254 })).to.equal("reset");
    expect(reaches({ kind: "secured", hopsMax: 1 }, direct)).to.equal("reset");
    expect(reaches(far, { kind: "secured", hopsMax: 2 })).to.equal("reset");
  });

  it("nothing: nothing", () => {
    expect(effectOfChange(before, { ...before, families: [...before.families] })).to.equal(null);
  });
});
