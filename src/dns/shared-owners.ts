/**
 * Publishers of one cluster that would take each other's names for their own: one `ownerId`, one zone. Pure.
 *
 * The older one publishes, the other keeps its hands off all of its zones: half of a publisher at work would be harder to see through. Two
 * servers make no difference, for two addresses may be one server. Of publishers of other clusters nothing is known here: docs/dns.md.
 * Neighbour: ../controller/io/names.ts obeys.
 */
import type { Problem } from "../base/errors.ts";
import { compareText } from "../base/hash.ts";

export interface OwningPublisher {
  readonly name: string;
  /** As the API has it; of the same time the smaller name is the older. */
  readonly createdAt: string;
  readonly ownerId: string;
  readonly zones: readonly string[];
}

/** @returns those that are not to publish, by name, and why */
export function sharedOwners(publishers: readonly OwningPublisher[]): ReadonlyMap<string, Problem> {
  const byAge = [...publishers].sort(
    (a, b) => compareText(a.createdAt, b.createdAt) || compareText(a.name, b.name),
  );
  const publishing = new Map<string, OwningPublisher>();
  const withheld = new Map<string, Problem>();
  for (const one of byAge) {
    const places = one.zones.map((zone) => ({ zone, key: `${one.ownerId} ${zone}` }));
    const shared = places.find(({ key }) => publishing.has(key));
    const older = shared && publishing.get(shared.key);
    if (older !== undefined) withheld.set(one.name, sharing(one, older, shared?.zone ?? ""));
    else for (const { key } of places) publishing.set(key, one);
  }
  return withheld;
}

function sharing(one: OwningPublisher, older: OwningPublisher, zone: string): Problem {
  const message = `DNSPublisher ${one.name} publishes nothing: the older DNSPublisher ${older.name} has the ownerId "${one.ownerId}" and the zone ${zone}, too`;
  return { code: "OWNER_ID_SHARED", message };
}
