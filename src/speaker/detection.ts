/**
 * Duplicate address detection before first use: when to probe, how long to listen, when to try again. Pure.
 *
 * Read first: RFC 5227 section 2.1.1, RFC 4862 section 5.4; docs/decisions/0011-short-duplicate-detection.md says why
 * the times are shorter than theirs, and why a taken address is tried again and again instead of given up.
 * A class, mutated in place: thousands of addresses may be new at once. Probes are paced as announcements are.
 * Neighbours: holdings.ts asks before it gains what nobody of ours had; guard.ts hears answers and sends probes.
 */
import type { Ip } from "../base/ip.ts";
import { DelayHeap } from "../kube/delay-heap.ts";

export const PROBES = 3;
/** Between two probes, and after the last one. */
export const PROBE_INTERVAL_MS = 100;
/** After an address was found taken: its owner may be about to leave, as an old load balancer does. */
export const RETRIES_MS: readonly number[] = [1000, 2000];
/** Probes begin anew so often because somebody else probes; who goes on after that has it. */
export const CONTESTS_MAX = 3;
const BATCH_PROBES_MAX = 10;
const BATCH_INTERVAL_MS = 10;

export type DetectionEffect =
  | { readonly kind: "probe"; readonly ip: Ip }
  /** Nobody answered: it may be used. */
  | { readonly kind: "free"; readonly ip: Ip };

const NOTHING: readonly DetectionEffect[] = [];

interface Entry {
  readonly ip: Ip;
  phase: "probing" | "taken" | "free";
  probes: number;
  contests: number;
  failures: number;
  dueMs: number;
}

interface Job {
  readonly entry: Entry;
  readonly dueMs: number;
}

export class Detection {
  readonly #entries = new Map<Ip, Entry>();
  /**
   * Those that have begun go before those that have not: of thousands the first are done soon, not all at the end.
   * Some are stale: their entry is due at another time, or no more.
   */
  readonly #begun = new DelayHeap<Job>();
  readonly #fresh = new DelayHeap<Job>();
  #pausedUntilMs = -Infinity;

  /** When `due` wants to be asked next; Infinity: never. */
  get dueMs(): number {
    const next = Math.min(this.#begun.nextAtMs ?? Infinity, this.#fresh.nextAtMs ?? Infinity);
    return next === Infinity ? next : Math.max(next, this.#pausedUntilMs);
  }

  /** Whether what is heard of any address matters now. */
  get listening(): boolean {
    return this.#entries.size > 0;
  }

  /** Whether a claim to the address by another makes it taken. */
  isProbing(ip: Ip): boolean {
    return this.#entries.get(ip)?.phase === "probing";
  }

  /** @returns whether it was found free; if nothing is known of it, the probes begin */
  mayUse(ip: Ip, nowMs: number): boolean {
    const entry = this.#entries.get(ip);
    if (entry?.phase === "free") return true;
    if (entry !== undefined) return false;
    const begun: Entry = {
      ip,
      phase: "probing",
      probes: 0,
      contests: 0,
      failures: 0,
      dueMs: nowMs,
    };
    this.#entries.set(ip, begun);
    this.#wait(begun, nowMs);
    return false;
  }

  /** Not ours to use any more, or in use now. @returns whether it was known here */
  drop(ip: Ip): boolean {
    return this.#entries.delete(ip);
  }

  /**
   * Somebody else asks whether it is free: nobody has it. It may be one of ours whose first heartbeat is under way, so the
   * probes begin anew, and it is told apart by then, or gives up, or announces it.
   *
   * @returns false: that was so too often
   */
  contested(ip: Ip, nowMs: number): boolean {
    const entry = this.#entries.get(ip);
    if (entry?.phase !== "probing" || entry.contests === CONTESTS_MAX) return false;
    entry.contests++;
    entry.probes = 0;
    this.#wait(entry, nowMs + PROBE_INTERVAL_MS);
    return true;
  }

  /** Somebody else has it, or is about to. */
  taken(ip: Ip, nowMs: number): void {
    const entry = this.#entries.get(ip);
    if (entry?.phase !== "probing") return;
    const delayMs = RETRIES_MS[Math.min(entry.failures, RETRIES_MS.length - 1)] ?? 0;
    entry.phase = "taken";
    entry.failures++;
    this.#wait(entry, nowMs + delayMs);
  }

  /** @returns what to do now, a batch at most; ask again at `dueMs` */
  due(nowMs: number): readonly DetectionEffect[] {
    if (nowMs < this.dueMs) return NOTHING;
    const effects: DetectionEffect[] = [];
    for (let probes = 0; probes < BATCH_PROBES_MAX;) {
      const job = this.#begun.pop(nowMs) ?? this.#fresh.pop(nowMs);
      if (job === undefined) break;
      const { entry, dueMs } = job;
      if (this.#entries.get(entry.ip) !== entry || entry.dueMs !== dueMs) continue;
      const effect = this.#advance(entry, nowMs);
      if (effect.kind === "probe") probes++;
      effects.push(effect);
      if (probes === BATCH_PROBES_MAX) this.#pausedUntilMs = nowMs + BATCH_INTERVAL_MS;
    }
    return effects;
  }

  #advance(entry: Entry, nowMs: number): DetectionEffect {
    const { ip } = entry;
    if (entry.phase === "probing" && entry.probes === PROBES) {
      entry.phase = "free";
      entry.dueMs = Infinity;
      return { kind: "free", ip };
    }
    if (entry.phase === "taken") Object.assign(entry, { probes: 0, contests: 0 });
    entry.phase = "probing";
    entry.probes++;
    this.#wait(entry, nowMs + PROBE_INTERVAL_MS);
    return { kind: "probe", ip };
  }

  #wait(entry: Entry, dueMs: number): void {
    entry.dueMs = dueMs;
    const heap =
      entry.phase === "probing" && entry.probes + entry.contests > 0 ? this.#begun : this.#fresh;
    heap.push(dueMs, { entry, dueMs });
  }
}
