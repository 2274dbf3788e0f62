/**
 * Why an address changes hands, in the words of its status. Pure.
 */
import type { MoveReason } from "../multi-ip/move-reason.ts";
import { linkIdsOn, type AddressRecord } from "./addresses.ts";
import type { Liveness } from "./liveness.ts";

export interface ReasonWorld {
  /** This node. */
  readonly node: string;
  readonly liveness: Pick<Liveness, "peer" | "viewOf" | "isGated">;
}

/** @param to who answers from now on, as far as we know; null: nobody */
export function reasonOf(
  record: AddressRecord,
  to: string | null,
  { node, liveness }: ReasonWorld,
): MoveReason {
  const from = record.holder;
  // Of nodes that are in the rank, and not heard here, one that is in no rank knows nothing.
  const { rank } = record.plan;
  if (to !== null && to === record.givenTo) return "plan";
  if (to === null) return rank.length === 0 || rank.includes(node) ? "no-node" : "plan";
  if (from === null) return "first";
  const peer = liveness.peer(from);
  if (peer?.left === true) return "speaker-stopped";
  if (from !== node && (peer === undefined || peer.dead || peer.starting)) return "node-lost";
  if (liveness.viewOf(from, linkIdsOn(record, from))?.alive !== true) return "interface-lost";
  if (record.plan.generation > record.decidedGeneration) return "plan";
  if (liveness.isGated(from) && !liveness.isGated(to)) return "gate-closed";
  return from === to ? "returned-after-loss" : "partition-mended";
}
