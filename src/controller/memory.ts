/**
 * What the planner remembers from one pass to the next, and may forget: a restart costs patience, never an address. Pure.
 *
 * What must not be forgotten is in the API: claims in VirtualIPs, problems and the bound class in conditions.
 */
import type { Ip } from "../base/ip.ts";
import type { Announcing } from "./announcing.ts";
import { Standing, type Stood } from "./standing.ts";

/** A first place that the speakers have not answered for yet: until then the plan stands, not what they reported last. */
export interface PendingMove {
  readonly generation: number;
  readonly untilMs: number;
}

export interface AwaitedNodes {
  readonly nodes: ReadonlySet<string>;
  /** null: it has not begun, for there is no class yet. */
  readonly untilMs: number | null;
  /** Until then no holder is followed away from a node that can answer: the first speakers begin one after another. */
  readonly beginsUntilMs: number;
}

/** And what was worked out before, so that it need not be again; that changes no plan. */
export interface PlanMemory extends Stood {
  /** The newest plan that was ever seen or made: deleting its VirtualIPs must not turn the counter back. */
  readonly generation: number;
  /** When the planner has looked long enough to rank anew what is in place; null: no pass yet. */
  readonly lookUntilMs: number | null;
  /** Nodes whose speakers were not heard of yet, and are planned with until then. */
  readonly awaited: AwaitedNodes;
  /** Addresses whose plan is given anew to a node that began after it was made, and the number that it had. */
  readonly renewals: ReadonlyMap<Ip, number>;
  /** Nodes that count where routers should prefer one of them; null: no pass yet. */
  readonly announcing: Announcing | null;
  /** Which nodes are there, and since when exactly these. */
  readonly nodesKey: string | null;
  readonly nodesSinceMs: number;
  /** No voluntary move before this. */
  readonly nextMoveAtMs: number;
  readonly pending: ReadonlyMap<Ip, PendingMove>;
  /** Services whose status waits for claims that are being made, and since when. */
  readonly waiting: ReadonlyMap<string, number>;
  /** When the counters in the status of a class, or of a pool, were last brought up to date. */
  readonly countedAtMs: ReadonlyMap<string, number>;
}

/**
 * @param generationFloor no plan of this process is numbered at or below it. Epoch seconds do: so the counter grows
 *   even where all VirtualIPs were deleted and the controller restarted, while speakers remember newer plans (rule H3).
 */
export function emptyMemory(generationFloor = 0): PlanMemory {
  return {
    generation: generationFloor,
    lookUntilMs: null,
    awaited: { nodes: new Set(), untilMs: null, beginsUntilMs: -Infinity },
    renewals: new Map(),
    announcing: null,
    nodesKey: null,
    nodesSinceMs: 0,
    nextMoveAtMs: 0,
    pending: new Map(),
    waiting: new Map(),
    countedAtMs: new Map(),
    standing: new Standing(),
    standingSinceMs: null,
  };
}
