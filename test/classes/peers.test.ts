/** Peers of both families in terms of the model: every field, every default, and what cannot be used. */
import { expect } from "chai";
import type { MetalLoadBalancerBGPPeer } from "../../src/classes/deckhouse/bgp-peer.ts";
import type { MetalLoadBalancerConfiguration } from "../../src/classes/deckhouse/configuration.ts";
import type { BFDProfile } from "../../src/classes/metallb/bfd-profile.ts";
import type { BGPPeer } from "../../src/classes/metallb/bgp-peer.ts";
import { compilePeerModels, type PeerModel } from "../../src/classes/peers.ts";
import { manifest } from "./metallb/cases.ts";

const PLAIN = { myASN: 64600, peerASN: 64501, peerAddress: "10.0.0.254" };

function bgpPeer(spec: object, profiles: Readonly<Record<string, object>> = {}): PeerModel | null {
  const bfdProfiles = Object.entries(profiles).map(
    ([name, of]) => manifest("BFDProfile", name, of) as BFDProfile,
  );
  const bgpPeers = [manifest("BGPPeer", "a", { ...PLAIN, ...spec }) as BGPPeer];
  const models = compilePeerModels({ bgpPeers, bfdProfiles, metalPeers: [], configurations: [] });
  return models.get("BGPPeer/a") ?? null;
}

function metalPeer(spec: object, selectors: readonly (object | undefined)[] = [{}]) {
  const metalPeers = [
    manifest("MetalLoadBalancerBGPPeer", "a", { ...PLAIN, ...spec }) as MetalLoadBalancerBGPPeer,
  ];
  const configurations = selectors.map(
    (nodeSelector, index) =>
      manifest("MetalLoadBalancerConfiguration", `c${index}`, {
        ...{ mode: "BGP", bgp: { peerNames: ["a"] } },
        ...(nodeSelector === undefined ? {} : { nodeSelector }),
      }) as MetalLoadBalancerConfiguration,
  );
  const models = compilePeerModels({ bgpPeers: [], bfdProfiles: [], metalPeers, configurations });
  return models.get("MetalLoadBalancerBGPPeer/a") ?? null;
}

