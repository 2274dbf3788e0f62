/**
 * Who has to do with what, from either side: addresses and the Services that claim them, and the like. Pure.
 */

export class Links<A, B> {
  readonly #at = new Map<A, Set<B>>();
  readonly #of = new Map<B, Set<A>>();

  at(one: A): ReadonlySet<B> {
    return this.#at.get(one) ?? NOTHING;
  }

  of(other: B): ReadonlySet<A> {
    return this.#of.get(other) ?? NOTHING;
  }

  /** From now on these and no others. */
  set(one: A, others: readonly B[]): void {
    for (const other of this.at(one)) removed(this.#of, other, one);
    this.#at.delete(one);
    for (const other of others) this.#link(one, other);
  }

  /** The same from the other side. */
  setOf(other: B, ones: readonly A[]): void {
    for (const one of this.of(other)) removed(this.#at, one, other);
    this.#of.delete(other);
    for (const one of ones) this.#link(one, other);
  }

  #link(one: A, other: B): void {
    added(this.#at, one, other);
    added(this.#of, other, one);
  }
}

const NOTHING: ReadonlySet<never> = new Set();

function added<K, V>(sets: Map<K, Set<V>>, key: K, value: V): void {
  const known = sets.get(key);
  if (known === undefined) sets.set(key, new Set([value]));
  else known.add(value);
}

function removed<K, V>(sets: Map<K, Set<V>>, key: K, value: V): void {
  const known = sets.get(key);
  if (known?.delete(value) === true && known.size === 0) sets.delete(key);
}
