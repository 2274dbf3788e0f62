/**
 * Whether addresses may move without need, and how many now. Pure.
 *
 * Gradual on purpose: every move costs the connections of an address. Not before the nodes have been the same for the
 * settling time (design rule H3), then one at a time. Where the speakers did not follow a plan, so that the plan had
 * to follow them, the world is not as we think: the settling time begins anew.
 */
import type { RankMove } from "../multi-ip/rank.ts";
import type { PlanMemory } from "./memory.ts";
import { onceForEach } from "../base/once.ts";
import type { World } from "./world.ts";

/** How often to look at a node that is not trusted yet: its Lease tells when it may be. */
const WATCH_INTERVAL_MS = 1000;

export interface Settling {
  readonly movesMax: number;
  wakeAtMs(moves: readonly RankMove[]): number | null;
  afterMoves(moves: readonly RankMove[]): PlanMemory;
}

export interface SettlingOptions {
  readonly nowMs: number;
  readonly settlingTimeMs: number;
  readonly moveIntervalMs: number;
}

export function settle(world: World, memory: PlanMemory, options: SettlingOptions): Settling {
  const { nowMs, settlingTimeMs, moveIntervalMs } = options;
  const nodesKey = keyOfNodes(world.classes)(world.nodes);
  const nodesSinceMs = nodesKey === memory.nodesKey ? memory.nodesSinceMs : nowMs;
  const settledAtMs = Math.max(nodesSinceMs + settlingTimeMs, memory.nextMoveAtMs);
  const movesMax = settledAtMs <= nowMs ? 1 : 0;
  /** Nothing shortens a wait that was longer. */
  const nextMoveAtMs = (moves: readonly RankMove[]) => {
    const follows = moves.some(({ reason }) => reason === "follow-holder");
    const afterFollowingMs = follows ? nowMs + settlingTimeMs : 0;
    const afterMovingMs = moves.some(isVoluntary) ? nowMs + moveIntervalMs : 0;
    return Math.max(memory.nextMoveAtMs, afterFollowingMs, afterMovingMs);
  };
  return {
    movesMax,
    afterMoves: (moves) => ({
      ...memory,
      nodesKey,
      nodesSinceMs,
      nextMoveAtMs: nextMoveAtMs(moves),
    }),
    wakeAtMs(moves) {
      const isDoubted = world.nodes.some((node) => node.present && !node.available);
      const watchAtMs = isDoubted ? nowMs + WATCH_INTERVAL_MS : Number.POSITIVE_INFINITY;
      const mayMoveAtMs = Math.max(nodesSinceMs + settlingTimeMs, nextMoveAtMs(moves));
      const moveAtMs = mayMoveAtMs > nowMs ? mayMoveAtMs : Number.POSITIVE_INFINITY;
      const wake = Math.min(watchAtMs, moveAtMs);
      return Number.isFinite(wake) ? wake : null;
    },
  };
}

function isVoluntary({ reason }: RankMove): boolean {
  return reason === "balance" || reason === "spread" || reason === "preference";
}

/** Which nodes can hold addresses, and since which start of their speakers. Labels count: they choose classes. */
const keyOfNodes = onceForEach((classes: World["classes"]) =>
  onceForEach((nodes: World["nodes"]): string => {
    const eligible = [...classes.values()].map(({ model, eligible, leaving }) => {
      const staying = eligible.filter(({ name }) => !leaving.has(name));
      return `${model.name}=${staying.map(({ name }) => name).join(",")}`;
    });
    const heard = nodes
      .filter((node) => node.present && !node.lost)
      .map(({ name, joinedAt }) => `${name} ${joinedAt ?? ""}`);
    return JSON.stringify([heard, eligible]);
  }),
);
