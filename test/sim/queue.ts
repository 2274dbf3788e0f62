/**
 * What happens next: a binary heap of events by time, and by the order of asking where the time is the same.
 *
 * Most events are heartbeats and timers, some 15,000 in a simulated minute, so an event is one small object of one
 * shape, and nothing else is made for it.
 */
import type { UnsignedHeartbeat } from "../../src/speaker/liveness.ts";

export interface SimEvent {
  readonly atMs: number;
  readonly order: number;
  /** A node; -1: none. */
  readonly to: number;
  /** Of a heartbeat, its sender; of a timer, its turn: one that was set anew since is none. */
  readonly from: number;
  /** A heartbeat; else a call; else a timer. */
  readonly heartbeat: UnsignedHeartbeat | null;
  readonly call: (() => void) | null;
}

export class EventQueue {
  readonly #heap: SimEvent[] = [];
  #order = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** Infinity: nothing happens any more. */
  get nextMs(): number {
    return this.#heap[0]?.atMs ?? Infinity;
  }

  heartbeat(
    atMs: number,
    { from, to }: { readonly from: number; readonly to: number },
    heartbeat: UnsignedHeartbeat,
  ): void {
    this.#add({ atMs, order: this.#order++, to, from, heartbeat, call: null });
  }

  timer(atMs: number, to: number, turn: number): void {
    this.#add({ atMs, order: this.#order++, to, from: turn, heartbeat: null, call: null });
  }

  call(atMs: number, call: () => void): void {
    this.#add({ atMs, order: this.#order++, to: -1, from: -1, heartbeat: null, call });
  }

  #add(event: SimEvent): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as SimEvent;
      if (!isBefore(event, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = event;
  }

  take(): SimEvent | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      const right = child + 1;
      if (right < heap.length && isBefore(heap[right] as SimEvent, heap[child] as SimEvent))
        child = right;
      const below = heap[child] as SimEvent;
      if (!isBefore(below, last)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: SimEvent, b: SimEvent): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
