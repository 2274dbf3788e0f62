/**
 * The routers to which nodes announce, as both families name them, in terms of the model: every default made. Pure.
 *
 * A peer that cannot be used is left out; compileAll says of it what is wrong. One of Deckhouse's is spoken to by the nodes of
 * the configurations that name it, and by none where none does.
 * Neighbours: bgp-way.ts says what is announced; the speaker makes a session of a peer, for its node.
 */
import { parseDurationMs } from "../base/duration.ts";
import { familyOf, parseIp, type Ip, type IpFamily } from "../base/ip.ts";
import { metalPeerKey, type DeckhouseManifests } from "./deckhouse/compile.ts";
import type { MetalLoadBalancerBGPPeer } from "./deckhouse/bgp-peer.ts";
import type { LabelSelector } from "./label-selector.ts";
import type { BFDProfile, BFDProfileSpec } from "./metallb/bfd-profile.ts";
import type { BGPPeer } from "./metallb/bgp-peer.ts";
import type { OWN_FIELDS } from "./metallb/bgp-peer-v1beta1.ts";
import { peerProblems } from "./metallb/bgp-peer-rules.ts";
import { bgpPeerKey, type BgpManifests } from "./metallb/compile-bgp.ts";

export interface PeerModel {
  /** `BGPPeer/tor-a`. */
  readonly key: string;
  readonly name: string;
  /** Of several one that matches is enough; none: all nodes. */
  readonly nodes: readonly LabelSelector[];
  /** Null: whoever is on the interface. */
  readonly address: Ip | null;
  readonly interface: string | null;
  readonly port: number;
  readonly ourAsn: number;
  readonly theirAsn: number | "internal" | "external";
  readonly routerId: Ip | null;
  readonly sourceAddress: Ip | null;
  /** By node, before `sourceAddress`. */
  readonly sourceAddressOf: ReadonlyMap<string, Ip>;
  readonly vrf: string | null;
  readonly isMultihop: boolean;
  /** GTSM: how many hops away it is at most; null: nobody asks for it. */
  readonly securedHops: number | null;
  readonly password: PasswordSource | null;
  readonly holdTimeSeconds: number;
  /** Null: a third of the hold time. */
  readonly keepaliveSeconds: number | null;
  readonly connectTimeSeconds: number;
  readonly isGracefulRestart: boolean;
  readonly takesExtendedMessages: boolean;
  readonly families: readonly IpFamily[];
  /** What is not said is the default; null: without BFD. */
  readonly bfd: BFDProfileSpec | null;
}

/** @returns the name in a peer's key, which the objects of both families may share */
export function peerNameOf(key: string): string {
  return key.slice(key.indexOf("/") + 1);
}

export type PasswordSource =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "secret";
      /** Null: where MetalLB's objects live. */
      readonly namespace: string | null;
      readonly name: string;
      /** A label that it must have, with the value "true". */
      readonly label: string | null;
    };

export const PASSWORD_LABEL = "network.deckhouse.io/metallb-bgp-password";
const PORT_DEFAULT = 179;
/** RFC 4271 section 10. */
const HOLD_TIME_DEFAULT_SECONDS = 90;
/** RFC 4271 section 4.2: at least three, in 16 bits. */
const HOLD_TIME_SECONDS = { least: 3, most: 65_535 };
const CONNECT_TIME_DEFAULT = "30s";
const FAMILIES: readonly IpFamily[] = ["IPv4", "IPv6"];

export type PeerManifests = Pick<BgpManifests, "bgpPeers" | "bfdProfiles"> &
  Pick<DeckhouseManifests, "metalPeers" | "configurations">;

/** @returns those that can be used, by key, in the order of their keys */
export function compilePeerModels(manifests: PeerManifests): ReadonlyMap<string, PeerModel> {
  const { bgpPeers, metalPeers } = manifests;
  const profiles = new Map(manifests.bfdProfiles.map((one) => [one.metadata.name, one]));
  const models = [
    ...bgpPeers.filter(isUsable).map((peer) => ofBgpPeer(peer, profiles)),
    ...metalPeers.filter(isUsable).flatMap((peer) => ofMetalPeer(peer, manifests) ?? []),
  ];
  models.sort((a, b) => (a.key < b.key ? -1 : 1));
  return new Map(models.map((model) => [model.key, model]));
}

function isUsable({ metadata, spec }: BGPPeer | MetalLoadBalancerBGPPeer): boolean {
  return peerProblems(metadata.name, spec ?? {}).length === 0;
}

function ofBgpPeer(
  { metadata: { name }, spec }: BGPPeer,
  profiles: ReadonlyMap<string, BFDProfile>,
): PeerModel {
  const peer: NonNullable<BGPPeer["spec"]> = spec ?? { myASN: 0 };
  const address = ipOf(peer.peerAddress);
  const { myASN, peerASN = 0, dynamicASN, localASN } = peer;
  const isDual = address === null || peer.dualStackAddressFamily === true;
  return {
    ...{ key: bgpPeerKey(name), name, nodes: peer.nodeSelectors ?? [], address },
    interface: textOf(peer.interface),
    port: peer.peerPort ?? PORT_DEFAULT,
    ourAsn: localASN ?? myASN,
    theirAsn: peerASN === 0 ? (dynamicASN ?? "external") : peerASN,
    routerId: ipOf(peer.routerID),
    sourceAddress: ipOf(peer.sourceAddress),
    sourceAddressOf: new Map(),
    vrf: textOf(peer.vrf),
    isMultihop: peer.ebgpMultiHop === true,
    ...ownOf(peer),
    password: passwordOf(peer),
    ...timesOf(peer),
    isGracefulRestart: peer.enableGracefulRestart === true,
    families: isDual ? FAMILIES : [familyOf(address)],
    bfd: profileOf(peer.bfdProfile, profiles),
  };
}

