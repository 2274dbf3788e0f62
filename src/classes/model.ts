/**
 * Classes as the rest of the house knows them: ranges of addresses, to whom they are offered, and the ways in which nodes
 * answer for them. Pure.
 *
 * Read first: docs/decisions/0014-one-model-of-two-families.md. A MetalLoadBalancerClass is a class with one way of its own;
 * a pool of MetalLB is a class that nobody names, with a way for each advertisement that selects it.
 * Neighbours: compile.ts makes it of manifests; allocate.ts gives the addresses out.
 */
import type { Problem } from "../base/errors.ts";
import type { IpFamily } from "../base/ip.ts";
import { matchesAny, matchesSelector, type Labels, type LabelSelector } from "./label-selector.ts";
import type { CommunityValue } from "./metallb/community-values.ts";
import { sizeOf, type IpRange } from "./ranges.ts";
import type { DrainTrigger, MetalLoadBalancerClassStatus } from "./resource.ts";

export interface ClassModel {
  /** The name of a MetalLoadBalancerClass, or `Kind/name` of what else gives addresses: no name holds a slash. */
  readonly key: string;
  readonly name: string;
  readonly isDefault: boolean;
  /** The pool's name, or null where the class has its own addressPool (all of Deckhouse's). */
  readonly pool: string | null;
  /** In written order, disjoint; what overlaps an older class is taken out. */
  readonly ranges: readonly IpRange[];
  /** To whom; null: to those that name the class. */
  readonly offer: Offer | null;
  /** None: its addresses are given, and nobody answers for them. */
  readonly ways: readonly Way[];
  /** What makes its addresses leave a node, besides a drain. */
  readonly drainOn: readonly DrainTrigger[];
  /** Whether its addresses may move to make the nodes even. */
  readonly rebalance: boolean;
}

/** The Services that may have addresses of a pool: all of the lists must agree, an empty one agrees with all. */
export interface Offer {
  /** Whether unasked, too. */
  readonly autoAssign: boolean;
  /** True where the pool says for whom it is: it comes before those that are for all. */
  readonly isPinned: boolean;
  /** 1 is tried first, 0 last. */
  readonly priority: number;
  readonly namespaces: readonly string[];
  /** Namespaces too, by their labels. */
  readonly namespaceSelectors: readonly LabelSelector[];
  readonly serviceSelectors: readonly LabelSelector[];
}

/** One way in which nodes answer for the addresses of a class. Of several selectors one that matches is enough; none is all. */
export interface Way {
  /** The advertisement that says so; null: the class itself. */
  readonly advertisement: string | null;
  readonly mode: "L2" | "BGP";
  readonly nodes: readonly LabelSelector[];
  /** The Services whose addresses are answered so. */
  readonly services: readonly LabelSelector[];
  /** Empty means all but the usual excluded ones. */
  readonly interfaces: readonly string[];
  readonly preferences: readonly NodePreference[];
  /** Of mode BGP alone: what is announced. */
  readonly bgp?: BgpWay;
}

export interface BgpWay {
  /** `BGPAdvertisement/a`, `MetalLoadBalancerConfiguration/edge/0`: what VirtualIPs call it. */
  readonly key: string;
  /** The prefix length in which addresses are announced; 32 and 128: one by one. */
  readonly aggregation: Readonly<Record<IpFamily, number>>;
  /** RFC 4271 section 5.1.5; null: none. */
  readonly localPref: number | null;
  readonly communities: readonly CommunityValue[];
  /** `Kind/name` of the peers that are told; none: nobody is. */
  readonly peers: readonly string[];
  /** Absent: routers should prefer none of the nodes. */
  readonly ownNode?: OwnNode;
}

/** Every node announces every address, and for each of a Service's addresses routers should prefer another node. */
export interface OwnNode {
  /** Those of which each address is announced by itself. */
  readonly families: readonly IpFamily[];
  /** The nodes that speak to one of the peers: of several one that matches is enough; none: all nodes. */
  readonly speakers: readonly LabelSelector[];
}

export interface NodePreference {
  /** 1 to 100. */
  readonly weight: number;
  readonly nodes: LabelSelector;
}

export interface NodeFacts {
  readonly name: string;
  readonly labels: Labels;
  /** Not excluded by its label, its network available, not being deleted. */
  readonly eligible: boolean;
  /** Ready, and its speaker is heard of. */
  readonly available: boolean;
}

export interface Compiled {
  /** By key, the oldest first. */
  readonly classes: ReadonlyMap<string, ClassModel>;
  readonly defaultClass: string | null;
  /** By key of the class, or `Kind/name` of another object, for every one that has a problem. */
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
}

