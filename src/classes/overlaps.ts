/**
 * Who keeps an address that several claim: the first of them. Pure.
 *
 * One sweep over all ranges in the order of addresses: at each address the first of those that claim it keeps it. So a thousand
 * pools that share nothing cost a sort, and not a look of each at each. A property holds it to the naive way.
 * Neighbours: compile.ts puts the classes in order and says what they lost.
 */
import { compareRanges, firstReaching, mergeRanges, type IpRange } from "./ranges.ts";

export interface Kept {
  /** In the order claimed, each part ascending. */
  readonly ranges: readonly IpRange[];
  /** What earlier claimants keep: by their place in the list, ascending. */
  readonly lost: readonly { readonly to: number; readonly shared: readonly IpRange[] }[];
}

/** A range of one claimant. */
interface Owned extends IpRange {
  readonly owner: number;
}

/** @param claims the ranges of each, disjoint among themselves; the first in the list goes first */
export function settleOverlaps(claims: readonly (readonly IpRange[])[]): Kept[] {
  const owned = sweep(claims);
  return claims.map((ranges, claimant) => keptOf(ranges, claimant, owned));
}

function keptOf(ranges: readonly IpRange[], claimant: number, owned: readonly Owned[]): Kept {
  const kept: IpRange[] = [];
  const lost = new Map<number, IpRange[]>();
  for (const range of ranges) {
    let before: IpRange | undefined;
    for (const { owner, ...part } of partsOf(range, owned)) {
      if (owner !== claimant) {
        const shared = lost.get(owner);
        if (shared === undefined) lost.set(owner, [part]);
        else shared.push(part);
      } else if (before?.last === part.first - 1n) {
        before = { ...before, last: part.last };
        kept[kept.length - 1] = before;
      } else {
        before = part;
        kept.push(part);
      }
    }
  }
  const byAge = [...lost].sort(([a], [b]) => a - b);
  return { ranges: kept, lost: byAge.map(([to, parts]) => ({ to, shared: mergeRanges(parts) })) };
}

/** @returns what is owned of the range, cut to it */
function partsOf({ family, first, last }: IpRange, owned: readonly Owned[]): Owned[] {
  const parts: Owned[] = [];
  for (let i = firstReaching(owned, family, first); i < owned.length; i++) {
    const part = owned[i];
    if (part?.family !== family || part.first > last) break;
    const [from, to] = [part.first, part.last];
    parts.push({ ...part, first: from > first ? from : first, last: to < last ? to : last });
  }
  return parts;
}

/** @returns all that is claimed, sorted and disjoint, with who keeps it */
function sweep(claims: readonly (readonly IpRange[])[]): Owned[] {
  const waiting = claims
    .flatMap((ranges, owner) => ranges.map((range): Owned => ({ ...range, owner })))
    .sort(compareRanges);
  const open = new Heap();
  const owned: Owned[] = [];
  let [next, position] = [0, 0n];
  for (;;) {
    const coming = waiting[next];
    const first = open.first();
    if (coming !== undefined && first === undefined) position = coming.first;
    if (coming?.first === position && (first?.family ?? coming.family) === coming.family) {
      open.add(coming);
      next += 1;
    } else if (first === undefined) {
      return owned;
    } else if (first.last < position) {
      open.removeFirst();
    } else {
      const isCut = coming?.family === first.family && coming.first <= first.last;
      const last = isCut ? coming.first - 1n : first.last;
      owned.push({ ...first, first: position, last });
      position = last + 1n;
    }
  }
}

/** The claims that reach where the sweep is, and some that it has passed; the earliest claimant is first. */
class Heap {
  readonly #items: Owned[] = [];

  first(): Owned | undefined {
    return this.#items[0];
  }

  add(item: Owned): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    for (;;) {
      const above = (at - 1) >> 1;
      const parent = items[above];
      if (at === 0 || parent === undefined || parent.owner <= item.owner) break;
      items[at] = parent;
      at = above;
    }
    items[at] = item;
  }

  removeFirst(): void {
    const items = this.#items;
    const item = items.pop();
    if (item === undefined || items.length === 0) return;
    let at = 0;
    for (;;) {
      const [left, right] = [items[2 * at + 1], items[2 * at + 2]];
      const isRight = right !== undefined && left !== undefined && right.owner < left.owner;
      const child = isRight ? right : left;
      if (child === undefined || item.owner <= child.owner) break;
      items[at] = child;
      at = 2 * at + (isRight ? 2 : 1);
    }
    items[at] = item;
  }
}
