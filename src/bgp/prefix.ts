/**
 * Prefixes such as `192.0.2.0/24`: canonical text inside, the bytes of NLRI on the wire. Pure.
 *
 * Read first: RFC 4271 section 4.3 (length in bits, then as many octets as it takes), RFC 4760 section 5.
 * Neighbours: wire/nlri.ts reads and writes lists of them; out-rib.ts keys its routes by them.
 */
import { familyOf, IP_BITS, ipFromNumber, ipToBytes, ipToNumber } from "../base/ip.ts";
import type { Ip, IpFamily } from "../base/ip.ts";

declare const prefixBrand: unique symbol;

/** A network in canonical text, no bit set behind its length: equal prefixes are equal strings. */
export type Prefix = string & { readonly [prefixBrand]: true };

/** @returns the network of that length in which the address lies */
export function prefixOf(ip: Ip, length: number): Prefix {
  const family = familyOf(ip);
  const hostBits = BigInt(IP_BITS[family] - length);
  if (hostBits === 0n) return `${ip}/${length}` as Prefix;
  const network = ipFromNumber(family, (ipToNumber(ip) >> hostBits) << hostBits);
  return `${network}/${length}` as Prefix;
}

/** @returns the address by itself, as a network: /32 or /128 */
export function hostPrefixOf(ip: Ip): Prefix {
  return `${ip}/${IP_BITS[familyOf(ip)]}` as Prefix;
}

export function familyOfPrefix(prefix: Prefix): IpFamily {
  return prefix.includes(":") ? "IPv6" : "IPv4";
}

/** @returns the prefix as NLRI: its length in bits, then the octets that these need */
export function prefixToBytes(prefix: Prefix): Uint8Array {
  const slash = prefix.indexOf("/");
  const length = Number(prefix.slice(slash + 1));
  const text = prefix.slice(0, slash);
  const address = text.includes(":") ? ipToBytes(text as Ip) : text.split(".");
  const bytes = new Uint8Array(1 + Math.ceil(length / 8));
  bytes[0] = length;
  for (let i = 1; i < bytes.length; i++) bytes[i] = Number(address[i - 1]);
  return bytes;
}
