/**
 * When each speaker's Lease was last seen to change, by our own monotonic clock.
 *
 * A Lease that is there already when we look for the first time counts as heard of just now, and as unheard: whether it still
 * lives shows within its duration.
 */
import { HEARD_NOBODY, hearOne, type Hearing } from "../looking.ts";
import { isRejoin, isStale, type Presence } from "../nodes.ts";
import type { Change } from "../../kube/store.ts";
import type { Lease } from "../../kube/types.ts";

export class Presences {
  readonly #byKey = new Map<string, Presence>();
  /** Of the first list: what comes later is made or renewed before our eyes. */
  #isListing = true;

  #hearing: Hearing = HEARD_NOBODY;

  get hearing(): Hearing {
    return this.#hearing;
  }

  list(): Presence[] {
    return [...this.#byKey.values()];
  }

  /** The first list is complete. */
  listed(): void {
    this.#isListing = false;
  }

  /** @returns whether a plan may come out differently for it; a renewal in time changes nothing */
  apply({ key, before, after }: Change<Lease>, nowMs: number): boolean {
    const known = this.#byKey.get(key);
    if (after === undefined) return this.#byKey.delete(key);
    this.#hearing = hearOne(this.#hearing, nowMs);
    const isUnheard = this.#isListing && before === undefined;
    const presence = { lease: after, heardAtMs: nowMs };
    this.#byKey.set(key, isUnheard ? { ...presence, isUnheard } : presence);
    return known === undefined || isStale(known, nowMs) || isRejoin(before, after);
  }
}
