/**
 * Roles, addresses and whose they are, kept up to date: what the news touches is decided anew, and nothing else. Pure in what
 * it says: the same as a new desk would say of the world, whatever was before (test/controller/standing.property.test.ts).
 *
 * A Service is touched by its own change, by that of a VirtualIP that names it or has an address of its status, and by that of
 * a Service with which it is named in one VirtualIP. Other classes touch everything: then all begins anew.
 * Neighbours: observer.ts has the news; ../classes/book.ts the allocation; roles.ts and assignments.ts decide of one Service.
 */
import { compareText } from "../base/hash.ts";
import type { Ip } from "../base/ip.ts";
import { Links } from "../base/links.ts";
import { onceForEach } from "../base/once.ts";
import type { Allocation, Claim } from "../classes/allocation.ts";
import { Book } from "../classes/book.ts";
import { classFinder } from "../classes/class-at.ts";
import type { Compiled } from "../classes/model.ts";
import type { VirtualIP } from "../multi-ip/resource.ts";
import {
  compareUses,
  heldBackOf,
  listedAddresses,
  placesInOrder,
  requestOf,
  rivalClaims,
  useOf,
  type Assignment,
  type Assignments,
  type ServiceUse,
} from "./assignments.ts";
import type { News } from "./observer.ts";
import { roleOf, type Role, type RoleOptions } from "./roles.ts";
import type { ClaimedAddress, World } from "./world.ts";

export interface Decided extends Assignments {
  readonly roles: ReadonlyMap<string, Role>;
  /** What may be decided otherwise than before. */
  readonly news: News & {
    /** Of the addresses, those of which more may be otherwise than their rank and who holds them. */
    readonly uses: ReadonlySet<Ip>;
  };
}

export class Desk {
  #roles = new Map<string, Role>();
  #book: Book | null = null;
  #compiled: Compiled | null = null;
  #lbClass = "";
  #wanted = new Map<Ip, Assignment>();
  #heldBack = new Map<Ip, readonly ServiceUse[]>();
  /** By Service: the addresses that it was given, with their places. */
  #given = new Map<string, ReadonlyMap<Ip, number>>();
  /** What each VirtualIP says of whose it is. */
  readonly #sayings = new Map<Ip, string>();
  /** Services of which two VirtualIPs claim one place: which of them counts goes by their generations, too. */
  readonly #contested = new Set<string>();
  readonly #claims = new Links<Ip, string>();
  readonly #listed = new Links<Ip, string>();

