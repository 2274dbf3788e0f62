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

/** True for an interface that is answered on only where it is named; they come and go with the Pods. */
export function isExcluded(name: string): boolean {
  return EXCLUDED_INTERFACES.some((pattern) => pattern.test(name));
}

/** In the annotation of a Lease: names, in order, with commas. */
export function formatInterfaces(names: readonly string[]): string {
  return names
    .filter((name) => !isExcluded(name))
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

const TOLD_MAX = 128;
