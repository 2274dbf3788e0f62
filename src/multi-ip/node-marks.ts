/** The marks on Node objects that keep addresses away or send them off: controller and speakers read them alike. Pure. */
import type { Node } from "../kube/types.ts";

/** Kubernetes' own: no external load balancer sends traffic to this node. */
export const EXCLUDE_LABEL = "node.kubernetes.io/exclude-from-external-load-balancers";
/** Its value is the time of the drain, for people; that it is there is what counts. */
export const DRAINED_ANNOTATION = "spreadlb.io/drained";

/** What forbids a node all addresses, whoever else may have them. */
export type Bar = "being-deleted" | "excluded" | "network-unavailable";

/** @param ignoreExcludeLabel nodes with `EXCLUDE_LABEL` are as good as others */
export function barOf(node: Node, ignoreExcludeLabel: boolean): Bar | null {
  if (node.metadata.deletionTimestamp !== undefined) return "being-deleted";
  const isExcluded = node.metadata.labels?.[EXCLUDE_LABEL] !== undefined;
  if (isExcluded && !ignoreExcludeLabel) return "excluded";
  return conditionOf(node, "NetworkUnavailable") === "True" ? "network-unavailable" : null;
}

/** `spreadlb drain`: such a node has addresses as the last choice only. */
export function isDrained({ metadata }: Node): boolean {
  return metadata.annotations?.[DRAINED_ANNOTATION] !== undefined;
}

/** @returns its status, as "True"; undefined: the node does not say */
export function conditionOf(node: Node, type: string): string | undefined {
  return node.status?.conditions?.find((condition) => condition.type === type)?.status;
}
