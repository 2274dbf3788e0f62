/**
 * What one publisher has in its zones, and what it is to have: which names to look up and which updates to send now. Pure: told the time.
 *
 * A round is made of jobs, one for each name that is not as it should be. Each zone has rounds of its own, no faster than the publisher says,
 * so what changes between two goes together, and a zone whose server hangs keeps no other waiting. Before a name is published for the first time it is claimed: the hands write `names` down, and say so. A name
 * leaves them when nothing of ours is there any more. What is in the zone is remembered, looked up at the beginning, after doubt, and every
 * resync time. A server that fails is left alone for a while that grows, and with it its zone; a name that fails, alone: so does one that the server says
 * no to, once it has obeyed for another.
 * A class, mutated in place, for thousands of names are not copied per change.
 * Neighbours: book-jobs.ts has its words; transaction.ts makes the updates; io/name-jobs.ts performs the jobs.
 */
import { compareText, stableHash } from "../base/hash.ts";
import {
  doubt,
  forgetRefusals,
  isSomeThere,
  ledgerEntry,
  newEntry,
  noteRefusal,
  takenLookMs,
  tryAnew,
  type BookNews,
  type BookProblem,
  type Entry,
  type WantedName,
} from "./book-entry.ts";
import { afterOf, type Job, type Outcome, type Round } from "./book-jobs.ts";
import { NAME_FAILURES, PREREQUISITE_FAILURES, REFUSALS, type DnsFailure } from "./failures.ts";
import { entriesWithRoom } from "./ledger.ts";
import type { DnsName } from "./name.ts";
import { nextWithdrawalMs, recordSet } from "./record-sets.ts";
import type { PublishedEntry } from "./resource.ts";
import {
  isOurs,
  isSameOfOurs,
  transactionOf,
  unseenName,
  type Goal,
  type PublishedName,
  type TakenBy,
} from "./transaction.ts";
import { waitMs, ZoneStates, type ZoneTrouble } from "./zone-states.ts";

export interface BookOptions {
  readonly ownerId: string;
  readonly withdrawAfterMs: number;
  readonly resyncIntervalMs: number;
  /** Of one zone, between the beginnings of two rounds. */
  readonly updateIntervalMs: number;
  /** What is in them is forgotten: they may never answer again. */
  readonly abandonedZones?: readonly string[];
}

/** Looked up, refused, looked up: somebody else is at it, and there is a next round. */
const JOBS_PER_ROUND_MAX = 4;
/** In a row: then it waits. */
const REFUSALS_MAX = 2;

export class Book {
  readonly #options: BookOptions;
  readonly #entries = new Map<DnsName, Entry>();
  readonly #zones: ZoneStates;
  #news: BookNews[] = [];
  #isLedgerOld = false;

  constructor(options: BookOptions) {
    this.#options = options;
    this.#zones = new ZoneStates(options.updateIntervalMs);
  }

  /** What was written down before, by us or another: it may be there, and is looked up. */
  recall(entries: readonly PublishedEntry[]): void {
    const { abandonedZones = [] } = this.#options;
    for (const { name, zone, service } of entries) {
      if (abandonedZones.includes(zone)) {
        this.#isLedgerOld = true;
        continue;
      }
      const known = this.#entries.get(name as DnsName);
      if (known?.isClaimed === true) continue;
      const made = newEntry(name as DnsName, zone as DnsName, service);
      const wanted = known?.wanted?.zone === zone ? known.wanted : null;
      this.#entries.set(made.name, { ...made, wanted, published: null, isClaimed: true });
    }
  }

