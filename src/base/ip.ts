/**
 * IP addresses: strict text in, canonical text inside, bytes and integers where arithmetic needs them. Pure.
 *
 * Read first: RFC 5952 (canonical text of IPv6).
 * Refused on purpose: zone identifiers, IPv4-mapped IPv6 (`::ffff:1.2.3.4`), leading zeros and every
 * shorthand that only some parsers accept: what two programs read differently must not reach a status.
 * `node:net` is here for `isIP` alone, the one validator that was found to accept nothing wrong.
 */
import { isIP } from "node:net";
import { parseIp as toNumber, stringifyIp } from "ip-bigint";

declare const ipBrand: unique symbol;

/** An address in canonical text (RFC 5952 section 4 for IPv6): equal addresses are equal strings. */
export type Ip = string & { readonly [ipBrand]: true };

/** The names that Kubernetes uses in `Service.spec.ipFamilies`. */
export type IpFamily = "IPv4" | "IPv6";

export const IP_BITS: Readonly<Record<IpFamily, number>> = { IPv4: 32, IPv6: 128 };

const MAPPED_PREFIX = 0xffffn;

/**
 * Reads one address.
 *
 * @param text one address and nothing else: no mask, no zone, no surrounding space
 * @returns the canonical text, or undefined where it is no address or one that is refused (see above)
 */
export function parseIp(text: string): Ip | undefined {
  if (isIP(text) === 0 || text.includes("%")) return undefined;
  const { number, version } = toNumber(text);
  if (version === 6 && number >> 32n === MAPPED_PREFIX) return undefined;
  return ipFromNumber(version === 4 ? "IPv4" : "IPv6", number);
}

/** @returns whose address it is: text with a colon is IPv6 */
export function familyOf(ip: Ip): IpFamily {
  return ip.includes(":") ? "IPv6" : "IPv4";
}

/** RFC 4291 section 2.5.6: of IPv6, fe80::/10. */
export function isLinkLocal(ip: Ip): boolean {
  return /^fe[89ab][0-9a-f]:/.test(ip);
}

/** @returns `192.0.2.1:53`, `[2001:db8::1]:53`; a host that is no address, as it is */
export function withPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** @returns the address as an integer, most significant bit first */
export function ipToNumber(ip: Ip): bigint {
  return toNumber(ip).number;
}

/** @param number from 0 to 2^IP_BITS[family] - 1 */
export function ipFromNumber(family: IpFamily, number: bigint): Ip {
  return stringifyIp({ number, version: family === "IPv4" ? 4 : 6 }) as Ip;
}

/** @returns 4 or 16 bytes in network order */
export function ipToBytes(ip: Ip): Uint8Array {
  const size = IP_BITS[familyOf(ip)] / 8;
  const bytes = new Uint8Array(size);
  let rest = ipToNumber(ip);
  for (let i = size - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

/** @param bytes 4 (IPv4) or 16 (IPv6), in network order */
export function ipFromBytes(bytes: Uint8Array): Ip {
  let number = 0n;
  for (const byte of bytes) number = (number << 8n) | BigInt(byte);
  return ipFromNumber(bytes.length === 4 ? "IPv4" : "IPv6", number);
}

/** Orders IPv4 before IPv6 and each by number: a comparator for `sort`. */
export function compareIps(a: Ip, b: Ip): number {
  const [familyA, familyB] = [familyOf(a), familyOf(b)];
  if (familyA !== familyB) return familyA === "IPv4" ? -1 : 1;
  const [numberA, numberB] = [ipToNumber(a), ipToNumber(b)];
  return numberA < numberB ? -1 : numberA > numberB ? 1 : 0;
}
