/**
 * How a speaker that is asked to stop parts from routers with graceful restart: as one that comes back, or for good. Pure.
 *
 * Read first: RFC 4724 section 4, RFC 8538 section 3: over a restart routers keep our routes, for two minutes if nobody comes back. That is
 * right where the speaker alone goes (a new version, an eviction), for kube-proxy forwards without it, and wrong where the node goes.
 * Neighbours: own-node.ts knows the node; ../bgp/causes.ts has the words, and those for routers without graceful restart.
 */
import type { Node } from "../kube/types.ts";
import { conditionOf, isDrained } from "../multi-ip/node-marks.ts";
import type { RouteBar } from "./routes.ts";

export type Parting = "restart" | "shutdown";

/**
 * @param node undefined: there is none, or nobody knows
 * @param bar what keeps it from announcing anything
 */
export function partingOf(node: Node | undefined, bar: RouteBar | null): Parting {
  if (node === undefined || bar !== null) return "shutdown";
  const isGoing = isDrained(node) || node.spec?.unschedulable === true;
  // In a cluster whose nodes say nothing of it they are as good as ready.
  const isReady = (conditionOf(node, "Ready") ?? "True") === "True";
  return isGoing || !isReady ? "shutdown" : "restart";
}
