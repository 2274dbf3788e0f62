/**
 * Two lists of the same objects, one after the other: which came and which went. Pure.
 *
 * Objects of the API are never changed in place, so the very same object is the same version of it. The lists are walked side
 * by side: where an object has a new version in its place, or one is missing or new, that costs a look at each place and no more;
 * the very same list costs nothing.
 */

export interface Turn<T> {
  readonly gone: readonly T[];
  readonly come: readonly T[];
}

const NOTHING: Turn<never> = { gone: [], come: [] };

export class Listing<T extends object> {
  #known: readonly T[] = [];

  /** @returns what is in one of the lists only, each in its list's order */
  turn(now: readonly T[]): Turn<T> {
    const before = this.#known;
    if (now === before) return NOTHING;
    this.#known = now;
    const gone = new Set<T>();
    const come = new Set<T>();
    let i = 0;
    let j = 0;
    for (;;) {
      while (i < before.length && j < now.length && before[i] === now[j]) {
        i++;
        j++;
      }
      if (i >= before.length && j >= now.length) break;
      const old = before[i];
      const young = now[j];
      // Where one is missing, or new, the next one is here: that is not waited for longer, for the sets put all right.
      const isMissing = old !== undefined && before[i + 1] === young;
      const isNew = !isMissing && young !== undefined && now[j + 1] === old;
      if (old !== undefined && !isNew) gone.add(before[i++] as T);
      if (young !== undefined && !isMissing) come.add(now[j++] as T);
    }
    for (const one of gone) if (come.delete(one)) gone.delete(one);
    return { gone: [...gone], come: [...come] };
  }
}
