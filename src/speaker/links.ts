/**
 * On which interfaces an address may be answered, and what of that the other speakers are told. Pure.
 *
 * Counted is an Ethernet interface that is up with a carrier, is in no bridge or bond (the master counts), and
 * resolves addresses; for IPv4 it broadcasts, for IPv6 it has had a link-local address, which shows that IPv6 is
 * on: after a flap nobody waits for its duplicate detection, for answers come from the address asked for.
 * Neighbours: src/linux tells of interfaces; speaker.ts asks; liveness.ts tells the peers.
 */
import type { Ip, IpFamily } from "../base/ip.ts";
import type { Mac } from "../base/mac.ts";
import { isExcluded } from "../multi-ip/interfaces.ts";
import { idOf } from "./ids.ts";
import type { Id } from "./wire/heartbeat.ts";

/** What links.ts needs to know of an interface: src/linux has more to say. */
export interface LinkFacts {
  readonly index: number;
  readonly name: string;
  readonly mac: Mac | null;
  readonly ethernet: boolean;
  readonly up: boolean;
  readonly carrier: boolean;
  readonly broadcast: boolean;
  readonly noArp: boolean;
  readonly masterIndex: number | null;
  readonly linkLocalIpv6: string | null;
  readonly addresses: readonly LinkAddress[];
}

export interface LinkAddress {
  readonly ip: Ip;
  readonly prefixLength: number;
}

export interface UsableLink {
  readonly index: number;
  readonly name: string;
  readonly mac: Mac;
  /** Not one of the usual excluded: it serves addresses that name no interface. */
  readonly usual: boolean;
  readonly families: readonly IpFamily[];
  readonly addresses: readonly LinkAddress[];
}

/**
 * @param hadIpv6 indexes of interfaces that had a link-local address while they existed
 * @returns the interfaces that can carry an answer now
 */
export function usableLinks(
  links: readonly LinkFacts[],
  hadIpv6: ReadonlySet<number>,
): UsableLink[] {
  const usable: UsableLink[] = [];
  for (const link of links) {
    const { index, name, mac, addresses } = link;
    if (mac === null || !link.ethernet || !link.up || !link.carrier) continue;
    if (link.masterIndex !== null || link.noArp) continue;
    const families: IpFamily[] = [];
    if (link.broadcast) families.push("IPv4");
    if (hadIpv6.has(index)) families.push("IPv6");
    const usual = !isExcluded(name);
    if (families.length > 0) usable.push({ index, name, mac, usual, families, addresses });
  }
  return usable;
}

/** @param interfaces names; none: every usual one */
export function linksFor(
  usable: readonly UsableLink[],
  interfaces: readonly string[],
  family: IpFamily,
): UsableLink[] {
  return usable.filter(
    (link) =>
      link.families.includes(family) &&
      (interfaces.length === 0 ? link.usual : interfaces.includes(link.name)),
  );
}

/** @returns what any one of is asked of a node that is to hold the address, see LinkReport */
export function wantedLinkIds(interfaces: readonly string[], family: IpFamily): Id[] {
  return interfaces.length === 0
    ? [idOf(`${family} *`)]
    : interfaces.map((name) => idOf(`${family} ${name}`));
}

/**
 * @param named all interfaces that some address names
 * @returns the ids under which the usable ones are reported; at most one per family and name
 */
export function reportedLinkIds(
  usable: readonly UsableLink[],
  named: ReadonlySet<string>,
): ReadonlySet<Id> {
  const ids = new Set<Id>();
  for (const link of usable) {
    for (const family of link.families) {
      if (link.usual) ids.add(idOf(`${family} *`));
      if (named.has(link.name)) ids.add(idOf(`${family} ${link.name}`));
    }
  }
  return ids;
}
