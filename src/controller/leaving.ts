/**
 * Nodes that addresses should leave, and what says so: our own mark, and where a class asks for it, a cordon or the
 * taint of a node that is out of service. Pure.
 *
 * Leaving is a request, not a prohibition: such a node goes on answering for what no other node can hold. Whoever
 * wants silence rather than an answer from a node uses the exclusion label (docs/decisions/0013-drain-is-a-request.md).
 * Neighbours: nodes.ts reads the marks; rank-jobs.ts asks who leaves; `spreadlb drain` writes the annotation.
 */
import type { DrainTrigger } from "../classes/resource.ts";
import type { Node } from "../kube/types.ts";
import { isDrained } from "../multi-ip/node-marks.ts";

/** KEP-2268: set by people or machines once a node is known to be shut down. */
export const OUT_OF_SERVICE_TAINT = "node.kubernetes.io/out-of-service";

export type LeaveReason = "drained" | "cordoned" | "out-of-service";

const TRIGGERS: Readonly<Record<Exclude<LeaveReason, "drained">, DrainTrigger>> = {
  cordoned: "Cordon",
  "out-of-service": "OutOfServiceTaint",
};

/** @returns all that a node wears, the one that a person would mend first in front */
export function leaveMarks(node: Node): readonly LeaveReason[] {
  const { spec } = node;
  const marks: LeaveReason[] = [];
  if (isDrained(node)) marks.push("drained");
  if (spec?.taints?.some(({ key }) => key === OUT_OF_SERVICE_TAINT) === true) {
    marks.push("out-of-service");
  }
  if (spec?.unschedulable === true) marks.push("cordoned");
  return marks;
}

/** @returns why the addresses of a class should leave a node with these marks; null: they may stay */
export function leaveReason(
  marks: readonly LeaveReason[],
  drainOn: readonly DrainTrigger[],
): LeaveReason | null {
  return marks.find((mark) => mark === "drained" || drainOn.includes(TRIGGERS[mark])) ?? null;
}
