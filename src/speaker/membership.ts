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

/** What was seen of the plan, and of what others know of it. */
export interface PlanView {
  readonly nowMs: number;
  /** The newest that we know. */
  readonly generation: number;
  /** The newest that a peer knows; Infinity where nothing is known of it. */
  readonly generationOf: (node: string) => number;
}

interface Shared {
  /** When an address was shared last, in ms. */
  readonly atMs: number;
  /** The plan by which none is; null: one is. */
  readonly endedBy: number | null;
}

export class Membership {
  readonly #self: string;
  #nodes: readonly PeerAddress[] = [];
  readonly #shared = new Map<string, Shared>();

  constructor(self: string) {
    this.#self = self;
  }

  /** All nodes of the cluster. */
  setNodes(nodes: readonly PeerAddress[]): void {
    this.#nodes = nodes;
  }

  /**
   * @param sharing the nodes that share an address with us now
   * @returns those, and those that did until lately, or until a plan that they have not heard of
   */
  peers(sharing: ReadonlySet<string>, view: PlanView): WantedPeer[] {
    for (const node of sharing) this.#shared.set(node, { atMs: view.nowMs, endedBy: null });
    const wanted: WantedPeer[] = [];
    for (const known of this.#nodes) {
      const lingering = !sharing.has(known.node);
      if (known.node === this.#self || (lingering && !this.#lingers(known.node, view))) continue;
      wanted.push({ ...known, lingering });
    }
    return wanted;
  }

  #lingers(node: string, { nowMs, generation, generationOf }: PlanView): boolean {
    const shared = this.#shared.get(node);
    if (shared === undefined) return false;
    const endedBy = shared.endedBy ?? generation;
    const lingers = nowMs - shared.atMs < LINGER_MS || generationOf(node) < endedBy;
    if (lingers) this.#shared.set(node, { ...shared, endedBy });
    else this.#shared.delete(node);
    return lingers;
  }
}
