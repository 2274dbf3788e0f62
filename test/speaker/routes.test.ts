/** What a node announces to which router: sentences about one world, and the same world reached by any way. */
import { expect } from "chai";
import fc from "fast-check";
import type { Ip } from "../../src/base/ip.ts";
import type { Announcement } from "../../src/bgp/announcement.ts";
import { OutRib } from "../../src/bgp/out-rib.ts";
import type { Prefix } from "../../src/bgp/prefix.ts";
import { classFinder } from "../../src/classes/class-at.ts";
import { compileAll, type Manifests } from "../../src/classes/compile.ts";
import { compilePeerModels } from "../../src/classes/peers.ts";
import { Backends } from "../../src/speaker/backends.ts";
import { RANK_NODES_MAX } from "../../src/multi-ip/resource.ts";
import {
  PLACE_UNRANKED,
  Routes,
  type RoutedAddress,
  type RoutingNode,
} from "../../src/speaker/routes.ts";
import { routeContext } from "../bgp/peer-table.ts";
import { manifest } from "../classes/metallb/cases.ts";
import { slice } from "../kube/slices.ts";

const HERE: RoutingNode = {
  labels: { rack: "a" },
  bar: null,
};

const peer = (name: string, more: object = {}) =>
  manifest("BGPPeer", name, { myASN: 64600, peerASN: 64501, peerAddress: "10.0.0.254", ...more });
const advertisement = (name: string, spec: object = {}) => manifest("BGPAdvertisement", name, spec);
const pool = (addresses: readonly string[]) => manifest("IPAddressPool", "p", { addresses });

/** Two routers, one pool of both families. */
function manifests(...advertisements: readonly object[]): Partial<Manifests> {
  return {
    ipAddressPools: [pool(["192.0.2.0/24", "2001:db8::/64"])],
    bgpPeers: [peer("tor-a"), peer("tor-b", { peerAddress: "10.0.0.253" })],
    bgpAdvertisements: advertisements,
  } as unknown as Partial<Manifests>;
}

function address(ip: string, more: Partial<RoutedAddress> = {}): RoutedAddress {
  const services = more.services ?? ["default/web"];
  const advertisements = more.advertisements ?? ["BGPAdvertisement/all"];
  const { isLocal = false, rank = [] } = more;
  return { ip: ip as Ip, isLocal, services, advertisements, rank };
}

function configure(routes: Routes, world: Partial<Manifests>): void {
  const models = compilePeerModels({
    ...{ bgpPeers: [], bfdProfiles: [], metalPeers: [], configurations: [] },
    ...world,
  });
  routes.configure(classFinder(compileAll(world).classes), new Set(models.keys()));
}

interface Setting {
  readonly world?: Partial<Manifests>;
  readonly node?: Partial<RoutingNode>;
  readonly backends?: readonly string[];
  readonly addresses?: readonly RoutedAddress[];
}

class World {
  readonly backends = new Backends("n1");
  readonly routes = new Routes(this.backends);
  readonly #told = new Map<string, Map<string, Announcement>>();

  constructor({ world, node = {}, backends = ["n1"], addresses = [] }: Setting = {}) {
    this.backends.put(slice("web", backends));
    configure(this.routes, world ?? manifests(advertisement("all")));
    this.routes.setNode({ ...HERE, ...node });
    for (const one of addresses) this.routes.put(one);
    this.take();
  }

  /** What is new, which is noted as a router would. */
  take() {
    const taken = this.routes.take();
    for (const [key, change] of taken) {
      const known = this.announced(key);
      for (const prefix of change.withdraw) known.delete(prefix);
      for (const announcement of change.announce) known.set(announcement.prefix, announcement);
      this.#told.set(key, known);
    }
    return taken;
  }

  announced(key: string): Map<string, Announcement> {
    return this.#told.get(key) ?? new Map<string, Announcement>();
  }

  prefixes(key = "BGPPeer/tor-a"): readonly string[] {
    return [...this.announced(key).keys()].sort();
  }

