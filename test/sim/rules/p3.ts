/**
 * P3: a lost node moves its own addresses and no others.
 *
 * Asserted of every pass of the controller: an address whose first place changes because a node was lost or may hold it
 * no longer ("node-lost") was ranked first on a node that is no candidate any more: not eligible, or not heard of,
 * or lost by the word of those who took over or its own, or it is not trusted yet. No address leaves a node that is in order for it.
 * The evenness among survivors is P2's, at the end; that of second places is held by the properties of rank.ts.
 */
import { isStale } from "../../../src/controller/nodes.ts";
import { EXCLUDE_LABEL } from "../../../src/multi-ip/node-marks.ts";
import { REJOINED_ANNOTATION } from "../../../src/multi-ip/presence.ts";
import type { Snapshot } from "../../../src/controller/world.ts";
import { seconds, type RuleMaker } from "./fact.ts";

export const p3: RuleMaker = (settings) => ({
  name: "P3",
  take(fact) {
    if (fact.kind !== "plan") return null;
    for (const write of fact.writes) {
      if (write.kind !== "update-virtual-ip" || write.move?.reason !== "node-lost") continue;
      const { from, address } = write.move;
      if (from === null || !isInOrder(from, fact.snapshot, { nowMs: fact.atMs, ...settings }))
        continue;
      return `${address} is moved from ${from} at ${seconds(fact.atMs)} as lost, but ${from} is well`;
    }
    return null;
  },
});

function isInOrder(
  node: string,
  { nodes, presences, virtualIps }: Snapshot,
  { nowMs, settlingTimeMs }: { readonly nowMs: number; readonly settlingTimeMs: number },
): boolean {
  const object = nodes.find(({ metadata }) => metadata.name === node);
  if (object === undefined || object.metadata.labels?.[EXCLUDE_LABEL] !== undefined) return false;
  const presence = presences.find(({ lease }) => lease.spec?.holderIdentity === node);
  if (presence === undefined || isStale(presence, nowMs)) return false;
  const renewedMs = Date.parse(presence.lease.spec?.renewTime ?? "");
  const rejoinedMs = Date.parse(presence.lease.metadata.annotations?.[REJOINED_ANNOTATION] ?? "");
  if (renewedMs < rejoinedMs + settlingTimeMs) return false;
  return !virtualIps.some(({ status }) => {
    const move = status?.lastMove;
    if (move?.reason !== "node-lost" || move.from !== node) return false;
    return renewedMs < Date.parse(move.at) + settlingTimeMs;
  });
}
