/**
 * What one publisher has in DNSEndpoints, and what it is to have: which to write and which to delete now. Pure: told the time.
 *
 * The same truth as in book.ts, which has name servers: which addresses are true (record-sets.ts), a name is written down in the status before
 * it is published for the first time, and leaves it when it is in no object any more. What is there the watch tells, so nothing is looked up, and what
 * somebody changed is put right at once. A Service whose object cannot be written is left alone for a while that grows. A name that goes from
 * one object to another stays in the first until the second has it: else external-dns would take it out in between.
 * A class, mutated in place, for thousands of names are not copied per change.
 * Neighbours: dns-endpoint.ts has the objects; ../controller/io/endpoint-publisher.ts performs the jobs.
 */
import { compareText, stableHash } from "../base/hash.ts";
import { canonical } from "../classes/check/loose.ts";
import { backoffMs } from "../kube/backoff.ts";
import { keyOf } from "../kube/resource.ts";
import type { BookNews, BookProblem, WantedName } from "./book-entry.ts";
import {
  endpointObject,
  isAsWanted,
  namesIn,
  typesByName,
  publishedIn,
  serviceOfObject,
  type DNSEndpoint,
  type Endpoint,
} from "./dns-endpoint.ts";
import type { DnsFailure } from "./failures.ts";
import { entriesWithRoom } from "./ledger.ts";
import type { DnsName } from "./name.ts";
import { ADDRESS_TYPES } from "./ownership.ts";
import { nextWithdrawalMs, recordSet } from "./record-sets.ts";
import type { DNSPublisherSpec, PublishedEntry } from "./resource.ts";

export interface DeskOptions {
  readonly publisher: string;
  readonly way: NonNullable<DNSPublisherSpec["dnsEndpoint"]>;
  readonly withdrawAfterMs: number;
}

export type EndpointJob =
  | { readonly kind: "apply"; readonly object: DNSEndpoint; readonly before: DNSEndpoint | null }
  | { readonly kind: "delete"; readonly object: DNSEndpoint };

/** Null: it is done. */
export type EndpointOutcome = DnsFailure | null;

export interface EndpointRound {
  /** In order: write these into the status first. Null: they are there. */
  readonly claims: readonly PublishedEntry[] | null;
  readonly jobs: readonly EndpointJob[];
  /** When there will be something to do though nothing changed; null: never. */
  readonly wakeAtMs: number | null;
}

const BACKOFF = { baseMs: 1000, maxMs: 60_000 } as const;

interface Entry {
  zone: string;
  service: string;
  isClaimed: boolean;
}

interface Trouble {
  readonly failures: number;
  readonly notBeforeMs: number;
  readonly failure: DnsFailure;
}

export class EndpointDesk {
  readonly #options: DeskOptions;
  readonly #ledger = new Map<string, Entry>();
  #isLedgerOld = false;
  #wanted: ReadonlyMap<DnsName, WantedName> = new Map();
  /** By key of the object. */
  #wantedOf: ReadonlyMap<string, readonly WantedName[]> = new Map();
  #uidOf: (service: string) => string | null = () => null;
  #objects: ReadonlyMap<string, DNSEndpoint> = new Map();
  /** What was written last, by object. */
  readonly #written = new Map<string, DNSEndpoint>();
  readonly #troubles = new Map<string, Trouble>();
  #news: BookNews[] = [];

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** What was written down before, by us or another. */
  recall(entries: readonly PublishedEntry[]): void {
    for (const { name, zone, service } of entries) {
      const known = this.#ledger.get(name);
      if (known === undefined) this.#ledger.set(name, { zone, service, isClaimed: true });
      else known.isClaimed = true;
    }
  }

  /**
   * All that is to be published; what else there is goes.
   *
   * @param uidOf a Service; null: it is not known
   */
  want(wanted: ReadonlyMap<DnsName, WantedName>, uidOf: (service: string) => string | null): void {
    this.#wanted = wanted;
    this.#uidOf = uidOf;
    this.#wantedOf = this.#byObject(wanted);
    for (const { name, zone, service } of wanted.values()) {
      const known = this.#ledger.get(name);
      if (known?.service === service && known.zone === zone) continue;
      this.#ledger.set(name, { zone, service, isClaimed: known?.isClaimed ?? false });
      this.#isLedgerOld = true;
    }
  }

