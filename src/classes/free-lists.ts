/**
 * What is left of each class, family by family: intervals, cut from the front. It changes as it gives.
 */
import { familyOf, ipFromNumber, ipToNumber, type Ip, type IpFamily } from "../base/ip.ts";
import type { ClassModel } from "./model.ts";
import { mergeRanges, subtractMerged, type IpRange } from "./ranges.ts";

export class FreeLists {
  readonly #used: readonly IpRange[];
  readonly #lists = new Map<string, IpRange[]>();

  constructor(used: Iterable<Ip>) {
    const ranges = Array.from(used, (ip): IpRange => {
      const number = ipToNumber(ip);
      return { family: familyOf(ip), first: number, last: number };
    });
    this.#used = mergeRanges(ranges);
  }

  /** @returns the next addresses in the class's order, fewer than asked for when there are no more */
  take(model: ClassModel, family: IpFamily, count: number): Ip[] {
    const list = this.#listOf(model, family);
    const taken: Ip[] = [];
    while (taken.length < count) {
      const range = list.at(-1);
      if (range === undefined) break;
      taken.push(ipFromNumber(family, range.first));
      if (range.first === range.last) list.pop();
      else list[list.length - 1] = { ...range, first: range.first + 1n };
    }
    return taken;
  }

  /** @returns true where take would give so many */
  has(model: ClassModel, family: IpFamily, count: number): boolean {
    let missing = BigInt(count);
    const list = this.#listOf(model, family);
    for (let i = list.length - 1; i >= 0 && missing > 0n; i--) {
      const range = list[i];
      if (range !== undefined) missing -= range.last - range.first + 1n;
    }
    return missing <= 0n;
  }

  /** Last in the list is first to go, so that taking costs nothing. */
  #listOf({ key, ranges }: ClassModel, family: IpFamily): IpRange[] {
    const name = `${family} ${key}`;
    const known = this.#lists.get(name);
    if (known !== undefined) return known;
    const ofFamily = ranges.filter((range) => range.family === family);
    const list = subtractMerged(ofFamily, this.#used).reverse();
    this.#lists.set(name, list);
    return list;
  }
}
