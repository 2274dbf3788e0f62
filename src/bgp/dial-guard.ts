/**
 * Who dials us too often: of each peer, and of all strangers together, so many connections in a while are looked at and no more.
 * Pure: a class, mutated in place, told the time.
 *
 * Whose connection it is can be told only once there is one, and each costs us more than it costs who dials: so those beyond are
 * the kernel's to drop, unseen.
 * Neighbours: io/listener.ts asks, and tells the kernel; ../linux/bpf.ts has the program.
 */
import type { Ip } from "../base/ip.ts";

/** Of one peer, or of all strangers, within `GUARD_WINDOW_MS`: a router dials once in some seconds. */
export const DIALS_MAX = 20;
export const GUARD_WINDOW_MS = 10_000;

const STRANGERS = "strangers";
type Dialler = Ip | typeof STRANGERS;

/** Who is not heard: the addresses alone, or all but the addresses. */
export interface Unheard {
  readonly rule: "all-of" | "all-but";
  readonly addresses: readonly Ip[];
}

export class DialGuard {
  #peers: ReadonlySet<Ip> = new Set();
  readonly #counts = new Map<Dialler, number>();
  readonly #shut = new Set<Dialler>();
  #windowEndsAtMs = -Infinity;

  /** Null: all are heard. */
  get unheard(): Unheard | null {
    if (this.#shut.size === 0) return null;
    const isShut = (ip: Ip) => this.#shut.has(ip);
    const peers = [...this.#peers];
    return this.#shut.has(STRANGERS)
      ? { rule: "all-but", addresses: peers.filter((ip) => !isShut(ip)) }
      : { rule: "all-of", addresses: peers.filter(isShut) };
  }

  /** When all are heard again that are not. */
  get opensAtMs(): number {
    return this.#windowEndsAtMs;
  }

  /** The addresses of all that may dial us. */
  setPeers(addresses: Iterable<Ip>): void {
    this.#peers = new Set(addresses);
  }

  /** @returns what to do with the connection: look at it; or drop it, and hear no more of this one from here on */
  dialled(from: Ip, nowMs: number): "look" | "drop" | "shut" {
    if (nowMs >= this.#windowEndsAtMs) this.open(nowMs);
    const dialler = this.#peers.has(from) ? from : STRANGERS;
    const count = (this.#counts.get(dialler) ?? 0) + 1;
    this.#counts.set(dialler, count);
    if (count <= DIALS_MAX) return "look";
    if (this.#shut.has(dialler)) return "drop"; // It was in the queue.
    this.#shut.add(dialler);
    return "shut";
  }

  /** All are heard again. */
  open(nowMs: number): void {
    this.#counts.clear();
    this.#shut.clear();
    this.#windowEndsAtMs = nowMs + GUARD_WINDOW_MS;
  }
}
