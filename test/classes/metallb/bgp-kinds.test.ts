/** MetalLB's BGP kinds: read, judged in the API server's words, and compiled into ways. */
import { expect } from "chai";
import { compileAll, type Manifests } from "../../../src/classes/compile.ts";
import { parseBfdProfile } from "../../../src/classes/metallb/bfd-profile.ts";
import {
  parseBgpAdvertisement,
  type BGPAdvertisement,
} from "../../../src/classes/metallb/bgp-advertisement.ts";
import { peerProblems, type PeerSpec } from "../../../src/classes/metallb/bgp-peer-rules.ts";
import { parseBgpPeerV1beta1 } from "../../../src/classes/metallb/bgp-peer-v1beta1.ts";
import { parseBgpPeer } from "../../../src/classes/metallb/bgp-peer.ts";
import { parseCommunityObject } from "../../../src/classes/metallb/community.ts";
import { interfacesOf, modeOf, nodesOf } from "../../../src/classes/model.ts";
import {
  BFD_ROWS,
  BGP_ADVERTISEMENT_ROWS,
  COMMUNITY_ROWS,
  PEER_V1BETA1_ROWS,
  PEER_V1BETA2_ROWS,
} from "./bgp-cases.ts";
import { manifest } from "./cases.ts";

const KINDS = [
  ["BGPAdvertisement", parseBgpAdvertisement, BGP_ADVERTISEMENT_ROWS],
  ["BGPPeer", parseBgpPeer, PEER_V1BETA2_ROWS],
  ["BGPPeer", parseBgpPeerV1beta1, PEER_V1BETA1_ROWS],
  ["BFDProfile", parseBfdProfile, BFD_ROWS],
  ["Community", parseCommunityObject, COMMUNITY_ROWS],
] as const;

