/**
 * Which addresses want different nodes: those of one Service and family (design rule P1), and where an address is shared,
 * those of all its Services together. Pure.
 *
 * Services that share one of their addresses are one group, so that each of them has its own on different nodes as long as
 * the group has no more addresses than there are nodes. Beyond that the group is even, and a Service may meet itself.
 */
import { familyOf, type Ip, type IpFamily } from "../base/ip.ts";
import type { Assignment, ServiceUse } from "./assignments.ts";

/** @returns the group's name by address: its first Service and the family */
export function groupsOf(wanted: ReadonlyMap<Ip, Assignment>): Map<Ip, string> {
  const leaders = new Map<string, string>();
  for (const { ip, uses } of wanted.values()) {
    if (uses.length < 2) continue;
    const names = uses.map((use) => leaderOf(nameOf(use, familyOf(ip)), leaders)).sort();
    const [first = ""] = names;
    for (const name of names) if (name !== first) leaders.set(name, first);
  }
  return new Map(
    [...wanted.values()].map(({ ip, uses: [use] }) => {
      const name = use === undefined ? ip : nameOf(use, familyOf(ip));
      return [ip, leaderOf(name, leaders)];
    }),
  );
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
