/**
 * Which addresses want different nodes: those of one Service and family (design rule P1), and where an address is shared,
 * those of all its Services together. Pure.
 *
 * Services that share one of their addresses are one group, so that each of them has its own on different nodes as long as
 * the group has no more addresses than there are nodes. Beyond that the group is even, and a Service may meet itself.
 */
import { familyOf, type Ip, type IpFamily } from "../base/ip.ts";
import type { Assignment, ServiceUse } from "./assignments.ts";

/** The groups, kept up to date. */
export class Groups {
  readonly #shared = new Map<Ip, Assignment>();
  #leaders: ReadonlyMap<string, string> = new Map();

  /**
   * @param news addresses that may be used otherwise than the last time
   * @returns true where an address may be in another group though nothing of itself has changed
   */
  see(wanted: ReadonlyMap<Ip, Assignment>, news: ReadonlySet<Ip>): boolean {
    let isOther = false;
    for (const ip of news) {
      const [before, now] = [this.#shared.get(ip), wanted.get(ip)];
      const shared = now !== undefined && now.uses.length > 1 ? now : undefined;
      if (shared === before) continue;
      isOther = true;
      if (shared === undefined) this.#shared.delete(ip);
      else this.#shared.set(ip, shared);
    }
    if (isOther) this.#leaders = leadersOf(this.#shared.values());
    return isOther;
  }

  /** @returns the group's name: its first Service and the family */
  of({ ip, uses: [use] }: Assignment): string {
    return leaderOf(use === undefined ? ip : nameOf(use, familyOf(ip)), this.#leaders);
  }
}

function leadersOf(shared: Iterable<Assignment>): Map<string, string> {
  const leaders = new Map<string, string>();
  for (const { ip, uses } of shared) {
    const names = uses.map((use) => leaderOf(nameOf(use, familyOf(ip)), leaders)).sort();
    const [first = ""] = names;
    for (const name of names) if (name !== first) leaders.set(name, first);
  }
  return leaders;
}

function leaderOf(name: string, leaders: ReadonlyMap<string, string>): string {
  let leader = name;
  for (let next = leaders.get(leader); next !== undefined; next = leaders.get(leader)) {
    leader = next;
  }
  return leader;
}

function nameOf({ namespace, name }: ServiceUse, family: IpFamily): string {
  return `${namespace}/${name}/${family}`;
}