describe("metallb: BGP manifests", () => {
  for (const [kind, parse, rows] of KINDS) {
    for (const { name, spec, refused, parses = refused === undefined } of rows) {
      it(`${kind}: ${parses ? "reads" : "refuses"} ${name}`, () => {
        expect(parse(manifest(kind, "case", spec)).ok).to.equal(parses);
      });
    }
  }

  for (const { name, spec, refused, parses = refused === undefined } of PEER_V1BETA2_ROWS) {
    if (!parses) continue;
    it(`BGPPeer: ${refused === undefined ? "nothing is wrong with" : "the compiler says so of"} ${name}`, () => {
      const said = peerProblems("case", spec as PeerSpec).map(({ message }) => `${message}.`);
      expect(said.length > 0).to.equal(refused !== undefined);
      if (refused !== undefined) {
        const sentence = refused.replace(/ Write what `kubectl.*$/, "").replace(/\.$/, "");
        expect(said.join(" ")).to.contain(sentence);
      }
    });
  }
});

const pool = (name: string, addresses: string[], labels = {}) => {
  const object = manifest("IPAddressPool", name, { addresses });
  return { ...object, metadata: { ...object.metadata, labels } };
};
const advertisement = (name: string, spec: BGPAdvertisement["spec"]) =>
  manifest("BGPAdvertisement", name, spec);
const peer = (name: string, more = {}) =>
  manifest("BGPPeer", name, { myASN: 1, peerASN: 2, peerAddress: "10.0.0.1", ...more });

function compile(given: Record<string, readonly object[]>) {
  const compiled = compileAll({
    ipAddressPools: [pool("prod", ["192.0.2.0/28"])],
    ...given,
  } as unknown as Partial<Manifests>);
  return {
    ways: (name = "prod") => compiled.classes.get(`IPAddressPool/${name}`)?.ways ?? [],
    said: Object.fromEntries(
      [...compiled.problems].map(([key, found]) => [key, found.map(({ message }) => message)]),
    ),
  };
}

const DEFAULTS = { aggregation: { IPv4: 32, IPv6: 128 }, localPref: null, communities: [] };

interface Row {
  readonly name: string;
  readonly given: Record<string, readonly object[]>;
  /** What differs from an advertisement that says nothing. */
  readonly bgp: object;
  readonly said?: Record<string, string[]>;
}

const rows: readonly Row[] = [
  {
    name: "says nothing: every address by itself, to all peers",
    given: { bgpAdvertisements: [advertisement("a", {})], bgpPeers: [peer("y"), peer("x")] },
    bgp: { peers: ["BGPPeer/x", "BGPPeer/y"] },
  },
  {
    name: "names a peer",
    given: {
      bgpAdvertisements: [advertisement("a", { peers: ["y"] })],
      bgpPeers: [peer("x"), peer("y")],
    },
    bgp: { peers: ["BGPPeer/y"] },
  },
  {
    name: "names a peer that is not there: not all, but none",
    given: { bgpAdvertisements: [advertisement("a", { peers: ["z"] })], bgpPeers: [peer("x")] },
    bgp: { peers: [] },
    said: {
      "BGPAdvertisement/a": ['The advertisement "a" names the peer "z", which does not exist'],
    },
  },
  {
    name: "a peer that cannot be is left out, the others are told",
    given: {
      bgpAdvertisements: [advertisement("a", {})],
      bgpPeers: [peer("x", { holdTime: "1s" }), peer("y")],
    },
    bgp: { peers: ["BGPPeer/y"] },
    said: {
      "BGPPeer/x": ['The peer "x": The hold time "1s" is neither 0s nor between 3s and 65535s'],
    },
  },
  {
    name: "a peer without its BFD profile is told all the same",
    given: {
      bgpAdvertisements: [advertisement("a", {})],
      bgpPeers: [peer("x", { bfdProfile: "fast" }), peer("y", { bfdProfile: "slow" })],
      bfdProfiles: [manifest("BFDProfile", "slow", {})],
    },
    bgp: { peers: ["BGPPeer/x", "BGPPeer/y"] },
    said: { "BGPPeer/x": ['The peer "x" names the BFDProfile "fast", which does not exist'] },
  },
  {
    name: "a localPref of 0 is none",
    given: { bgpAdvertisements: [advertisement("a", { localPref: 0 })] },
    bgp: { peers: [] },
  },
  {
    name: "values, names and well-known communities",
    given: {
      bgpAdvertisements: [
        advertisement("a", {
          localPref: 200,
          communities: ["1:2", "large:1:2:3", "vpn", "no-export"],
        }),
      ],
      communities: [
        manifest("Community", "c", { communities: [{ name: "vpn", value: "64600:7" }] }),
      ],
    },
    bgp: {
      localPref: 200,
      communities: [
        { kind: "standard", parts: [1, 2] },
        { kind: "large", parts: [1, 2, 3] },
        { kind: "standard", parts: [64_600, 7] },
        { kind: "standard", parts: [65_535, 65_281] },
      ],
      peers: [],
    },
  },
  {
    name: "a name that two define is the older object's",
    given: {
      bgpAdvertisements: [advertisement("a", { communities: ["vpn"] })],
      communities: [
        manifest("Community", "a-young", { communities: [{ name: "vpn", value: "1:1" }] }, 2),
        manifest("Community", "old", { communities: [{ name: "vpn", value: "2:2" }] }, 1),
      ],
    },
    bgp: { communities: [{ kind: "standard", parts: [2, 2] }], peers: [] },
    said: {
      "Community/a-young": ['The Community "a-young" defines "vpn", which is defined already'],
    },
  },
  {
    name: "names and values that nobody can read are left out",
    given: {
      bgpAdvertisements: [advertisement("a", { communities: ["vpn", "9:99999", "1:1"] })],
      communities: [manifest("Community", "c", { communities: [{ name: "vpn", value: "x:y" }] })],
    },
    bgp: { communities: [{ kind: "standard", parts: [1, 1] }], peers: [] },
    said: {
      "Community/c": ['"x:y" is no community'],
      "BGPAdvertisement/a": [
        'The advertisement "a" names the community "vpn", which nothing defines',
        'In the advertisement "a" "9:99999" is no community',
      ],
    },
  },
  {
    name: "an aggregate as wide as the pool's entry",
    given: { bgpAdvertisements: [advertisement("a", { aggregationLength: 28 })] },
    bgp: { aggregation: { IPv4: 28, IPv6: 128 }, peers: [] },
  },
  {
    name: "an aggregate that is wider: one by one",
    given: { bgpAdvertisements: [advertisement("a", { aggregationLength: 27 })] },
    bgp: { peers: [] },
    said: {
      "BGPAdvertisement/a": [
        'The advertisement "a" aggregates to /27, which is wider than "192.0.2.0/28" of the pool "prod": its addresses are announced one by one',
      ],
    },
  },
  {
    name: "an aggregate for a range: its largest network counts",
    given: {
      ipAddressPools: [pool("prod", ["192.0.2.5-192.0.2.20"])],
      bgpAdvertisements: [advertisement("a", { aggregationLength: 29 })],
    },
    bgp: { aggregation: { IPv4: 29, IPv6: 128 }, peers: [] },
  },
  {
    name: "an IPv6 aggregate that is wider",
    given: {
      ipAddressPools: [pool("prod", ["2001:db8::/64", "192.0.2.0/24"])],
      bgpAdvertisements: [advertisement("a", { aggregationLength: 24, aggregationLengthV6: 63 })],
    },
    bgp: { aggregation: { IPv4: 24, IPv6: 128 }, peers: [] },
    said: {
      "BGPAdvertisement/a": [
        'The advertisement "a" aggregates to /63, which is wider than "2001:db8::/64" of the pool "prod": its addresses are announced one by one',
      ],
    },
  },
  {
    name: "own nodes: all, for one of the peers speaks to all",
    given: {
      bgpAdvertisements: [advertisement("a", { preferOwnNode: true })],
      bgpPeers: [peer("x", { nodeSelectors: [{ matchLabels: { rack: "a" } }] }), peer("y")],
    },
    bgp: {
      peers: ["BGPPeer/x", "BGPPeer/y"],
      ownNode: { families: ["IPv4", "IPv6"], speakers: [] },
    },
  },
  {
    name: "own nodes: of those that speak to the peers that it names",
    given: {
      bgpAdvertisements: [advertisement("a", { preferOwnNode: true, peers: ["x", "z"] })],
      bgpPeers: [
        peer("x", { nodeSelectors: [{ matchLabels: { rack: "a" } }] }),
        peer("y"),
        peer("z", { nodeSelectors: [{ matchLabels: { rack: "b" } }] }),
      ],
    },
    bgp: {
      peers: ["BGPPeer/x", "BGPPeer/z"],
      ownNode: {
        families: ["IPv4", "IPv6"],
        speakers: [{ matchLabels: { rack: "a" } }, { matchLabels: { rack: "b" } }],
      },
    },
  },
  {
    name: "own nodes in an aggregate, which another definition let in: the aggregate, and own nodes in the other family",
    given: {
      bgpAdvertisements: [advertisement("a", { aggregationLength: 28, preferOwnNode: true })],
    },
    bgp: {
      ...{ aggregation: { IPv4: 28, IPv6: 128 }, peers: [] },
      ownNode: { families: ["IPv6"], speakers: [] },
    },
    said: {
      "BGPAdvertisement/a": [
        'The advertisement "a" aggregates to /28 and asks for own nodes, which one prefix cannot have for its addresses: routers prefer none',
      ],
    },
  },
  {
    name: "own nodes in an aggregate that is too wide: one by one, and none all the same",
    given: {
      bgpAdvertisements: [advertisement("a", { aggregationLength: 27, preferOwnNode: true })],
    },
    bgp: { peers: [], ownNode: { families: ["IPv6"], speakers: [] } },
    said: {
      "BGPAdvertisement/a": [
        'The advertisement "a" aggregates to /27, which is wider than "192.0.2.0/28" of the pool "prod": its addresses are announced one by one',
        'The advertisement "a" aggregates to /27 and asks for own nodes, which one prefix cannot have for its addresses: routers prefer none',
      ],
    },
  },
  {
    name: "an aggregate for some Services, which an older definition let in",
    given: {
      bgpAdvertisements: [advertisement("a", { aggregationLength: 28, serviceSelectors: [{}] })],
    },
    bgp: { peers: [] },
    said: {
      "BGPAdvertisement/a": [
        'The advertisement "a" aggregates to /28 and is for some Services only: their addresses are announced one by one',
      ],
    },
  },
];

describe("metallb: BGPAdvertisement compiled", () => {
  for (const { name, given, bgp, said = {} } of rows) {
    it(name, () => {
      const compiled = compile(given);
      const key = "BGPAdvertisement/a";
      expect(compiled.ways().map((way) => way.bgp)).to.deep.equal([{ key, ...DEFAULTS, ...bgp }]);
      expect(compiled.said).to.deep.equal(said);
    });
  }

  it("names and selects pools as L2Advertisements do, and misses one that is not there", () => {
    const compiled = compile({
      ipAddressPools: [pool("a", ["192.0.2.1"]), pool("b", ["192.0.2.2"], { zone: "b" })],
      bgpAdvertisements: [
        advertisement("x", { ipAddressPools: ["a", "gone"] }),
        advertisement("y", { ipAddressPoolSelectors: [{ matchLabels: { zone: "b" } }] }),
      ],
    });
    expect(compiled.ways("a").map((way) => way.advertisement)).to.deep.equal(["x"]);
    expect(compiled.ways("b").map((way) => way.advertisement)).to.deep.equal(["y"]);
    expect(compiled.said).to.deep.equal({
      "BGPAdvertisement/x": ['The advertisement "x" names the pool "gone", which does not exist'],
    });
  });

  it("beside an L2Advertisement takes no part in who answers on the segment", () => {
    const nodes = ["l2", "bgp"].map((name) => ({ name, labels: { [name]: "" } }));
    const selects = (label: string) => [{ matchLabels: { [label]: "" } }];
    const l2 = { nodeSelectors: selects("l2"), interfaces: ["eth1"] };
    const bgpAdvertisements = [advertisement("a", { nodeSelectors: selects("bgp") })];
    const both = compile({
      bgpAdvertisements,
      l2Advertisements: [manifest("L2Advertisement", "a", l2)],
    }).ways();
    expect(modeOf(both)).to.equal("Both");
    expect(nodesOf(both, nodes).map(({ name }) => name)).to.deep.equal(["l2"]);
    expect(interfacesOf(both)).to.deep.equal(["eth1"]);
    const alone = compile({ bgpAdvertisements }).ways();
    expect(modeOf(alone)).to.equal("BGP");
    expect(nodesOf(alone, nodes).map(({ name }) => name)).to.deep.equal(["bgp"]);
  });
});
