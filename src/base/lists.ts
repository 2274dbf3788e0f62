/** Comparing lists. Pure. */

/** @returns whether both have the same items in the same order; objects are the same where they are one */
export function isEqualList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a === b || (a.length === b.length && a.every((item, i) => item === b[i]));
}
