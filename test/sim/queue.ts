/**
 * What happens next: a binary heap of events by time, and by the order of asking where the time is the same.
 *
 * Most events are heartbeats and timers, some 30,000 in a simulated minute, so an event is one small object with a
 * fixed shape, and nothing else is made for it.
 */
import type { UnsignedHeartbeat } from "../../src/speaker/liveness.ts";

export type SimEvent =
  | {
      readonly kind: "heartbeat";
      readonly to: number;
      readonly from: number;
      readonly heartbeat: UnsignedHeartbeat;
      readonly call: null;
    }
  | {
      readonly kind: "timer";
      readonly to: number;
      /** A timer that was set anew since is none. */
      readonly from: number;
      readonly heartbeat: null;
      readonly call: null;
    }
  | {
      readonly kind: "call";
      readonly to: number;
      readonly from: number;
      readonly heartbeat: null;
      readonly call: () => void;
    };

interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly event: SimEvent;
}

export class EventQueue {
  readonly #heap: Entry[] = [];
  #order = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** Infinity: nothing happens any more. */
  get nextMs(): number {
    return this.#heap[0]?.atMs ?? Infinity;
  }

  add(atMs: number, event: SimEvent): void {
    const heap = this.#heap;
    const entry = { atMs, order: this.#order++, event };
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as Entry;
      if (!isBefore(entry, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  take(): SimEvent | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first?.event;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      const right = child + 1;
      if (right < heap.length && isBefore(heap[right] as Entry, heap[child] as Entry))
        child = right;
      const below = heap[child] as Entry;
      if (!isBefore(below, last)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
    return first.event;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
