/**
 * Addresses that we would answer for by our plan, and leave to a peer that answers by a newer one which we cannot read. Pure.
 *
 * A speaker that is cut off from the API server holds on to what is planned elsewhere since. Its successor waits a second for
 * it, then begins and announces; that a peer whose heartbeats name a newer plan says so on the wire, and says so again when
 * asked, is enough to give way (docs/decisions/0017-who-may-not-know.md). Nothing of this is for ever: it ends when our plan has
 * caught up, when the peer dies, starts anew or cannot forward, and when it does not answer any more, for which it is asked now and then.
 * A class, mutated in place, see liveness.ts.
 * Neighbours: turns.ts asks whose turn it is; holdings.ts tells of what is heard.
 */
import { linkIdsOn, type AddressRecord } from "./addresses.ts";
import { ASK_AFTER_MS, ASK_BATCH_INTERVAL_MS, ASK_BATCH_MAX } from "./handover.ts";
import type { Liveness } from "./liveness.ts";

/** A successor has waited for us for a second; a plan that we read a moment late, as so many heartbeats say, is no such lead. */
const LEAD_INTERVALS = 3;
/** After so many heartbeats an announcement of ours has been heard, and who was to give way has. */
const HEARD_INTERVALS = 1.5;
/** An answer later than this is none to our question. */
const ANSWER_MS_MAX = 1000;
/** Plans of one pass come one after the other: what we leave may be in the next. */
const CATCH_UP_MS = 500;
/** Between two questions whether it still answers. */
const ASK_INTERVAL_MS = { first: 1000, max: 30_000 };
/** So many questions without an answer, each a while after the other. */
const MISSES_MAX = 3;

export interface OutplannedWorld {
  /** Between two heartbeats. */
  readonly intervalMs: number;
  readonly liveness: Pick<Liveness, "generation" | "peer" | "viewOf" | "isGated">;
  /** Asks on the wire who has it. */
  readonly question: (record: AddressRecord) => void;
}

/** One address that is left to a peer. */
interface Left {
  /** The newest plan that the peer knew. */
  readonly generation: number;
  heardMs: number;
  askMs: number;
  /** It was asked then, and has not been seen to answer yet. */
  isAsked: boolean;
  askedMs: number;
  intervalMs: number;
  misses: number;
  endMs: number;
}

export class Outplanned {
  readonly #world: OutplannedWorld;
  readonly #left = new Map<AddressRecord, Left>();
  /** When it was asked on the wire who means it: one question asks all of them, and no answer calls for another. */
  readonly #askedMs = new WeakMap<AddressRecord, number>();
  /** Who is to be asked whether it means it, as soon as it may be believed. */
  readonly #toAsk = new Map<AddressRecord, { readonly node: string; readonly askMs: number }>();
  #dueMs = Infinity;

  constructor(world: OutplannedWorld) {
    this.#world = world;
  }

  get size(): number {
    return this.#left.size;
  }

  /** When `due` is to be called, at the latest; Infinity: never. */
  get dueMs(): number {
    return this.#dueMs;
  }

