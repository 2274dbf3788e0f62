/**
 * Deckhouse's pools and configurations in terms of the model. Pure.
 *
 * A pool is a class that nobody names; every advertisement of a configuration that names it is one of its ways. A name of
 * something that is not there is a problem of the object that says it.
 * Neighbours: ../compile.ts puts both families together; ../bgp-way.ts makes the ways.
 */
import type { Problem } from "../../base/errors.ts";
import { bgpWay, communityProblems, type BgpWish, type CommunityAliases } from "../bgp-way.ts";
import { compareObjects, readRanges, type Draft } from "../draft.ts";
import { peerProblems } from "../metallb/bgp-peer-rules.ts";
import type { Way } from "../model.ts";
import { withoutBuggyAddresses } from "../ranges.ts";
import { METAL_PEER_KIND, type MetalLoadBalancerBGPPeer } from "./bgp-peer.ts";
import { CONFIGURATION_KIND, type MetalLoadBalancerConfiguration } from "./configuration.ts";
import { METAL_POOL_KIND, type MetalLoadBalancerPool } from "./pool.ts";

export interface DeckhouseManifests {
  readonly metalPools: readonly MetalLoadBalancerPool[];
  readonly metalPeers: readonly MetalLoadBalancerBGPPeer[];
  readonly configurations: readonly MetalLoadBalancerConfiguration[];
}

export interface CompiledDeckhouse {
  readonly drafts: readonly Draft[];
  /** By `Kind/name` of what the ways are made of. */
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
}

export function metalPoolKey(name: string): string {
  return `${METAL_POOL_KIND}/${name}`;
}

export function metalPeerKey(name: string): string {
  return `${METAL_PEER_KIND}/${name}`;
}

export function configurationKey(name: string): string {
  return `${CONFIGURATION_KIND}/${name}`;
}

/** @param aliases what Community objects define */
export function compileDeckhouse(
  { metalPools, metalPeers, configurations }: DeckhouseManifests,
  aliases: CommunityAliases,
): CompiledDeckhouse {
  const problems = new Map<string, readonly Problem[]>();
  const pools = new Map(metalPools.map((pool) => [pool.metadata.name, pool]));
  const peers = compilePeers(metalPeers, problems);
  const ways = new Map<string, Way[]>([...pools.keys()].map((name) => [name, []]));
  for (const configuration of [...configurations].sort(compareObjects)) {
    const { name } = configuration.metadata;
    const found = missingPeers(configuration, metalPeers);
    for (const { poolName, wish } of wishesOf(configuration, peers)) {
      const pool = pools.get(poolName);
      if (pool === undefined) {
        found.push(missingPool(name, poolName), ...communityProblems(wish, aliases));
      } else {
        const entries = pool.spec?.addresses ?? [];
        ways.get(poolName)?.push(bgpWay(wish, { name: poolName, entries }, aliases, found));
      }
    }
    const distinct = new Map(found.map((problem) => [problem.message, problem]));
    if (found.length > 0) problems.set(configurationKey(name), [...distinct.values()]);
  }
  const drafts = metalPools.map((pool) => draftOf(pool, ways.get(pool.metadata.name) ?? []));
  return { drafts, problems };
}

function draftOf(
  { metadata: { name, creationTimestamp }, spec }: MetalLoadBalancerPool,
  ways: readonly Way[],
): Draft {
  const found: Problem[] = [];
  const written = readRanges({ name, pool: name }, spec?.addresses ?? [], found);
  const ranges = spec?.avoidBuggyIPs === true ? withoutBuggyAddresses(written, found) : written;
  const offer = {
    ...{ autoAssign: spec?.autoAssign ?? true, isPinned: false, priority: 0 },
    ...{ namespaces: [], namespaceSelectors: [], serviceSelectors: [] },
  };
  const model = {
    ...{ key: metalPoolKey(name), name, isDefault: false, pool: name, ranges, offer, ways },
    ...{ drainOn: [], rebalance: true },
  };
  return { model, createdAt: creationTimestamp, found };
}

/** @returns one wish per pool that an advertisement of the configuration names */
function wishesOf(
  { metadata: { name }, spec }: MetalLoadBalancerConfiguration,
  usable: ReadonlySet<string>,
): { readonly poolName: string; readonly wish: BgpWish }[] {
  const peers = (spec?.bgp?.peerNames ?? []).map(metalPeerKey).filter((key) => usable.has(key));
  return (spec?.advertisements ?? []).flatMap(({ poolNames, bgp = {} }, index) => {
    const wish: BgpWish = {
      key: `${configurationKey(name)}/${index}`,
      ...{ name, title: `configuration "${name}"`, peers },
      nodes: [{ matchLabels: spec?.nodeSelector ?? {} }],
      services: [],
      aggregation: aggregationOf(bgp.aggregationLength ?? 0),
      localPref: bgp.localPref,
      communities: bgp.communities ?? [],
      // The nodes that it selects are those that speak to its peers.
      ...{ prefersOwnNode: bgp.preferOwnNode ?? false, speakers: [] },
    };
    return poolNames.map((poolName) => ({ poolName, wish }));
  });
}

/** Deckhouse's one length cannot be of both families: what IPv4 can have is for IPv4. */
function aggregationOf(length: number): BgpWish["aggregation"] {
  if (length === 0) return {};
  return length <= 32 ? { IPv4: length } : { IPv6: length };
}

function missingPool(configuration: string, pool: string): Problem {
  return {
    code: "POOL_MISSING",
    message: `The configuration "${configuration}" names the pool "${pool}", which does not exist`,
  };
}

function missingPeers(
  { metadata: { name }, spec }: MetalLoadBalancerConfiguration,
  peers: readonly MetalLoadBalancerBGPPeer[],
): Problem[] {
  const known = new Set(peers.map(({ metadata }) => metadata.name));
  return (spec?.bgp?.peerNames ?? [])
    .filter((peer) => !known.has(peer))
    .map((peer) => ({
      code: "PEER_MISSING",
      message: `The configuration "${name}" names the peer "${peer}", which does not exist`,
    }));
}

/** @returns the keys of those that can be used */
function compilePeers(
  peers: readonly MetalLoadBalancerBGPPeer[],
  problems: Map<string, readonly Problem[]>,
): ReadonlySet<string> {
  const usable = new Set<string>();
  for (const { metadata, spec } of peers) {
    const found = peerProblems(metadata.name, spec ?? {});
    if (found.length === 0) usable.add(metalPeerKey(metadata.name));
    else problems.set(metalPeerKey(metadata.name), found);
  }
  return usable;
}