  /** All that is to be published; what else there is goes. */
  want(wanted: ReadonlyMap<DnsName, WantedName>): void {
    for (const [name, want] of wanted) {
      let entry = this.#entries.get(name);
      if (entry === undefined) {
        entry = newEntry(name, want.zone, want.service);
        this.#entries.set(name, entry);
      }
      if (entry.zone !== want.zone && !this.#isGone(entry)) continue; // It leaves that one first.
      if (entry.zone !== want.zone) {
        // It begins anew there, and is written down before.
        entry = newEntry(name, want.zone, want.service);
        this.#entries.set(name, entry);
        this.#isLedgerOld = true;
      }
      if (entry.service !== want.service) this.#isLedgerOld = true;
      entry.service = want.service;
      entry.wanted = want;
    }
    for (const entry of this.#entries.values()) {
      const want = wanted.get(entry.name);
      if (want === undefined || want.zone !== entry.zone) entry.wanted = null;
    }
  }

  /** The names were written down, with these among them. */
  claimed(entries: readonly PublishedEntry[]): void {
    for (const { name } of entries) {
      const entry = this.#entries.get(name as DnsName);
      if (entry !== undefined) entry.isClaimed = true;
    }
    this.#isLedgerOld = false;
  }

  /** Which Service has the name: it keeps it. */
  serviceOf(name: DnsName): string | undefined {
    return this.#entries.get(name)?.service;
  }

  round(nowMs: number): Round {
    this.#forget();
    const entries = [...this.#entries.values()].sort((a, b) => compareText(a.name, b.name));
    const jobs = entries.flatMap((entry) => {
      if (!entry.isClaimed || !this.#zones.mayBegin(entry.zone, nowMs)) return [];
      entry.jobs = 0;
      const job = this.#jobOf(entry, nowMs);
      return job === null ? [] : [{ job, isFailing: entry.failures > 0 }];
    });
    // Those that have not failed first: they show whether it was the zone.
    jobs.sort((a, b) => Number(a.isFailing) - Number(b.isFailing));
    return { claims: this.#claims(entries), jobs: jobs.map(({ job }) => job) };
  }

  /** The jobs of a zone, as the last round has them, are about to be done: no other round has any of it until they have ended. */
  zoneBegins(zone: DnsName, nowMs: number): void {
    this.#zones.begin(zone, nowMs);
  }

  zoneEnds(zone: DnsName): void {
    this.#zones.end(zone);
  }

  /** @returns when there will be something to do though nothing changed; null: never. What is under way tells when it has ended */
  wakeAtMs(nowMs: number): number | null {
    const { withdrawAfterMs } = this.#options;
    const times = [...this.#entries.values()].flatMap((entry) => {
      const { wanted, zone } = entry;
      if (!this.#zones.mayBegin(zone, nowMs)) return [];
      const blockedMs = Math.max(entry.notBeforeMs, this.#zones.notBeforeMs(zone));
      if (blockedMs > nowMs) return [blockedMs];
      if (entry.published === null) return entry.isClaimed ? [nowMs] : [];
      const withdrawalMs = wanted && nextWithdrawalMs(wanted.addresses, { nowMs, withdrawAfterMs });
      return [this.#resyncAtMs(entry), ...(withdrawalMs === null ? [] : [withdrawalMs])];
    });
    const soonestMs = Math.min(...times, ...this.#zones.pausesMs(nowMs));
    return soonestMs === Number.POSITIVE_INFINITY ? null : soonestMs;
  }

  /** @returns whether the job is to be done still: others may have found the server out meanwhile, or the name is wanted elsewhere */
  begin(job: Job, nowMs: number): boolean {
    const entry = this.#entryOf(job);
    if (entry?.isClaimed !== true || entry.isBusy || this.#isBlocked(entry, nowMs)) return false;
    entry.isBusy = true;
    return true;
  }

  /** @returns what follows at once */
  ended(job: Job, outcome: Outcome, nowMs: number): Job | null {
    const entry = this.#entryOf(job);
    if (entry === undefined) return null;
    entry.isBusy = false;
    entry.jobs += 1;
    if (!outcome.ok) this.#failed(entry, job, outcome.failure, nowMs);
    else if (job.kind === "read") this.#read(entry, outcome.published, nowMs);
    else this.#updated(entry, outcome.published, nowMs);
    return entry.jobs < JOBS_PER_ROUND_MAX ? this.#jobOf(entry, nowMs) : null;
  }

  /** The server, its key or its address changed: what failed is tried again. */
  tryAgain(): void {
    this.#zones.tryAgain();
    for (const entry of this.#entries.values()) {
      entry.notBeforeMs = Number.NEGATIVE_INFINITY;
      Object.assign(entry, { failures: 0, refusedJob: null, isBlamed: false });
    }
  }

  /** Asked for once: what people are to be told. */
  takeNews(): readonly BookNews[] {
    const news = this.#news;
    this.#news = [];
    return news;
  }

  get problems(): readonly BookProblem[] {
    return [...this.#entries.values()].flatMap(({ problem }) =>
      problem === null ? [] : [problem],
    );
  }

  get troubles(): readonly ZoneTrouble[] {
    return this.#zones.troubles;
  }

  figures(nowMs: number): { readonly wanted: number; readonly published: number } {
    const all = [...this.#entries.values()];
    const wanted = all.filter((entry) => (entry.wanted?.addresses.length ?? 0) > 0);
    const published = wanted.filter((entry) => isSomeThere(entry) && this.#isRight(entry, nowMs));
    return { wanted: wanted.length, published: published.length };
  }

  /** Names that are not as they should be, whatever the reason. */
  unsettled(nowMs: number): readonly PublishedEntry[] {
    const all = [...this.#entries.values()];
    return all.filter((entry) => !this.#isRight(entry, nowMs)).map(ledgerEntry);
  }

  #claims(entries: readonly Entry[]): readonly PublishedEntry[] | null {
    const all = entriesWithRoom(entries);
    if (!this.#isLedgerOld && all.every(({ isClaimed }) => isClaimed)) return null;
    return all.map(ledgerEntry);
  }

  #isRight(entry: Entry, nowMs: number): boolean {
    if (entry.published === null || entry.problem !== null) return false;
    return this.#transaction(entry, entry.published, nowMs).update === null;
  }

  #jobOf(entry: Entry, nowMs: number): Job | null {
    const { name, zone, isBusy } = entry;
    if (isBusy || this.#isBlocked(entry, nowMs)) return null;
    if (entry.published === null) return { kind: "read", name, zone };
    if (nowMs >= this.#resyncAtMs(entry)) {
      doubt(entry, null);
      // To look is not to know: a wildcard answers, too.
      if (takenLookMs(entry) > this.#options.resyncIntervalMs / 4) tryAnew(entry);
      return { kind: "read", name, zone };
    }
    const { update, takenBy, ...of } = this.#transaction(entry, entry.published, nowMs);
    // Whoever tries once more does not know yet whether it is free now.
    if (takenBy !== null || update === null || entry.wanted === null) this.#note(entry, takenBy);
    return update === null ? null : { kind: "update", name, zone, update, ...of };
  }

  /** Whether a no of the server is meant for this name alone. */
  isBlamed(job: Job): boolean {
    return this.#entryOf(job)?.isBlamed === true;
  }

  #entryOf({ name, zone }: Job): Entry | undefined {
    const entry = this.#entries.get(name);
    return entry?.zone === zone ? entry : undefined;
  }

  #note(entry: Entry, takenBy: TakenBy | null): void {
    const { name, service, problem } = entry;
    if (takenBy === null) {
      if (problem?.kind === "taken") entry.problem = null;
      entry.takenLooks = 0;
      return;
    }
    const found = { kind: "taken", name, service, by: takenBy } as const;
    if (JSON.stringify(problem) === JSON.stringify(found)) return;
    entry.problem = found;
    this.#news.push(found);
  }

  #transaction(entry: Entry, published: PublishedName, nowMs: number) {
    const { name, zone, service, wanted, refused, isApart } = entry;
    const { ownerId, withdrawAfterMs } = this.#options;
    const setOf = (type: "A" | "AAAA") => {
      if (wanted === null) return [];
      const there = published.sets[type].addresses;
      return recordSet(wanted.addresses, type, { there, nowMs, withdrawAfterMs });
    };
    const goal: Goal = {
      ...{ name, zone, ownerId, service, ttlSeconds: wanted?.ttlSeconds ?? 0 },
      sets: { A: setOf("A"), AAAA: setOf("AAAA") },
    };
    return transactionOf(goal, published, { tries: (type) => !refused.has(type), isApart });
  }

  #read(entry: Entry, published: PublishedName, nowMs: number): void {
    const { before, after, name, service, wanted } = entry;
    entry.published = published;
    const isSettled = this.#transaction(entry, published, nowMs).update === null;
    if (entry.refusedJob !== "update" || isSettled) this.#isWell(entry);
    const updateOf = this.#zones.updateOf(entry.zone);
    // It may have obeyed, and its answer was lost.
    const isOver = updateOf === name && isSettled;
    if (updateOf === null || isOver || !this.#entries.has(updateOf)) this.#zoneIsWell(entry);
    entry.knownAtMs = nowMs;
    if (entry.problem?.kind === "taken") entry.takenLooks += 1;
    Object.assign(entry, { before: null, after: null });
    if (before === null) return;
    // What was refused for what is there would be refused again.
    if (JSON.stringify(before) !== JSON.stringify(published)) forgetRefusals(entry);
    if (wanted === null) return;
    const { ownerId } = this.#options;
    if (isSameOfOurs(before, published, ownerId)) return;
    if (after !== null && isSameOfOurs(after, published, ownerId)) return;
    this.#news.push({ kind: "edited", name, service });
  }

  #updated(entry: Entry, after: PublishedName, nowMs: number): void {
    this.#isWell(entry);
    this.#zoneIsWell(entry);
    entry.published = after;
    forgetRefusals(entry);
    entry.refusals = 0;
    entry.knownAtMs ??= nowMs;
  }

  #zoneIsWell({ zone, name }: Entry): void {
    for (const refused of this.#zones.isWell(zone)) {
      const entry = this.#entries.get(refused);
      if (entry?.zone !== zone || refused === name) continue;
      entry.isBlamed = true;
      entry.notBeforeMs = Number.NEGATIVE_INFINITY; // Once more, for the zone may have been to blame.
    }
  }

  #isWell(entry: Entry): void {
    Object.assign(entry, { failures: 0, refusedJob: null, isBlamed: false });
    if (entry.problem?.kind === "refused") entry.problem = null;
  }

  #failed(entry: Entry, job: Job, failure: DnsFailure, nowMs: number): void {
    if (failure.kind === "aborted") {
      entry.published = null;
      return;
    }
    const { name, zone, service, isBlamed } = entry;
    if (PREREQUISITE_FAILURES.has(failure.kind)) {
      if (entry.problem?.kind !== "taken") this.#zoneIsWell(entry); // Prerequisites come before rights.
      doubt(entry, afterOf(job)); // Sent twice, it may have obeyed the first.
      if (job.kind === "update") noteRefusal(entry, job);
      entry.refusals += 1;
      if (entry.refusals > REFUSALS_MAX) {
        entry.notBeforeMs = nowMs + waitMs(name, entry.refusals);
      }
      return;
    }
    if (failure.kind === "not-in-zone" && job.kind === "read" && entry.wanted === null) {
      const { ownerId } = this.#options;
      entry.published = unseenName({ ownerId, service }, (type) => !entry.refused.has(type));
      entry.knownAtMs = nowMs;
      return;
    }
    entry.failures += 1;
    const isRefusal = REFUSALS.has(failure.kind);
    if (isRefusal) entry.refusedJob = job.kind;
    const isItsOwn = NAME_FAILURES.has(failure.kind);
    if (isItsOwn || isRefusal) entry.notBeforeMs = nowMs + waitMs(name, entry.failures);
    if (isItsOwn || (isRefusal && isBlamed)) {
      const found = { kind: "refused", name, service, failure } as const;
      if (JSON.stringify(entry.problem) !== JSON.stringify(found)) this.#news.push(found);
      entry.problem = found;
      return;
    }
    // It may have obeyed, and its answer was lost.
    doubt(entry, afterOf(job));
    this.#zones.failed({ zone, name, isUpdate: job.kind === "update" }, failure, nowMs);
  }

  #isBlocked({ zone, notBeforeMs }: Entry, nowMs: number): boolean {
    return nowMs < Math.max(notBeforeMs, this.#zones.notBeforeMs(zone));
  }

  /** Spread over the last tenth: names that were made together are not looked up together for ever. */
  #resyncAtMs(entry: Entry): number {
    const { name, knownAtMs, problem } = entry;
    if (knownAtMs === null) return Number.POSITIVE_INFINITY;
    const share = 1 - stableHash(name) / 2 ** 32 / 10;
    const intervalMs = this.#options.resyncIntervalMs * share;
    if (problem?.kind !== "taken") return knownAtMs + intervalMs;
    return knownAtMs + Math.min(intervalMs, takenLookMs(entry));
  }

  #isGone({ published, isBusy }: Entry): boolean {
    if (isBusy) return false; // It may be coming.
    return published !== null && !isOurs(published, this.#options.ownerId);
  }

  /** What is wanted no more, and has nothing of ours. */
  #forget(): void {
    for (const [name, entry] of this.#entries) {
      const { wanted, isClaimed } = entry;
      if (wanted !== null || !this.#isGone(entry)) continue;
      this.#entries.delete(name);
      if (isClaimed) this.#isLedgerOld = true;
    }
  }
}
