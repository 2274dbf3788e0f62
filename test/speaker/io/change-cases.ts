/**
 * Each field of what people write of routers, before and after a change, by the row of docs/bgp.md that says what it costs.
 *
 * Read by change-costs.test.ts beside it.
 */
import type { Manifests } from "../../../src/classes/compile.ts";
import { metalPeerSpec } from "../../../src/classes/deckhouse/bgp-peer.ts";
import { configurationSpec } from "../../../src/classes/deckhouse/configuration.ts";
import { bfdProfileSpec } from "../../../src/classes/metallb/bfd-profile.ts";
import { bgpAdvertisementSpec } from "../../../src/classes/metallb/bgp-advertisement.ts";
import { toV1beta2, type PeerObject } from "../../../src/classes/metallb/bgp-peer-conversion.ts";
import { bgpPeerSpec } from "../../../src/classes/metallb/bgp-peer.ts";
import { communitySpec } from "../../../src/classes/metallb/community.ts";
import { manifest } from "../../classes/metallb/cases.ts";

const [ROUTER, ALSO_ROUTER, NODES_ASN] = ["127.0.0.2", "127.0.0.3", 64600];
export const ROUTER_ASN = 64501;
/** Where Secrets are that say nothing else. */
export const HOME = "metallb-system";
const RACK = (name: string) => [{ matchLabels: { rack: name } }];
const APP = (name: string) => [{ matchLabels: { app: name } }];

/** What is written before, over what is written in any case; or what is written in its place after. */
export interface Written {
  readonly name?: string;
  readonly peer?: object;
  readonly advertisement?: object;
  readonly profile?: object;
  readonly community?: object;
  readonly configuration?: object;
  /** By `namespace/name`. */
  readonly secrets?: Readonly<Record<string, string>>;
}

export interface Change {
  readonly before?: Written;
  readonly after: Written;
  /** What the router is, and what it becomes meanwhile. */
  readonly asn?: number;
  readonly asnAfter?: number;
  /** The password that it has meanwhile. */
  readonly password?: string;
  readonly secondPort?: boolean;
}

export interface Kind {
  /** With leaves such as `bfd.echoMode`. */
  readonly fields: readonly string[];
  readonly world: (written: Written, port: number) => Partial<Manifests>;
  readonly changes: Readonly<Record<string, Change>>;
}

const pools = (kind: string) => [
  { ...manifest(kind, "p", { addresses: ["203.0.113.0/24", "2001:db8::/64"] }) },
  manifest(kind, "marks", { addresses: ["198.51.100.0/24"] }),
];

function metallbWorld(written: Written, port: number): Partial<Manifests> {
  const { name = "tor", peer = {}, advertisement = {}, profile = {}, community } = written;
  const ends = { peerAddress: ROUTER, peerPort: port, myASN: NODES_ASN, peerASN: ROUTER_ASN };
  const times = { holdTime: "90s", keepaliveTime: "30s" };
  return {
    ipAddressPools: pools("IPAddressPool"),
    bgpPeers: [manifest("BGPPeer", name, { ...ends, ...times, ...peer })],
    bgpAdvertisements: [
      manifest("BGPAdvertisement", "all", { ipAddressPools: ["p"], ...advertisement }),
      manifest("BGPAdvertisement", "marks", { ipAddressPools: ["marks"] }),
    ],
    bfdProfiles: [manifest("BFDProfile", "fast", { receiveInterval: 100, ...profile })],
    communities: community === undefined ? [] : [manifest("Community", "names", community)],
  } as unknown as Partial<Manifests>;
}

/** The same as it is kept of one that was written in the older version. */
export function v1beta1World(written: Written, port: number): Partial<Manifests> {
  const world = metallbWorld(written, port);
  const bgpPeers = (world.bgpPeers ?? []).map((peer) =>
    toV1beta2({ ...peer, apiVersion: "metallb.io/v1beta1" } as unknown as PeerObject),
  );
  return { ...world, bgpPeers: bgpPeers as unknown as Manifests["bgpPeers"] };
}

