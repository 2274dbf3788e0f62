/**
 * Why an address moved: one word in the status, the printer column, the log and the metric, and one
 * sentence for people. Pure.
 *
 * Neighbours: moves.ts and the speakers give the reasons; explain.ts shows them.
 */

export const MOVE_REASONS = {
  first: "it was placed for the first time",
  "node-lost": "the node that held it was lost, or may hold it no longer",
  "follow-holder": "the plan follows the node that answers already",
  spread: "two addresses of its Service were on one node while another node had none",
  balance: "it lowers the difference between the numbers of addresses on the nodes",
  preference: "its advertisement prefers the node to which it went",
  plan: "a newer plan ranks another node first",
  "returned-after-loss": "its holder had lost it, and no other node was left to hold it",
  "speaker-stopped": "the speaker that held it was stopped, and handed it over first",
  "interface-lost": "the node that held it has no usable interface for it any more",
  "gate-closed": "the node that held it said that it cannot forward: its kube-proxy is not healthy",
  "partition-mended": "two sides answered while they did not hear each other, and one gave way",
  "no-node": "no node is left that may hold it",
  drained: "the node that held it was drained",
  cordoned: "the node that held it was cordoned, and the class lets its addresses leave then",
  "out-of-service": "the node that held it wears the taint node.kubernetes.io/out-of-service",
  excluded: "the node that held it was excluded by its label",
  "not-selected": "the node that held it has no longer the labels of the class",
  "being-deleted": "the node that held it was deleted",
  "network-unavailable": "the node that held it has its network unavailable",
  "no-serving-endpoint": "the node that held it has no serving endpoint any more (policy Local)",
} as const;

export type MoveReason = keyof typeof MOVE_REASONS;

/** @returns the sentence for a reason; the word itself where a newer release wrote it */
export function describeMoveReason(reason: string): string {
  return reason in MOVE_REASONS ? MOVE_REASONS[reason as MoveReason] : reason;
}
