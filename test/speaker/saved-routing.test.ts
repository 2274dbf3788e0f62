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
  isSavedRouting,
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

const onDisk = (saved: SavedRouting) => JSON.parse(JSON.stringify(saved)) as unknown;

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
    if (!isSavedRouting(read)) throw new Error("not read");
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

  const whole = JSON.stringify(saveRouting(NODE, modelsOf({ sourceAddress: "10.0.0.9" }), ROUTES));
  const broken: readonly (readonly [string, string])[] = [
    ["nothing", "null"],
    ["a later version", whole.replace('"version":1', '"version":2')],
    ["an address that is none", whole.replace('"10.0.0.254"', '"10.0.0"')],
    ["a source address that is none", whole.replace('"10.0.0.9"', '"10.0.0"')],
    ["a node's source address that is none", whole.replace('"10.0.0.1"', '"10.0.0"')],
    ["a prefix that is none", whole.replace("203.0.113.1/32", "203.0.113.1/33")],
    ["a prefix with bits behind its length", whole.replace("203.0.113.1/32", "203.0.113.1/24")],
    ["a MED that is none", whole.replace('"multiExit":2', '"multiExit":"2"')],
    ["a peer that is none", whole.replace('"peers":[', '"peers":[null,')],
    ["routes that are none", whole.replace('"routes":[', '"routes":[7,')],
  ];
  for (const [name, text] of broken) {
    it(`${name}: it is as if there were none`, () => {
      expect(text).to.not.equal(whole);
      expect(isSavedRouting(JSON.parse(text))).to.equal(false);
    });
  }
  it("and whole it is read", () => expect(isSavedRouting(JSON.parse(whole))).to.equal(true));
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
