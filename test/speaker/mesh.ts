/**
 * Many nodes' Liveness on a network that exists in memory: nothing but heartbeats, so that a hundred are quick.
 *
 * A heartbeat takes one millisecond, unless it is lost; loss is drawn from a seed. "rechecked" comes at once.
 */
import {
  Liveness,
  type LivenessEvent,
  type UnsignedHeartbeat,
} from "../../src/speaker/liveness.ts";
import type { PeerVerdict } from "../../src/speaker/liveness-events.ts";

type Untimed<E> = E extends unknown ? Omit<E, "nowMs"> : never;

export interface Judged {
  readonly by: string;
  readonly node: string;
  readonly verdict: PeerVerdict;
  readonly atMs: number;
}

export const RHYTHM = { intervalMs: 50, detectionMs: 330 } as const;

export class Mesh {
  nowMs = 0;
  readonly judged: Judged[] = [];
  /** Datagrams since the start, or since this was set to 0. */
  sent = 0;
  /** Of each datagram, whether it is lost. */
  loses: (from: string, to: string) => boolean = () => false;
  /** Does nothing until it is taken out: what reaches it waits. */
  readonly paused = new Set<string>();
  readonly #nodes = new Map<string, Liveness>();
  readonly #dueMs = new Map<string, number>();
  readonly #flights = new Map<number, (() => void)[]>();
  readonly #waiting: (() => void)[] = [];
  #incarnation = 1;

  constructor(size: number) {
    const names = Array.from({ length: size }, (_, i) => `n${i}`);
    const peers = names.map((node) => ({ node, addresses: [node], lingering: false }));
    for (const node of names) this.#nodes.set(node, this.#liveness(node));
    for (const node of names) {
      this.#feed(node, { kind: "peers", peers: peers.filter((peer) => peer.node !== node) });
    }
    // Spread over an interval, as nodes are.
    names.forEach((node, i) => {
      this.#later((i * 37) % RHYTHM.intervalMs, () => {
        this.#feed(node, { kind: "start" });
      });
    });
  }

  get size(): number {
    return this.#nodes.size;
  }

  crash(name: string): void {
    this.#nodes.delete(name);
    this.#dueMs.delete(name);
  }

  resume(name: string): void {
    this.paused.delete(name);
    for (const deliver of this.#waiting.splice(0)) deliver();
  }

  /** Lets time pass, a millisecond at a time. */
  run(forMs: number): void {
    for (const endMs = this.nowMs + forMs; this.nowMs < endMs; this.nowMs++) {
      const due = this.#flights.get(this.nowMs) ?? [];
      this.#flights.delete(this.nowMs);
      for (const deliver of due) deliver();
      for (const [name, dueMs] of this.#dueMs) {
        if (dueMs <= this.nowMs && !this.paused.has(name)) this.#feed(name, { kind: "timer" });
      }
    }
  }

  #liveness(node: string): Liveness {
    return new Liveness({ node, incarnation: this.#incarnation++, ...RHYTHM });
  }

  #later(afterMs: number, deliver: () => void): void {
    const atMs = this.nowMs + afterMs;
    const flights = this.#flights.get(atMs);
    if (flights === undefined) this.#flights.set(atMs, [deliver]);
    else flights.push(deliver);
  }

  #feed(name: string, event: Untimed<LivenessEvent>): void {
    if (this.paused.has(name)) {
      this.#waiting.push(() => {
        this.#feed(name, event);
      });
      return;
    }
    const node = this.#nodes.get(name);
    if (node === undefined) return;
    const effects = node.step({ ...event, nowMs: this.nowMs });
    this.#dueMs.set(name, node.dueMs);
    for (const effect of effects) {
      if (effect.kind === "recheck") this.#feed(name, { kind: "rechecked" });
      if (effect.kind === "send") this.#send(name, effect.heartbeat, effect.to);
      if (effect.kind !== "judged") continue;
      this.judged.push({
        by: name,
        node: effect.node,
        verdict: effect.verdict,
        atMs: this.nowMs,
      });
    }
  }

  #send(from: string, heartbeat: UnsignedHeartbeat, to: readonly { readonly node: string }[]) {
    for (const { node } of to) {
      this.sent++;
      if (this.loses(from, node)) continue;
      this.#later(1, () => {
        this.#feed(node, { kind: "heard", heartbeat });
      });
    }
  }
}