  /** @param there all objects of this publisher */
  see(there: readonly DNSEndpoint[]): void {
    this.#objects = new Map(there.map((object) => [keyOf(object), object]));
    const published = new Set<string>(there.flatMap(namesIn));
    for (const [name, { isClaimed }] of this.#ledger) {
      if (this.#wanted.has(name as DnsName) || published.has(name)) continue;
      this.#ledger.delete(name);
      if (isClaimed) this.#isLedgerOld = true;
    }
  }

  /** The names were written down, with these among them. */
  claimed(entries: readonly PublishedEntry[]): void {
    for (const { name } of entries) {
      const entry = this.#ledger.get(name);
      if (entry !== undefined) entry.isClaimed = true;
    }
    this.#isLedgerOld = false;
  }

  /** Which Service has the name: it keeps it. */
  serviceOf(name: DnsName): string | undefined {
    return this.#ledger.get(name)?.service;
  }

  round(nowMs: number): EndpointRound {
    const goals = this.#goals(nowMs);
    const jobs: EndpointJob[] = [];
    for (const [key, object] of goals) {
      const before = this.#objects.get(key) ?? null;
      this.#noteEdit(key, before, object);
      if (before !== null && isAsWanted(before, object)) this.#troubles.delete(key);
      else if (before?.metadata.deletionTimestamp === undefined) {
        jobs.push({ kind: "apply", object, before });
      }
    }
    for (const [key, object] of this.#objects) {
      if (goals.has(key) || object.metadata.deletionTimestamp !== undefined) continue;
      jobs.push({ kind: "delete", object });
    }
    for (const key of this.#written.keys()) if (!goals.has(key)) this.#written.delete(key);
    for (const key of this.#troubles.keys()) {
      if (!goals.has(key) && !this.#objects.has(key)) this.#troubles.delete(key);
    }
    const due = jobs.filter(({ object }) => nowMs >= this.#notBeforeMs(object));
    const wakeAtMs = due.length > 0 ? nowMs : this.#wakeAtMs(nowMs);
    return { claims: this.#claims(), jobs: due, wakeAtMs };
  }

  /** @param after what the API server has now, where it said so */
  ended(job: EndpointJob, outcome: EndpointOutcome, nowMs: number, after?: DNSEndpoint): void {
    const key = keyOf(job.object);
    if (outcome === null) {
      this.#troubles.delete(key);
      if (job.kind === "apply") this.#written.set(key, after ?? job.object);
      return;
    }
    if (outcome.kind === "aborted") return;
    const known = this.#troubles.get(key);
    const failures = (known?.failures ?? 0) + 1;
    const random = stableHash(`${key} ${failures}`) / 2 ** 32;
    const notBeforeMs = nowMs + backoffMs(failures, random, BACKOFF);
    this.#troubles.set(key, { failures, notBeforeMs, failure: outcome });
    if (known?.failure.message === outcome.message) return;
    const [problem] = this.#problemsOf(key, outcome);
    if (problem !== undefined) this.#news.push(problem);
  }

  /** Something is there now that was not: what failed is tried again. */
  tryAgain(): void {
    for (const [key, trouble] of this.#troubles) {
      this.#troubles.set(key, { ...trouble, failures: 0, notBeforeMs: Number.NEGATIVE_INFINITY });
    }
  }

  /** Asked for once: what people are to be told. */
  takeNews(): readonly BookNews[] {
    const news = this.#news;
    this.#news = [];
    return news;
  }

  get problems(): readonly BookProblem[] {
    return [...this.#troubles].flatMap(([key, { failure }]) => this.#problemsOf(key, failure));
  }

  figures(nowMs: number): { readonly wanted: number; readonly published: number } {
    const wanted = [...this.#wanted.values()].filter(({ addresses }) => addresses.length > 0);
    const right = new Set<string>();
    for (const [key, goal] of this.#goals(nowMs)) {
      const object = this.#objects.get(key);
      if (object === undefined || !isAsWanted(object, goal)) continue;
      const has = new Set(namesIn(goal));
      for (const { name } of this.#wantedOf.get(key) ?? []) if (has.has(name)) right.add(name);
    }
    const published = wanted.filter(({ name }) => right.has(name));
    return { wanted: wanted.length, published: published.length };
  }

  /** @returns by key what there should be: names that are not written down yet are not among it */
  #goals(nowMs: number): ReadonlyMap<string, DNSEndpoint> {
    const { publisher, way } = this.#options;
    const goals = new Map<string, DNSEndpoint>();
    for (const [key, names] of this.#wantedOf) {
      const there = this.#objects.get(key);
      const endpoints = names
        .filter(({ name }) => this.#ledger.get(name)?.isClaimed === true)
        .flatMap((want) => this.#endpointsOf(want, there, nowMs));
      const service = names[0]?.service ?? "";
      const place = { publisher, service, uid: this.#uidOf(service) };
      if (endpoints.length > 0) goals.set(key, endpointObject(place, way, endpoints));
    }
    this.#keepLeaving(goals);
    return goals;
  }

  /** What is to be in another object that has not got it yet stays where it is, as it is. */
  #keepLeaving(goals: Map<string, DNSEndpoint>): void {
    // Also where it is not known yet what it is to have there.
    const homeOf = new Map<string, string>(
      [...this.#wantedOf].flatMap(([key, names]) => {
        const some = names.filter(({ addresses }) => addresses.length > 0);
        return some.map(({ name }) => [name, key] as const);
      }),
    );
    const wantedTypes = new Map([...goals].map(([key, goal]) => [key, typesByName(goal)]));
    const isHome = (name: string, home: string) => {
      const object = this.#objects.get(home);
      if (object === undefined || object.metadata.deletionTimestamp !== undefined) return false;
      const types = typesByName(object).get(name) ?? [];
      const wanted = wantedTypes.get(home)?.get(name) ?? [];
      return types.length > 0 && wanted.every((type) => types.includes(type));
    };
    for (const [key, object] of this.#objects) {
      const kept = (object.spec?.endpoints ?? []).filter(({ dnsName = "" }) => {
        const home = homeOf.get(dnsName);
        return home !== undefined && home !== key && !isHome(dnsName, home);
      });
      if (kept.length === 0) continue;
      const goal = goals.get(key);
      const endpoints = [...(goal?.spec?.endpoints ?? []), ...kept];
      goals.set(key, goal === undefined ? object : { ...goal, spec: { endpoints } });
    }
  }

  /** @returns the names of each object, in order */
  #byObject(wanted: ReadonlyMap<DnsName, WantedName>): Map<string, WantedName[]> {
    const { publisher, way } = this.#options;
    const byObject = new Map<string, WantedName[]>();
    for (const want of [...wanted.values()].sort((a, b) => compareText(a.name, b.name))) {
      const { service } = want;
      const key = keyOf(endpointObject({ publisher, service, uid: null }, way, []));
      const known = byObject.get(key);
      if (known === undefined) byObject.set(key, [want]);
      else known.push(want);
    }
    return byObject;
  }

  #endpointsOf(
    { name, service, ttlSeconds, addresses }: WantedName,
    object: DNSEndpoint | undefined,
    nowMs: number,
  ): Endpoint[] {
    const { withdrawAfterMs } = this.#options;
    const { sets } = publishedIn(object, name, { mark: "", service });
    return ADDRESS_TYPES.flatMap((recordType): Endpoint[] => {
      const there = sets[recordType].addresses;
      const targets = recordSet(addresses, recordType, { there, nowMs, withdrawAfterMs });
      if (targets.length === 0) return [];
      return [{ dnsName: name, recordTTL: ttlSeconds, recordType, targets }];
    });
  }

  /** What is not as we left it somebody else changed: of its names those are told that differ. */
  #noteEdit(key: string, now: DNSEndpoint | null, goal: DNSEndpoint): void {
    const written = this.#written.get(key);
    if (written === undefined || (now !== null && isAsWanted(now, goal))) return;
    if (now !== null && isAsWanted(now, written)) return;
    this.#written.delete(key);
    const service = serviceOfObject(goal);
    const textOf = (object: DNSEndpoint | null, name: string) =>
      canonical((object?.spec?.endpoints ?? []).filter(({ dnsName }) => dnsName === name));
    const names = namesIn(written);
    const changed = names.filter((name) => textOf(now, name) !== textOf(written, name));
    for (const name of changed.length > 0 ? changed : names.slice(0, 1)) {
      this.#news.push({ kind: "edited", name: name as DnsName, service });
    }
  }

  #claims(): readonly PublishedEntry[] | null {
    const entries = [...this.#ledger].sort(([a], [b]) => compareText(a, b));
    const all = entriesWithRoom(entries.map(([name, entry]) => ({ name, ...entry })));
    if (!this.#isLedgerOld && all.every(({ isClaimed }) => isClaimed)) return null;
    return all.map(({ name, zone, service }) => ({ name, zone, service }));
  }

  #problemsOf(key: string, failure: DnsFailure): BookProblem[] {
    return (this.#wantedOf.get(key) ?? []).map(({ name, service }) => {
      return { kind: "refused", name, service, failure };
    });
  }

  #notBeforeMs(object: DNSEndpoint): number {
    return this.#troubles.get(keyOf(object))?.notBeforeMs ?? Number.NEGATIVE_INFINITY;
  }

  #wakeAtMs(nowMs: number): number | null {
    const { withdrawAfterMs } = this.#options;
    const withdrawals = [...this.#wanted.values()].flatMap(
      ({ addresses }) => nextWithdrawalMs(addresses, { nowMs, withdrawAfterMs }) ?? [],
    );
    const retries = [...this.#troubles.values()].map(({ notBeforeMs }) => notBeforeMs);
    const times = [...withdrawals, ...retries.filter((atMs) => atMs > nowMs)];
    return times.length === 0 ? null : Math.min(...times);
  }
}
