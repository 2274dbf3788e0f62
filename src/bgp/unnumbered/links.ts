/**
 * What an interface is good for to a peer that is found on it: whether it can be used, of which VRF it is, and who is there. Pure.
 *
 * Neighbours: neighbour.ts knows who is at its other end; io/neighbours.ts watches interfaces.
 */
import type { Ip } from "../../base/ip.ts";
import type { Link } from "../../linux/link-table.ts";
import type { Neighbour } from "./neighbour.ts";

export interface LinkUse {
  /** Null: it cannot be used. */
  readonly index: number | null;
  readonly vrf: string | null;
  /** Why not, and what can be done, in words. */
  readonly trouble: string | null;
}

/** What is known of the other end of an interface. */
export interface NeighbourView {
  /** The router's link-local address; null: nobody was heard. */
  readonly address: Ip | null;
  /** Other routers that are heard there. */
  readonly others: readonly Ip[];
  /** The one that the interface is of. */
  readonly vrf: string | null;
  /** Why nobody is heard, and what can be done, in words; null: nothing is in the way. */
  readonly trouble: string | null;
}

/** @param links all of the node; null: they are not known yet */
export function linkUse(name: string, links: readonly Link[] | null): LinkUse {
  if (links === null) return useless("the interfaces of the node are not read yet", null);
  const link = links.find((one) => one.name === name);
  if (link === undefined) {
    const remedy = "name one that it has, or select other nodes with nodeSelectors";
    return useless(`the node has no interface "${name}": ${remedy}`, null);
  }
  const master = links.find(({ index }) => index === link.masterIndex);
  const vrf = master?.kind === "vrf" ? master.name : null;
  if (!link.up || !link.carrier) return useless(`the interface "${name}" is down`, vrf);
  if (link.linkLocalIpv6 === null) {
    return useless(`the interface "${name}" has no link-local address: switch IPv6 on there`, vrf);
  }
  return { index: link.index, vrf, trouble: null };
}

function useless(trouble: string, vrf: string | null): LinkUse {
  return { index: null, vrf, trouble };
}

interface Looked {
  readonly use: LinkUse;
  /** Undefined: nobody is looked for there. */
  readonly mind: Pick<Neighbour, "address" | "others"> | undefined;
  /** Why its socket could not be opened. */
  readonly socketTrouble: string | null;
}

export function viewOf(name: string, { use, mind, socketTrouble }: Looked): NeighbourView {
  const { address = null, others = [] } = mind ?? {};
  const deafness = socketTrouble === null ? null : `nobody can be heard there (${socketTrouble})`;
  const silence = address === null ? silenceOf(name) : null;
  return { address, others, vrf: use.vrf, trouble: use.trouble ?? deafness ?? silence };
}

function silenceOf(name: string): string {
  return `no router is heard on the interface "${name}": see that it sends router advertisements there, as FRR does for a neighbor by interface`;
}
