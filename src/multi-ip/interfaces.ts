/**
 * On which interfaces an address is answered, node by node, and which interfaces nobody tells of. Pure.
 *
 * Neighbours: ../controller/virtual-ips.ts writes what the speakers read here; ../speaker/io/presence.ts tells of what there
 * is.
 */
import type { NodeInterfaces } from "./resource.ts";

/** Interfaces of containers, tunnels and the node itself: no client is behind them. Names must match whole. */
const EXCLUDED_INTERFACES: readonly RegExp[] = [
  "docker.*|cbr.*|dummy.*|virbr.*|lxc.*|veth.*|lo|cali.*|tunl.*|flannel.*|kube-ipvs.*|cni.*",
  "nodelocaldns.*|cilium_.*|vxlan\\.calico|weave|kube-bridge|ovn-k8s-.*|antrea-.*",
].map((names) => new RegExp(`^(?:${names})$`));

/** Of those, the ones that come and go with the Pods: a Lease that told of them would be another with each Pod. */
const POD_INTERFACES = /^(?:veth|lxc|cali)/;

/** What a plan says of it. */
export interface Answered {
  /** None: on all but the usual excluded. */
  readonly interfaces: readonly string[];
  /** By node, of those that answer on others than these. */
  readonly nodeInterfaces?: readonly NodeInterfaces[] | undefined;
}

/** @returns where the node answers; none: on all but the usual excluded */
export function interfacesOn(
  { interfaces, nodeInterfaces = [] }: Answered,
  name: string,
): readonly string[] {
  return nodeInterfaces.find(({ node }) => node === name)?.interfaces ?? interfaces;
}

/** True for an interface that is answered on only where it is named. */
export function isExcluded(name: string): boolean {
  return EXCLUDED_INTERFACES.some((pattern) => pattern.test(name));
}

/** In the annotation of a Lease: names, in order, with commas; all but those of Pods. */
export function formatInterfaces(names: readonly string[]): string {
  return names
    .filter((name) => !POD_INTERFACES.test(name))
    .sort()
    .slice(0, TOLD_MAX)
    .join(",");
}

/** @returns null where nothing is said, or more than fits */
export function parseInterfaces(text: string | undefined): ReadonlySet<string> | null {
  if (text === undefined) return null;
  const names = text.split(",").filter((name) => name !== "");
  return names.length < TOLD_MAX ? new Set(names) : null;
}

/**
 * True where the node has no such interface, as far as its speaker tells. None tells of those of Pods, and one that leaves out lo,
 * which every node has, is of an older release and tells of none of the usual excluded.
 */
export function isMissing(name: string, told: ReadonlySet<string>): boolean {
  const isTold = isExcluded(name) ? told.has("lo") && !POD_INTERFACES.test(name) : true;
  return isTold && !told.has(name);
}

const TOLD_MAX = 128;
