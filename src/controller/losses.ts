/**
 * Of all VirtualIPs, those that say last that a node was lost: one for each node, and nodes.ts needs no other. Pure.
 */
import type { VirtualIP } from "../multi-ip/resource.ts";

export class Losses {
  readonly #byNode = new Map<string, Set<VirtualIP>>();
  /** By node; forgotten where its VirtualIP is gone. */
  readonly #latest = new Map<string, VirtualIP>();

  see(object: VirtualIP): void {
    const node = lostNode(object);
    if (node === null) return;
    const known = this.#byNode.get(node);
    const latest = this.#latest.get(node);
    if (known === undefined) this.#byNode.set(node, new Set([object]));
    else known.add(object);
    const isLatest = known === undefined || known.size === 1;
    if (isLatest || (latest !== undefined && atMs(object) > atMs(latest))) {
      this.#latest.set(node, object);
    }
  }

  forget(object: VirtualIP): void {
    const node = lostNode(object);
    if (node === null) return;
    this.#byNode.get(node)?.delete(object);
    if (this.#latest.get(node) === object) this.#latest.delete(node);
  }

  latest(): VirtualIP[] {
    for (const [node, objects] of this.#byNode) {
      if (objects.size === 0) this.#byNode.delete(node);
      else if (!this.#latest.has(node)) this.#latest.set(node, latestOf(objects));
    }
    return [...this.#latest.values()];
  }
}

function latestOf(objects: ReadonlySet<VirtualIP>): VirtualIP {
  return [...objects].reduce((a, b) => (atMs(b) > atMs(a) ? b : a));
}

function lostNode({ status }: VirtualIP): string | null {
  const move = status?.lastMove;
  return move?.reason === "node-lost" && typeof move.from === "string" ? move.from : null;
}

function atMs({ status }: VirtualIP): number {
  return Date.parse(status?.lastMove?.at ?? "") || 0;
}
