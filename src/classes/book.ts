/**
 * Allocation kept up to date: what one change touches is computed anew, and nothing else.
 *
 * It says at any time just what allocate() says of the same requests and claims; test/classes/histories.property.test.ts
 * holds it to that. A Service is
 *   - settled, when it has what it asks for, its claims say so, and its status lists nothing else: only a change of its
 *     own, or of one with which it shares, can change that;
 *   - waiting, when all that is so but something lacks: looked at again when an address comes free or changes hands;
 *   - restless otherwise: it takes part in every pass, until its claims say what it was given.
 * Other classes are another book.
 * Neighbours: allocate.ts has the rules.
 */
import { compareText } from "../base/hash.ts";
import { compareIps, type Ip } from "../base/ip.ts";
import { allocateBeside } from "./allocate.ts";
import type { Allocation, AllocationRequest, AllocationResult, Claim } from "./allocation.ts";
import { classFinder, type ClassAt } from "./class-at.ts";
import type { ClassModel } from "./model.ts";
import { Tenants, type Tenant } from "./tenants.ts";

type Standing = "settled" | "waiting" | "restless";
type Footprint = ReadonlyMap<Ip, Tenant>;

export class Book {
  readonly #classes: ReadonlyMap<string, ClassModel>;
  readonly #classAt: ClassAt;
  readonly #tenants: Tenants;
  readonly #requests = new Map<string, AllocationRequest>();
  readonly #claims = new Map<string, readonly Claim[]>();
  readonly #allocations = new Map<string, Allocation>();
  readonly #released = new Map<string, readonly Claim[]>();
  readonly #touched = new Set<string>();
  #news = new Set<string>();
  readonly #restless = new Set<string>();
  readonly #waiting = new Set<string>();
  /** Those that have an address, and no claim for it (any more): one that waits may come before them. */
  readonly #contested = new Set<string>();

  constructor(classes: ReadonlyMap<string, ClassModel>) {
    this.#classes = classes;
    this.#classAt = classFinder(classes);
    this.#tenants = new Tenants(classes);
  }

