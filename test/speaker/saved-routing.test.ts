/** What is kept of routers on disk: the same again after a restart, no password, and nothing that could end the speaker. */
import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import type { Announcement } from "../../src/bgp/announcement.ts";
import type { Prefix } from "../../src/bgp/prefix.ts";
import { NO_MANIFESTS } from "../../src/classes/compile.ts";
import { compilePeerModels, type PeerModel } from "../../src/classes/peers.ts";
import { Backends } from "../../src/speaker/backends.ts";
import { Routes } from "../../src/speaker/routes.ts";
import {
  faultInRouting,
  savedModels,
  savedRoutes,
  saveRouting,
  type Announced,
  type SavedRouting,
} from "../../src/speaker/saved-routing.ts";
import { route } from "../bgp/interop/node.ts";
import { manifest } from "../classes/metallb/cases.ts";

const NODE = { metadata: { name: "n1", labels: { rack: "a" } } };
const ENDS = { myASN: 64600, peerASN: 64501, peerAddress: "10.0.0.254" };

function modelsOf(...peers: readonly object[]): PeerModel[] {
  const configurations = [
    manifest("MetalLoadBalancerConfiguration", "c", { mode: "BGP", bgp: { peerNames: ["metal"] } }),
  ];
  const metal = { ...ENDS, sourceAddresses: [{ nodeName: "n1", address: "10.0.0.1" }] };
  const metalPeers = [manifest("MetalLoadBalancerBGPPeer", "metal", metal)];
  const bgpPeers = peers.map((spec, i) => manifest("BGPPeer", `p${i}`, { ...ENDS, ...spec }));
  const manifests = { ...NO_MANIFESTS, bgpPeers, metalPeers, configurations };
  return [...compilePeerModels(manifests as unknown as typeof NO_MANIFESTS).values()];
}

function announcedTo(peer: string, ...routes: readonly Announcement[]): Announced {
  return new Map([[peer, new Map(routes.map((one) => [one.prefix, one]))]]);
}

const onDisk = (saved: SavedRouting) => JSON.parse(JSON.stringify(saved)) as SavedRouting;

describe("speaker: what is kept of routers", () => {
  const ROUTES = announcedTo(
    "BGPPeer/p0",
    route("203.0.113.1/32"),
    route("203.0.113.2/32"),
    route("203.0.113.3/32", { communities: [[64600, 1]], localPreference: 200 }),
    route("2001:db8::/64"),
    route("203.0.113.4/32", { multiExit: 2 }),
  );

  it("peers and routes are the same again", () => {
    const models = modelsOf({ bfdProfile: "x", nodeSelectors: [{ matchLabels: { rack: "a" } }] });
    const read = onDisk(saveRouting(NODE, models, ROUTES));
    expect(faultInRouting(read)).to.equal(null);
    expect(read.node).to.deep.equal(NODE);
    expect(savedModels(read)).to.deep.equal(models);
    expect(savedRoutes(read)).to.deep.equal(ROUTES);
  });

  it("prefixes that are announced alike are written together", () => {
    const { routes } = saveRouting(NODE, [], ROUTES);
    expect(routes.map(({ prefixes }) => prefixes.length)).to.deep.equal([3, 1, 1]);
  });

  it("no password is written, only that there is one", () => {
    const passwords = [{ password: "SECRET" }, { passwordSecret: { name: "s" } }, {}];
    const saved = saveRouting(NODE, modelsOf(...passwords), new Map());
    expect(JSON.stringify(saved)).to.not.contain("SECRET");
    const has = saved.peers.map(({ hasPassword }) => hasPassword);
    expect(has).to.deep.equal([true, true, false, false]);
    const models = savedModels(saved);
    expect(models.map(({ password }) => password !== null)).to.deep.equal(has);
  });

  const WHOLE_NODE = {
    metadata: { name: "n1", labels: { rack: "a" } },
    spec: { unschedulable: false, taints: [{ key: "k", effect: "NoSchedule" }] },
    status: {
      addresses: [{ type: "InternalIP", address: "10.0.0.1" }],
      conditions: [{ type: "Ready", status: "True" }],
    },
  };
  const selector = { matchExpressions: [{ key: "rack", operator: "In", values: ["a"] }] };
  const everything = { sourceAddress: "10.0.0.9", bfdProfile: "x", nodeSelectors: [selector] };
  const whole = saveRouting(WHOLE_NODE, modelsOf(everything), ROUTES);

  /** @returns what is on the disk where one value is another */
  function damaged(place: string, value: unknown): unknown {
    const copy = JSON.parse(JSON.stringify(whole)) as Record<string, unknown>;
    const steps = place.match(/[a-zA-Z]+|\d+/g) ?? [];
    const last = steps.pop() ?? "";
    const parent = steps.reduce((at, step) => at[step] as Record<string, unknown>, copy);
    expect(JSON.stringify(parent[last])).to.not.equal(JSON.stringify(value));
    parent[last] = value;
    return copy;
  }

  it("whole it is read", () => expect(faultInRouting(onDisk(whole))).to.equal(null));
  it("of a release that did not know all fields, too: they say nothing", () => {
    const peers = whole.peers.map(({ securedHops, takesExtendedMessages, ...peer }) => {
      expect([securedHops, takesExtendedMessages]).to.deep.equal([null, false]);
      return peer;
    });
    const older = onDisk({ ...whole, peers });
    expect(faultInRouting(older)).to.equal(null);
    expect(savedModels(older)).to.deep.equal(savedModels(whole));
  });
  it("what is no object at all is not", () => {
    for (const value of [null, 7, [], "text"]) expect(faultInRouting(value)).to.equal("");
  });

  // The second peer is Deckhouse's, whose source addresses are by node.
  const DAMAGES: readonly (readonly [place: string, value: unknown])[] = [
    ["version", 2],
    ["node", null],
    ["node.metadata.name", 7],
    ["node.metadata.labels.rack", null],
    ["node.spec.taints[0].key", 7],
    ["node.spec.unschedulable", "no"],
    ["node.status.addresses[0].address", null],
    ["node.status.conditions[0]", "Ready"],
    ["peers", {}],
    ["peers[0]", null],
    ["peers[0].key", 7],
    ["peers[0].name", null],
    ["peers[1].nodes", null],
    ["peers[0].nodes[0]", "rack"],
    ["peers[0].nodes[0].matchExpressions[0].values", "a"],
    ["peers[0].address", "10.0.0"],
    ["peers[0].interface", 7],
    ["peers[0].port", 0],
    ["peers[0].port", 65_536],
    ["peers[0].port", "179"],
    ["peers[0].ourAsn", 0],
    ["peers[0].ourAsn", 2 ** 32],
    ["peers[0].theirAsn", "any"],
    ["peers[0].theirAsn", 1.5],
    ["peers[0].routerId", "router"],
    ["peers[0].sourceAddress", "10.0.0"],
    ["peers[1].sourceAddressOf[0][1]", "10.0.0"],
    ["peers[1].sourceAddressOf[0]", ["n1"]],
    ["peers[0].vrf", 7],
    ["peers[0].isMultihop", "yes"],
    ["peers[0].hasPassword", null],
    ["peers[0].holdTimeSeconds", -1],
    ["peers[0].holdTimeSeconds", null],
    ["peers[0].keepaliveSeconds", "3"],
    ["peers[0].connectTimeSeconds", null],
    ["peers[0].isGracefulRestart", 1],
    ["peers[0].families", "IPv4"],
    ["peers[0].families[0]", "IPv5"],
    ["peers[0].bfd", 7],
    ["peers[0].bfd.receiveInterval", "50"],
    ["peers[0].bfd.echoMode", "off"],
    ["routes", 7],
    ["routes[0]", 7],
    ["routes[0].peer", null],
    ["routes[0].prefixes", null],
    ["routes[0].prefixes[0]", "203.0.113.1/33"],
    ["routes[0].prefixes[0]", "203.0.113.1/24"],
    ["routes[0].prefixes[0]", 7],
    ["routes[0].nextHop", "here"],
    ["routes[0].localPreference", -1],
    ["routes[1].localPreference", "200"],
    ["routes[0].multiExit", 0.5],
    ["routes[1].communities[0]", [64600]],
    ["routes[1].communities[0][1]", 65_536],
    ["routes[0].largeCommunities", null],
    ["routes[0].largeCommunities", [[1, 2]]],
  ];
  for (const [place, value] of DAMAGES) {
    it(`${place}: ${JSON.stringify(value)} is found, and where`, () => {
      const fault = faultInRouting(damaged(place, value)) ?? "none";
      expect(fault.startsWith(place), fault).to.equal(true);
    });
  }

  it("every field of a peer and of routes is looked at", () => {
    for (const list of ["peers", "routes"] as const) {
      const [first] = onDisk(whole)[list];
      for (const field of Object.keys(first ?? {})) {
        const place = `${list}[0].${field}`;
        const fault = faultInRouting(damaged(place, ["not so"])) ?? "none";
        expect(fault.startsWith(place), `${place}: ${fault}`).to.equal(true);
      }
    }
  });
});

