/**
 * Two lists of the same objects, one after the other: which came and which went. Pure.
 *
 * Objects of the API are never changed in place, so the very same object is the same version of it. What is said is right for
 * lists in any order, and little where the order is kept, as stores do: that costs a look at each place and no more.
 */

export interface Turn<T> {
  readonly gone: readonly T[];
  readonly come: readonly T[];
}

export class Listing<T extends object> {
  #known: readonly T[] = [];

  /** @returns what is in one of the lists only; one that has changed its place may be in both answers */
  turn(now: readonly T[]): Turn<T> {
    const before = this.#known;
    this.#known = now;
    const [gone, come]: [T[], T[]] = [[], []];
    let [i, j] = [0, 0];
    while (i < before.length && j < now.length) {
      const [one, other] = [before[i] as T, now[j] as T];
      if (one === other) [i, j] = [i + 1, j + 1];
      else if (before[i + 1] === other) gone.push(before[i++] as T);
      else if (now[j + 1] === one) come.push(now[j++] as T);
      else {
        gone.push(before[i++] as T);
        come.push(now[j++] as T);
      }
    }
    gone.push(...before.slice(i));
    come.push(...now.slice(j));
    return { gone, come };
  }
}