  decide(world: World, seen: News, { lbClass = "" }: RoleOptions = {}): Decided {
    const isNew = world.compiled !== this.#compiled || lbClass !== this.#lbClass;
    const news = isNew ? this.#everything(world, seen) : seen;
    const book = this.#book === null || isNew ? this.#begin(world, lbClass) : this.#book;
    const { touched, due, claims } = this.#touched(world, news);
    for (const key of due) this.#tell(key, { world, lbClass }, book);
    const { services: allocations } = book.settle();
    const services = new Set([...touched, ...book.takeNews()]);
    const uses = new Set(claims);
    for (const key of services) this.#give(key, { world, allocations }, uses);
    for (const ip of uses) this.#holdBack(ip, world);
    const addresses = new Set([...news.addresses, ...uses]);
    const [roles, wanted, heldBack] = [this.#roles, this.#wanted, this.#heldBack];
    return { roles, allocations, wanted, heldBack, news: { services, addresses, uses } };
  }

  /** All that there is, and was. */
  #everything({ services, claimed, claiming }: World, seen: News): News {
    const [roles, addresses] = [
      this.#roles.keys(),
      [...this.#wanted.keys(), ...this.#heldBack.keys()],
    ];
    return {
      services: new Set([...seen.services, ...services.keys(), ...roles]),
      addresses: new Set([...seen.addresses, ...claimed.keys(), ...claiming.keys(), ...addresses]),
    };
  }

  #begin({ compiled }: World, lbClass: string): Book {
    [this.#compiled, this.#lbClass] = [compiled, lbClass];
    this.#book = new Book(compiled.classes);
    this.#roles = new Map();
    this.#wanted = new Map();
    this.#heldBack = new Map();
    this.#given = new Map();
    this.#sayings.clear();
    return this.#book;
  }

  /**
   * Ranks and holders change often. Nobody is due another address for that, and nothing follows from it for a Service whose
   * status lists the address already.
   *
   * @returns the Services of which something may be otherwise, those of them that may be due other addresses, and the
   *   addresses of which a VirtualIP says otherwise whose they are
   */
  #touched(world: World, { services, addresses }: News) {
    const [touched, due] = [new Set(services), new Set(services)];
    const touch = (keys: ReadonlySet<string>) => {
      for (const key of keys) due.add(key);
      for (const key of keys) touched.add(key);
    };
    const claims = new Set<Ip>();
    for (const ip of addresses) if (this.#isSaidAnew(ip, world)) claims.add(ip);
    for (const ip of claims) touch(this.#claims.at(ip));
    for (const ip of claims) this.#claims.set(ip, claimAt(ip, world)?.services ?? []);
    for (const key of services) {
      const service = world.services.get(key);
      this.#listed.setOf(key, service === undefined ? [] : listedAddresses(service));
    }
    for (const ip of claims) touch(this.#claims.at(ip));
    for (const ip of claims) touch(this.#listed.at(ip));
    for (const key of services) {
      for (const ip of this.#claims.of(key)) {
        touch(this.#claims.at(ip));
        touch(this.#listed.at(ip)); // They may share it, or not any more.
      }
    }
    for (const ip of addresses) {
      if (claims.has(ip)) continue;
      const listing = this.#listed.at(ip);
      for (const key of this.#claims.at(ip)) {
        if (this.#contested.has(key)) due.add(key);
        if (this.#contested.has(key) || !listing.has(key)) touched.add(key);
      }
    }
    return { touched, due, claims };
  }

  #isSaidAnew(ip: Ip, world: World): boolean {
    const object = claimAt(ip, world)?.object;
    const saying = object && `${world.claimed.has(ip)} ${ownershipOf(object)}`;
    if (saying === this.#sayings.get(ip)) return false;
    if (saying === undefined) this.#sayings.delete(ip);
    else this.#sayings.set(ip, saying);
    return true;
  }

  /** What the Service is and wants, and what is claimed for it. */
  #tell(key: string, { world, lbClass }: { world: World; lbClass: string }, book: Book): void {
    const service = world.services.get(key);
    const claims = this.#claimsOf(key, world);
    const made = claims.filter(({ ip }) => world.claimed.has(ip));
    const role = service && roleOf(service, { world, lbClass, claims: made });
    if (role === undefined) this.#roles.delete(key);
    else this.#roles.set(key, role);
    if (service === undefined || role?.kind !== "served") book.forget(key);
    else book.request(requestOf(key, service, role));
    const named: Record<"own" | "twice", Claim[]> = { own: [], twice: [] };
    for (const claim of rivalClaims(key, claims, { world, role })) {
      named[claim.service === key ? "own" : "twice"].push(claim);
    }
    const uses = claims.flatMap(({ services }) => services.filter((user) => user === key));
    if (uses.length > named.own.length) this.#contested.add(key);
    else this.#contested.delete(key);
    book.claim(key, named.own);
    book.claim(`${key} twice`, named.twice);
  }

  #claimsOf(key: string, world: World): ClaimedAddress[] {
    const claims = [...this.#claims.of(key)].flatMap((ip) => claimAt(ip, world) ?? []);
    return claims.sort((a, b) => compareText(a.object.metadata.name, b.object.metadata.name));
  }

  #give(
    key: string,
    { world, allocations }: { world: World; allocations: ReadonlyMap<string, Allocation> },
    addresses: Set<Ip>,
  ): void {
    const [role, allocation] = [this.#roles.get(key), allocations.get(key)];
    const places =
      role?.kind !== "served" || allocation === undefined
        ? []
        : placesInOrder(allocation, role.request.families);
    const given = new Map(places.flatMap(({ ip, index }) => (ip === null ? [] : [[ip, index]])));
    const before = this.#given.get(key) ?? NOTHING;
    if (given.size > 0) this.#given.set(key, given);
    else this.#given.delete(key);
    for (const ip of before.keys()) if (!given.has(ip)) this.#assign(ip, key, null, world);
    for (const [ip, index] of given) {
      if (before.get(ip) !== index) this.#assign(ip, key, index, world);
    }
    for (const ip of [...before.keys(), ...given.keys()]) addresses.add(ip);
    for (const ip of [...this.#claims.of(key), ...this.#listed.of(key)]) addresses.add(ip);
  }

  #assign(ip: Ip, key: string, index: number | null, { compiled }: World): void {
    const known = this.#wanted.get(ip);
    const use = useOf(key, index ?? 0);
    const others = (known?.uses ?? []).filter((other) => compareUses(other, use) !== 0);
    const uses = index === null ? others : [...others, use].sort(compareUses);
    const className = classFinder(compiled.classes)(ip)?.key ?? "";
    if (uses.length === 0) this.#wanted.delete(ip);
    else this.#wanted.set(ip, { ip, className, uses });
  }

  #holdBack(ip: Ip, world: World): void {
    const kept = heldBackOf(ip, world, this.#wanted);
    if (kept.length > 0) this.#heldBack.set(ip, kept);
    else this.#heldBack.delete(ip);
  }
}

const NOTHING: ReadonlyMap<Ip, number> = new Map();

/** All that a VirtualIP says but for who is to hold it, who does, and which version of it that is. */
const ownershipOf = onceForEach(({ metadata, spec }: VirtualIP): string => {
  const { name, uid, deletionTimestamp, labels } = metadata;
  const others = { ...spec, rank: null, generation: null };
  return JSON.stringify([name, uid, deletionTimestamp, labels, others]);
});

function claimAt(ip: Ip, { claimed, claiming }: World): ClaimedAddress | undefined {
  return claimed.get(ip) ?? claiming.get(ip);
}
