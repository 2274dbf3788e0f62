/**
 * Address families on the wire: AFI and SAFI. Pure.
 *
 * Read first: RFC 4760 section 3; the numbers are IANA's. Of the many only unicast of both IPs is spoken here.
 */
import type { IpFamily } from "../../base/ip.ts";

export const SAFI_UNICAST = 1;

const AFI: Readonly<Record<IpFamily, number>> = { IPv4: 1, IPv6: 2 };

export function afiOf(family: IpFamily): number {
  return AFI[family];
}

/** @returns the family, or undefined for what we do not speak */
export function familyOfAfi(afi: number, safi: number): IpFamily | undefined {
  if (safi !== SAFI_UNICAST) return undefined;
  return afi === AFI.IPv4 ? "IPv4" : afi === AFI.IPv6 ? "IPv6" : undefined;
}