  change() {
    const [change] = this.take().values();
    const { announce = [], withdraw = [] } = change ?? {};
    return { announce: announce.map(({ prefix }) => prefix), withdraw };
  }
}

const ONE = address("192.0.2.1");

describe("routes", () => {
  it("an address is announced to every router, by itself", () => {
    const world = new World({ addresses: [ONE] });
    expect(world.prefixes("BGPPeer/tor-a")).to.deep.equal(["192.0.2.1/32"]);
    expect(world.prefixes("BGPPeer/tor-b")).to.deep.equal(["192.0.2.1/32"]);
  });

  it("peers of an advertisement: to these alone", () => {
    const world = new World({
      world: manifests(advertisement("all", { peers: ["tor-b"] })),
      addresses: [ONE],
    });
    expect(world.prefixes("BGPPeer/tor-a")).to.deep.equal([]);
    expect(world.prefixes("BGPPeer/tor-b")).to.deep.equal(["192.0.2.1/32"]);
  });

  it("the fate of an address: held, or who is told by which advertisement", () => {
    const world = new World({
      world: manifests(advertisement("all"), advertisement("more", { peers: ["tor-b"] })),
      addresses: [{ ...ONE, advertisements: ["BGPAdvertisement/all", "BGPAdvertisement/more"] }],
    });
    const told = () =>
      world.routes
        .fateOf(ONE.ip)
        ?.told.map(({ peer: to, prefix, way }) => `${prefix} ${to} ${way.key}`);
    expect(told()?.sort()).to.deep.equal([
      "192.0.2.1/32 BGPPeer/tor-a BGPAdvertisement/all",
      "192.0.2.1/32 BGPPeer/tor-b BGPAdvertisement/all",
      "192.0.2.1/32 BGPPeer/tor-b BGPAdvertisement/more",
    ]);
    world.routes.setNode({ ...HERE, bar: "gated" });
    expect(world.routes.fateOf(ONE.ip)).to.deep.include({ held: "gated", told: [] });
    world.routes.delete(ONE.ip);
    expect(world.routes.fateOf(ONE.ip)).to.equal(undefined);
  });

  it("which addresses were judged: those that the news is about, once", () => {
    const world = new World({
      addresses: [ONE, address("192.0.2.2", { services: ["default/x"] })],
    });
    expect(world.routes.takeJudged()).to.have.length(2);
    expect(world.routes.takeJudged()).to.deep.equal([]);
    world.routes.served("default/web");
    expect(world.routes.takeJudged()).to.deep.equal([ONE.ip]);
    world.routes.delete(ONE.ip);
    expect(world.routes.takeJudged()).to.deep.equal([ONE.ip]);
    world.routes.setNode({ ...HERE, bar: "gated" });
    expect(world.routes.takeJudged()).to.deep.equal(["192.0.2.2"]);
  });

  const HELD: readonly (readonly [string, string, Setting, RoutedAddress?])[] = [
    ["no endpoint anywhere", "no-endpoint", { backends: [] }],
    [
      "local, an endpoint elsewhere",
      "no-endpoint-here",
      { backends: ["n2"] },
      { ...ONE, isLocal: true },
    ],
    ["the node is excluded", "excluded", { node: { bar: "excluded" } }],
    ["kube-proxy does not say that it works", "gated", { node: { bar: "gated" } }],
    [
      "the advertisement is for other nodes",
      "not-selected",
      {
        world: manifests(advertisement("all", { nodeSelectors: [{ matchLabels: { rack: "b" } }] })),
      },
    ],
    ["its advertisement is none", "not-selected", {}, { ...ONE, advertisements: [] }],
    [
      "its router is none",
      "no-peer",
      { world: manifests(advertisement("all", { peers: ["tor-z"] })) },
    ],
  ];
  for (const [name, why, setting, one = ONE] of HELD) {
    it(`held back: ${name}`, () => {
      const world = new World({ ...setting, addresses: [one] });
      expect(world.prefixes()).to.deep.equal([]);
      expect(world.routes.fateOf(one.ip)?.held).to.equal(why);
    });
  }

  it("local with an endpoint on this node, or not local with one elsewhere", () => {
    for (const setting of [
      { addresses: [{ ...ONE, isLocal: true }] },
      { backends: ["n2"], addresses: [ONE] },
    ]) {
      expect(new World(setting).routes.fateOf(ONE.ip)?.held).to.equal(null);
    }
  });

  it("the last endpoint goes: withdrawn, from both routers; it is back: announced", () => {
    const world = new World({
      addresses: [ONE, address("192.0.2.2", { services: ["default/b"] })],
    });
    expect(world.backends.put(slice("web", []))).to.equal("default/web");
    world.routes.served("default/web");
    expect(world.change()).to.deep.equal({ announce: [], withdraw: ["192.0.2.1/32"] });
    world.backends.put(slice("web", ["n3"]));
    world.routes.served("default/web");
    expect(world.change()).to.deep.equal({ announce: ["192.0.2.1/32"], withdraw: [] });
  });

  it("an aggregate stays as long as one of its addresses is to be announced", () => {
    const world = new World({
      world: manifests(advertisement("all", { aggregationLength: 28 })),
      addresses: [ONE, address("192.0.2.2"), address("192.0.2.17")],
    });
    expect(world.prefixes()).to.deep.equal(["192.0.2.0/28", "192.0.2.16/28"]);
    world.routes.delete("192.0.2.1" as Ip);
    expect(world.change()).to.deep.equal({ announce: [], withdraw: [] });
    world.routes.delete("192.0.2.2" as Ip);
    expect(world.change()).to.deep.equal({ announce: [], withdraw: ["192.0.2.0/28"] });
  });

  it("several advertisements of one prefix: communities united, the first says the preference", () => {
    const two = ["BGPAdvertisement/a", "BGPAdvertisement/b"];
    const world = new World({
      world: manifests(
        advertisement("a", { communities: ["65000:2", "large:65000:1:2"], localPref: 200 }),
        advertisement("b", { communities: ["65000:1", "65000:2"], localPref: 300 }),
      ),
      addresses: [address("192.0.2.1", { advertisements: two })],
    });
    const [announcement] = world.announced("BGPPeer/tor-a").values();
    expect(announcement).to.deep.include({
      localPreference: 200,
      communities: [
        [65000, 1],
        [65000, 2],
      ],
      largeCommunities: [[65000, 1, 2]],
    });
  });

  it("as many communities as a message has room for beside the rest: 300 large ones, or 900", () => {
    const names = Array.from({ length: 16 }, (_, i) => `a${i}`);
    const manyOf = (textOf: (number: number) => string) => {
      const advertisements = names.map((name, i) =>
        advertisement(name, {
          communities: Array.from({ length: 60 }, (_, j) => textOf(60 * i + j)),
        }),
      );
      const world = new World({
        world: manifests(...advertisements),
        addresses: [
          address("192.0.2.1", { advertisements: names.map((name) => `BGPAdvertisement/${name}`) }),
        ],
      });
      const [announcement] = world.announced("BGPPeer/tor-a").values();
      if (announcement === undefined) throw new Error("nothing is announced");
      return announcement;
    };
    const { largeCommunities } = manyOf((n) => `large:4200000000:1:${n}`);
    expect(largeCommunities.map(([, , n]) => n)).to.deep.equal(Array.from(Array(300).keys()));
    const whole = manyOf((n) => `65000:${n}`);
    expect(whole.communities).to.have.length(900);
    // And so it fits, for the longest of all that is said beside it.
    for (const isExternal of [true, false]) {
      const context = routeContext({ wire: { asnBytes: isExternal ? 2 : 4, isExternal } });
      const rib = new OutRib();
      const prefixes = ["192.0.2.1/32", "2001:db8::1/128"] as Prefix[];
      rib.open({ ...context, ourAsn: 4_200_000_000, isDraining: true });
      const announce = prefixes.map((prefix) => ({ ...whole, prefix, multiExit: 7 }));
      rib.change({ announce, withdraw: [] });
      const messages = rib.next(65_536);
      expect(messages.map(({ length }) => length <= 4096)).to.deep.equal([true, true]);
    }
  });

  const own = (name: string, spec: object = {}) =>
    advertisement(name, { preferOwnNode: true, ...spec });
  const RACK_B = { nodeSelectors: [{ matchLabels: { rack: "b" } }] };
  const TWO = ["BGPAdvertisement/a", "BGPAdvertisement/b"];

  interface PlaceRow {
    readonly name: string;
    readonly advertisements: readonly object[];
    readonly rank?: readonly string[];
    readonly ip?: string;
    /** To tor-a, by prefix. */
    readonly want: Readonly<Record<string, number | null>>;
    readonly toB?: Readonly<Record<string, number | null>>;
  }
  const IP = "192.0.2.1/32" as Prefix;
  const PLACES: readonly PlaceRow[] = [
    {
      name: "nobody asks: none, whatever the rank",
      advertisements: [advertisement("a")],
      want: { [IP]: null },
    },
    { name: "this node is first", advertisements: [own("a")], want: { [IP]: 0 } },
    {
      name: "it is third",
      advertisements: [own("a")],
      rank: ["n3", "n2", "n1"],
      want: { [IP]: 2 },
    },
    {
      name: "it is not ranked",
      advertisements: [own("a")],
      rank: ["n2"],
      want: { [IP]: PLACE_UNRANKED },
    },
    {
      name: "nobody is ranked yet: all alike",
      advertisements: [own("a")],
      rank: [],
      want: { [IP]: PLACE_UNRANKED },
    },
    {
      name: "IPv6",
      advertisements: [own("a")],
      ip: "2001:db8::1",
      rank: ["n2", "n1"],
      want: { "2001:db8::1/128": 1 },
    },
    {
      name: "for one router, none for the other",
      advertisements: [advertisement("a"), own("b", { peers: ["tor-b"] })],
      want: { [IP]: null },
      toB: { [IP]: 0 },
    },
    {
      name: "one advertisement of two asks: for what the other announces, too",
      advertisements: [advertisement("a"), own("b")],
      rank: ["n2", "n1"],
      want: { [IP]: 1 },
    },
    {
      name: "one that asks is for other nodes: behind these",
      advertisements: [advertisement("a"), own("b", RACK_B)],
      rank: ["n2"],
      want: { [IP]: PLACE_UNRANKED },
    },
    {
      name: "an aggregate, beside each by itself",
      advertisements: [advertisement("a", { aggregationLength: 24 }), own("b")],
      want: { "192.0.2.0/24": null, [IP]: 0 },
    },
    {
      name: "an aggregate that another definition let in: none",
      advertisements: [own("a", { aggregationLength: 24 })],
      want: { "192.0.2.0/24": null },
    },
  ];
  for (const { name, advertisements, rank = ["n1", "n2"], ip = "192.0.2.1", want, toB } of PLACES) {
    it(`MED: ${name}`, () => {
      const world = new World({
        world: manifests(...advertisements),
        addresses: [address(ip, { advertisements: TWO, rank })],
      });
      const { metadata, ...six } = slice("web", ["n1"]);
      world.backends.put({
        ...six,
        metadata: { ...metadata, name: "web-6" },
        addressType: "IPv6",
      });
      world.routes.served("default/web");
      world.take();
      const told = (key: string) =>
        Object.fromEntries([...world.announced(key)].map(([to, { multiExit }]) => [to, multiExit]));
      expect(told("BGPPeer/tor-a")).to.deep.equal(want);
      if (toB !== undefined) expect(told("BGPPeer/tor-b")).to.deep.equal(toB);
    });
  }

  it("nodes that are not ranked come behind all that can be", () => {
    expect(PLACE_UNRANKED).to.be.at.least(RANK_NODES_MAX);
  });

  it("another rank: what it changes is told, to each router once, and nothing else", () => {
    const advertisements = ["BGPAdvertisement/a"];
    const ranked = (ip: string, ...rank: string[]) => address(ip, { advertisements, rank });
    const world = new World({
      world: manifests(own("a")),
      addresses: [ranked("192.0.2.1", "n1", "n2"), ranked("192.0.2.2", "n2", "n1")],
    });
    world.routes.put(ranked("192.0.2.1", "n1", "n3"));
    expect(world.take().size).to.equal(0);
    world.routes.put(ranked("192.0.2.1", "n2", "n1"));
    expect(world.change()).to.deep.equal({ announce: ["192.0.2.1/32"], withdraw: [] });
    expect(world.announced("BGPPeer/tor-a").get(IP)?.multiExit).to.equal(1);
  });

  it("history does not matter: what is announced is what one look at the last world says", () => {
    const worlds = [
      manifests(advertisement("all")),
      manifests(advertisement("all", { aggregationLength: 30, communities: ["65000:1"] })),
      manifests(advertisement("all"), own("some", { peers: ["tor-a"], ...RACK_B })),
      manifests(
        advertisement("all", { peers: ["tor-a"] }),
        advertisement("some", {
          aggregationLength: 31,
          nodeSelectors: [{ matchLabels: { rack: "b" } }],
        }),
      ),
      manifests(),
    ];
    const ips = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.9", "2001:db8::1"];
    const step = fc.oneof(
      fc.record({
        kind: fc.constant("put" as const),
        ip: fc.constantFrom(...ips),
        services: fc.subarray(["default/web", "default/db"], { minLength: 1 }),
        advertisements: fc.subarray(["BGPAdvertisement/all", "BGPAdvertisement/some"]),
        isLocal: fc.boolean(),
        rank: fc.constantFrom(["n1", "n2"], ["n2", "n1"], ["n2"]),
      }),
      fc.record({ kind: fc.constant("delete" as const), ip: fc.constantFrom(...ips) }),
      fc.record({ kind: fc.constant("world" as const), index: fc.nat(worlds.length - 1) }),
      fc.record({
        kind: fc.constant("backends" as const),
        service: fc.constantFrom("web", "db"),
        nodes: fc.subarray(["n1", "n2"]),
      }),
      fc.record({
        kind: fc.constant("node" as const),
        rack: fc.constantFrom("a", "b"),
        bar: fc.constantFrom(null, null, "excluded" as const),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const one = new World();
        const last = {
          world: manifests(advertisement("all")),
          node: HERE,
          addresses: new Map<string, RoutedAddress>(),
          backends: new Map([["web", ["n1"]]]),
        };
        for (const each of steps) {
          if (each.kind === "put") {
            const put = address(each.ip, { ...each, ip: each.ip as Ip });
            last.addresses.set(each.ip, put);
            one.routes.put(put);
          } else if (each.kind === "delete") {
            last.addresses.delete(each.ip);
            one.routes.delete(each.ip as Ip);
          } else if (each.kind === "world") {
            last.world = worlds[each.index] ?? {};
            configure(one.routes, last.world);
          } else if (each.kind === "backends") {
            last.backends.set(each.service, each.nodes);
            const changed = one.backends.put(slice(each.service, each.nodes));
            if (changed !== null) one.routes.served(changed);
          } else {
            last.node = { labels: { rack: each.rack }, bar: each.bar };
            one.routes.setNode(last.node);
          }
          one.take();
        }
        const fresh = new World({ world: last.world, node: last.node, backends: [] });
        for (const [service, nodes] of last.backends) fresh.backends.put(slice(service, nodes));
        for (const put of last.addresses.values()) fresh.routes.put(put);
        fresh.take();
        const models = ["BGPPeer/tor-a", "BGPPeer/tor-b"];
        for (const key of models) {
          expect(sorted(one.announced(key))).to.deep.equal(sorted(fresh.announced(key)));
        }
      }),
      { numRuns: 300 },
    );
  });
});

function sorted(announced: ReadonlyMap<string, unknown>) {
  return [...announced.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
}
