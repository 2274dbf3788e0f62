/**
 * What a book has its hands do, and what comes of it. Pure data.
 *
 * Neighbours: book.ts makes them; io/name-jobs.ts performs them.
 */
import type { DnsFailure } from "./failures.ts";
import type { DnsName } from "./name.ts";
import type { PublishedEntry } from "./resource.ts";
import type { PublishedName, Transaction } from "./transaction.ts";
import type { Update } from "./update.ts";

export type Job =
  | { readonly kind: "read"; readonly name: DnsName; readonly zone: DnsName }
  | ({
      readonly kind: "update";
      readonly name: DnsName;
      readonly zone: DnsName;
      readonly update: Update;
    } & Pick<Transaction, "types" | "isMixed" | "after">);

export type Outcome =
  | { readonly ok: true; readonly published: PublishedName }
  | { readonly ok: false; readonly failure: DnsFailure };

export interface Round {
  /** In order. Names that are not among those that the hands have written yet: write these first. */
  readonly claims: readonly PublishedEntry[] | null;
  /** Of all zones whose round may begin now; the hands say which do. */
  readonly jobs: readonly Job[];
}

/** What is there once it is obeyed; null: it changes nothing. */
export function afterOf(job: Job): PublishedName | null {
  return job.kind === "update" ? job.after : null;
}
