/**
 * The switch between the speakers: who reaches whom, how late, and what is lost on the way.
 *
 * Every node is a port. A partition takes frames and heartbeats alike; a one-way fault takes heartbeats only, as a
 * wrong filter would. No address of ours is on an interface, so a MAC never moves to another port, and what a switch
 * learns of MACs is where the nodes are: the table would never be wrong. What can be wrong is a client's ARP cache,
 * see client.ts.
 */
import type { UnsignedHeartbeat } from "../../src/speaker/liveness.ts";
import type { EventQueue } from "./queue.ts";
import type { Random } from "./random.ts";

export interface Noise {
  readonly loss: number;
  readonly duplicates: number;
  readonly delayMs: number;
}

const QUIET: Noise = { loss: 0, duplicates: 0, delayMs: 0 };

export interface Arrival {
  readonly from: number;
  readonly to: number;
  readonly heartbeat: UnsignedHeartbeat;
}

export class Segment {
  /** By node: its piece of the segment. */
  readonly groups: number[];
  /** When pieces became one again for the last time. */
  mendedMs = -Infinity;
  readonly #size: number;
  /** By from × size + to: how many faults take what one sends to the other. */
  readonly #cuts: Int32Array;
  /** By pair: since when no fault takes what one sends to the other. */
  readonly #openSinceMs: Float64Array;
  readonly #random: Random;
  readonly #queue: EventQueue;
  readonly #delayMs: number;
  #noise: Noise = QUIET;
  /** By pair: when a heartbeat arrived last, and how many were lost since. */
  readonly #arrivedMs: Float64Array;
  readonly #lostRun: Int32Array;
  readonly #newest: (UnsignedHeartbeat | undefined)[] = [];
  /** When a run of losses grew, and how long it was then: for the bounds of those who wait for news. */
  readonly #runs: { readonly atMs: number; readonly length: number }[] = [];

  constructor(size: number, delayMs: number, world: { random: Random; queue: EventQueue }) {
    this.groups = Array.from({ length: size }, () => 0);
    this.#size = size;
    this.#cuts = new Int32Array(size * size);
    this.#arrivedMs = new Float64Array(size * size).fill(-Infinity);
    this.#lostRun = new Int32Array(size * size);
    this.#openSinceMs = new Float64Array(size * size).fill(-Infinity);
    this.#random = world.random;
    this.#queue = world.queue;
    this.#delayMs = delayMs;
  }

  set noise(noise: Noise | null) {
    this.#noise = noise ?? QUIET;
  }

  cut(from: number, to: number, change: 1 | -1, nowMs: number): void {
    const at = from * this.#size + to;
    const cuts = (this.#cuts[at] ?? 0) + change;
    this.#cuts[at] = cuts;
    this.#openSinceMs[at] = cuts > 0 ? Infinity : nowMs;
  }

  /** @returns Infinity while a fault takes what one sends to the other; a partition does not count */
  openSinceMs(from: number, to: number): number {
    return this.#openSinceMs[from * this.#size + to] ?? -Infinity;
  }

  isCut(from: number, to: number): boolean {
    return this.groups[from] !== this.groups[to] || (this.#cuts[from * this.#size + to] ?? 0) > 0;
  }

  send(from: number, to: number, heartbeat: UnsignedHeartbeat, nowMs: number): void {
    if (this.isCut(from, to)) return;
    const { loss, duplicates, delayMs } = this.#noise;
    if (loss > 0 && this.#random.chance(loss)) {
      const at = from * this.#size + to;
      const length = (this.#lostRun[at] ?? 0) + 1;
      this.#lostRun[at] = length;
      this.#runs.push({ atMs: nowMs, length });
      return;
    }
    const copies = duplicates > 0 && this.#random.chance(duplicates) ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      const flightMs = this.#delayMs * (0.2 + 0.8 * this.#random.next());
      const lateMs = delayMs > 0 ? delayMs * this.#random.next() : 0;
      this.#queue.heartbeat(nowMs + flightMs + lateMs, { from, to }, heartbeat);
    }
  }

  /** What was on its way when the pieces parted is lost. What was overtaken, or comes twice, is no news of its sender. */
  arrives({ from, to, heartbeat }: Arrival, nowMs: number): boolean {
    if (this.isCut(from, to)) return false;
    const at = from * this.#size + to;
    const { incarnation, sequence } = heartbeat;
    const newest = this.#newest[at];
    const restarted = newest === undefined || incarnation > newest.incarnation;
    if (restarted || (incarnation === newest.incarnation && sequence > newest.sequence)) {
      this.#newest[at] = heartbeat;
      this.#arrivedMs[at] = nowMs;
    }
    this.#lostRun[at] = 0;
    return true;
  }

  arrivedMs(from: number, to: number): number {
    return this.#arrivedMs[from * this.#size + to] ?? -Infinity;
  }

  /** The longest run of heartbeats lost by noise, on any pair, from then on. */
  longestRunSince(atMs: number): number {
    let longest = 0;
    for (let i = this.#runs.length - 1; i >= 0; i--) {
      const run = this.#runs[i];
      if (run === undefined || run.atMs < atMs) break;
      longest = Math.max(longest, run.length);
    }
    return longest;
  }
}