  /** A peer says that it has the address. @returns whether we leave it to that peer from now on */
  heard(record: AddressRecord, node: string, nowMs: number): boolean {
    const left = this.#left.get(record);
    if (left !== undefined && record.givenTo === node) left.heardMs = nowMs;
    const fromMs = record.givenTo === node ? null : this.#believedFromMs(node, record);
    if (fromMs === null) return false;
    if (nowMs < fromMs) {
      this.#toAsk.set(record, { node, askMs: fromMs });
      this.#dueMs = Math.min(this.#dueMs, fromMs);
      return false;
    }
    const askedMs = this.#askedMs.get(record) ?? -Infinity;
    if (askedMs < fromMs || nowMs - askedMs > ANSWER_MS_MAX) {
      this.#askWhether(record, node, nowMs);
      return false;
    }
    this.#askedMs.delete(record);
    const intervalMs = ASK_INTERVAL_MS.first;
    const generation = this.#world.liveness.peer(node)?.planGeneration ?? 0;
    const askMs = nowMs + intervalMs;
    record.givenTo = node;
    this.#left.set(record, {
      ...{ generation, intervalMs, askMs, heardMs: nowMs },
      ...{ isAsked: false, askedMs: -Infinity, misses: 0, endMs: Infinity },
    });
    this.#dueMs = Math.min(this.#dueMs, askMs);
    return true;
  }

  /** Our plan of it is a new one, or the address is no more. */
  forget(record: AddressRecord): void {
    record.givenTo = null;
    this.#left.delete(record);
    this.#toAsk.delete(record);
  }

  /** Forgets it where the peer cannot answer any more. */
  review(record: AddressRecord): void {
    const { givenTo } = record;
    if (givenTo !== null && !this.#mayAnswer(givenTo, record)) this.forget(record);
  }

  /** A peer gave something up: what is left to it is asked for at once. */
  gaveWay(node: string, nowMs: number): void {
    for (const [record, left] of this.#left) {
      if (record.givenTo !== node) continue;
      left.isAsked = false;
      left.askMs = nowMs;
      this.#dueMs = nowMs;
    }
  }

  /** We know a newer plan. */
  informed(nowMs: number): void {
    const { generation } = this.#world.liveness;
    for (const left of this.#left.values()) {
      if (left.generation > generation) continue;
      left.endMs = Math.min(left.endMs, nowMs + CATCH_UP_MS);
      this.#dueMs = Math.min(this.#dueMs, left.endMs);
    }
  }

  /** Asks for those whose time it is. @returns those that are ours again by our plan */
  due(nowMs: number): AddressRecord[] {
    if (nowMs < this.#dueMs) return [];
    const ended: AddressRecord[] = [];
    let budget = ASK_BATCH_MAX;
    this.#dueMs = Infinity;
    for (const [record, { node, askMs }] of this.#toAsk) {
      if (askMs <= nowMs) this.#askWhether(record, node, nowMs);
      else this.#dueMs = Math.min(this.#dueMs, askMs);
    }
    for (const [record, left] of this.#left) {
      const isMissed = left.askMs <= nowMs && !hasAnswered(left) && ++left.misses >= MISSES_MAX;
      if (isMissed || left.endMs <= nowMs) {
        this.forget(record);
        ended.push(record);
        continue;
      }
      if (left.askMs <= nowMs) budget -= this.#look(record, left, { nowMs, budget });
      this.#dueMs = Math.min(this.#dueMs, left.askMs, left.endMs);
    }
    return ended;
  }

  /** @returns how many questions were asked */
  #look(
    record: AddressRecord,
    left: Left,
    { nowMs, budget }: { readonly nowMs: number; readonly budget: number },
  ): number {
    if (left.isAsked && hasAnswered(left)) {
      left.isAsked = false;
      left.misses = 0;
      left.intervalMs = Math.min(2 * left.intervalMs, ASK_INTERVAL_MS.max);
      left.askMs = nowMs + left.intervalMs;
      return 0;
    }
    if (budget <= 0) {
      left.askMs = nowMs + ASK_BATCH_INTERVAL_MS;
      return 0;
    }
    left.isAsked = true;
    left.askedMs = nowMs;
    left.askMs = nowMs + ASK_AFTER_MS * 2 ** left.misses;
    this.#world.question(record);
    return 1;
  }

  #askWhether(record: AddressRecord, node: string, nowMs: number): void {
    this.#toAsk.delete(record);
    if (this.#believedFromMs(node, record) === null) return;
    this.#askedMs.set(record, nowMs);
    this.#world.question(record);
  }

  /** @returns from when on a peer knows more than we do, and has had the time to hear that we answer; null: it is not so */
  #believedFromMs(node: string, record: AddressRecord): number | null {
    const { liveness, intervalMs } = this.#world;
    const aheadSinceMs = liveness.peer(node)?.aheadSinceMs ?? Infinity;
    const isHeld = record.heldGeneration !== null && record.waiting === null;
    if (!isHeld || aheadSinceMs === Infinity || !this.#mayAnswer(node, record)) return null;
    const heardMs = record.heldSinceMs + HEARD_INTERVALS * intervalMs;
    return Math.max(heardMs, aheadSinceMs + LEAD_INTERVALS * intervalMs);
  }

  #mayAnswer(node: string, record: AddressRecord): boolean {
    const { liveness } = this.#world;
    const peer = liveness.peer(node);
    if (peer === undefined || peer.starting || liveness.isGated(node)) return false;
    return liveness.viewOf(node, linkIdsOn(record, node))?.alive === true;
  }
}

function hasAnswered({ isAsked, heardMs, askedMs }: Left): boolean {
  return !isAsked || heardMs >= askedMs;
}
