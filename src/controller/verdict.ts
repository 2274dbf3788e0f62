/**
 * What forbids a node an address, the first thing first: for `spreadlb why`, and to name the cause of a move. Pure.
 *
 * Neighbours: ../multi-ip/explain.ts has a sentence for each verdict; causes.ts makes causes of them.
 */
import type { NodeVerdict } from "../multi-ip/explain.ts";
import type { ClusterNode } from "./nodes.ts";
import type { LeaveReason } from "./leaving.ts";

export interface NodeCase {
  /** Whether the class selects it. */
  readonly selected: boolean;
  /** Why the class's addresses should leave it, or null. */
  readonly leaving: LeaveReason | null;
  /** Whether it has an interface that is named for it. */
  readonly connected: boolean;
  /** Whether a Service that wants its node's endpoints only has one there. */
  readonly serving: boolean;
}

/** @returns the first thing that forbids it, in the order in which a person would mend them */
export function verdictOn(
  node: ClusterNode,
  { selected, leaving, connected, serving }: NodeCase,
): NodeVerdict {
  if (node.barred === "being-deleted") return node.barred;
  if (!selected) return "not-selected";
  if (node.barred !== null) return node.barred;
  if (leaving !== null) return leaving;
  if (!node.ready) return "not-ready";
  if (node.stopping) return "stopping";
  if (!node.present) return "no-speaker";
  if (!connected) return "no-interface";
  if (!node.available) return "returning";
  return serving ? "may-hold" : "no-serving-endpoint";
}
