/**
 * Whether a router is on a link of ours, with no other router between: FRR calls it a shared network. Pure.
 */
import { familyOf, IP_BITS, ipToNumber, type Ip } from "../base/ip.ts";

/** An address of ours, and how many of its bits all on its link have. */
export interface OwnNetwork {
  readonly address: Ip;
  readonly prefixLength: number;
}

export function isOnLink(theirs: Ip, networks: readonly OwnNetwork[]): boolean {
  return networks.some(({ address, prefixLength }) => {
    if (familyOf(address) !== familyOf(theirs)) return false;
    const others = BigInt(IP_BITS[familyOf(address)] - prefixLength);
    return ipToNumber(address) >> others === ipToNumber(theirs) >> others;
  });
}