function deckhouseWorld(written: Written, port: number): Partial<Manifests> {
  const { name = "tor", peer = {}, configuration = {}, community } = written;
  const ends = { peerAddress: ROUTER, peerPort: port, myASN: NODES_ASN, peerASN: ROUTER_ASN };
  return {
    metalPools: pools("MetalLoadBalancerPool"),
    metalPeers: [manifest("MetalLoadBalancerBGPPeer", name, { ...ends, ...peer })],
    configurations: [
      manifest("MetalLoadBalancerConfiguration", "edge", {
        ...{ mode: "BGP", bgp: { peerNames: [name] }, advertisements: announcing({}) },
        ...configuration,
      }),
    ],
    communities: community === undefined ? [] : [manifest("Community", "names", community)],
  } as unknown as Partial<Manifests>;
}

/** Of Deckhouse: how the pool is announced, and the marks beside it. */
const announcing = (bgp: object, poolNames: readonly string[] = ["p"]) => [
  { poolNames, bgp },
  { poolNames: ["marks"] },
];

const alias = (value: string) => ({ communities: [{ name: "ours", value }] });
const withPeer = (before: object, after: object): Change => ({
  ...{ before: { peer: before }, after: { peer: after } },
});
const toPeer = (after: object, more: Partial<Change> = {}): Change => ({
  ...more,
  after: { peer: after },
});
const announced = (before: object, after: object): Change => ({
  ...{ before: { advertisement: before }, after: { advertisement: after } },
});
const profiled = (profile: object): Change => ({
  before: { peer: { bfdProfile: "fast" } },
  after: { peer: { bfdProfile: "fast" }, profile },
});
const watched = (bfd: object): Change => withPeer({ bfd: { receiveInterval: 100 } }, { bfd });
const INTERNAL = { before: { peer: { peerASN: NODES_ASN } }, asn: NODES_ASN };
const DUAL = { dualStackAddressFamily: true };

/** Of fields that both versions have. */
export const BGP_PEER_CHANGES: Readonly<Record<string, Change>> = {
  "its name": { after: { name: "tor-b" } },
  "`peerAddress`": toPeer({ peerAddress: ALSO_ROUTER }),
  "`peerPort`": toPeer({}, { secondPort: true }),
  "`peerASN`": toPeer({ peerASN: 64502 }, { asnAfter: 64502 }),
  "`myASN`": toPeer({ myASN: 64601 }),
  "`myASN`, beside a `localASN`": withPeer({ localASN: 64999 }, { localASN: 64999, myASN: 64601 }),
  "`localASN`": toPeer({ localASN: 64999 }),
  "`dynamicASN`, instead of `peerASN`": toPeer({ peerASN: undefined, dynamicASN: "external" }),
  "`interface`, instead of `peerAddress`": toPeer({ peerAddress: undefined, interface: "lo" }),
  "`routerID`": toPeer({ routerID: "192.0.2.9" }),
  "`sourceAddress`": toPeer({ sourceAddress: "127.0.0.9" }),
  "`vrf`": toPeer({ vrf: "lo" }),
  "`ebgpMultiHop`": toPeer({ ebgpMultiHop: true }),
  "`password`": toPeer({ password: "who" }, { password: "who" }),
  "`passwordSecret.name`, to another password": {
    ...toPeer({ passwordSecret: { name: "s" } }, { password: "who" }),
    before: { secrets: { [`${HOME}/s`]: "who" } },
  },
  "`passwordSecret.name`, to the same password": {
    before: {
      peer: { passwordSecret: { name: "s" } },
      secrets: { [`${HOME}/s`]: "who", [`${HOME}/t`]: "who" },
    },
    ...{ after: { peer: { passwordSecret: { name: "t" } } }, password: "who" },
  },
  "the password in its Secret": {
    before: { peer: { passwordSecret: { name: "s" } }, secrets: { [`${HOME}/s`]: "who" } },
    after: { peer: { passwordSecret: { name: "s" } }, secrets: { [`${HOME}/s`]: "else" } },
    password: "else",
  },
  "`passwordSecret.namespace`": {
    before: { peer: { passwordSecret: { name: "s" } }, secrets: { [`${HOME}/s`]: "who" } },
    after: { peer: { passwordSecret: { name: "s", namespace: "elsewhere" } } },
    password: "who",
  },
  "`holdTime`": toPeer({ holdTime: "60s" }),
  "`keepaliveTime`": toPeer({ keepaliveTime: "10s" }),
  "`keepaliveTime`, without a `holdTime`": withPeer(
    { holdTime: undefined },
    { holdTime: undefined, keepaliveTime: "10s" },
  ),
  "`connectTime`": toPeer({ connectTime: "5s" }),
  "`dualStackAddressFamily`": toPeer({ dualStackAddressFamily: true }),
  "`enableGracefulRestart`": toPeer({ enableGracefulRestart: true }),
  "`bfdProfile`": toPeer({ bfdProfile: "fast" }),
  "`nodeSelectors`, which select the node as before": toPeer({ nodeSelectors: RACK("a") }),
  "`nodeSelectors`, which select it no longer": toPeer({ nodeSelectors: RACK("b") }),
  "`disableMP`": toPeer({ disableMP: true }),
  "`ttlSecurityHops`": toPeer({ ttlSecurityHops: 1 }),
  "`extendedMessages`": toPeer({ extendedMessages: true }),
};

