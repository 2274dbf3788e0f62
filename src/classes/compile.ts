/**
 * From the manifests of both families to the one model. Pure, and the same for the same manifests in any order.
 *
 * Nothing of an object is refused here for a fault in another part of it: what cannot be read is left out,
 * named as a problem of the object, and the rest works. Of two that share addresses the older keeps
 * them, so that one made by mistake takes nothing from one that works.
 * Neighbours: metallb/compile.ts reads MetalLB's kinds; model.ts has the shapes.
 */
import { compileDeckhouse, type DeckhouseManifests } from "./deckhouse/compile.ts";
import type { Problem } from "../base/errors.ts";
import { compareText } from "../base/hash.ts";
import {
  compileAdvertisements,
  draftOfIpAddressPool,
  type AdvertisedWays,
  type MetallbManifests,
} from "./metallb/compile.ts";
import type { IPAddressPool } from "./metallb/ip-address-pool.ts";
import { titleAtStart, titleOf, type ClassModel, type Compiled } from "./model.ts";
import { settleOverlaps } from "./overlaps.ts";
import { formatRange, type IpRange } from "./ranges.ts";
import { readRanges, type Draft } from "./draft.ts";
import type { MetalLoadBalancerClass } from "./resource.ts";

/** The objects that say which addresses there are and who answers for them, in any order. */
export interface Manifests extends MetallbManifests, DeckhouseManifests {
  readonly classes: readonly MetalLoadBalancerClass[];
}

/** A cluster without any. */
export const NO_MANIFESTS: Manifests = {
  ...{ classes: [], metalPools: [], metalPeers: [], configurations: [] },
  ...{ ipAddressPools: [], l2Advertisements: [], bgpAdvertisements: [] },
  ...{ bgpPeers: [], bfdProfiles: [], communities: [] },
};

/** Shared ranges that one message names; what is more is counted. */
const SHARED_NAMED_MAX = 3;

/** @param given what is left out has no objects */
export function compileAll(given: Partial<Manifests>): Compiled {
  return compileDrafts(draftAll({ ...NO_MANIFESTS, ...given }));
}

/** @returns the same of what was drafted before, without a draft of its own; the drafts stay as they are */
export function compileDrafts({ drafts, problems: ofWays }: Drafted): Compiled {
  const problems = new Map(ofWays);
  const classes = new Map<string, ClassModel>();
  let defaultClass: string | null = null;
  const kept = settleOverlaps(drafts.map(({ model }) => model.ranges));
  for (const [place, draft] of drafts.entries()) {
    const { name, key } = draft.model;
    const { ranges = [], lost = [] } = kept[place] ?? {};
    const found = [...draft.found];
    for (const { to, shared } of lost) {
      const older = drafts[to];
      if (older !== undefined) found.push(overlap(draft.model, older.model, shared));
    }
    if (draft.model.isDefault && defaultClass !== null) {
      found.push({
        code: "CLASS_DEFAULT_DOUBLED",
        message: `Class "${name}" is not the default: the older class "${defaultClass}" is`,
      });
    }
    if (draft.model.isDefault) defaultClass ??= name;
    classes.set(key, { ...draft.model, ranges, isDefault: key === defaultClass });
    if (found.length > 0) problems.set(key, found);
  }
  return { classes, defaultClass, problems };
}

/** All that gives addresses, before one looks at another: the oldest first, and the problems of what the ways are made of. */
interface Drafted {
  readonly drafts: readonly Draft[];
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
}

export function draftAll(manifests: Manifests): Drafted {
  const advertised = compileAdvertisements(manifests);
  const deckhouse = compileDeckhouse(manifests, advertised.aliases);
  const drafts = [
    ...manifests.classes.map(draftOfClass),
    ...deckhouse.drafts,
    ...manifests.ipAddressPools.map((pool) => draftOfIpAddressPool(pool, waysOf(advertised, pool))),
  ].sort(compareAge);
  return { drafts, problems: new Map([...advertised.problems, ...deckhouse.problems]) };
}

/** Deckhouse's classes alone. */
export function compileClasses(classes: readonly MetalLoadBalancerClass[]): Compiled {
  return compileAll({ classes });
}

function waysOf({ ways }: AdvertisedWays, pool: IPAddressPool) {
  return ways.get(pool.metadata.name) ?? [];
}

/** Oldest first; one without a time is not stored yet, so it is the youngest. */
function compareAge(a: Draft, b: Draft): number {
  return (
    compareText(a.createdAt ?? "~", b.createdAt ?? "~") ||
    compareText(a.model.name, b.model.name) ||
    compareText(a.model.key, b.model.key)
  );
}

function draftOfClass({ metadata, spec = {} }: MetalLoadBalancerClass): Draft {
  const { name, creationTimestamp } = metadata;
  const found: Problem[] = [];
  const model: ClassModel = {
    ...{ key: name, name },
    isDefault: spec.isDefault === true,
    pool: null,
    ranges: readRanges({ name, pool: null }, spec.addressPool ?? [], found),
    offer: null,
    ways: [
      {
        advertisement: null,
        mode: "L2",
        nodes: [{ matchLabels: spec.nodeSelector ?? {} }],
        services: [],
        interfaces: spec.l2?.interfaces ?? [],
        preferences: [],
      },
    ],
    drainOn: spec.drainOn ?? [],
    rebalance: spec.rebalance !== "Off",
  };
  return { model, createdAt: creationTimestamp, found };
}

/** @param shared what the older one keeps */
export function overlap(model: ClassModel, other: ClassModel, shared: readonly IpRange[]): Problem {
  const named = shared.slice(0, SHARED_NAMED_MAX).map(formatRange).join(", ");
  const more =
    shared.length > SHARED_NAMED_MAX ? ` and ${shared.length - SHARED_NAMED_MAX} more` : "";
  return {
    code: "POOL_OVERLAP",
    message: `${titleAtStart(model)} shares ${named}${more} with the older ${titleOf(other)}, which keeps them`,
  };
}
