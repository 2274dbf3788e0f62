/**
 * What a node tells its routers of one prefix. Pure data: the room's own words, whatever object of Kubernetes they come from.
 *
 * Neighbours: route-attributes.ts makes path attributes of it for one session; out-rib.ts says it when it is new.
 */
import type { Ip } from "../base/ip.ts";
import type { Prefix } from "./prefix.ts";

/** RFC 1997: the AS number and the value, 16 bits each. */
export type StandardCommunity = readonly [asn: number, value: number];
/** RFC 8092: three times 32 bits. */
export type LargeCommunity = readonly [administrator: number, first: number, second: number];

/** RFC 8326: routes that are about to go are the last choice. */
export const GRACEFUL_SHUTDOWN: StandardCommunity = [65535, 0];

export interface Announcement {
  readonly prefix: Prefix;
  /** Null: the node itself, by its address in the session. Of the prefix's family. */
  readonly nextHop: Ip | null;
  /** For peers of our own AS alone (RFC 4271 section 5.1.5); null: 100, as everywhere. */
  readonly localPreference: number | null;
  /** MULTI_EXIT_DISC (RFC 4271 section 5.1.4): of several nodes routers prefer the one with the lowest; null: none. */
  readonly multiExit: number | null;
  readonly communities: readonly StandardCommunity[];
  readonly largeCommunities: readonly LargeCommunity[];
}

/** @returns each once, in the order of their numbers (RFC 8092 section 5, and common sense) */
export function eachOnce<Community extends readonly number[]>(
  communities: readonly Community[],
): Community[] {
  const byText = new Map(communities.map((community) => [community.join(":"), community]));
  return [...byText.values()].sort(compareNumbers);
}

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  const place = a.findIndex((part, index) => part !== b[index]);
  return place < 0 ? 0 : (a[place] ?? 0) - (b[place] ?? 0);
}

/** @returns an announcement of the node's own, without anything that asks for attention */
export function plainAnnouncement(prefix: Prefix): Announcement {
  const none = { nextHop: null, localPreference: null, multiExit: null };
  return { prefix, ...none, communities: [], largeCommunities: [] };
}
