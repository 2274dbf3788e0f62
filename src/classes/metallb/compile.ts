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
import { IP_ADDRESS_POOL_KIND, type IPAddressPool } from "./ip-address-pool.ts";
import { L2_ADVERTISEMENT_KIND, type L2Advertisement } from "./l2-advertisement.ts";

export interface AdvertisedWays {
  /** By name of the pool. */
  readonly ways: ReadonlyMap<string, readonly Way[]>;
  /** By `Kind/name` of the advertisement. */
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
}

export function ipAddressPoolKey(name: string): string {
  return `${IP_ADDRESS_POOL_KIND}/${name}`;
}

export function compileAdvertisements(manifests: {
  readonly ipAddressPools: readonly IPAddressPool[];
  readonly l2Advertisements: readonly L2Advertisement[];
}): AdvertisedWays {
  const ways = new Map<string, Way[]>();
  const problems = new Map<string, Problem[]>();
  const names = new Set(manifests.ipAddressPools.map(({ metadata }) => metadata.name));
  for (const advertisement of [...manifests.l2Advertisements].sort(compareNames)) {
    const { name } = advertisement.metadata;
    const dangling = advertisement.spec?.ipAddressPools?.filter((pool) => !names.has(pool)) ?? [];
    if (dangling.length > 0) {
      problems.set(`${L2_ADVERTISEMENT_KIND}/${name}`, dangling.map(danglingFrom(name)));
    }
    const way = wayOf(advertisement);
    for (const pool of manifests.ipAddressPools) {
      if (!isFor(advertisement, pool)) continue;
      const known = ways.get(pool.metadata.name);
      if (known === undefined) ways.set(pool.metadata.name, [way]);
      else known.push(way);
    }
  }
  return { ways, problems };
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

function isFor({ spec = {} }: L2Advertisement, { metadata }: IPAddressPool): boolean {
  const { ipAddressPools = [], ipAddressPoolSelectors = [] } = spec;
  if (ipAddressPools.length === 0 && ipAddressPoolSelectors.length === 0) return true;
  return (
    ipAddressPools.includes(metadata.name) ||
    matchesAny(ipAddressPoolSelectors, metadata.labels ?? {})
  );
}

function danglingFrom(advertisement: string): (pool: string) => Problem {
  return (pool) => ({
    code: "POOL_MISSING",
    message: `The advertisement "${advertisement}" names the pool "${pool}", which does not exist`,
  });
}

function compareNames(a: L2Advertisement, b: L2Advertisement): number {
  return compareText(a.metadata.name, b.metadata.name);
}
