/**
 * From the objects as the API has them to what a plan is about: classes with their nodes, Services with what
 * they hold, addresses with whose they are. Pure.
 *
 * Time comes in: whether a speaker is heard of is judged by our clock, from when its Lease was seen to change.
 * Neighbours: observer.ts makes it; plan.ts goes on from here; nodes.ts and serving.ts know one thing each.
 */
import { familyOf, parseIp, type Ip, type IpFamily } from "../base/ip.ts";
import type { Manifests } from "../classes/compile.ts";
import type { Labels } from "../classes/label-selector.ts";
import type { ConfigurationState } from "../classes/metallb/configuration-state.ts";
import type { ServiceL2Status } from "../classes/metallb/service-l2-status.ts";
import {
  nodesOf,
  scoresOf,
  waysOn,
  type ClassModel,
  type Compiled,
  type Way,
} from "../classes/model.ts";
import type { MetalLoadBalancerClass } from "../classes/resource.ts";
import type { ServingNodes } from "../kube/serving.ts";
import type { DNSPublisher } from "../dns/resource.ts";
import type { EndpointSlice, Namespace, Node, Service } from "../kube/types.ts";
import { isMissing } from "../multi-ip/interfaces.ts";
import { virtualIpName } from "../multi-ip/name.ts";
import type { VirtualIP } from "../multi-ip/resource.ts";
import { leaveReason, type LeaveReason } from "./leaving.ts";
import type { Hearing } from "./looking.ts";
import { onceForEach } from "../base/once.ts";
import type { ClusterNode, Presence } from "./nodes.ts";

/** The objects as the stores hold them, in any order. */
export interface Snapshot extends Manifests {
  readonly services: readonly Service[];
  readonly namespaces: readonly Namespace[];
  readonly nodes: readonly Node[];
  readonly slices: readonly EndpointSlice[];
  readonly virtualIps: readonly VirtualIP[];
  readonly presences: readonly Presence[];
  readonly hearing: Hearing;
  /** Creations under way: they may exist already, so their addresses are spoken for and promised to nobody. */
  readonly claiming: readonly VirtualIP[];
  /** Problems that were told of objects without a condition of ours: manifest-status.ts. */
  readonly told: ReadonlyMap<string, readonly string[]>;
  /** null, or absent: the cluster has no such kinds. */
  readonly metallbStatuses?: MetallbStatuses | null;
  /** Of the names of Services: names.ts. None where the cluster has no such kind. */
  readonly dnsPublishers?: readonly DNSPublisher[];
}

/** MetalLB's kinds that only say how things are. */
export interface MetallbStatuses {
  /** Where they live: there may be no such namespace. */
  readonly namespace: string;
  readonly l2: readonly ServiceL2Status[];
  readonly states: readonly ConfigurationState[];
}

/** The nodes that some ways of a class reach. */
export interface ClassNodes {
  readonly model: ClassModel;
  /** All of the class's, but where a way is not for every Service: reach.ts. */
  readonly ways: readonly Way[];
  /** All that one of the ways selects: of L2 and BGP ways together, those of L2. */
  readonly selected: readonly ClusterNode[];
  /** All that may hold its addresses, also those that should leave. */
  readonly eligible: readonly ClusterNode[];
  /** Of the eligible: those that its addresses should leave, and why. */
  readonly leaving: ReadonlyMap<string, LeaveReason>;
  readonly eligibleNames: ReadonlySet<string>;
  /** By node, how much the ways prefer it. */
  readonly scores: ReadonlyMap<string, number>;
  /** Whether a speaker was ever heard of on one of the eligible nodes. */
  readonly hasSpeaker: boolean;
}

/** A VirtualIP that is well-formed. */
export interface ClaimedAddress {
  readonly ip: Ip;
  readonly family: IpFamily;
  readonly object: VirtualIP;
  /** Keys of the Services that use it. */
  readonly services: readonly string[];
}

export interface World {
  /** By key. */
  readonly services: ReadonlyMap<string, Service>;
  readonly classObjects: readonly MetalLoadBalancerClass[];
  readonly manifests: Manifests;
  readonly told: Snapshot["told"];
  readonly compiled: Compiled;
  /** By name of the namespace. */
  readonly namespaceLabels: ReadonlyMap<string, Labels>;
  readonly classes: ReadonlyMap<string, ClassNodes>;
  readonly nodeObjects: readonly Node[];
  readonly nodes: readonly ClusterNode[];
  /** Nodes with a serving endpoint, for Services that want their own node's only. */
  readonly serving: ReadonlyMap<string, ServingNodes>;
  /** By address. */
  readonly claimed: ReadonlyMap<Ip, ClaimedAddress>;
  /** What is being claimed and is not seen to exist yet. */
  readonly claiming: ReadonlyMap<Ip, ClaimedAddress>;
  /** VirtualIPs that are none: the API server lets none in, an older definition may have. */
  readonly malformed: readonly VirtualIP[];
}

/** True where only nodes with an endpoint of their own may hold the Service's addresses. */
export function isLocal(service: Service | undefined): boolean {
  return service?.spec?.externalTrafficPolicy === "Local";
}

/**
 * @returns for each of them that wants its own node's endpoints only: the nodes that have one of the address's family
 */
export function localServing(
  { ip, uses }: LocalUse,
  { services, serving }: Pick<World, "services" | "serving">,
): readonly ReadonlySet<string>[] {
  const family = familyOf(ip);
  return uses
    .map(({ namespace, name }) => `${namespace}/${name}`)
    .filter((key) => isLocal(services.get(key)))
    .map((key) => serving.get(key)?.[family] ?? NOWHERE);
}

interface LocalUse {
  readonly ip: Ip;
  readonly uses: readonly { readonly namespace: string; readonly name: string }[];
}

const NOWHERE: ReadonlySet<string> = new Set();

export function classNodes(
  model: ClassModel,
  ways: readonly Way[],
  nodes: readonly ClusterNode[],
): ClassNodes {
  const selected = nodesOf(ways, nodes);
  const eligible = selected.filter((node) => node.eligible && hasInterface(ways, node));
  const leaving = new Map<string, LeaveReason>();
  for (const node of eligible) {
    const reason = leaveReason(node.leaveMarks, model.drainOn);
    if (reason !== null) leaving.set(node.name, reason);
  }
  return {
    ...{ model, ways, selected, eligible, leaving },
    scores: scoresOf(ways, eligible),
    eligibleNames: new Set(eligible.map(({ name }) => name)),
    hasSpeaker: eligible.some(({ joinedAt }) => joinedAt !== null),
  };
}

/**
 * Whether the node has an interface that the ways which select it name. Nothing is held against a node that does not say
 * which it has, nor is a name that nobody tells of.
 */
export function hasInterface(
  ways: readonly Way[],
  { labels, interfaces }: Pick<ClusterNode, "labels" | "interfaces">,
): boolean {
  if (interfaces === null || ways.every((way) => way.interfaces.length === 0)) return true;
  const own = waysOn(ways, labels);
  const isThere = (name: string) => !isMissing(name, interfaces);
  const serves = (way: Way) => way.interfaces.length === 0 || way.interfaces.some(isThere);
  return own.length === 0 || own.some(serves);
}

/** @returns null for one that is none */
export const claimedAddress = onceForEach((object: VirtualIP): ClaimedAddress | null => {
  const ip = parseIp(object.spec.address);
  if (ip === undefined || virtualIpName(ip) !== object.metadata.name) return null;
  const services = object.spec.services.map((use) => `${use.namespace}/${use.name}`);
  return { ip, family: familyOf(ip), object, services };
});
