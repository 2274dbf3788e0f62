/**
 * With whom this node is, and whom it has lost: what it knows of its side of a partition. Pure.
 *
 * Neighbours: peers.ts has what is known of each; testimony.ts asks whether the lost ones are dead or on another side.
 */
import type { Peer } from "./peers.ts";

/** Names in order, so that the same company is the same lists. */
export interface Company {
  /** Heard, or heard by one that we hear. */
  readonly alive: readonly string[];
  /** Given up, without a word that they stop. */
  readonly lost: readonly string[];
}

/** Who lingers is heard again without a verdict: the company is looked at so often at least. */
export const LOOK_INTERVAL_MS = 1000;

export const NO_COMPANY: Company = { alive: [], lost: [] };

type Known = Pick<Peer, "node" | "lingering" | "state" | "dead" | "left">;

/** The silence of one that lingers means nothing: it may have forgotten us. */
export function companyOf(peers: Iterable<Known>): Company {
  const [alive, lost]: [string[], string[]] = [[], []];
  for (const { node, lingering, state, dead, left } of peers) {
    if (state === "unjudged") continue;
    if (!dead) alive.push(node);
    else if (!left && !lingering) lost.push(node);
  }
  return { alive: alive.sort(), lost: lost.sort() };
}

export function isSameCompany(a: Company, b: Company): boolean {
  return a.alive.join() === b.alive.join() && a.lost.join() === b.lost.join();
}
