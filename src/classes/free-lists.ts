/**
 * What is left of each class, family by family. It changes as addresses are taken and come free.
 *
 * Not every address is listed: there is a count of what is left, a place from which nobody has looked yet, and before it the
 * holes, addresses that came free. So a /8 costs what a /32 costs, and one address more or less costs the same in a
 * small cluster and in a large one.
 * Neighbours: tenants.ts knows which are taken.
 */
import { familyOf, ipFromNumber, ipToNumber, type Ip, type IpFamily } from "../base/ip.ts";
import type { ClassAt } from "./class-at.ts";
import type { ClassModel } from "./model.ts";
import { sizeOf, type IpRange } from "./ranges.ts";

/** An address by its place: which range in written order, and where in it. */
interface Spot {
  readonly range: number;
  readonly number: bigint;
}

interface FreeList {
  /** In written order. */
  readonly ranges: readonly IpRange[];
  left: bigint;
  /** All before it is taken, but the holes. */
  cursor: Spot;
  /** Ascending. */
  readonly holes: Spot[];
}

export class FreeLists {
  readonly #classAt: ClassAt;
  readonly #isTaken: (ip: Ip) => boolean;
  readonly #lists = new Map<string, FreeList>();

  /** @param isTaken must agree with what `mark` was told */
  constructor(classAt: ClassAt, isTaken: (ip: Ip) => boolean) {
    this.#classAt = classAt;
    this.#isTaken = isTaken;
  }

  /** To be told of every address that is taken or comes free, also outside of all classes. */
  mark(ip: Ip, isTaken: boolean): void {
    const model = this.#classAt(ip);
    if (model === undefined) return;
    const list = this.#listOf(model, familyOf(ip));
    list.left += isTaken ? -1n : 1n;
    const number = ipToNumber(ip);
    const range = list.ranges.findIndex(({ first, last }) => first <= number && number <= last);
    const spot = { range, number };
    if (compareSpots(spot, list.cursor) >= 0) return;
    const at = placeIn(list.holes, spot);
    if (isTaken) list.holes.splice(at, 1);
    else list.holes.splice(at, 0, spot);
  }

  /** @returns the next addresses in the class's order, fewer than asked for when there are no more; they stay free */
  take(model: ClassModel, family: IpFamily, count: number): Ip[] {
    const list = this.#listOf(model, family);
    const wanted = list.left < BigInt(count) ? Number(list.left) : Math.max(count, 0);
    const found = list.holes.slice(0, wanted).map(({ number }) => ipFromNumber(family, number));
    for (let spot: Spot | null = list.cursor; found.length < wanted && spot !== null;) {
      const ip = ipFromNumber(family, spot.number);
      const next = nextSpot(list, spot);
      if (!this.#isTaken(ip)) found.push(ip);
      else if (spot === list.cursor && next !== null) list.cursor = next;
      spot = next;
    }
    return found;
  }

  /** @returns true where take would give so many */
  has(model: ClassModel, family: IpFamily, count: number): boolean {
    return this.#listOf(model, family).left >= BigInt(count);
  }

  #listOf({ key, ranges }: ClassModel, family: IpFamily): FreeList {
    const name = `${family} ${key}`;
    const known = this.#lists.get(name);
    if (known !== undefined) return known;
    const ofFamily = ranges.filter((range) => range.family === family);
    const list: FreeList = {
      ranges: ofFamily,
      left: sizeOf(ofFamily, family),
      cursor: { range: 0, number: ofFamily[0]?.first ?? 0n },
      holes: [],
    };
    this.#lists.set(name, list);
    return list;
  }
}

function nextSpot({ ranges }: FreeList, { range, number }: Spot): Spot | null {
  const last = ranges[range]?.last ?? number;
  if (number < last) return { range, number: number + 1n };
  const next = ranges[range + 1];
  return next === undefined ? null : { range: range + 1, number: next.first };
}

function compareSpots(a: Spot, b: Spot): number {
  if (a.range !== b.range) return a.range - b.range;
  return a.number < b.number ? -1 : a.number > b.number ? 1 : 0;
}

/** @returns where in the list it is, or belongs */
function placeIn(sorted: readonly Spot[], spot: Spot): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = sorted[middle];
    if (other !== undefined && compareSpots(other, spot) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
