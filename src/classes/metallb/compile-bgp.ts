/**
 * MetalLB's BGP kinds in terms of the model: names resolved, what cannot be read left out and told. Pure.
 *
 * Neighbours: compile.ts asks for the way of an advertisement to a pool; ../bgp-way.ts makes it.
 */
import type { Problem } from "../../base/errors.ts";
import { bgpWay, communityProblems, type BgpWish, type CommunityAliases } from "../bgp-way.ts";
import { compareObjects } from "../draft.ts";
import type { LabelSelector } from "../label-selector.ts";
import type { Way } from "../model.ts";
import { BFD_PROFILE_KIND, type BFDProfile } from "./bfd-profile.ts";
import { BGP_ADVERTISEMENT_KIND, type BGPAdvertisement } from "./bgp-advertisement.ts";
import { peerProblems } from "./bgp-peer-rules.ts";
import { BGP_PEER_KIND, type BGPPeer } from "./bgp-peer.ts";
import { parseCommunity, type CommunityValue } from "./community-values.ts";
import { COMMUNITY_KIND, type Community } from "./community.ts";
import type { IPAddressPool } from "./ip-address-pool.ts";

export interface BgpManifests {
  readonly bgpAdvertisements: readonly BGPAdvertisement[];
  readonly bgpPeers: readonly BGPPeer[];
  readonly bfdProfiles: readonly BFDProfile[];
  readonly communities: readonly Community[];
}

export interface CompiledBgp {
  readonly aliases: CommunityAliases;
  /** @param found takes what is wrong with the advertisement */
  readonly wayOf: (advertisement: BGPAdvertisement, pool: IPAddressPool, found: Problem[]) => Way;
  /** What is wrong with the advertisement, whatever the pool. */
  readonly problemsOf: (advertisement: BGPAdvertisement) => readonly Problem[];
  /** By `Kind/name` of what the ways are made of. */
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
}

export function compileBgp(manifests: BgpManifests): CompiledBgp {
  const problems = new Map<string, readonly Problem[]>();
  const aliases = compileAliases(manifests.communities, problems);
  const peers = { keys: compilePeers(manifests, problems), objects: manifests.bgpPeers };
  return {
    aliases,
    wayOf: (advertisement, pool, found) => {
      const entries = pool.spec?.addresses ?? [];
      const wish = wishOf(advertisement, peers);
      return bgpWay(wish, { name: pool.metadata.name, entries }, aliases, found);
    },
    problemsOf: (advertisement) => [
      ...missingPeers(advertisement, manifests.bgpPeers),
      ...communityProblems(wishOf(advertisement, peers), aliases),
    ],
    problems,
  };
}

function missingPeers(
  { metadata: { name }, spec = {} }: BGPAdvertisement,
  peers: readonly BGPPeer[],
): Problem[] {
  const known = new Set(peers.map(({ metadata }) => metadata.name));
  return (spec.peers ?? [])
    .filter((peer) => !known.has(peer))
    .map((peer) => ({
      code: "PEER_MISSING",
      message: `The advertisement "${name}" names the peer "${peer}", which does not exist`,
    }));
}

export function bgpPeerKey(name: string): string {
  return `${BGP_PEER_KIND}/${name}`;
}

export function bgpAdvertisementKey(name: string): string {
  return `${BGP_ADVERTISEMENT_KIND}/${name}`;
}

interface Peers {
  /** Of those that can be used, by name. */
  readonly keys: readonly string[];
  readonly objects: readonly BGPPeer[];
}

function wishOf(
  { metadata: { name }, spec = {} }: BGPAdvertisement,
  { keys, objects }: Peers,
): BgpWish {
  const { aggregationLength, aggregationLengthV6, peers: named = [] } = spec;
  const wanted = new Set(named.map(bgpPeerKey));
  const told = named.length === 0 ? keys : keys.filter((key) => wanted.has(key));
  const { preferOwnNode: prefersOwnNode = false } = spec;
  return {
    ...{ key: bgpAdvertisementKey(name), name, title: `advertisement "${name}"` },
    nodes: spec.nodeSelectors ?? [],
    services: spec.serviceSelectors ?? [],
    aggregation: {
      ...(aggregationLength === undefined ? {} : { IPv4: aggregationLength }),
      ...(aggregationLengthV6 === undefined ? {} : { IPv6: aggregationLengthV6 }),
    },
    localPref: spec.localPref,
    communities: spec.communities ?? [],
    peers: told,
    ...{ prefersOwnNode, speakers: prefersOwnNode ? speakersTo(told, objects) : [] },
  };
}

/** @returns what selects the nodes that speak to one of the peers; none: all do */
function speakersTo(told: readonly string[], peers: readonly BGPPeer[]): readonly LabelSelector[] {
  const lists = peers
    .filter(({ metadata }) => told.includes(bgpPeerKey(metadata.name)))
    .map(({ spec }) => spec?.nodeSelectors ?? []);
  return lists.some((selectors) => selectors.length === 0) ? [] : lists.flat();
}

/** @returns what the names stand for: of two that define one, the older counts */
function compileAliases(
  communities: readonly Community[],
  problems: Map<string, readonly Problem[]>,
): CommunityAliases {
  const aliases = new Map<string, CommunityValue>();
  for (const { metadata, spec = {} } of [...communities].sort(compareObjects)) {
    const found: Problem[] = [];
    for (const { name = "", value = "" } of spec.communities ?? []) {
      const parsed = parseCommunity(value);
      if (!parsed.ok) found.push(parsed.problem);
      else if (aliases.has(name)) found.push(doubled(name, metadata.name));
      else aliases.set(name, parsed.value);
    }
    if (found.length > 0) problems.set(`${COMMUNITY_KIND}/${metadata.name}`, found);
  }
  return aliases;
}

function doubled(alias: string, object: string): Problem {
  return {
    code: "COMMUNITY_DOUBLED",
    message: `The Community "${object}" defines "${alias}", which is defined already`,
  };
}

/** @returns the keys of the peers that can be used, by name */
function compilePeers(
  { bgpPeers, bfdProfiles }: BgpManifests,
  problems: Map<string, readonly Problem[]>,
): string[] {
  const profiles = new Set(bfdProfiles.map(({ metadata }) => metadata.name));
  const usable: string[] = [];
  for (const { metadata, spec = {} } of bgpPeers) {
    const { bfdProfile = "" } = spec as Partial<NonNullable<BGPPeer["spec"]>>;
    const found = peerProblems(metadata.name, spec);
    if (found.length === 0) usable.push(bgpPeerKey(metadata.name));
    if (bfdProfile !== "" && !profiles.has(bfdProfile)) {
      found.push(missingProfile(metadata.name, bfdProfile));
    }
    if (found.length > 0) problems.set(bgpPeerKey(metadata.name), found);
  }
  return usable.sort();
}

function missingProfile(peer: string, profile: string): Problem {
  return {
    code: "BFD_PROFILE_MISSING",
    message: `The peer "${peer}" names the ${BFD_PROFILE_KIND} "${profile}", which does not exist`,
  };
}
