/**
 * With whom heartbeats are exchanged: all that share an address with us, or did. Pure.
 *
 * Speakers hear of a new plan at different times, and one that is cut off hears of none. A node that another drops
 * because the plan no longer names both for one address seems dead to that other; what is being handed over is handed
 * over by heartbeats; and one that comes back to a cluster that has planned without it has to learn from somebody that
 * it was away. So who was a peer stays one as long as its Node exists: it lingers, and nobody concludes anything from
 * its silence.
 * Neighbours: speaker.ts asks whenever the plan or the nodes change; liveness.ts judges those that do not linger.
 */
import { idOf } from "./ids.ts";
import type { PeerAddress } from "./peers.ts";
import type { Id } from "./wire/heartbeat.ts";

export interface WantedPeer extends PeerAddress {
  /** No address is shared with it now. */
  readonly lingering: boolean;
}

export class Membership {
  readonly #self: string;
  #names = new Map<Id, string>();
  #hasMet = false;
  #nodes: readonly PeerAddress[] = [];
  /** Nodes that shared an address with us once. */
  readonly #met = new Set<string>();

  constructor(self: string) {
    this.#self = self;
  }

  /** All nodes of the cluster. */
  setNodes(nodes: readonly PeerAddress[]): void {
    this.#nodes = nodes;
    const names = new Set(nodes.map(({ node }) => node));
    for (const node of this.#met) if (!names.has(node)) this.#met.delete(node);
    this.#names = new Map(nodes.map(({ node }) => [idOf(node), node]));
  }

  /** By its newer plan it shares an address with us: who cannot read that plan has to hear it all the same. */
  meet(id: Id): void {
    const node = this.#names.get(id);
    if (node === undefined || node === this.#self || this.#met.has(node)) return;
    this.#met.add(node);
    this.#hasMet = true;
  }

  /** @returns whether somebody was met since it was asked last */
  takeMet(): boolean {
    const hasMet = this.#hasMet;
    this.#hasMet = false;
    return hasMet;
  }

  /** @param sharing the nodes that share an address with us now */
  peers(sharing: ReadonlySet<string>): WantedPeer[] {
    const wanted: WantedPeer[] = [];
    for (const known of this.#nodes) {
      const { node } = known;
      const shares = sharing.has(node);
      if (node === this.#self || !(shares || this.#met.has(node))) continue;
      this.#met.add(node);
      wanted.push({ ...known, lingering: !shares });
    }
    return wanted;
  }
}
