/**
 * Short names for nodes and links on the wire: 48 bits of their name. Pure.
 *
 * Two of 1,000 names share an id once in 500 million clusters; the heartbeat's key keeps others from trying.
 */
import { stableHash } from "../base/hash.ts";
import type { Id } from "./wire/heartbeat.ts";

/** @returns 48 bits, the same on every node and in every release */
export function idOf(name: string): Id {
  return stableHash(name) * 0x10000 + (stableHash(`${name}/`) & 0xffff);
}
