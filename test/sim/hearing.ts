/**
 * Who hears whom on the segment as it is: what the rules leave out where nodes cannot know of each other.
 *
 * Pieces are masks, a bit for each node.
 */
import type { Segment } from "./segment.ts";
import type { SimNode } from "./node.ts";

export interface HearingWorld {
  readonly segment: Segment;
  readonly nodes: () => readonly SimNode[];
}

export class Hearing {
  readonly #world: HearingWorld;

  constructor(world: HearingWorld) {
    this.#world = world;
  }

  /** The parts into which the segment is split. */
  pieces(): number[] {
    const pieces = new Map<number, number>();
    this.#world.segment.groups.forEach((group, i) => {
      pieces.set(group, (pieces.get(group) ?? 0) | (1 << i));
    });
    return [...pieces.values()];
  }

  /** It is given nobody's heartbeats. */
  isDeaf(node: number): boolean {
    const { segment } = this.#world;
    return this.#world.nodes().every(({ index }) => index === node || segment.isCut(index, node));
  }

  /** Nobody is given its heartbeats. */
  isMute(node: number): boolean {
    const { segment } = this.#world;
    return this.#world.nodes().every(({ index }) => index === node || segment.isCut(node, index));
  }

  /** Of a node. */
  pieceOf(node: number): number {
    const { groups } = this.#world.segment;
    return groups.reduce((mask, group, i) => (group === groups[node] ? mask | (1 << i) : mask), 0);
  }

  /** Each of its nodes hears each other one. */
  isWhole(piece: number): boolean {
    const { segment } = this.#world;
    const nodes = this.#world.nodes().filter((n) => (piece >> n.index) & 1 && n.running);
    return nodes.every((a) => nodes.every((b) => a === b || !segment.isCut(a.index, b.index)));
  }

  /**
   * Each pair in one way at least, or by a third that both hear and that hears both; and nobody who is heard by
   * some hears nobody; and nobody whom another has never heard, for nobody tells it that it is given up.
   */
  isHearing(piece: number): boolean {
    const { segment } = this.#world;
    const nodes = this.#world.nodes().filter(({ index, running, paused }) => {
      return (piece >> index) & 1 && running && !paused;
    });
    const both = (a: SimNode, b: SimNode) =>
      !segment.isCut(a.index, b.index) && !segment.isCut(b.index, a.index);
    const isMet = (a: SimNode, b: SimNode) => {
      const peers = [...(b.speaker?.liveness.peers.values() ?? [])];
      return peers.some(({ node, incarnation }) => node === a.name && incarnation === 0);
    };
    const isUnheard = (a: SimNode, b: SimNode) => segment.isCut(a.index, b.index) && isMet(a, b);
    if (nodes.some((a) => nodes.some((b) => a !== b && isUnheard(a, b)))) return false;
    const isDeaf = (a: SimNode) =>
      nodes.length > 1 && nodes.every((b) => a === b || segment.isCut(b.index, a.index));
    const isHeard = (a: SimNode) => nodes.some((b) => a !== b && !segment.isCut(a.index, b.index));
    if (nodes.some((a) => isDeaf(a) && isHeard(a))) return false;
    return nodes.every((a) =>
      nodes.every((b) => {
        if (a.index >= b.index) return true;
        const one = !segment.isCut(a.index, b.index) || !segment.isCut(b.index, a.index);
        return one || nodes.some((c) => c !== a && c !== b && both(a, c) && both(b, c));
      }),
    );
  }
}
