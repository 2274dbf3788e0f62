/** A book with its hands, at a real name server: what the controller does, without a cluster. */
import { Book } from "../../src/dns/book.ts";
import type { WantedName } from "../../src/dns/book-entry.ts";
import type { Job, Outcome } from "../../src/dns/book-jobs.ts";
import { performJob, performJobs } from "../../src/dns/io/name-jobs.ts";
import type { Asking } from "../../src/dns/io/exchange.ts";
import type { PublishedEntry } from "../../src/dns/resource.ts";
import type { WantedAddress } from "../../src/dns/record-sets.ts";
import { nameOf } from "./vectors.ts";

export const ZONE = "lb.example";

/** @param label of the name in the zone; none: the zone's own */
export function wantedName(
  label: string,
  addresses: readonly string[],
  { ttlSeconds = 30, service = "prod/web" } = {},
): WantedName {
  const all = addresses.map((ip) => ({ ip, unheldSinceMs: null }) as unknown as WantedAddress);
  const [name, zone] = [nameOf(`${label}.${ZONE}`), nameOf(ZONE)];
  return { name, zone, service, ttlSeconds, addresses: all };
}

export class TestPublisher {
  readonly ownerId: string;
  readonly asking: Asking;
  ledger: readonly PublishedEntry[] = [];
  book: Book;
  outcomes: string[] = [];

  constructor(ownerId: string, asking: Asking) {
    this.ownerId = ownerId;
    this.asking = asking;
    this.book = this.#newBook();
  }

  /** Wants these and no others. @returns what was asked, and what came of it: `update ok` */
  async round(...wanted: readonly WantedName[]): Promise<readonly string[]> {
    this.outcomes = [];
    this.book.want(new Map(wanted.map((each) => [each.name, each])));
    const { claims, jobs } = this.book.round(performance.now());
    if (claims !== null) {
      this.ledger = claims;
      this.book.claimed(claims);
    }
    const all = claims === null ? jobs : this.book.round(performance.now()).jobs;
    const hands = { perform: (job: Job) => this.#do(job), mayGoOn: () => true };
    await Promise.all(performJobs(this.book, all, hands));
    return this.outcomes;
  }

  restart(): void {
    this.book = this.#newBook();
    this.book.recall(this.ledger);
  }

  #newBook(): Book {
    const limits = { withdrawAfterMs: 15_000, resyncIntervalMs: 300_000, updateIntervalMs: 0 };
    return new Book({ ownerId: this.ownerId, ...limits });
  }

  async #do(job: Job): Promise<Outcome> {
    const outcome = await performJob(job, this.asking);
    this.outcomes.push(`${job.kind} ${outcome.ok ? "ok" : outcome.failure.kind}`);
    return outcome;
  }
}
