/**
 * Classes as the rest of the house knows them: ranges of addresses, and which nodes answer for them. Pure.
 *
 * Nothing of a class is refused here for a fault in another part of it: what cannot be read is left out,
 * named as a problem of the class, and the rest works. Of two classes that share addresses the older keeps
 * them, so that a class made by mistake takes nothing from one that works.
 * Neighbours: resource.ts has the manifest; allocate.ts gives the addresses out.
 */
import type { Problem } from "../base/errors.ts";
import { compareText } from "../base/hash.ts";
import type { IpFamily } from "../base/ip.ts";
import {
  disjointRanges,
  formatRange,
  intersectRanges,
  parseRange,
  sizeOf,
  subtractRanges,
  type IpRange,
} from "./ranges.ts";
import type {
  DrainTrigger,
  MetalLoadBalancerClass,
  MetalLoadBalancerClassStatus,
} from "./resource.ts";

export interface ClassModel {
  readonly name: string;
  readonly isDefault: boolean;
  /** The pool's name, or null where the class has its own addressPool (all of Deckhouse's). */
  readonly pool: string | null;
  /** In written order, disjoint; what overlaps an older class is taken out. */
  readonly ranges: readonly IpRange[];
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** Empty means all but the usual excluded ones. */
  readonly interfaces: readonly string[];
  readonly mode: "L2" | "BGP" | "Both";
  /** What makes its addresses leave a node, besides a drain. */
  readonly drainOn: readonly DrainTrigger[];
  /** Whether its addresses may move to make the nodes even. */
  readonly rebalance: boolean;
}

export interface NodeFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Not excluded by its label, its network available, not being deleted. */
  readonly eligible: boolean;
  /** Ready, and its speaker is heard of. */
  readonly available: boolean;
}

export interface CompiledClasses {
  readonly classes: ReadonlyMap<string, ClassModel>;
  readonly defaultClass: string | null;
  /** By class name, for every class that has one. */
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
}

/** Shared ranges that one message names; what is more is counted. */
const SHARED_NAMED_MAX = 3;

/** @param objects in any order: the result does not depend on it */
export function compileClasses(objects: readonly MetalLoadBalancerClass[]): CompiledClasses {
  const classes = new Map<string, ClassModel>();
  const problems = new Map<string, Problem[]>();
  let defaultClass: string | null = null;
  for (const object of [...objects].sort(compareAge)) {
    const { name } = object.metadata;
    const { model, found } = compileOne(object, [...classes.values()]);
    if (model.isDefault && defaultClass !== null) {
      found.push({
        code: "CLASS_DEFAULT_DOUBLED",
        message: `Class "${name}" is not the default: the older class "${defaultClass}" is`,
      });
    }
    if (model.isDefault) defaultClass ??= name;
    classes.set(name, { ...model, isDefault: name === defaultClass });
    if (found.length > 0) problems.set(name, found);
  }
  return { classes, defaultClass, problems };
}

/** Oldest first; one without a time is not stored yet, so it is the youngest. */
function compareAge(a: MetalLoadBalancerClass, b: MetalLoadBalancerClass): number {
  const [ageA, ageB] = [a.metadata.creationTimestamp ?? "~", b.metadata.creationTimestamp ?? "~"];
  return compareText(ageA, ageB) || compareText(a.metadata.name, b.metadata.name);
}

function compileOne(
  { metadata: { name }, spec = {} }: MetalLoadBalancerClass,
  older: readonly ClassModel[],
): { model: ClassModel; found: Problem[] } {
  const found: Problem[] = [];
  let ranges = readPool(name, spec.addressPool ?? [], found);
  for (const other of older) {
    const shared = intersectRanges(ranges, other.ranges);
    if (shared.length === 0) continue;
    found.push(overlap(name, other.name, shared));
    ranges = subtractRanges(ranges, shared);
  }
  const model: ClassModel = {
    name,
    isDefault: spec.isDefault === true,
    pool: null,
    ranges,
    nodeSelector: spec.nodeSelector ?? {},
    interfaces: spec.l2?.interfaces ?? [],
    mode: "L2",
    drainOn: spec.drainOn ?? [],
    rebalance: spec.rebalance !== "Off",
  };
  return { model, found };
}

function readPool(name: string, entries: readonly string[], found: Problem[]): IpRange[] {
  const ranges: IpRange[] = [];
  for (const entry of entries) {
    const parsed = parseRange(entry);
    if (parsed.ok) ranges.push(parsed.value);
    else found.push(parsed.problem);
  }
  if (ranges.length === 0) {
    found.push({ code: "POOL_EMPTY", message: `Class "${name}" has no addresses to give` });
  }
  return disjointRanges(ranges);
}

function overlap(name: string, other: string, shared: readonly IpRange[]): Problem {
  const named = shared.slice(0, SHARED_NAMED_MAX).map(formatRange).join(", ");
  const more =
    shared.length > SHARED_NAMED_MAX ? ` and ${shared.length - SHARED_NAMED_MAX} more` : "";
  return {
    code: "POOL_OVERLAP",
    message: `Class "${name}" shares ${named}${more} with the older class "${other}", which keeps them`,
  };
}

/** @returns the nodes that have every label of the class's selector, in the order given; eligible or not */
export function nodesOf(model: ClassModel, nodes: readonly NodeFacts[]): NodeFacts[] {
  const wanted = Object.entries(model.nodeSelector);
  return nodes.filter(({ labels }) =>
    wanted.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value),
  );
}

/**
 * How full a class is, as its status says it.
 *
 * @param assigned how many addresses of the class's ranges Services hold
 */
export function addressCounters(
  { ranges }: ClassModel,
  assigned: Readonly<Record<IpFamily, number>>,
): Required<Pick<MetalLoadBalancerClassStatus, "addresses" | "free">> {
  const count = (family: IpFamily) => {
    const total = sizeOf(ranges, family);
    const free = total - BigInt(assigned[family]);
    return { total: total.toString(), assigned: assigned[family], free: free.toString() };
  };
  const [ipv4, ipv6] = [count("IPv4"), count("IPv6")];
  const [has4, has6] = [ipv4.total !== "0", ipv6.total !== "0"];
  const words = [...(has4 ? [`${ipv4.free} IPv4`] : []), ...(has6 ? [`${ipv6.free} IPv6`] : [])];
  return {
    addresses: { ...(has4 ? { ipv4 } : {}), ...(has6 ? { ipv6 } : {}) },
    free: words.join(", ") || "0",
  };
}
