/** From all that a peer is to be told to what has changed of it: tests say the whole. */
import type { Announcement } from "../../src/bgp/announcement.ts";
import type { BgpSpeaker } from "../../src/bgp/io/bgp-speaker.ts";
import type { RouteChanges } from "../../src/bgp/out-rib.ts";
import type { Prefix } from "../../src/bgp/prefix.ts";

/** @param wanted all that the peer is to be told from now on */
export function setRoutes(speaker: BgpSpeaker, key: string, wanted: readonly Announcement[]): void {
  const before = speaker.sessions.get(key)?.rib.wanted ?? new Map<Prefix, Announcement>();
  speaker.changeRoutes(key, diffRoutes(before, wanted));
}

/** @param wanted each prefix once. @returns nothing of what is as it was */
export function diffRoutes(
  before: ReadonlyMap<Prefix, Announcement>,
  wanted: readonly Announcement[],
): RouteChanges {
  const kept = new Set<Prefix>();
  const announce: Announcement[] = [];
  for (const announcement of wanted) {
    kept.add(announcement.prefix);
    const known = before.get(announcement.prefix);
    if (known === undefined || !isSame(known, announcement)) announce.push(announcement);
  }
  return { announce, withdraw: [...before.keys()].filter((prefix) => !kept.has(prefix)) };
}

function isSame(a: Announcement, b: Announcement): boolean {
  return (
    a === b ||
    (a.nextHop === b.nextHop &&
      a.localPreference === b.localPreference &&
      a.multiExit === b.multiExit &&
      a.communities.join() === b.communities.join() &&
      a.largeCommunities.join() === b.largeCommunities.join())
  );
}
