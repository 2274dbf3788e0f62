/**
 * What this node is and says of itself: its phase, its fence, what it can answer on, and the heartbeat made of it. Pure.
 *
 * A class, mutated in place, see liveness.ts.
 * Neighbours: liveness.ts decides when any of it changes; wire/heartbeat.ts is the form on the wire.
 */
import type { Mac } from "../base/mac.ts";
import type { NodeView } from "../multi-ip/holder.ts";
import { idOf } from "./ids.ts";
import type { LivenessOptions, UnsignedHeartbeat } from "./liveness-events.ts";
import { FENCE_EVERYTHING, fenceBehind, viewFrom, type Peer } from "./peers.ts";
import { UINT48_MAX, type Id, type LinkReport } from "./wire/heartbeat.ts";

/** More stalls than a life can have. */
const STALLS_MAX = 2 ** 20;

/**
 * The number of a new life. A life ends with a greater one than it began with where it stood still: once a detection time
 * at most, so that a clock that goes on has passed it, also where the lives between were too short to be saved.
 *
 * @param saved the number with which a life before began, if one is known
 * @returns milliseconds since 1970; where the clock is behind, a number that is to be saved before anybody hears of it
 */
export function nextIncarnation(wallMs: number, saved: number | undefined): number {
  return saved === undefined || wallMs > saved ? wallMs : saved + STALLS_MAX;
}

export class Ourselves {
  readonly node: string;
  readonly id: Id;
  readonly intervalMs: number;
  readonly detectionMs: number;
  #incarnation: number;
  phase: "idle" | "starting" | "serving" | "leaving" = "idle";
  /** Nobody is heard. */
  isolated = false;
  /** The newest plan that we know. */
  generation = 0;
  gated = false;
  links: readonly LinkReport[] = [];
  macs: readonly Mac[] = [];
  /** Grows whenever we gave up at once what another holds: see Heartbeat. */
  yields = 0;
  #fence = FENCE_EVERYTHING;
  #inServiceSinceMs = 0;
  #sequence = 0;

  constructor({ node, incarnation, intervalMs, detectionMs }: LivenessOptions) {
    this.node = node;
    this.id = idOf(node);
    this.#incarnation = incarnation;
    this.intervalMs = intervalMs;
    this.detectionMs = detectionMs;
  }

  get fence(): number {
    return this.#fence;
  }

  /** We stood still for so long that others gave us up: who hears us again was not absent itself. */
  beginAnew(nowMs: number): void {
    this.#incarnation++;
    this.#inServiceSinceMs = nowMs;
  }

  /** Behind everybody who has served for long; level with those who start or come back with us. */
  fenceBehind(peers: Iterable<Peer>, nowMs: number, atLeast: number): void {
    const fence = Math.max(fenceBehind(peers, this.generation), atLeast);
    this.#fence = this.#fence === FENCE_EVERYTHING ? fence : Math.max(this.#fence, fence);
    this.#inServiceSinceMs = nowMs;
  }

  viewOf(links: readonly Id[]): NodeView {
    const { fence, gated } = this;
    return viewFrom({ alive: this.phase === "serving", fence, gated }, this.links, links);
  }

  /** @param intervalMs how often we are heard, turns and all */
  heartbeat(peers: Iterable<Peer>, intervalMs: number, nowMs: number): UnsignedHeartbeat {
    const [heard, lost]: [Id[], Id[]] = [[], []];
    for (const peer of peers) {
      if (peer.state === "heard") heard.push(peer.id);
      if (peer.imposedFence > 0 && !peer.vouchedFor) lost.push(peer.id);
    }
    const seconds = Math.floor((nowMs - this.#inServiceSinceMs) / 1000);
    const { phase, isolated, gated, yields, fence, links, macs } = this;
    return {
      ...{ sender: this.id, leaving: phase === "leaving", starting: phase === "starting" },
      ...{ isolated, gated, yields, fence, links, macs, heard, lost },
      incarnation: this.#incarnation,
      sequence: (this.#sequence = (this.#sequence + 1) % UINT48_MAX),
      planGeneration: this.generation,
      inServiceSeconds: phase === "serving" ? Math.min(seconds, 0xffff) : 0,
      ...{ intervalMs, detectionMs: this.detectionMs },
    };
  }
}
