/**
 * What room there is for names in the status of a publisher: so many, and so many octets. Pure.
 *
 * An object of the API has 1.5 MiB at etcd. The differences, the failing zones and all else of a DNSPublisher have up to half of that, where
 * tenants ask for names of control characters, which are six octets each in JSON.
 * Neighbours: service-names.ts tells who gets none; book.ts and endpoint-desk.ts write none down for which there is none.
 */
import { PUBLISHED_NAMES_MAX, type PublishedEntry } from "./resource.ts";

/** Of the list as JSON. 5000 names have room whose name, zone and Service are 120 letters together. */
export const LEDGER_OCTETS_MAX = 800_000;
/** Brackets, keys, quotes, commas. */
const ENTRY_OCTETS = JSON.stringify({ name: "", zone: "", service: "" }).length + 1;

export class LedgerRoom {
  #names = 0;
  #octets = 0;

  /** It is there, whether there is room or not. */
  hold(entry: PublishedEntry): void {
    this.#names += 1;
    this.#octets += octetsOf(entry);
  }

  /** @returns whether there was room for it */
  take(entry: PublishedEntry): boolean {
    const octets = this.#octets + octetsOf(entry);
    if (this.#names >= PUBLISHED_NAMES_MAX || octets > LEDGER_OCTETS_MAX) return false;
    this.hold(entry);
    return true;
  }
}

function octetsOf({ name, zone, service }: PublishedEntry): number {
  return ENTRY_OCTETS + name.length + zone.length + service.length;
}

/**
 * @param all in order
 * @returns those that are written down, who stay whatever comes, and of the others those for which there is room: who is new waits until others have gone
 */
export function entriesWithRoom<T extends PublishedEntry & { readonly isClaimed: boolean }>(
  all: readonly T[],
): readonly T[] {
  const room = new LedgerRoom();
  for (const entry of all) if (entry.isClaimed) room.hold(entry);
  return all.filter((entry) => entry.isClaimed || room.take(entry));
}
