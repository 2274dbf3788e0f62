/**
 * A map that has its values at hand as a list, too: the very same list until something is changed. Pure.
 *
 * The values lie side by side beside the map, so that a list of 10,000 is a copy of memory, and not a walk through the map.
 * Who goes takes the last one into its place: the list is in no order that means anything.
 */

export class Listed<T> extends Map<string, T> {
  readonly #values: T[] = [];
  readonly #keys: string[] = [];
  readonly #places = new Map<string, number>();
  #list: readonly T[] | null = null;

  get list(): readonly T[] {
    return (this.#list ??= this.#values.slice());
  }

  override set(key: string, value: T): this {
    const place = this.#places.get(key) ?? this.#values.length;
    this.#put(place, key, value);
    return super.set(key, value);
  }

  override delete(key: string): boolean {
    const place = this.#places.get(key);
    if (place === undefined) return false;
    this.#places.delete(key);
    const [lastKey, last] = [this.#keys.pop() as string, this.#values.pop() as T];
    if (lastKey !== key) this.#put(place, lastKey, last);
    this.#list = null;
    return super.delete(key);
  }

  override clear(): void {
    this.#values.length = 0;
    this.#keys.length = 0;
    this.#places.clear();
    this.#list = null;
    super.clear();
  }

  #put(place: number, key: string, value: T): void {
    this.#values[place] = value;
    this.#keys[place] = key;
    this.#places.set(key, place);
    this.#list = null;
  }
}
