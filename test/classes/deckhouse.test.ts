/** Deckhouse's BGP manifests: read, and compiled into the one model. */
import { expect } from "chai";
import { compileAll, type Manifests } from "../../src/classes/compile.ts";
import { parseMetalPeer } from "../../src/classes/deckhouse/bgp-peer.ts";
import { parseConfiguration } from "../../src/classes/deckhouse/configuration.ts";
import { parseMetalPool } from "../../src/classes/deckhouse/pool.ts";
import { formatRange } from "../../src/classes/ranges.ts";
import { CONFIGURATION_ROWS, METAL_PEER_ROWS, METAL_POOL_ROWS } from "./deckhouse-cases.ts";
import { manifest } from "./metallb/cases.ts";

const KINDS = [
  ["MetalLoadBalancerPool", parseMetalPool, METAL_POOL_ROWS],
  ["MetalLoadBalancerBGPPeer", parseMetalPeer, METAL_PEER_ROWS],
  ["MetalLoadBalancerConfiguration", parseConfiguration, CONFIGURATION_ROWS],
] as const;

describe("deckhouse: BGP manifests", () => {
  for (const [kind, parse, rows] of KINDS) {
    for (const { name, spec, refused, parses = refused === undefined } of rows) {
      it(`${kind}: ${parses ? "reads" : "refuses"} ${name}`, () => {
        expect(parse(manifest(kind, "case", spec)).ok).to.equal(parses);
      });
    }
  }
});

const pool = (name: string, spec: object, age = 1) =>
  manifest("MetalLoadBalancerPool", name, spec, age);
const peer = (name: string, more = {}) =>
  manifest("MetalLoadBalancerBGPPeer", name, {
    ...{ myASN: 1, peerASN: 2, peerAddress: "10.0.0.1" },
    ...more,
  });
const configuration = (name: string, spec: object) =>
  manifest("MetalLoadBalancerConfiguration", name, { mode: "BGP", ...spec });

function compile(given: Record<string, readonly object[]>) {
  const { classes, problems } = compileAll({
    metalPools: [pool("a", { addresses: ["192.0.2.0/28", "2001:db8::/64"] })],
    ...given,
  } as unknown as Partial<Manifests>);
  return {
    models: classes,
    ways: (name = "a") => classes.get(`MetalLoadBalancerPool/${name}`)?.ways ?? [],
    said: Object.fromEntries(
      [...problems].map(([key, found]) => [key, found.map(({ message }) => message)]),
    ),
  };
}

