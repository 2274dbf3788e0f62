/**
 * How many Services each class serves, and how many addresses of each class or pool are claimed, kept up to date. Pure in what
 * it says.
 *
 * Neighbours: class-status.ts and metallb-status.ts tell; desk.ts has the news.
 */
import { familyOf, type Ip, type IpFamily } from "../base/ip.ts";
import { classFinder } from "../classes/class-at.ts";
import { IP_ADDRESS_POOL_KIND } from "../classes/metallb/ip-address-pool.ts";
import type { Compiled } from "../classes/model.ts";
import type { Decided } from "./desk.ts";
import type { World } from "./world.ts";

type Assigned = Record<IpFamily, number>;

export class Counts {
  #compiled: Compiled | null = null;
  #classOf = new Map<string, string>();
  #services = new Map<string, number>();
  #ownerOf = new Map<Ip, string>();
  #addresses = new Map<string, Assigned>();

  see(world: World, { roles, news }: Decided): this {
    const isOther = world.compiled !== this.#compiled;
    if (isOther) this.#begin(world.compiled);
    for (const key of isOther ? roles.keys() : news.services) {
      const role = roles.get(key);
      const isOfClass = role?.kind === "served" && role.className !== null;
      this.#countService(key, isOfClass ? role.className : null);
    }
    for (const ip of isOther ? world.claimed.keys() : news.uses) {
      this.#countAddress(ip, ownerOf(ip, world));
    }
    return this;
  }

  /** @returns how many Services are served by the class */
  servicesOf(className: string): number {
    return this.#services.get(className) ?? 0;
  }

  /** @returns how many of its addresses VirtualIPs claim of it, by family */
  addressesOf(classKey: string): Readonly<Assigned> {
    return this.#addresses.get(classKey) ?? NONE;
  }

  #begin(compiled: Compiled): void {
    this.#compiled = compiled;
    this.#classOf = new Map();
    this.#services = new Map();
    this.#ownerOf = new Map();
    this.#addresses = new Map();
  }

  #countService(key: string, className: string | null): void {
    const before = this.#classOf.get(key);
    if (before !== undefined) this.#services.set(before, this.servicesOf(before) - 1);
    if (className === null) this.#classOf.delete(key);
    else {
      this.#classOf.set(key, className);
      this.#services.set(className, this.servicesOf(className) + 1);
    }
  }

  #countAddress(ip: Ip, owner: string | null): void {
    const before = this.#ownerOf.get(ip);
    if (before !== undefined) this.#add(before, ip, -1);
    if (owner === null) this.#ownerOf.delete(ip);
    else {
      this.#ownerOf.set(ip, owner);
      this.#add(owner, ip, 1);
    }
  }

  #add(owner: string, ip: Ip, change: 1 | -1): void {
    const known = this.addressesOf(owner);
    const family = familyOf(ip);
    this.#addresses.set(owner, { ...known, [family]: known[family] + change });
  }
}

const NONE: Readonly<Assigned> = { IPv4: 0, IPv6: 0 };

/** @returns the key of the class that its VirtualIP says it is of, where it is in the ranges of that */
function ownerOf(ip: Ip, { claimed, compiled }: World): string | null {
  const { pool = null, class: className = null } = claimed.get(ip)?.object.spec ?? {};
  const key = classFinder(compiled.classes)(ip)?.key ?? null;
  return key === className || key === `${IP_ADDRESS_POOL_KIND}/${pool ?? ""}` ? key : null;
}
