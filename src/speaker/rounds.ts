/**
 * When a heartbeat is sent, and to whom: to all peers, or, where they are many, to every r-th of them in turn. Pure.
 *
 * What changes goes to all, and at once. In turn, a peer is heard each interval × r, which is still often enough for
 * its silence to be noticed in the detection time: docs/decisions/0010-staggered-mesh.md.
 * Neighbours: liveness.ts says what is in the heartbeat, and when something changed.
 */
import type { Peer } from "./peers.ts";

/** So many peers hear every beat; more of them hear it in turn. */
const PEERS_PER_BEAT = 32;
/** A peer is heard at least 33 times in 20 detection times: the ratio of the defaults, 330 ms and 200 ms. */
const [BEATS, DETECTIONS] = [33, 20];
/** Heartbeats out of turn, because something changed, come no faster than this. */
const PROMPT_INTERVAL_MS = 20;

export interface Rhythm {
  readonly intervalMs: number;
  readonly detectionMs: number;
}

/** @returns how many beats it takes until every peer was sent one: 1 for up to 32 peers, bounded by the detection time */
export function roundsFor(peers: number, { intervalMs, detectionMs }: Rhythm): number {
  const noticeable = Math.floor((detectionMs * DETECTIONS) / (intervalMs * BEATS));
  return Math.max(1, Math.min(Math.ceil(peers / PEERS_PER_BEAT), noticeable));
}

export class Rounds {
  readonly #rhythm: Rhythm;
  #peers: readonly Peer[] = [];
  #rounds = 1;
  #beat = 0;
  #dueMs = Infinity;
  #lastSentMs = -Infinity;
  #prompt = false;
  #toAllUntilMs = -Infinity;

  constructor(rhythm: Rhythm) {
    this.#rhythm = rhythm;
  }

  get dueMs(): number {
    return this.#dueMs;
  }

  /** Every peer is sent a heartbeat at least this often. */
  get intervalMs(): number {
    return this.#rhythm.intervalMs * this.#rounds;
  }

  setPeers(peers: Iterable<Peer>): void {
    this.#peers = [...peers].filter((peer) => peer.addresses.length > 0);
    this.#rounds = roundsFor(this.#peers.length, this.#rhythm);
  }

  /** A beat now, and every beat to all until then. */
  toAll(nowMs: number, untilMs: number): void {
    this.#toAllUntilMs = Math.max(this.#toAllUntilMs, untilMs);
    this.#dueMs = nowMs;
  }

  /** A beat to all as soon as may be, and every beat to all until then. */
  insist(nowMs: number, untilMs: number): void {
    this.#toAllUntilMs = Math.max(this.#toAllUntilMs, untilMs);
    this.promptly(nowMs);
  }

  /** A beat to all as soon as may be. */
  promptly(nowMs: number): void {
    this.#prompt = true;
    this.#dueMs = Math.min(this.#dueMs, Math.max(nowMs, this.#lastSentMs + PROMPT_INTERVAL_MS));
  }

  /** To be called when a beat is due. @returns those that it goes to */
  next(nowMs: number): readonly Peer[] {
    const { intervalMs } = this.#rhythm;
    // After a pause of ours nobody is to wait for his turn as well.
    const late = nowMs >= this.#dueMs + intervalMs;
    const toAll = this.#rounds === 1 || this.#prompt || late || nowMs < this.#toAllUntilMs;
    this.#lastSentMs = nowMs;
    this.#prompt = false;
    // The rhythm is kept when a beat was a little late, and begun anew when it was out of turn.
    const next = this.#dueMs + intervalMs;
    this.#dueMs = next > nowMs ? next : nowMs + intervalMs;
    if (toAll) return this.#peers;
    const turn = (this.#beat = (this.#beat + 1) % this.#rounds);
    return this.#peers.filter((_, i) => i % this.#rounds === turn);
  }
}