export const BGP_PEER: Kind = {
  fields: leavesOf(bgpPeerSpec),
  world: metallbWorld,
  changes: BGP_PEER_CHANGES,
};

export const KINDS: Readonly<Record<string, Kind>> = {
  BGPPeer: BGP_PEER,
  MetalLoadBalancerBGPPeer: {
    fields: leavesOf(metalPeerSpec),
    world: deckhouseWorld,
    changes: {
      "its name": { after: { name: "tor-b" } },
      "`peerAddress`": toPeer({ peerAddress: ALSO_ROUTER }),
      "`peerPort`": toPeer({}, { secondPort: true }),
      "`peerASN`": toPeer({ peerASN: 64502 }, { asnAfter: 64502 }),
      "`myASN`": toPeer({ myASN: 64601 }),
      "`routerID`": toPeer({ routerID: "192.0.2.9" }),
      "`holdTime`": toPeer({ holdTime: "60s" }),
      "`passwordSecretRef.name`": {
        before: {
          peer: { passwordSecretRef: { name: "s", namespace: "a" } },
          secrets: { "a/s": "who", "a/t": "else" },
        },
        after: { peer: { passwordSecretRef: { name: "t", namespace: "a" } } },
        password: "else",
      },
      "`passwordSecretRef.namespace`": {
        before: {
          peer: { passwordSecretRef: { name: "s", namespace: "a" } },
          secrets: { "a/s": "who", "b/s": "else" },
        },
        after: { peer: { passwordSecretRef: { name: "s", namespace: "b" } } },
        password: "else",
      },
      "`sourceAddresses`, of the node": toPeer({
        sourceAddresses: [{ nodeName: "n1", address: "127.0.0.9" }],
      }),
      "`sourceAddresses`, of another node": toPeer({
        sourceAddresses: [{ nodeName: "n2", address: "127.0.0.9" }],
      }),
      "`ttlSecurityHops`": toPeer({ ttlSecurityHops: 1 }),
      "`extendedMessages`": toPeer({ extendedMessages: true }),
      "`bfd`, all of it": toPeer({ bfd: { receiveInterval: 100 } }),
      "`bfd.receiveInterval`": watched({ receiveInterval: 50 }),
      "`bfd.transmitInterval`": watched({ transmitInterval: 50 }),
      "`bfd.detectMultiplier`": watched({ detectMultiplier: 5 }),
      "`bfd.echoInterval`": watched({ echoInterval: 50 }),
      "`bfd.echoMode`": watched({ echoMode: true }),
      "`bfd.passiveMode`": watched({ passiveMode: true }),
      "`bfd.minimumTTL`": watched({ minimumTTL: 200 }),
      "`bfd.minimumTtl`": watched({ minimumTtl: 200 }),
    },
  },
  BFDProfile: {
    fields: leavesOf(bfdProfileSpec),
    world: metallbWorld,
    changes: {
      "`receiveInterval`": profiled({ receiveInterval: 50 }),
      "`transmitInterval`": profiled({ transmitInterval: 50 }),
      "`detectMultiplier`": profiled({ detectMultiplier: 5 }),
      "`echoInterval`": profiled({ echoInterval: 50 }),
      "`echoMode`": profiled({ echoMode: true }),
      "`passiveMode`": profiled({ passiveMode: true }),
      "`minimumTtl`": profiled({ minimumTtl: 200 }),
    },
  },
  BGPAdvertisement: {
    fields: leavesOf(bgpAdvertisementSpec),
    world: metallbWorld,
    changes: {
      "`aggregationLength`": announced({}, { aggregationLength: 24 }),
      "`aggregationLengthV6`": {
        before: { peer: DUAL },
        after: { peer: DUAL, advertisement: { aggregationLengthV6: 64 } },
      },
      "`localPref`, to a router of our AS": {
        ...INTERNAL,
        after: { ...INTERNAL.before, advertisement: { localPref: 200 } },
      },
      "`localPref`, to others": announced({}, { localPref: 200 }),
      "`communities`": announced({}, { communities: ["64600:1"] }),
      "`ipAddressPools`": announced({}, { ipAddressPools: ["other"] }),
      "`ipAddressPoolSelectors`": announced(
        { ipAddressPools: [], ipAddressPoolSelectors: [{}] },
        { ipAddressPools: [], ipAddressPoolSelectors: RACK("none") },
      ),
      "`nodeSelectors`, which select the node as before": announced(
        {},
        { nodeSelectors: RACK("a") },
      ),
      "`nodeSelectors`, which select it no longer": announced({}, { nodeSelectors: RACK("b") }),
      "`peers`, which name the router as before": announced({}, { peers: ["tor"] }),
      "`peers`, which name it no longer": announced({}, { peers: ["other"] }),
      "`serviceSelectors`": announced({}, { serviceSelectors: APP("other") }),
      "`preferOwnNode`": announced({}, { preferOwnNode: true }),
    },
  },
  MetalLoadBalancerConfiguration: {
    fields: leavesOf(configurationSpec),
    world: deckhouseWorld,
    changes: {
      "`mode`, which is always the same": { after: { configuration: { mode: "BGP" } } },
      "`nodeSelector`, which selects the node as before": {
        after: { configuration: { nodeSelector: { rack: "a" } } },
      },
      "`nodeSelector`, which selects it no longer": {
        after: { configuration: { nodeSelector: { rack: "b" } } },
      },
      "`bgp.peerNames`, which names the router no longer": {
        after: { configuration: { bgp: { peerNames: ["other"] } } },
      },
      "`advertisements`: communities": {
        after: { configuration: { advertisements: announcing({ communities: ["64600:1"] }) } },
      },
      "`advertisements`: aggregationLength": {
        after: { configuration: { advertisements: announcing({ aggregationLength: 24 }) } },
      },
      "`advertisements`: localPref, to a router of our AS": {
        ...INTERNAL,
        after: {
          ...INTERNAL.before,
          configuration: { advertisements: announcing({ localPref: 200 }) },
        },
      },
      "`advertisements`: preferOwnNode": {
        after: { configuration: { advertisements: announcing({ preferOwnNode: true }) } },
      },
      "`advertisements`: poolNames": {
        after: { configuration: { advertisements: announcing({}, ["other"]) } },
      },
    },
  },
  Community: {
    fields: leavesOf(communitySpec),
    world: metallbWorld,
    changes: {
      "`communities`, of which one is announced": {
        before: { advertisement: { communities: ["ours"] }, community: alias("64600:1") },
        after: { advertisement: { communities: ["ours"] }, community: alias("64600:2") },
      },
      "`communities`, of which none is": {
        ...{ before: { community: alias("64600:1") }, after: { community: alias("64600:2") } },
      },
    },
  },
};

interface SchemaLike {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, SchemaLike>>;
}

/** @returns `bfd.echoMode` for fields of fields; a list is one field */
function leavesOf(schema: object): readonly string[] {
  const { properties = {} } = schema as SchemaLike;
  return Object.entries(properties).flatMap(([field, of]) => {
    const inner = of.type === "object" ? leavesOf(of) : [];
    return inner.length === 0 ? [field] : inner.map((leaf) => `${field}.${leaf}`);
  });
}
