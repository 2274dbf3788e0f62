/**
 * Who dials us too often: of each peer, and of all strangers together, so many connections in a while are looked at and no more.
 * Pure: a class, mutated in place, told the time.
 *
 * Whose connection it is can be told only once there is one, and each costs us more than it costs who dials: so those beyond are
 * the kernel's to drop, unseen. Whose address nobody knows is a stranger; but who still comes when strangers are not heard is one of
 * the peers, and then nobody is heard: sessions that are up do not notice, and we dial all the while.
 * Left out on purpose: links. Two peers with one link-local address, on two links, are one here: what a dial leaves names no link.
 * Neighbours: io/listener.ts asks, and tells the kernel; ../linux/bpf.ts has the program.
 */
import type { Ip } from "../base/ip.ts";

/** Of one peer, or of all strangers, within `GUARD_WINDOW_MS`: a router dials once in some seconds. */
export const DIALS_MAX = 20;
export const GUARD_WINDOW_MS = 10_000;
/** More than wait in the kernel's queues, of both families, when strangers are heard no more. */
export const QUEUED_MAX = 300;

const STRANGERS = "strangers";
type Dialler = Ip | typeof STRANGERS;

/** Who is not heard: the addresses alone, or all but the addresses, which may be none. */
export interface Unheard {
  readonly rule: "all-of" | "all-but";
  readonly addresses: readonly Ip[];
}

export class DialGuard {
  #peers: ReadonlySet<Ip> = new Set();
  readonly #counts = new Map<Dialler, number>();
  readonly #shut = new Set<Dialler>();
  /** That have come though strangers are not heard. */
  #unknownCount = 0;
  #windowEndsAtMs = -Infinity;

  /** Null: all are heard. */
  get unheard(): Unheard | null {
    if (this.#shut.size === 0) return null;
    if (this.#unknownCount > QUEUED_MAX) return { rule: "all-but", addresses: [] };
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

  /**
   * @param from null: nobody knows
   * @returns what to do with the connection: look at it; or drop it, and hear no more of this one from here on
   */
  dialled(from: Ip | null, nowMs: number): "look" | "drop" | "shut" {
    if (nowMs >= this.#windowEndsAtMs) this.open(nowMs);
    const dialler = from !== null && this.#peers.has(from) ? from : STRANGERS;
    const count = (this.#counts.get(dialler) ?? 0) + 1;
    this.#counts.set(dialler, count);
    if (count <= DIALS_MAX) return "look";
    if (!this.#shut.has(dialler)) {
      this.#shut.add(dialler);
      return "shut";
    }
    if (from === null) this.#unknownCount++;
    // Else it was in the queue.
    return from === null && this.#unknownCount === QUEUED_MAX + 1 ? "shut" : "drop";
  }

  /** All are heard again. */
  open(nowMs: number): void {
    this.#counts.clear();
    this.#shut.clear();
    this.#unknownCount = 0;
    this.#windowEndsAtMs = nowMs + GUARD_WINDOW_MS;
  }
}
