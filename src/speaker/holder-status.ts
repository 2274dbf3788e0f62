/**
 * What a holder writes into a VirtualIP's status, and whether it needs to. Pure.
 *
 * Two nodes may both believe for a moment that they hold an address. The status then says who took it last: nobody
 * writes over a holder that came later, so the two do not write in turns. But clocks differ, and a holder that gave way
 * says nothing more: who still holds an address after some seconds of another's word says so, whatever the clocks say.
 * Neighbours: io/status-writer.ts sends it; the controller follows it.
 */
import { setCondition, type ConditionWish } from "../kube/patches.ts";
import type { MoveReason } from "../multi-ip/move-reason.ts";
import type { VirtualIP, VirtualIPStatus } from "../multi-ip/resource.ts";

/** The holder's only condition: others are other managers', see findings.ts. */
const ANNOUNCED = "Announced";

/** What the frame worker has told of one address. */
export interface HolderFact {
  /** This node; null: nobody, for no node is left that may. */
  readonly holder: string | null;
  readonly reason: MoveReason;
  readonly atMs: number;
  readonly generation: number;
}

/** What became of a fact: "contradicted" is one that was written, and another's later word stands over it. */
export type Said = "no" | "yes" | "contradicted";

/** Who gives way has done so by then. */
export const CONTRADICTED_MS = 5000;

/** Another's word stands, though we hold it. That nobody does is said once: who sees more knows better. */
export function isContradicted({ status }: VirtualIP, { holder }: HolderFact): boolean {
  return holder !== null && (status?.holder ?? null) !== holder;
}

/**
 * @param said true where this fact was written before: then another's later word stands. The first word is not
 *   held against another's clock.
 * @returns what of the status is the holder's, to apply as it is; null where it says so already or a later holder has
 *   spoken
 */
export function holderStatus(
  object: VirtualIP,
  fact: HolderFact,
  said: boolean,
): VirtualIPStatus | null {
  const { status } = object;
  const before = status?.holder ?? null;
  const at = new Date(fact.atMs).toISOString();
  const shown = (status?.conditions ?? []).filter(({ type }) => type === ANNOUNCED);
  const conditions = setCondition(shown, announcedCondition(fact), at);
  if (before === fact.holder) {
    if (status?.generation === fact.generation && conditions === shown) return null;
    const { since, lastMove } = status ?? {};
    return {
      holder: fact.holder,
      ...(since === undefined ? {} : { since }),
      ...(lastMove === undefined ? {} : { lastMove }),
      generation: fact.generation,
      conditions,
    };
  }
  const isNobody = fact.holder === null && before !== null;
  if (isNobody && (said || (status?.generation ?? -1) > fact.generation)) return null;
  if (said && before !== null && Date.parse(status?.since ?? at) > fact.atMs) return null;
  return {
    holder: fact.holder,
    since: at,
    generation: fact.generation,
    lastMove: { from: before, to: fact.holder, at, reason: fact.reason },
    conditions,
  };
}

function announcedCondition({ holder }: HolderFact): ConditionWish {
  if (holder === null) {
    const message = "No node that is alive may answer for it";
    return { type: ANNOUNCED, status: "False", reason: "NoNode", message };
  }
  const message = `Node ${holder} answers for it`;
  return { type: ANNOUNCED, status: "True", reason: "Answering", message };
}
