/**
 * The word that was meant: for messages on what is written wrong. Pure.
 */

/** A third of the word may be wrong: `adresses`, `nodeselector`, not `colour` for `count`. */
const WRONG_SHARE_MAX = 1 / 3;

/**
 * @param wrongMax how many letters may be wrong
 * @returns the one of the words that differs least from this one, whatever the case of letters; undefined: none is like it
 */
export function nearestWord(
  word: string,
  words: Iterable<string>,
  wrongMax = Math.floor(word.length * WRONG_SHARE_MAX),
): string | undefined {
  let best: string | undefined;
  let least = wrongMax + 1;
  for (const other of words) {
    const found = distance(word.toLowerCase(), other.toLowerCase());
    if (found < least) [best, least] = [other, found];
  }
  return best;
}

/** Letters to put in, take out, change or swap with the next: optimal string alignment (Damerau, Levenshtein). */
function distance(a: string, b: string): number {
  let [older, before] = [[] as number[], Array.from({ length: b.length + 1 }, (_, i) => i)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      const changed = at(before, j - 1) + (isSame ? 0 : 1);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwapped ? at(older, j - 2) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(changed, swapped, at(before, j) + 1, at(row, j - 1) + 1));
    }
    [older, before] = [before, row];
  }
  return at(before, b.length);
}

function at(row: readonly number[], place: number): number {
  return row[place] ?? Number.POSITIVE_INFINITY;
}