describe("deckhouse: compiled", () => {
  it("a pool is a class that nobody names; autoAssign: false is obeyed, which Deckhouse forgets", () => {
    const { models, said } = compile({
      metalPools: [
        pool("a", { addresses: ["192.0.2.0/31"], autoAssign: false, avoidBuggyIPs: true }),
      ],
    });
    const model = models.get("MetalLoadBalancerPool/a");
    expect([model?.key, model?.name, model?.pool]).to.deep.equal([
      "MetalLoadBalancerPool/a",
      "a",
      "a",
    ]);
    expect(model?.ranges.map(formatRange)).to.deep.equal(["192.0.2.1"]);
    expect([model?.offer?.autoAssign, model?.offer?.isPinned]).to.deep.equal([false, false]);
    expect(said).to.deep.equal({});
  });

  it("is given unasked where it does not say otherwise", () => {
    const { models } = compile({});
    expect(models.get("MetalLoadBalancerPool/a")?.offer?.autoAssign).to.equal(true);
  });

  it("shares a name with an IPAddressPool and a class, and gives way to the older", () => {
    const { models, said } = compile({
      metalPools: [pool("a", { addresses: ["192.0.2.0/31"] }, 2)],
      ipAddressPools: [manifest("IPAddressPool", "a", { addresses: ["192.0.2.1"] }, 1)],
    });
    expect([...models.keys()]).to.deep.equal(["IPAddressPool/a", "MetalLoadBalancerPool/a"]);
    expect(said).to.deep.equal({
      "MetalLoadBalancerPool/a": [
        'Pool "a" shares 192.0.2.1 with the older pool "a", which keeps them',
      ],
    });
  });

  it("every advertisement of a configuration is a way of the pools that it names", () => {
    const { ways, said } = compile({
      metalPools: [
        pool("a", { addresses: ["192.0.2.0/28"] }),
        pool("b", { addresses: ["192.0.2.16/28"] }),
      ],
      metalPeers: [peer("tor-a"), peer("tor-b")],
      configurations: [
        configuration("edge", {
          nodeSelector: { lb: "" },
          bgp: { peerNames: ["tor-b"] },
          advertisements: [
            {
              poolNames: ["a", "b"],
              bgp: { communities: ["64600:100", "none"], localPref: 200, aggregationLength: 28 },
            },
            { poolNames: ["b"] },
          ],
        }),
      ],
    });
    const way = {
      ...{ advertisement: "edge", mode: "BGP", nodes: [{ matchLabels: { lb: "" } }] },
      ...{ services: [], interfaces: [], preferences: [] },
      bgp: {
        key: "MetalLoadBalancerConfiguration/edge/0",
        aggregation: { IPv4: 28, IPv6: 128 },
        localPref: 200,
        communities: [{ kind: "standard", parts: [64_600, 100] }],
        peers: ["MetalLoadBalancerBGPPeer/tor-b"],
      },
    };
    const plain = {
      key: "MetalLoadBalancerConfiguration/edge/1",
      ...{ aggregation: { IPv4: 32, IPv6: 128 }, localPref: null, communities: [] },
    };
    expect(ways("a")).to.deep.equal([way]);
    expect(ways("b")).to.deep.equal([way, { ...way, bgp: { ...way.bgp, ...plain } }]);
    expect(said).to.deep.equal({});
  });

  it("own nodes: what one entry of the advertisements asks for", () => {
    const { ways, said } = compile({
      metalPools: [pool("a", { addresses: ["192.0.2.0/28"] })],
      metalPeers: [peer("tor")],
      configurations: [
        configuration("edge", {
          bgp: { peerNames: ["tor"] },
          advertisements: [
            { poolNames: ["a"] },
            { poolNames: ["a"], bgp: { preferOwnNode: true } },
            { poolNames: ["a"], bgp: { preferOwnNode: true, aggregationLength: 28 } },
          ],
        }),
      ],
    });
    expect(ways("a").map(({ bgp }) => bgp?.ownNode)).to.deep.equal([
      undefined,
      { families: ["IPv4", "IPv6"], speakers: [] },
      { families: ["IPv6"], speakers: [] },
    ]);
    expect(said).to.deep.equal({
      "MetalLoadBalancerConfiguration/edge": [
        'The configuration "edge" aggregates to /28 and asks for own nodes, which one prefix cannot have for its addresses: routers prefer none',
      ],
    });
  });

  it("without peer names nobody is told", () => {
    const { ways } = compile({
      metalPeers: [peer("tor")],
      configurations: [configuration("edge", { advertisements: [{ poolNames: ["a"] }] })],
    });
    expect(ways().map(({ bgp }) => bgp?.peers)).to.deep.equal([[]]);
  });

  const lengths = [
    [0, 32, 128],
    [28, 28, 128],
    [32, 32, 128],
    [64, 32, 64],
    [128, 32, 128],
  ] as const;
  for (const [length, IPv4, IPv6] of lengths) {
    it(`an aggregationLength of ${length} is /${IPv4} and /${IPv6}`, () => {
      const advertisements = [{ poolNames: ["a"], bgp: { aggregationLength: length } }];
      const configurations = [configuration("edge", { advertisements })];
      const { ways, said } = compile({ configurations });
      expect(ways().map(({ bgp }) => bgp?.aggregation)).to.deep.equal([{ IPv4, IPv6 }]);
      expect(said).to.deep.equal({});
    });
  }

  it("names that dangle are problems of the object that says them", () => {
    const { ways, said } = compile({
      metalPeers: [peer("bad", { routerID: "::1" }), peer("good")],
      configurations: [
        configuration("edge", {
          bgp: { peerNames: ["gone", "bad", "good"] },
          advertisements: [
            { poolNames: ["a", "lost"], bgp: { communities: ["vpn"] } },
            { poolNames: ["lost"], bgp: { aggregationLength: 20 } },
          ],
        }),
      ],
    });
    expect(ways().map(({ bgp }) => bgp?.peers)).to.deep.equal([["MetalLoadBalancerBGPPeer/good"]]);
    expect(said).to.deep.equal({
      "MetalLoadBalancerBGPPeer/bad": ['The peer "bad": The router ID "::1" is no IPv4 address'],
      "MetalLoadBalancerConfiguration/edge": [
        'The configuration "edge" names the peer "gone", which does not exist',
        'The configuration "edge" names the community "vpn", which nothing defines',
        'The configuration "edge" names the pool "lost", which does not exist',
      ],
    });
  });
});