  /** What the Service asks for from now on, and what its status lists. */
  request(request: AllocationRequest): void {
    if (this.#restless.has(request.key)) this.#contested.add(request.key);
    this.#requests.set(request.key, request);
    this.#touched.add(request.key);
  }

  /** The Service is gone, or is served no more; what VirtualIPs say of it stays. */
  forget(service: string): void {
    if (this.#requests.delete(service)) this.#touched.add(service);
  }

  /** All that VirtualIPs say of the Service from now on. */
  claim(service: string, claims: readonly Claim[]): void {
    const kept = new Set(claims.map(({ address }) => address));
    const before = this.#claims.get(service) ?? [];
    if (before.some(({ address }) => !kept.has(address))) this.#contested.add(service);
    if (claims.length > 0) this.#claims.set(service, claims);
    else this.#claims.delete(service);
    this.#touched.add(service);
  }

  /** @returns what is right now; valid until the next change */
  settle(): AllocationResult {
    if (this.#touched.size > 0 || this.#restless.size > 0) {
      let active = this.#withNeighbours([...this.#touched, ...this.#restless]);
      const before = new Map<string, Footprint>();
      for (;;) {
        for (const key of active) if (!before.has(key)) before.set(key, this.#tenants.of(key));
        this.#run(active);
        const helped = this.#helpedBy(before);
        if (helped.length === 0) break;
        active = this.#withNeighbours([...active, ...helped]);
      }
      this.#touched.clear();
      this.#contested.clear();
    }
    const released = [...this.#released.values()].flat();
    released.sort((a, b) => compareIps(a.address, b.address) || compareText(a.service, b.service));
    return { services: this.#allocations, released };
  }

  /** @returns the Services of which something may have been settled otherwise since this was last asked */
  takeNews(): ReadonlySet<string> {
    const news = this.#news;
    this.#news = new Set();
    return news;
  }

  /**
   * They, and all that have an address with one that changed. Last, whoever claims an address of any of these and is no
   * Service of ours: it comes after those that are.
   */
  #withNeighbours(keys: readonly string[]): Set<string> {
    const active = new Set(keys);
    for (const key of keys) {
      if (this.#touched.has(key)) for (const other of this.#tenantsAbout(key)) active.add(other);
    }
    for (const key of [...active]) {
      for (const other of this.#tenantsAbout(key)) {
        if (!this.#requests.has(other)) active.add(other);
      }
    }
    return active;
  }

  #tenantsAbout(key: string): string[] {
    const addresses = [...this.#addressesAbout(key)];
    return addresses.flatMap((ip) => this.#tenants.at(ip).map(({ service }) => service));
  }

  /** Where it is, and where it has to do with. */
  #addressesAbout(key: string): Set<Ip> {
    const claims = this.#claims.get(key) ?? [];
    const adopted = this.#requests.get(key)?.adopted ?? [];
    const present = this.#tenants.of(key).keys();
    return new Set([...present, ...claims.map(({ address }) => address), ...adopted]);
  }

  #run(active: ReadonlySet<string>): void {
    for (const key of active) this.#tenants.remove(key);
    const keys = [...active];
    const result = allocateBeside(this.#tenants, {
      classes: this.#classes,
      requests: keys.flatMap((key) => this.#requests.get(key) ?? []),
      claims: keys.flatMap((key) => this.#claims.get(key) ?? []),
    });
    for (const key of active) this.#released.delete(key);
    for (const claim of result.released) {
      this.#released.set(claim.service, [...(this.#released.get(claim.service) ?? []), claim]);
    }
    for (const key of active) this.#note(key, result.services.get(key));
  }

  #note(key: string, allocation: Allocation | undefined): void {
    this.#news.add(key);
    this.#restless.delete(key);
    this.#waiting.delete(key);
    const request = this.#requests.get(key);
    if (allocation === undefined || request === undefined) {
      this.#allocations.delete(key);
      return;
    }
    this.#allocations.set(key, allocation);
    const standing = standingOf(request, allocation, this.#claims.get(key) ?? []);
    if (standing === "restless") this.#restless.add(key);
    if (standing === "waiting") this.#waiting.add(key);
  }

  /** @returns who waits, was not looked at, and may have an address of a class in which something moved */
  #helpedBy(before: ReadonlyMap<string, Footprint>): string[] {
    const others = [...this.#waiting].filter((key) => !before.has(key));
    if (others.length === 0) return [];
    const moved = new Set<string>();
    for (const [key, old] of before) {
      for (const ip of this.#movedOf(key, old)) moved.add(this.#classAt(ip)?.key ?? "");
    }
    return others.filter((key) => {
      const { automatic = [], byName = [] } = this.#requests.get(key)?.offers ?? {};
      return [...automatic, ...byName].some((name) => moved.has(name));
    });
  }

  /** The addresses that came free or are held otherwise, or on which it joined another. */
  #movedOf(key: string, old: Footprint): Ip[] {
    const now = this.#tenants.of(key);
    if (this.#contested.has(key)) return [...old.keys(), ...now.keys()];
    const gone = [...old].filter(([ip, tenant]) => !isSame(tenant, now.get(ip)));
    const joined = [...now.keys()].filter((ip) => !old.has(ip) && this.#tenants.at(ip).length > 1);
    return [...gone.map(([ip]) => ip), ...joined];
  }
}

function isSame({ party: a }: Tenant, other: Tenant | undefined): boolean {
  if (other === undefined) return false;
  const b = other.party;
  if (a === b || a === null || b === null) return a === b;
  return a.key === b.key && a.backend === b.backend && a.ports.join() === b.ports.join();
}

function standingOf(
  { adopted }: AllocationRequest,
  { places, problems, notices }: Allocation,
  claims: readonly Claim[],
): Standing {
  const given = Object.values(places).flatMap((list) =>
    [...list.entries()].flatMap(([index, ip]) => (ip === null ? [] : [`${ip} ${index}`])),
  );
  const claimed = new Set(claims.map(({ address, index }) => `${address} ${index}`));
  const isClaimed = given.length === claims.length && given.every((place) => claimed.has(place));
  const known = new Set(claims.map(({ address }) => address));
  const isListed = adopted.every((ip) => known.has(ip));
  if (!isClaimed || !isListed || notices.length > 0) return "restless";
  return problems.length > 0 ? "waiting" : "settled";
}
