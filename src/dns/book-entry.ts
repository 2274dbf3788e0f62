/**
 * What a book knows of one name: what is wanted, what is there, and what stands between. Pure.
 *
 * Neighbours: book.ts keeps them, and changes them in place.
 */
import type { DnsFailure } from "./failures.ts";
import type { DnsName } from "./name.ts";
import { ADDRESS_TYPES, type AddressType } from "./ownership.ts";
import type { WantedAddress } from "./record-sets.ts";
import type { PublishedEntry } from "./resource.ts";
import {
  NOTHING_PUBLISHED,
  type PublishedName,
  type TakenBy,
  type Transaction,
} from "./transaction.ts";

const TAKEN_LOOK_MS = 1000;

export interface WantedName {
  readonly name: DnsName;
  readonly zone: DnsName;
  /** `namespace/name`. */
  readonly service: string;
  readonly ttlSeconds: number;
  readonly addresses: readonly WantedAddress[];
}

/** Worth a word to people, once. */
export type BookNews =
  | { readonly kind: "edited"; readonly name: DnsName; readonly service: string }
  | {
      readonly kind: "taken";
      readonly name: DnsName;
      readonly service: string;
      readonly by: TakenBy;
    }
  | {
      readonly kind: "refused";
      readonly name: DnsName;
      readonly service: string;
      readonly failure: DnsFailure;
    };

/** What stays until it is mended. */
export type BookProblem = Exclude<BookNews, { readonly kind: "edited" }>;

export interface Entry {
  readonly name: DnsName;
  zone: DnsName;
  service: string;
  wanted: WantedName | null;
  /** Null: not known. */
  published: PublishedName | null;
  /** What was there when we last knew, while it is looked up; null: we never did. */
  before: PublishedName | null;
  /** What would be there if an update had been obeyed of which we do not know. */
  after: PublishedName | null;
  /** Null: neither looked up nor made yet. */
  knownAtMs: number | null;
  isClaimed: boolean;
  isBusy: boolean;
  /** Of these types the server has refused an update for what is there. */
  readonly refused: Set<AddressType>;
  /** It has refused two things at once, and it is not known which was to blame: each goes by itself. */
  isApart: boolean;
  /** The last no of the server, to what; null: it has obeyed since. */
  refusedJob: "read" | "update" | null;
  /** The server obeyed for another name after that no: it was meant for this one. */
  isBlamed: boolean;
  jobs: number;
  /** Since it was found to be somebody else's. */
  takenLooks: number;
  failures: number;
  refusals: number;
  notBeforeMs: number;
  problem: BookProblem | null;
}

export function newEntry(name: DnsName, zone: DnsName, service: string): Entry {
  return {
    ...{ name, zone, service, wanted: null, published: NOTHING_PUBLISHED },
    ...{ before: null, after: null, knownAtMs: null, isClaimed: false, isBusy: false },
    ...{
      refused: new Set(),
      isApart: false,
      refusedJob: null,
      isBlamed: false,
      jobs: 0,
      takenLooks: 0,
      failures: 0,
      refusals: 0,
      notBeforeMs: Number.NEGATIVE_INFINITY,
      problem: null,
    },
  };
}

export function isSomeThere({ published }: Entry): boolean {
  return ADDRESS_TYPES.some((type) => (published?.sets[type].addresses.length ?? 0) > 0);
}

export function ledgerEntry({ name, zone, service }: Entry): PublishedEntry {
  return { name, zone, service };
}

/** The server has refused it for what is there. */
export function noteRefusal(
  entry: Entry,
  { types, isMixed }: Pick<Transaction, "types" | "isMixed">,
): void {
  if (isMixed) {
    entry.isApart = true;
    return;
  }
  for (const type of types) {
    // Refused both ways, and what is there seems to be the same: the first again, later.
    if (entry.refused.has(type)) entry.refused.delete(type);
    else entry.refused.add(type);
  }
}

/** It is to be looked up, and what we knew is remembered. @param after of an update that may have been obeyed */
export function doubt(entry: Entry, after: PublishedName | null): void {
  // Of a new name it was never known.
  if (entry.published !== null && entry.published !== NOTHING_PUBLISHED) {
    entry.before = entry.published;
  }
  entry.after = after ?? entry.after;
  entry.published = null;
}

/** What is there is another now: it may be tried. */
export function forgetRefusals(entry: Entry): void {
  entry.refused.clear();
  entry.isApart = false;
}

/** As if it had never been refused. */
export function tryAnew(entry: Entry): void {
  forgetRefusals(entry);
  entry.refusals = 0;
}

/** From the news that somebody has a name, or the last look, to the next look: it doubles, for whoever has it may be giving it up. */
export function takenLookMs({ takenLooks }: Entry): number {
  return TAKEN_LOOK_MS * 2 ** takenLooks;
}
