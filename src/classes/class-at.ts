/**
 * Which class an address belongs to: no two have one in common. Pure.
 */
import { familyOf, ipToNumber, type Ip, type IpFamily } from "../base/ip.ts";
import type { ClassModel } from "./model.ts";
import type { IpRange } from "./ranges.ts";

interface Holding {
  readonly range: IpRange;
  readonly model: ClassModel;
}

export type ClassAt = (ip: Ip) => ClassModel | undefined;

const known = new WeakMap<ReadonlyMap<string, ClassModel>, ClassAt>();

/** @returns a search that costs the logarithm of the number of ranges; the same one for the same classes */
export function classFinder(classes: ReadonlyMap<string, ClassModel>): ClassAt {
  let finder = known.get(classes);
  if (finder === undefined) known.set(classes, (finder = makeFinder(classes)));
  return finder;
}

function makeFinder(classes: ReadonlyMap<string, ClassModel>): ClassAt {
  const holdings: Record<IpFamily, Holding[]> = { IPv4: [], IPv6: [] };
  for (const model of classes.values()) {
    for (const range of model.ranges) holdings[range.family].push({ range, model });
  }
  for (const list of Object.values(holdings)) list.sort(compareFirst);
  return (ip) => {
    const number = ipToNumber(ip);
    const found = lastBeginningBy(holdings[familyOf(ip)], number);
    return found !== undefined && number <= found.range.last ? found.model : undefined;
  };
}

function compareFirst({ range: a }: Holding, { range: b }: Holding): number {
  return a.first < b.first ? -1 : a.first > b.first ? 1 : 0;
}

function lastBeginningBy(sorted: readonly Holding[], number: bigint): Holding | undefined {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const holding = sorted[middle];
    if (holding !== undefined && holding.range.first <= number) low = middle + 1;
    else high = middle;
  }
  return sorted[low - 1];
}
