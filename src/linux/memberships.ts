/**
 * Who needs which multicast group, and on which socket it was joined. Pure.
 *
 * Addresses that share their low 24 bits share a solicited-node group (RFC 4291 section 2.7.1): it is joined
 * for the first of them and left after the last. A class, not a step, for there are thousands in a start.
 * Neighbours: io/multicast.ts joins and leaves.
 */
import type { Ip } from "../base/ip.ts";

interface Membership {
  readonly socket: number;
  readonly holders: number;
}

export class Memberships {
  readonly #byKey = new Map<string, Membership>();

  /** @returns whether the group was joined already: then it has one holder more */
  hold(interfaceIndex: number, group: Ip): boolean {
    const key = keyOf(interfaceIndex, group);
    const known = this.#byKey.get(key);
    if (known === undefined) return false;
    this.#byKey.set(key, { ...known, holders: known.holders + 1 });
    return true;
  }

  /** Notes a group that was joined for its first holder. @param socket where, to leave it there */
  joined(interfaceIndex: number, group: Ip, socket: number): void {
    this.#byKey.set(keyOf(interfaceIndex, group), { socket, holders: 1 });
  }

  /** Takes one holder away. @returns the socket on which to leave, after the last; else undefined */
  release(interfaceIndex: number, group: Ip): number | undefined {
    const key = keyOf(interfaceIndex, group);
    const known = this.#byKey.get(key);
    if (known === undefined) return undefined;
    if (known.holders > 1) {
      this.#byKey.set(key, { ...known, holders: known.holders - 1 });
      return undefined;
    }
    this.#byKey.delete(key);
    return known.socket;
  }
}

function keyOf(interfaceIndex: number, group: Ip): string {
  return `${interfaceIndex} ${group}`;
}