/** @returns `class "edge"` or `pool "prod"`, as sentences say it */
export function titleOf({ name, pool }: Pick<ClassModel, "name" | "pool">): string {
  return pool === null ? `class "${name}"` : `pool "${pool}"`;
}

/** The same at the beginning of a sentence. */
export function titleAtStart(model: Pick<ClassModel, "name" | "pool">): string {
  const title = titleOf(model);
  return title.charAt(0).toUpperCase() + title.slice(1);
}

/** @returns the ways that are for a Service with these labels */
export function waysFor({ ways }: ClassModel, serviceLabels: Labels): readonly Way[] {
  const isFor = ({ services }: Way) => services.length === 0 || matchesAny(services, serviceLabels);
  return ways.every(isFor) ? ways : ways.filter(isFor);
}

/**
 * @returns the nodes that one of the ways selects, in the order given; eligible or not. Where some answer by L2, those: any
 * number of nodes may announce by BGP, and who answers on the segment is chosen of those that may
 */
export function nodesOf<Node extends Pick<NodeFacts, "labels">>(
  ways: readonly Way[],
  nodes: readonly Node[],
): Node[] {
  const answering = answeringWays(ways);
  return nodes.filter(({ labels }) => answering.some((way) => selectsNode(way, labels)));
}

/** @returns the nodes of which routers should prefer one for each address of the family; null: no way asks for it */
export function ownNodesOf<Node extends Pick<NodeFacts, "labels">>(
  ways: readonly Way[],
  family: IpFamily,
  nodes: readonly Node[],
): Node[] | null {
  const asking = ways.filter(({ bgp }) => bgp?.ownNode?.families.includes(family) === true);
  if (asking.length === 0) return null;
  const isHeard = ({ bgp }: Way, labels: Labels) => {
    const { speakers = [] } = bgp?.ownNode ?? {};
    return speakers.length === 0 || matchesAny(speakers, labels);
  };
  return nodes.filter(({ labels }) =>
    asking.some((way) => selectsNode(way, labels) && isHeard(way, labels)),
  );
}

/** @returns whether one of the ways, of either mode, is the node's */
export function isSelected(ways: readonly Way[], labels: Labels): boolean {
  return ways.some((way) => selectsNode(way, labels));
}

/** @returns whether what has these selectors is for a node with the labels: without any it is for all */
export function selectsNode({ nodes }: Pick<Way, "nodes">, labels: Labels): boolean {
  return nodes.length === 0 || matchesAny(nodes, labels);
}

function answeringWays(ways: readonly Way[]): readonly Way[] {
  const ofL2 = ways.filter(({ mode }) => mode === "L2");
  return ofL2.length > 0 ? ofL2 : ways;
}

/** @returns the ways by which the node may answer, of those that some nodes do */
export function waysOn(ways: readonly Way[], labels: Labels): readonly Way[] {
  return answeringWays(ways).filter((way) => selectsNode(way, labels));
}

/** @returns by node, how much the ways that select it prefer it: the sum of the weights; those of 0 are left out */
export function scoresOf(
  ways: readonly Way[],
  nodes: readonly Pick<NodeFacts, "name" | "labels">[],
): ReadonlyMap<string, number> {
  const scores = new Map<string, number>();
  if (ways.every(({ preferences }) => preferences.length === 0)) return scores;
  for (const { name, labels } of nodes) {
    const preferences = waysOn(ways, labels).flatMap((way) => way.preferences);
    const preferred = preferences.filter((preference) => matchesSelector(preference.nodes, labels));
    const score = preferred.reduce((sum, { weight }) => sum + weight, 0);
    if (score > 0) scores.set(name, score);
  }
  return scores;
}

/** @returns the interfaces of all ways together; empty, as soon as one of them means all */
export function interfacesOf(all: readonly Way[]): readonly string[] {
  const ways = answeringWays(all);
  if (ways.some(({ interfaces }) => interfaces.length === 0)) return [];
  return [...new Set(ways.flatMap(({ interfaces }) => interfaces))];
}

export function modeOf(ways: readonly Way[]): "L2" | "BGP" | "Both" {
  const modes = new Set(ways.map(({ mode }) => mode));
  if (modes.size > 1) return "Both";
  return modes.has("BGP") ? "BGP" : "L2";
}

/**
 * How full a class is, as its status says it.
 *
 * @param assigned how many addresses of the class's ranges Services hold
 */
export function addressCounters(
  { ranges }: Pick<ClassModel, "ranges">,
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