describe("peers", () => {
  it("what is not said has MetalLB's defaults", () => {
    expect(bgpPeer({})).to.deep.equal({
      ...{ key: "BGPPeer/a", name: "a", nodes: [], address: "10.0.0.254", interface: null },
      ...{ port: 179, ourAsn: 64600, theirAsn: 64501, routerId: null, sourceAddress: null },
      ...{ sourceAddressOf: new Map(), vrf: null, isMultihop: false, password: null },
      ...{ holdTimeSeconds: 90, keepaliveSeconds: null, connectTimeSeconds: 30 },
      ...{ isGracefulRestart: false, families: ["IPv4"], bfd: null },
      ...{ securedHops: null, takesExtendedMessages: false },
    });
  });

  const FIELDS: readonly (readonly [name: string, spec: object, expected: Partial<PeerModel>])[] = [
    [
      "an IPv6 router",
      { peerAddress: "2001:DB8::1" },
      { address: "2001:db8::1", families: ["IPv6"] } as never,
    ],
    ["both families", { dualStackAddressFamily: true }, { families: ["IPv4", "IPv6"] }],
    ["another port", { peerPort: 1179 }, { port: 1179 }],
    ["GTSM", { ttlSecurityHops: 1 }, { securedHops: 1 }],
    ["long messages", { extendedMessages: true }, { takesExtendedMessages: true }],
    ["localASN before myASN", { localASN: 64999 }, { ourAsn: 64999 }],
    ["any other AS", { peerASN: 0, dynamicASN: "external" }, { theirAsn: "external" }],
    ["our own AS", { peerASN: undefined, dynamicASN: "internal" }, { theirAsn: "internal" }],
    ["a router id", { routerID: "192.0.2.1" }, { routerId: "192.0.2.1" as never }],
    ["a source address", { sourceAddress: "10.0.0.1" }, { sourceAddress: "10.0.0.1" as never }],
    [
      "times",
      { holdTime: "9s", keepaliveTime: "2500ms", connectTime: "5s" },
      { holdTimeSeconds: 9, keepaliveSeconds: 2, connectTimeSeconds: 5 },
    ],
    [
      "a keepalive of 0s is a third of the hold time",
      { keepaliveTime: "0s" },
      { keepaliveSeconds: null },
    ],
    [
      "a keepalive alone: a hold time of three of it",
      { keepaliveTime: "10s" },
      { holdTimeSeconds: 30, keepaliveSeconds: 10 },
    ],
    [
      "a keepalive alone in parts of a second: three of the whole",
      { keepaliveTime: "2500ms" },
      { holdTimeSeconds: 7, keepaliveSeconds: 2 },
    ],
    [
      "a keepalive alone that is too short for a hold time of 3 s",
      { keepaliveTime: "500ms" },
      { holdTimeSeconds: 3, keepaliveSeconds: null },
    ],
    [
      "a keepalive alone that is too long for any hold time",
      { keepaliveTime: "8h" },
      { holdTimeSeconds: 65_535, keepaliveSeconds: 28_800 },
    ],
    [
      "a keepalive beside a hold time of never",
      { holdTime: "0s", keepaliveTime: "0s" },
      { holdTimeSeconds: 0, keepaliveSeconds: null },
    ],
    ["several hops", { ebgpMultiHop: true }, { isMultihop: true }],
    ["a VRF", { vrf: "red" }, { vrf: "red" }],
    ["graceful restart", { enableGracefulRestart: true }, { isGracefulRestart: true }],
    ["a password", { password: "x" }, { password: { kind: "text", text: "x" } }],
    [
      "a Secret",
      { passwordSecret: { name: "s" } },
      { password: { kind: "secret", namespace: null, name: "s", label: null } },
    ],
    ["a profile that is not there: the defaults", { bfdProfile: "gone" }, { bfd: {} }],
    [
      "selectors of nodes",
      { nodeSelectors: [{ matchLabels: { a: "b" } }] },
      { nodes: [{ matchLabels: { a: "b" } }] },
    ],
  ];
  for (const [name, spec, expected] of FIELDS) {
    it(`BGPPeer: ${name}`, () => {
      expect(bgpPeer(spec)).to.deep.include(expected);
    });
  }

  it("BGPPeer: an interface instead of an address, and then both families", () => {
    const model = bgpPeer({ peerAddress: "", interface: "eth1" });
    expect(model).to.deep.include({ address: null, interface: "eth1", families: ["IPv4", "IPv6"] });
  });

  it("BGPPeer: a profile's intervals", () => {
    const fast = { receiveInterval: 100, detectMultiplier: 5, passiveMode: true, minimumTtl: 200 };
    expect(bgpPeer({ bfdProfile: "fast" }, { fast })?.bfd).to.deep.equal(fast);
  });

  it("BGPPeer: one that cannot be used is none", () => {
    expect(bgpPeer({ holdTime: "1s" })).to.equal(null);
    expect(bgpPeer({ peerAddress: "tor-a" })).to.equal(null);
  });

  it("Deckhouse: for the nodes of the configurations that name it, and for none without one", () => {
    expect(metalPeer({}, [{ rack: "a" }, undefined])?.nodes).to.deep.equal([
      { matchLabels: { rack: "a" } },
      { matchLabels: {} },
    ]);
    expect(metalPeer({}, [])).to.equal(null);
  });

  it("Deckhouse: source addresses by node, a Secret with its label, BFD in the manifest", () => {
    const model = metalPeer({
      sourceAddresses: [{ nodeName: "n1", address: "10.255.0.1" }],
      passwordSecretRef: { name: "s", namespace: "netops" },
      bfd: { receiveInterval: 50, minimumTTL: 250, echoInterval: 0 },
      holdTime: "9s",
    });
    expect(model?.sourceAddressOf).to.deep.equal(new Map([["n1", "10.255.0.1"]]));
    expect(model?.password).to.deep.equal({
      ...{ kind: "secret", namespace: "netops", name: "s" },
      label: "network.deckhouse.io/metallb-bgp-password",
    });
    expect(model?.bfd).to.deep.equal({ receiveInterval: 50, minimumTtl: 250 });
    expect(model?.holdTimeSeconds).to.equal(9);
  });
});
