/**
 * What is left of each class, family by family. It changes as addresses are taken and come free.
 *
 * Nothing is listed: a count of what is taken, and a place before which nothing is free. So a /8 costs what a /32 costs,
 * and one address more or less costs the same in a small cluster and in a large one.
 * Neighbours: tenants.ts knows which are taken.
 */
import { familyOf, ipFromNumber, ipToNumber, type Ip, type IpFamily } from "../base/ip.ts";
import type { ClassAt } from "./class-at.ts";
import type { ClassModel } from "./model.ts";
import { sizeOf, type IpRange } from "./ranges.ts";

interface FreeList {
  /** In written order. */
  readonly ranges: readonly IpRange[];
  left: bigint;
  /** Nothing is free in the ranges before this one, nor in it before `from`. */
  range: number;
  from: bigint;
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
    if (isTaken) return;
    const number = ipToNumber(ip);
    const index = list.ranges.findIndex(({ first, last }) => first <= number && number <= last);
    if (index > list.range || (index === list.range && number >= list.from)) return;
    list.range = index;
    list.from = number;
  }

  /** @returns the next addresses in the class's order, fewer than asked for when there are no more; they stay free */
  take(model: ClassModel, family: IpFamily, count: number): Ip[] {
    const list = this.#listOf(model, family);
    const found: Ip[] = [];
    if (count <= 0) return found;
    for (let index = list.range; index < list.ranges.length; index++) {
      const { first, last } = list.ranges[index] as IpRange;
      for (let number = index === list.range ? list.from : first; number <= last; number++) {
        if (BigInt(found.length) === list.left) return found;
        const ip = ipFromNumber(family, number);
        if (this.#isTaken(ip)) continue;
        if (found.push(ip) === 1) [list.range, list.from] = [index, number];
        if (found.length === count) return found;
      }
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
      range: 0,
      from: ofFamily[0]?.first ?? 0n,
    };
    this.#lists.set(name, list);
    return list;
  }
}
