/**
 * Ranges of addresses: read from text, merged, subtracted, counted. Pure.
 *
 * Everything is an interval of integers, so that a /8 and a /64 cost what a /32 costs.
 * Accepted as MetalLB accepts it: a CIDR with host bits set means its network; a range may have spaces
 * around its dash. One address alone is a range of one. Network and broadcast addresses count.
 */
import type { Problem } from "../base/errors.ts";
import {
  familyOf,
  IP_BITS,
  ipFromNumber,
  ipToNumber,
  parseIp,
  type Ip,
  type IpFamily,
} from "../base/ip.ts";

/** The addresses from first to last, both included. */
export interface IpRange {
  readonly family: IpFamily;
  readonly first: bigint;
  readonly last: bigint;
}

export type ParsedRange =
  | { readonly ok: true; readonly value: IpRange }
  | { readonly ok: false; readonly problem: Problem };

/** What can be wrong with an entry, said around its text: here and, in the same words, at admission. */
export const RANGE_FAULTS = {
  unreadable: ['Cannot read "', '" as a CIDR, a range or an address'],
  mixed: ['The range "', '" starts and ends in different families'],
  backwards: ['The range "', '" is written backwards: its end lies before its start'],
} as const;

/** @param text one entry of an addressPool: `192.0.2.0/28`, `192.0.2.10-192.0.2.20` or `192.0.2.7` */
export function parseRange(text: string): ParsedRange {
  if (text.includes("-")) return parseDashed(text);
  if (text.includes("/")) return parseCidr(text);
  const ip = parseIp(text);
  return ip === undefined ? invalid("unreadable", text) : rangeOf(ip, ipToNumber(ip));
}

function parseCidr(text: string): ParsedRange {
  const [address = "", length = "", ...rest] = text.split("/");
  const ip = parseIp(address);
  if (ip === undefined || rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(length)) {
    return invalid("unreadable", text);
  }
  const hostBits = IP_BITS[familyOf(ip)] - Number(length);
  if (hostBits < 0) return invalid("unreadable", text);
  const first = (ipToNumber(ip) >> BigInt(hostBits)) << BigInt(hostBits);
  return {
    ok: true,
    value: { family: familyOf(ip), first, last: first + (1n << BigInt(hostBits)) - 1n },
  };
}

function parseDashed(text: string): ParsedRange {
  const ends = text.split("-").map((end) => parseIp(end.trim()));
  const [first, last] = ends;
  if (ends.length !== 2 || first === undefined || last === undefined)
    return invalid("unreadable", text);
  if (familyOf(first) !== familyOf(last)) {
    return invalid("mixed", text);
  }
  if (ipToNumber(first) > ipToNumber(last)) {
    return invalid("backwards", text);
  }
  return rangeOf(first, ipToNumber(last));
}

function rangeOf(first: Ip, last: bigint): ParsedRange {
  return { ok: true, value: { family: familyOf(first), first: ipToNumber(first), last } };
}

function invalid(fault: keyof typeof RANGE_FAULTS, text: string): ParsedRange {
  return {
    ok: false,
    problem: { code: "RANGE_INVALID", message: RANGE_FAULTS[fault].join(text) },
  };
}

/** @returns the range as people write it: one address, or `first-last` */
export function formatRange({ family, first, last }: IpRange): string {
  const start = ipFromNumber(family, first);
  return first === last ? start : `${start}-${ipFromNumber(family, last)}`;
}

/** @returns how many addresses of the family; the ranges must be disjoint */
export function sizeOf(ranges: readonly IpRange[], family: IpFamily): bigint {
  return ranges.reduce(
    (sum, range) => (range.family === family ? sum + range.last - range.first + 1n : sum),
    0n,
  );
}

/** Orders IPv4 before IPv6 and each by its first address. */
export function compareRanges(a: IpRange, b: IpRange): number {
  if (a.family !== b.family) return a.family === "IPv4" ? -1 : 1;
  return a.first < b.first ? -1 : a.first > b.first ? 1 : 0;
}

