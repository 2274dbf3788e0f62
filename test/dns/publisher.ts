/** A book with its hands, at a real name server: what the controller does, without a cluster. */
import { Book } from "../../src/dns/book.ts";
import type { WantedName } from "../../src/dns/book-entry.ts";
import type { Job, Outcome } from "../../src/dns/book-jobs.ts";
import { isSameOfOurs, type PublishedName } from "../../src/dns/transaction.ts";
import { LIMITS } from "../../src/dns/waiting.ts";
import { PREREQUISITE_FAILURES } from "../../src/dns/failures.ts";
import { performJob, performJobs } from "../../src/dns/io/name-jobs.ts";
import type { Asking } from "../../src/dns/io/exchange.ts";
import type { PublishedEntry } from "../../src/dns/resource.ts";
import type { WantedAddress } from "../../src/dns/record-sets.ts";
import { nameOf } from "./vectors.ts";

export const ZONE = "lb.example";

/** No second copy of a request is sent before. */
const RESENT_MS_MIN = LIMITS.baseMs / 2;
const OBEYED = "update ok";

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
  /** When the first of the last round was known, by performance.now(). */
  firstEndedMs = 0;
  /** Of updates that may have been obeyed when a first copy came: what is to be there, and where the outcome is. */
  readonly #doubtful = new Map<string, { readonly after: PublishedName; readonly index: number }>();

  constructor(ownerId: string, asking: Asking) {
    this.ownerId = ownerId;
    this.asking = asking;
    this.book = this.#newBook();
  }

  /**
   * Wants these and no others.
   *
   * @returns what was asked, and what came of it: `update ok`. A machine that is busy may answer so late that an update is sent twice, and the second
   *   copy is refused for what the first has done: where the name is as it is to be then, that counts as obeyed, and the look does not count
   */
  async round(...wanted: readonly WantedName[]): Promise<readonly string[]> {
    this.outcomes = [];
    this.#doubtful.clear();
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
    const beganMs = performance.now();
    const outcome = await performJob(job, this.asking);
    const endedMs = performance.now();
    if (this.outcomes.length === 0) this.firstEndedMs = endedMs;
    this.#note(job, outcome, endedMs - beganMs);
    return outcome;
  }

  #note(job: Job, outcome: Outcome, tookMs: number): void {
    const doubtful = this.#doubtful.get(job.name);
    this.#doubtful.delete(job.name);
    if (doubtful !== undefined && job.kind === "read" && outcome.ok) {
      if (isSameOfOurs(doubtful.after, outcome.published, this.ownerId)) {
        this.outcomes[doubtful.index] = OBEYED;
        return;
      }
    }
    const index = this.outcomes.push(`${job.kind} ${outcome.ok ? "ok" : outcome.failure.kind}`);
    const isRefused = !outcome.ok && PREREQUISITE_FAILURES.has(outcome.failure.kind);
    if (job.kind === "update" && isRefused && tookMs >= RESENT_MS_MIN) {
      this.#doubtful.set(job.name, { after: job.after, index: index - 1 });
    }
  }
}
