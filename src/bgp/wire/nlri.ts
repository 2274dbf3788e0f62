/**
 * Network Layer Reachability Information: prefixes one behind the other. Pure.
 *
 *   +---------------------------+
 *   |   Length (1 octet): bits  |
 *   +---------------------------+
 *   |   Prefix (variable)       |  as many octets as the bits need
 *   +---------------------------+
 *
 * Read first: RFC 4271 section 4.3, RFC 7606 section 5.3 (what is a syntactic error).
 * A list is kept as it came, walked once and counted: a peer's million prefixes that nobody asks for are never made into text.
 */
import type { IpFamily } from "../../base/ip.ts";
import { IP_BITS, ipFromBytes } from "../../base/ip.ts";
import { prefixOf, type Prefix } from "../prefix.ts";

export interface Nlri {
  readonly count: number;
  readonly bytes: Uint8Array;
}

export const NO_NLRI: Nlri = { count: 0, bytes: new Uint8Array() };

/** @returns the list, or null where a length is impossible or more octets are wanted than there are */
export function decodeNlri(bytes: Uint8Array, family: IpFamily): Nlri | null {
  const bitsMax = IP_BITS[family];
  let [count, offset] = [0, 0];
  while (offset < bytes.length) {
    const bits = bytes[offset] ?? 0;
    if (bits > bitsMax) return null;
    offset += 1 + ((bits + 7) >> 3);
    count++;
  }
  return offset === bytes.length ? { count, bytes } : null;
}

/** @returns the prefixes as text; bits behind a prefix's length mean nothing and are taken off */
export function prefixesOf({ bytes }: Nlri, family: IpFamily): Prefix[] {
  const prefixes: Prefix[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const bits = bytes[offset] ?? 0;
    const octets = (bits + 7) >> 3;
    const address = new Uint8Array(IP_BITS[family] / 8);
    address.set(bytes.subarray(offset + 1, offset + 1 + octets));
    prefixes.push(prefixOf(ipFromBytes(address), bits));
    offset += 1 + octets;
  }
  return prefixes;
}

/** @param prefixes each as prefixToBytes makes it */
export function joinNlri(prefixes: readonly Uint8Array[]): Nlri {
  const bytes = new Uint8Array(prefixes.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const prefix of prefixes) {
    bytes.set(prefix, offset);
    offset += prefix.length;
  }
  return { count: prefixes.length, bytes };
}
