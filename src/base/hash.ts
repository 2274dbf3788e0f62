/**
 * A stable hash of text: the same number on every node, in every release. Pure.
 *
 * Used to break ties alike everywhere, never for security. FNV-1a over UTF-16 code units with the
 * finalizer of MurmurHash3, so that names which differ in their last digit land far apart.
 */

/** @returns an unsigned 32-bit integer */
export function stableHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Orders by code unit, alike on every machine: never by locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
