/**
 * Texts that are no longer than there is room for. Pure.
 */

const MORE = "…";

/** @returns the text, or its beginning and an ellipsis: no more than so many characters, each of them whole */
export function cut(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  const chars = Array.from(text); // by code points, as the API server counts
  return chars.length <= charsMax ? text : chars.slice(0, charsMax - 1).join("") + MORE;
}