function ofMetalPeer(
  { metadata: { name }, spec }: MetalLoadBalancerBGPPeer,
  { configurations }: PeerManifests,
): PeerModel | null {
  const users = configurations.filter(({ spec: of }) => of?.bgp?.peerNames?.includes(name));
  const address = ipOf(spec?.peerAddress);
  if (spec === undefined || address === null || users.length === 0) return null;
  const { passwordSecretRef: secret, sourceAddresses = [] } = spec;
  const sources = sourceAddresses.flatMap(({ nodeName, address: text }): [string, Ip][] => {
    const ip = parseIp(text);
    return ip === undefined ? [] : [[nodeName, ip]];
  });
  return {
    ...{ key: metalPeerKey(name), name, address, interface: null },
    nodes: users.map(({ spec: of }) => ({ matchLabels: of?.nodeSelector ?? {} })),
    port: spec.peerPort ?? PORT_DEFAULT,
    ourAsn: spec.myASN,
    theirAsn: spec.peerASN,
    routerId: ipOf(spec.routerID),
    sourceAddress: null,
    sourceAddressOf: new Map(sources),
    ...{ vrf: null, isMultihop: false },
    ...ownOf(spec),
    password: secret === undefined ? null : { kind: "secret", ...secret, label: PASSWORD_LABEL },
    ...timesOf(spec),
    isGracefulRestart: false,
    families: [familyOf(address)],
    bfd: spec.bfd === undefined ? null : bfdOf(spec.bfd),
  };
}

function ownOf(spec: Pick<NonNullable<BGPPeer["spec"]>, keyof typeof OWN_FIELDS>) {
  const { ttlSecurityHops, extendedMessages } = spec;
  return {
    securedHops: ttlSecurityHops ?? null,
    takesExtendedMessages: extendedMessages === true,
  };
}

function ipOf(text: string | undefined): Ip | null {
  return parseIp(text ?? "") ?? null;
}

/** An empty text says nothing. */
function textOf(text: string | undefined): string | null {
  return text === undefined || text === "" ? null : text;
}

function passwordOf({ password = "", passwordSecret }: NonNullable<BGPPeer["spec"]>) {
  const name = textOf(passwordSecret?.name);
  if (name !== null) return { kind: "secret", namespace: null, name, label: null } as const;
  return password === "" ? null : ({ kind: "text", text: password } as const);
}

interface Times {
  readonly holdTime?: string | undefined;
  readonly keepaliveTime?: string | undefined;
  readonly connectTime?: string | undefined;
}

function timesOf({ holdTime, keepaliveTime, connectTime }: Times) {
  const keepaliveSeconds = secondsOf(keepaliveTime ?? "0s");
  return {
    holdTimeSeconds: holdTime === undefined ? holdSecondsBy(keepaliveTime) : secondsOf(holdTime),
    // MetalLB's own tool writes 0s for "a third".
    keepaliveSeconds: keepaliveSeconds === 0 ? null : keepaliveSeconds,
    connectTimeSeconds: secondsOf(connectTime ?? CONNECT_TIME_DEFAULT),
  };
}

/** Three of the keepalives, where they are said: as MetalLB. */
function holdSecondsBy(keepaliveTime = "0s"): number {
  const keepaliveMs = parseDurationMs(keepaliveTime) ?? 0;
  if (keepaliveMs === 0) return HOLD_TIME_DEFAULT_SECONDS;
  const seconds = Math.floor((3 * keepaliveMs) / 1000);
  return Math.min(Math.max(seconds, HOLD_TIME_SECONDS.least), HOLD_TIME_SECONDS.most);
}

/** Parts of a second do not count: RFC 4271 section 4.2. */
function secondsOf(text: string): number {
  return Math.floor((parseDurationMs(text) ?? 0) / 1000);
}

/** @param name of a profile that may be missing: then the session is watched by the defaults rather than not at all */
function profileOf(
  name: string | undefined,
  profiles: ReadonlyMap<string, BFDProfile>,
): BFDProfileSpec | null {
  return textOf(name) === null ? null : (profiles.get(name ?? "")?.spec ?? {});
}

/** Deckhouse's 0 is as if nothing were said. */
function bfdOf({
  minimumTTL,
  minimumTtl = minimumTTL,
  ...spec
}: NonNullable<NonNullable<MetalLoadBalancerBGPPeer["spec"]>["bfd"]>): BFDProfileSpec {
  const said = Object.entries({ ...spec, minimumTtl }).filter(([, value]) => Boolean(value));
  return Object.fromEntries(said);
}
