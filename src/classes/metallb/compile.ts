/**
 * MetalLB's pools and advertisements in terms of the model. Pure.
 *
 * A pool is a class that nobody names; every advertisement that names or selects it is one of its ways.
 * Neighbours: ../compile.ts puts both families together.
 */
import type { Problem } from "../../base/errors.ts";
import { compareText } from "../../base/hash.ts";
import { readRanges, type Draft } from "../draft.ts";
import { matchesAny } from "../label-selector.ts";
import type { Offer, Way } from "../model.ts";
import { withoutBuggyAddresses } from "../ranges.ts";
import type { CommunityAliases } from "../bgp-way.ts";
import type { BGPAdvertisement } from "./bgp-advertisement.ts";
import { bgpAdvertisementKey, compileBgp, type BgpManifests } from "./compile-bgp.ts";
import { IP_ADDRESS_POOL_KIND, type IPAddressPool } from "./ip-address-pool.ts";
import { L2_ADVERTISEMENT_KIND, type L2Advertisement } from "./l2-advertisement.ts";

export interface AdvertisedWays {
  /** By name of the pool. */
  readonly ways: ReadonlyMap<string, readonly Way[]>;
  /** By `Kind/name` of the advertisement. */
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
  readonly aliases: CommunityAliases;
}

type Advertisement = Pick<L2Advertisement | BGPAdvertisement, "metadata" | "spec">;

export function ipAddressPoolKey(name: string): string {
  return `${IP_ADDRESS_POOL_KIND}/${name}`;
}

export interface MetallbManifests extends BgpManifests {
  readonly ipAddressPools: readonly IPAddressPool[];
  readonly l2Advertisements: readonly L2Advertisement[];
}

export function compileAdvertisements(manifests: MetallbManifests): AdvertisedWays {
  const ways = new Map<string, Way[]>();
  const bgp = compileBgp(manifests);
  const problems = new Map<string, readonly Problem[]>(bgp.problems);
  const names = new Set(manifests.ipAddressPools.map(({ metadata }) => metadata.name));
  const addFor = (
    advertisement: Advertisement,
    wayTo: (pool: IPAddressPool, found: Problem[]) => Way,
  ): readonly Problem[] => {
    const found = danglingOf(advertisement, names);
    for (const pool of manifests.ipAddressPools) {
      if (!isFor(advertisement, pool)) continue;
      const known = ways.get(pool.metadata.name);
      const way = wayTo(pool, found);
      if (known === undefined) ways.set(pool.metadata.name, [way]);
      else known.push(way);
    }
    return found;
  };
  for (const advertisement of [...manifests.l2Advertisements].sort(compareNames)) {
    const way = wayOf(advertisement);
    const found = addFor(advertisement, () => way);
    if (found.length > 0) {
      problems.set(`${L2_ADVERTISEMENT_KIND}/${advertisement.metadata.name}`, found);
    }
  }
  for (const advertisement of [...manifests.bgpAdvertisements].sort(compareNames)) {
    const found = addFor(advertisement, (pool, wrong) => bgp.wayOf(advertisement, pool, wrong));
    const all = distinct([...bgp.problemsOf(advertisement), ...found]);
    if (all.length > 0) problems.set(bgpAdvertisementKey(advertisement.metadata.name), all);
  }
  return { ways, problems, aliases: bgp.aliases };
}

/** What is wrong with it for several pools is said once. */
function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [problem.message, problem])).values()];
}

export function draftOfIpAddressPool(
  { metadata: { name, creationTimestamp }, spec }: IPAddressPool,
  ways: readonly Way[],
): Draft {
  const found: Problem[] = [];
  const written = readRanges({ name, pool: name }, spec?.addresses ?? [], found);
  const ranges = spec?.avoidBuggyIPs === true ? withoutBuggyAddresses(written, found) : written;
  const model = {
    key: ipAddressPoolKey(name),
    name,
    isDefault: false,
    pool: name,
    ranges,
    offer: offerOf(spec),
    ways,
    drainOn: [],
    rebalance: true,
  };
  return { model, createdAt: creationTimestamp, found };
}

function offerOf(spec: IPAddressPool["spec"]): Offer {
  const { autoAssign = true, serviceAllocation } = spec ?? {};
  return {
    autoAssign,
    isPinned: serviceAllocation !== undefined,
    priority: serviceAllocation?.priority ?? 0,
    namespaces: serviceAllocation?.namespaces ?? [],
    namespaceSelectors: serviceAllocation?.namespaceSelectors ?? [],
    serviceSelectors: serviceAllocation?.serviceSelectors ?? [],
  };
}

function wayOf({ metadata, spec = {} }: L2Advertisement): Way {
  const preferred = spec.preferredNodeSelectors ?? [];
  return {
    advertisement: metadata.name,
    mode: "L2",
    nodes: spec.nodeSelectors ?? [],
    services: spec.serviceSelectors ?? [],
    interfaces: spec.interfaces ?? [],
    preferences: preferred.map(({ weight, preference }) => ({ weight, nodes: preference })),
  };
}

function isFor({ spec = {} }: Advertisement, { metadata }: IPAddressPool): boolean {
  const { ipAddressPools = [], ipAddressPoolSelectors = [] } = spec;
  if (ipAddressPools.length === 0 && ipAddressPoolSelectors.length === 0) return true;
  return (
    ipAddressPools.includes(metadata.name) ||
    matchesAny(ipAddressPoolSelectors, metadata.labels ?? {})
  );
}

function danglingOf({ metadata, spec }: Advertisement, names: ReadonlySet<string>): Problem[] {
  const dangling = spec?.ipAddressPools?.filter((pool) => !names.has(pool)) ?? [];
  return dangling.map((pool) => ({
    code: "POOL_MISSING",
    message: `The advertisement "${metadata.name}" names the pool "${pool}", which does not exist`,
  }));
}

function compareNames(a: Advertisement, b: Advertisement): number {
  return compareText(a.metadata.name, b.metadata.name);
}
