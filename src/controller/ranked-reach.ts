/**
 * Which nodes are ranked for an address: those that may answer for it on the segment, or where routers alone are told of it and
 * should prefer one node, those that announce it by the advertisements that ask so. Pure.
 *
 * Of what is announced without such a wish no node comes before another, and it has no rank
 * (docs/decisions/0026-own-nodes.md).
 * Neighbours: reach.ts has all nodes of an address; rank-jobs.ts makes jobs of them.
 */
import { familyOf, type IpFamily } from "../base/ip.ts";
import { modeOf, ownNodesOf } from "../classes/model.ts";
import type { Assignment } from "./assignments.ts";
import { reachOf } from "./reach.ts";
import type { ClassNodes, World } from "./world.ts";

export interface RankedReach {
  /** undefined: the class is gone. */
  readonly reach: ClassNodes | undefined;
  /** Nobody answers for it: routers choose. */
  readonly isOfRouters: boolean;
}

/** @returns null for an address without a rank */
export function rankedReach({ ip, uses, className }: Assignment, world: World): RankedReach | null {
  const reach = reachOf(uses, className, world);
  if (reach === undefined || modeOf(reach.ways) !== "BGP") return { reach, isOfRouters: false };
  const own = ownReach(reach, familyOf(ip));
  return own === null ? null : { reach: own, isOfRouters: true };
}

/** By family: the ranking reads what many addresses share once. */
const known = new WeakMap<ClassNodes, Map<IpFamily, ClassNodes | null>>();

function ownReach(reach: ClassNodes, family: IpFamily): ClassNodes | null {
  const ofReach = known.get(reach) ?? new Map<IpFamily, ClassNodes | null>();
  known.set(reach, ofReach);
  const before = ofReach.get(family);
  if (before !== undefined) return before;
  const eligible = ownNodesOf(reach.ways, family, reach.eligible);
  const own = eligible === null ? null : { ...reach, eligible };
  ofReach.set(family, own);
  return own;
}
