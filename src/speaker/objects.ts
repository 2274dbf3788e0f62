/**
 * Of the objects of Kubernetes, what a speaker needs: the rest is not kept in memory. Pure.
 *
 * Neighbours: io/readings.ts reads them.
 */
import { parseIp, type Ip } from "../base/ip.ts";
import type { Node } from "../kube/types.ts";
import type { VirtualIP } from "../multi-ip/resource.ts";

/** Where the node's heartbeats go, best first. */
export function internalAddresses(node: Node): Ip[] {
  return (node.status?.addresses ?? []).flatMap(({ type, address }) => {
    const ip = type === "InternalIP" ? parseIp(address) : undefined;
    return ip === undefined ? [] : [ip];
  });
}

/** Of a Node, which is large, the name and where it is. */
export function pruneNode({ metadata: { name, uid, resourceVersion }, status }: Node): Node {
  const addresses = (status?.addresses ?? []).filter(({ type }) => type === "InternalIP");
  return { metadata: { name, uid, resourceVersion }, status: { addresses } };
}

/** Of our own also what says whether it may announce, to whom, and whether it is about to go. */
export function pruneOwnNode(node: Node): Node {
  const { metadata, status } = pruneNode(node);
  const { labels = {}, annotations = {}, deletionTimestamp } = node.metadata;
  const deletion = deletionTimestamp === undefined ? {} : { deletionTimestamp };
  const { unschedulable } = node.spec ?? {};
  return {
    metadata: { ...metadata, labels, annotations, ...deletion },
    ...(unschedulable === undefined ? {} : { spec: { unschedulable } }),
    status: { ...status, conditions: node.status?.conditions ?? [] },
  };
}

export function pruneVirtualIp({ metadata, spec, status }: VirtualIP): VirtualIP {
  const { name, uid, resourceVersion } = metadata;
  return { metadata: { name, uid, resourceVersion }, spec, status };
}
