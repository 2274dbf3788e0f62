/** Objects in the model cluster, changed as the API server changes them. */

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
