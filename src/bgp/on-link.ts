/**
 * Whether a router is on a link of ours, with no other router between: FRR calls it a shared network. Pure.
 *
 * A link that is down says nothing about where its routers are, so they stay on it until it is up with another network. Nor does an
 * address of a host's length, which is nobody's network: a virtual one, or one of DHCPv6.
 * Neighbour: io/on-link-watch.ts asks again when links change.
 */
import { familyOf, IP_BITS, ipToNumber, isLinkLocal, type Ip } from "../base/ip.ts";

/** An address of ours, and how many of its bits all on its link have. */
export interface OwnNetwork {
  readonly address: Ip;
  readonly prefixLength: number;
}

/** An interface that is up and running, and what it has. */
export interface OwnLink {
  readonly name: string;
  readonly networks: readonly OwnNetwork[];
}

/**
 * @param links all that are up and running
 * @param before the name of the link that it was on; null: it was on none, or nobody has asked yet
 * @returns the name of the link that it is on; null: none
 */
export function linkTo(
  theirs: Ip,
  links: readonly OwnLink[],
  before: string | null,
): string | null {
  const found = links.find(({ networks }) => networks.some((own) => isIn(theirs, own)));
  if (found !== undefined) return found.name;
  const networks = links.find(({ name }) => name === before)?.networks ?? [];
  const isElsewhere = networks.some((own) => tellsOf(theirs, own) && !isLinkLocal(own.address));
  return isElsewhere ? null : before;
}

/** Whether it says anything about where the router is. */
function tellsOf(theirs: Ip, { address, prefixLength }: OwnNetwork): boolean {
  const family = familyOf(address);
  return family === familyOf(theirs) && prefixLength < IP_BITS[family];
}

function isIn(theirs: Ip, own: OwnNetwork): boolean {
  if (!tellsOf(theirs, own)) return false;
  const { address, prefixLength } = own;
  const others = BigInt(IP_BITS[familyOf(address)] - prefixLength);
  return ipToNumber(address) >> others === ipToNumber(theirs) >> others;
}
