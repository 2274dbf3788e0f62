/**
 * Which addresses want different nodes: those of one Service and family (design rule P1), and where an address is shared,
 * those of all its Services together. Pure.
 *
 * Services that share one of their addresses are one group, so that each of them has its own on different nodes as long as
 * the group has no more addresses than there are nodes. Beyond that the group is even, and a Service may meet itself.
 */
import { familyOf, type Ip, type IpFamily } from "../base/ip.ts";
import { Links } from "../base/links.ts";
import type { Assignment, ServiceUse } from "./assignments.ts";

/** The groups, kept up to date. */
export class Groups {
  /** Shared addresses, and the Services that use them. */
  readonly #shared = new Links<Ip, string>();
  /** All addresses, by the first of their Services. */
  readonly #addresses = new Links<Ip, string>();
  /** Of Services that share an address: the first of all that are linked by such. */
  readonly #leaders = new Map<string, string>();

  /**
   * @param news addresses that may be used otherwise than the last time
   * @returns addresses that are in another group, whether they are in the news or not
   */
  see(wanted: ReadonlyMap<Ip, Assignment>, news: ReadonlySet<Ip>): ReadonlySet<Ip> {
    const touched = new Set<string>();
    for (const ip of news) {
      const names = (wanted.get(ip)?.uses ?? []).map((use) => nameOf(use, familyOf(ip)));
      this.#addresses.set(ip, names.slice(0, 1));
      const [before, linked] = [this.#shared.at(ip), names.length > 1 ? names : []];
      if (before.size === linked.length && linked.every((name) => before.has(name))) continue;
      for (const name of [...before, ...linked]) touched.add(name);
      this.#shared.set(ip, linked);
    }
    const others = new Set<Ip>();
    for (const name of touched) {
      const linked = this.#linkedWith(name);
      const [leader = name] = [...linked].sort();
      for (const one of linked) {
        touched.delete(one);
        if (leader === (this.#leaders.get(one) ?? one)) continue;
        if (leader === one) this.#leaders.delete(one);
        else this.#leaders.set(one, leader);
        for (const ip of this.#addresses.of(one)) others.add(ip);
      }
    }
    return others;
  }

  /** @returns the group's name: its first Service and the family */
  of({ ip, uses: [use] }: Assignment): string {
    if (use === undefined) return ip;
    const name = nameOf(use, familyOf(ip));
    return this.#leaders.get(name) ?? name;
  }

  /** @returns all Services that share an address with this one, or with one that does, itself among them */
  #linkedWith(name: string): ReadonlySet<string> {
    const linked = new Set([name]);
    for (const one of linked) {
      for (const ip of this.#shared.of(one))
        for (const other of this.#shared.at(ip)) linked.add(other);
    }
    return linked;
  }
}

function nameOf({ namespace, name }: ServiceUse, family: IpFamily): string {
  return `${namespace}/${name}/${family}`;
}
