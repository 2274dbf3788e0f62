/** Maps of objects in the model cluster, changed as the API server changes them. */

/** Gives the very same list until it is changed, as the store of a watch does. */
export class Listed<T> extends Map<string, T> {
  #list: readonly T[] | undefined;

  get list(): readonly T[] {
    return (this.#list ??= [...this.values()]);
  }

  override set(key: string, value: T): this {
    this.#list = undefined;
    return super.set(key, value);
  }

  override delete(key: string): boolean {
    this.#list = undefined;
    return super.delete(key);
  }

  override clear(): void {
    this.#list = undefined;
    super.clear();
  }
}

export function mergePatched(
  map: Readonly<Record<string, string>> = {},
  patch: Readonly<Record<string, string | null>> = {},
): Record<string, string> {
  const merged = Object.entries({ ...map, ...patch });
  return Object.fromEntries(merged.filter((entry): entry is [string, string] => entry[1] !== null));
}

export function without<T extends object>(object: T | undefined, name: string): Partial<T> {
  const kept = Object.entries(object ?? {}).filter(([key]) => key !== name);
  return Object.fromEntries(kept) as Partial<T>;
}