/** @returns the same addresses in the fewest ranges, sorted */
export function mergeRanges(ranges: readonly IpRange[]): IpRange[] {
  const merged: IpRange[] = [];
  for (const range of [...ranges].sort(compareRanges)) {
    const before = merged.at(-1);
    if (before?.family === range.family && range.first <= before.last + 1n) {
      if (range.last > before.last) merged[merged.length - 1] = { ...before, last: range.last };
    } else {
      merged.push(range);
    }
  }
  return merged;
}

/** @returns what is in one of `ranges` and not in `taken`: in the order of `ranges`, each part ascending */
export function subtractRanges(ranges: readonly IpRange[], taken: readonly IpRange[]): IpRange[] {
  return subtractMerged(ranges, mergeRanges(taken));
}

/** The same, for `taken` as mergeRanges gives it. */
export function subtractMerged(ranges: readonly IpRange[], taken: readonly IpRange[]): IpRange[] {
  return ranges.flatMap((range) => subtractOne(range, taken));
}

function subtractOne(range: IpRange, holes: readonly IpRange[]): IpRange[] {
  const { family, last } = range;
  const left: IpRange[] = [];
  let first = range.first;
  for (let i = firstReaching(holes, family, range.first); i < holes.length; i++) {
    const hole = holes[i];
    if (hole?.family !== family || hole.first > last) break;
    if (hole.first > first) left.push({ family, first, last: hole.first - 1n });
    first = hole.last + 1n;
  }
  if (first <= last) left.push({ family, first, last });
  return left;
}

/** @returns what is in both, sorted, in the fewest ranges */
export function intersectRanges(a: readonly IpRange[], b: readonly IpRange[]): IpRange[] {
  return subtractRanges(mergeRanges(a), subtractRanges(mergeRanges(a), b));
}

/** @returns the same addresses in the same order, each once: a later range loses what an earlier one has */
export function disjointRanges(ranges: readonly IpRange[]): IpRange[] {
  const kept: IpRange[] = [];
  for (const range of ranges) kept.push(...subtractRanges([range], kept));
  return kept;
}

/** Blocks of 256 in which single addresses are left out: as many as a /8 has. */
const BUGGY_BLOCKS_MAX = 1n << 16n;

/**
 * @param found takes the ranges that are too large for it: of those the first 2^24 addresses are used
 * @returns the ranges without the IPv4 addresses that end in .0 or .255
 */
export function withoutBuggyAddresses(ranges: readonly IpRange[], found: Problem[]): IpRange[] {
  return ranges.flatMap((range) => {
    if (range.family === "IPv6") return [range];
    const lastUsed = range.first + (BUGGY_BLOCKS_MAX << 8n) - 1n;
    if (lastUsed < range.last) {
      const message = `${formatRange(range)} is too large to leave out .0 and .255: its first 2^24 addresses are used`;
      found.push({ code: "RANGE_TOO_LARGE", message });
    }
    return withoutBuggy({ ...range, last: lastUsed < range.last ? lastUsed : range.last });
  });
}

function withoutBuggy({ family, first, last }: IpRange): IpRange[] {
  const left: IpRange[] = [];
  for (let block = first >> 8n; block <= last >> 8n; block++) {
    const [low, high] = [(block << 8n) + 1n, (block << 8n) + 254n];
    const part = { family, first: low > first ? low : first, last: high < last ? high : last };
    if (part.first <= part.last) left.push(part);
  }
  return left;
}

/** @returns a test of membership that costs a binary search; the ranges may be in any order */
export function membership(ranges: readonly IpRange[]): (ip: Ip) => boolean {
  const sorted = mergeRanges(ranges);
  return (ip) => {
    const [family, number] = [familyOf(ip), ipToNumber(ip)];
    const range = sorted[firstReaching(sorted, family, number)];
    return range?.family === family && range.first <= number;
  };
}

/** @returns the index of the first range that ends at or after the address, in sorted, disjoint ranges */
export function firstReaching(
  sorted: readonly IpRange[],
  family: IpFamily,
  number: bigint,
): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const range = sorted[middle];
    const before =
      range !== undefined &&
      (range.family === family ? range.last < number : range.family === "IPv4");
    if (before) low = middle + 1;
    else high = middle;
  }
  return low;
}
