/**
 * With whom heartbeats are exchanged: with all that share an address with us, and for a while with those that did. Pure.
 *
 * Speakers hear of a new plan at different times. A node that another drops at once, because the plan no longer names
 * both for one address, seems dead to that other until it has heard of the plan too; and what is being handed over is
 * handed over by heartbeats. So who was a peer lingers: heartbeats go on, and when they end nobody concludes anything.
 * Neighbours: speaker.ts asks whenever the plan or the nodes change; liveness.ts forgets lingering peers quietly.
 */
import type { PeerAddress } from "./peers.ts";

/** A watch that broke is back by then. */
export const LINGER_MS = 10_000;

export interface WantedPeer extends PeerAddress {
  /** No address is shared with it any more. */
  readonly lingering: boolean;
}

export class Membership {
  readonly #self: string;
  #nodes: readonly PeerAddress[] = [];
  /** When each was seen to share an address with us last, in ms. */
  readonly #sharedAtMs = new Map<string, number>();

  constructor(self: string) {
    this.#self = self;
  }

  /** All nodes of the cluster. */
  setNodes(nodes: readonly PeerAddress[]): void {
    this.#nodes = nodes;
  }

  /**
   * @param sharing the nodes that share an address with us now
   * @param isBehind whether a node knows an older plan than we, and so may count on us still
   */
  peers(
    sharing: ReadonlySet<string>,
    isBehind: (node: string) => boolean,
    nowMs: number,
  ): WantedPeer[] {
    for (const node of sharing) this.#sharedAtMs.set(node, nowMs);
    const wanted: WantedPeer[] = [];
    for (const known of this.#nodes) {
      const { node } = known;
      const lingering = !sharing.has(node);
      const sharedAtMs = this.#sharedAtMs.get(node) ?? -Infinity;
      const isOver = lingering && nowMs - sharedAtMs >= LINGER_MS && !isBehind(node);
      if (node !== this.#self && sharedAtMs > -Infinity && !isOver) {
        wanted.push({ ...known, lingering });
      }
      if (isOver) this.#sharedAtMs.delete(node);
    }
    return wanted;
  }
}