describe("routes that were saved", () => {
  const KEY = "BGPPeer/p0";
  const SAVED = announcedTo(KEY, route("203.0.113.1/32"), route("203.0.113.2/32"));
  const HERE = { labels: {}, bar: null };

  function told(routes: Routes) {
    const { announce = [], withdraw = [] } = routes.take().get(KEY) ?? {};
    return [...announce.map(({ prefix }) => prefix), ...withdraw.map((prefix) => `-${prefix}`)];
  }

  it("are announced where nothing bars the node, as long as nothing does", () => {
    const routes = new Routes(new Backends("n1"));
    routes.resume(SAVED, new Set([KEY]));
    expect(told(routes)).to.deep.equal([]); // Nobody knows yet.
    routes.setNode(HERE);
    expect(told(routes)).to.deep.equal(["203.0.113.1/32", "203.0.113.2/32"]);
    routes.setNode({ ...HERE, bar: "gated" });
    expect(told(routes)).to.deep.equal(["-203.0.113.1/32", "-203.0.113.2/32"]);
    routes.setNode(HERE);
    expect(told(routes)).to.have.length(2);
  });

  it("are announced to a peer that comes later, its router found only then", () => {
    const routes = new Routes(new Backends("n1"));
    routes.setNode(HERE);
    routes.resume(SAVED, new Set());
    expect(told(routes)).to.deep.equal([]);
    routes.resume(SAVED, new Set([KEY]));
    expect(told(routes)).to.have.length(2);
    routes.resume(SAVED, new Set([KEY]));
    expect(told(routes)).to.deep.equal([]);
  });

  it("once there is a configuration what differs is told, and nothing else", () => {
    const routes = new Routes(new Backends("n1"));
    routes.setNode(HERE);
    routes.resume(SAVED, new Set([KEY]));
    told(routes);
    const ip = "203.0.113.9" as Ip;
    routes.put({ ip, services: ["default/web"], advertisements: [], isLocal: false, rank: [] });
    expect(told(routes)).to.deep.equal([]);
    routes.configure(() => undefined, new Set([KEY]));
    expect(told(routes)).to.deep.equal(["-203.0.113.1/32", "-203.0.113.2/32"]);
    expect([...(routes.announced.get(KEY)?.keys() ?? [])]).to.deep.equal([] as Prefix[]);
  });
});
