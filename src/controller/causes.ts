/**
 * Why the first of a rank is the first, in one word: what the ranking says of a move, and where a node may hold the
 * address no longer, what forbids it (design rule P4). Pure.
 *
 * Neighbours: ../multi-ip/move-reason.ts has the words; virtual-ips.ts writes them into the plan.
 */
import type { NodeVerdict } from "../multi-ip/explain.ts";
import type { MoveReason } from "../multi-ip/move-reason.ts";
import type { RankMove } from "../multi-ip/rank.ts";
import type { Assignment } from "./assignments.ts";
import { reachOf } from "./reach.ts";
import { verdictOn } from "./verdict.ts";
import { hasInterface, localServing, type World } from "./world.ts";

/** @returns the moves, each with the best word that is known for it */
export function withCauses(
  moves: readonly RankMove[],
  wanted: ReadonlyMap<string, Assignment>,
  world: World,
): RankMove[] {
  return moves.map((move) => {
    const assignment = wanted.get(move.address);
    if (assignment === undefined || move.from === null) return move;
    if (move.reason !== "node-lost" && move.reason !== "no-node") return move;
    return { ...move, reason: causeOf(move, move.from, { assignment, world }) };
  });
}

function causeOf(
  { reason }: RankMove,
  from: string,
  { assignment, world }: { readonly assignment: Assignment; readonly world: World },
): MoveReason {
  const node = world.nodes.find(({ name }) => name === from);
  if (node === undefined) return "being-deleted";
  const ofClass = reachOf(assignment.uses, assignment.className, world);
  const verdict = verdictOn(node, {
    selected: ofClass?.selected.some(({ name }) => name === from) ?? false,
    leaving: ofClass?.leaving.get(from) ?? null,
    connected: hasInterface(ofClass?.ways ?? [], node),
    serving: localServing(assignment, world).every((nodes) => nodes.has(from)),
  });
  return MOVING[verdict] ?? reason;
}

/** Verdicts that are causes of moves; the others are a lost node, or none that the node would be left for. */
const MOVING: Partial<Record<NodeVerdict, MoveReason>> = {
  "being-deleted": "being-deleted",
  "not-selected": "not-selected",
  excluded: "excluded",
  "network-unavailable": "network-unavailable",
  drained: "drained",
  cordoned: "cordoned",
  "out-of-service": "out-of-service",
  stopping: "speaker-stopped",
  "no-interface": "interface-lost",
  "no-serving-endpoint": "no-serving-endpoint",
};
