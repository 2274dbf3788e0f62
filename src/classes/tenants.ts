/**
 * Who has which address, and who may join whom. It changes as addresses are given.
 *
 * Several may have one address where they share it. A tenant without a party keeps everybody out: a VirtualIP or a status
 * still says that it has the address, and what it may be is not known any more.
 * Neighbours: sharing.ts has the conditions; free-lists.ts has the addresses without a tenant.
 */
import { compareText } from "../base/hash.ts";
import { compareIps, familyOf, type Ip, type IpFamily } from "../base/ip.ts";
import { classFinder, type ClassAt } from "./class-at.ts";
import { FreeLists } from "./free-lists.ts";
import type { ClassModel } from "./model.ts";
import { clashOf, fits, type Party } from "./sharing.ts";

export interface Tenant {
  /** `namespace/name`, or a claim's word after it. */
  readonly service: string;
  /** Null: nobody may join, whoever it is. */
  readonly party: Party | null;
  /** Beside whom it is until it has gone: who is there already may stay; without one, nobody. */
  readonly leaving?: Party | undefined;
}

const NOBODY: readonly Tenant[] = [];
const NOWHERE: ReadonlyMap<Ip, Tenant> = new Map();

export class Tenants {
  readonly #at = new Map<Ip, Tenant[]>();
  /** The addresses of which a tenant has the key. */
  readonly #byKey = new Map<string, Set<Ip>>();
  readonly #of = new Map<string, Map<Ip, Tenant>>();
  readonly #free: FreeLists;
  readonly #classAt: ClassAt;

  constructor(classes: ReadonlyMap<string, ClassModel>) {
    this.#classAt = classFinder(classes);
    this.#free = new FreeLists(this.#classAt, (ip) => this.#at.has(ip));
  }

  at(ip: Ip): readonly Tenant[] {
    return this.#at.get(ip) ?? NOBODY;
  }

  /** @returns where the Service is a tenant, in whatever capacity */
  of(service: string): ReadonlyMap<Ip, Tenant> {
    return this.#of.get(service) ?? NOWHERE;
  }

  /** @returns true where the Service may have the address beside all that have it */
  admits(ip: Ip, service: string, party: Party): boolean {
    return this.#goesWith(ip, { service, party }, ({ party: present }) => present);
  }

  /** @returns true where the Service, to which it is promised already, may have it beside all that have it or are about to leave it */
  tolerates(ip: Ip, service: string, party: Party): boolean {
    return this.#goesWith(ip, { service, party }, (tenant) => tenant.party ?? tenant.leaving);
  }

  #goesWith(
    ip: Ip,
    { service, party }: { readonly service: string; readonly party: Party },
    partyOf: (tenant: Tenant) => Party | null | undefined,
  ): boolean {
    const tenants = this.#at.get(ip);
    if (tenants === undefined) return true;
    const parties: Party[] = [];
    for (const tenant of tenants) {
      const present = partyOf(tenant) ?? null;
      if (present === null || tenant.service === service) return false;
      parties.push(present);
    }
    return fits(parties, party);
  }

  /** @returns who is in the way, in words, the first by name; to be asked where `admits` says no */
  obstacle(ip: Ip, { key, party }: { readonly key: string; readonly party: Party }): string {
    const tenants = this.at(ip).filter(({ service }) => service !== key);
    tenants.sort((a, b) => compareText(a.service, b.service));
    for (const { service, party: present } of tenants) {
      const clash = present === null ? "" : clashOf(present, party);
      const [name = ""] = service.split(" ");
      if (clash === "") return `the Service ${name} holds it`;
      if (clash !== null) return `the Service ${name} holds it, and ${clash}`;
    }
    return `${tenants.length} Services share it already`;
  }

  add(ip: Ip, tenant: Tenant): void {
    const tenants = this.#at.get(ip);
    if (tenants === undefined) {
      this.#at.set(ip, [tenant]);
      this.#free.mark(ip, true);
    } else {
      tenants.push(tenant);
    }
    const ofService = this.#of.get(tenant.service);
    if (ofService === undefined) this.#of.set(tenant.service, new Map([[ip, tenant]]));
    else ofService.set(ip, tenant);
    const key = tenant.party?.key ?? "";
    if (key === "") return;
    const known = this.#byKey.get(key);
    if (known === undefined) this.#byKey.set(key, new Set([ip]));
    else known.add(ip);
  }

  /** Takes the Service off all its addresses. */
  remove(service: string): void {
    for (const ip of this.of(service).keys()) this.#removeFrom(ip, service);
    this.#of.delete(service);
  }

  #removeFrom(ip: Ip, service: string): void {
    const tenants = this.#at.get(ip) ?? [];
    const left = tenants.filter((tenant) => tenant.service !== service);
    for (const { party } of tenants) {
      const key = party?.key ?? "";
      if (key !== "" && left.every((tenant) => tenant.party?.key !== key)) {
        const ips = this.#byKey.get(key);
        if (ips?.delete(ip) === true && ips.size === 0) this.#byKey.delete(key);
      }
    }
    if (left.length > 0) this.#at.set(ip, left);
    else if (this.#at.delete(ip)) this.#free.mark(ip, false);
  }

  /** @returns true where take would give so many */
  has(model: ClassModel, family: IpFamily, want: Taking): boolean {
    const fresh = want.count - this.#shareable(model, family, want).length;
    return this.#free.has(model, family, fresh);
  }

  /**
   * Makes the Service the tenant of more addresses of the class: first those that it may share, ascending, then free
   * ones in the class's order.
   *
   * @returns them, fewer than asked for when there are no more
   */
  take(model: ClassModel, family: IpFamily, want: Taking): Ip[] {
    const shared = this.#shareable(model, family, want);
    const fresh = this.#free.take(model, family, want.count - shared.length);
    const taken = [...shared, ...fresh];
    for (const ip of taken) this.add(ip, want);
    return taken;
  }

  #shareable(model: ClassModel, family: IpFamily, { service, party, count }: Taking): Ip[] {
    const found: Ip[] = [];
    if (party.key === "" || count <= 0) return found;
    for (const ip of this.#byKey.get(party.key) ?? []) {
      if (familyOf(ip) !== family || this.#classAt(ip)?.key !== model.key) continue;
      if (this.admits(ip, service, party)) found.push(ip);
    }
    return found.sort(compareIps).slice(0, count);
  }
}

/** A Service that wants so many more. */
export interface Taking {
  readonly service: string;
  readonly party: Party;
  readonly count: number;
}
