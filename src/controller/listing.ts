/**
 * Two lists of the same objects, one after the other: which came and which went. Pure.
 *
 * Objects of the API are never changed in place, so the very same object is the same version of it. Where a list is as it was,
 * that costs a look at each place and no more.
 */

export interface Turn<T> {
  readonly gone: readonly T[];
  readonly come: readonly T[];
}

export class Listing<T extends object> {
  #known: readonly T[] = [];

  /** @returns what is in one of the lists only, each in its list's order */
  turn(now: readonly T[]): Turn<T> {
    const before = this.#known;
    this.#known = now;
    const isSame = before.length === now.length && now.every((one, i) => one === before[i]);
    if (isSame) return { gone: [], come: [] };
    const [old, young] = [new Set(before), new Set(now)];
    return {
      gone: before.filter((one) => !young.has(one)),
      come: now.filter((one) => !old.has(one)),
    };
  }
}
