/**
 * Who answers for an address: the fast choice, made alike on every speaker. Pure.
 *
 * The controller ranks the nodes; each speaker holds the ranks against whom it hears, and needs nobody
 * to agree: whoever sees the same nodes names the same holder. So failover takes no vote and no API.
 *
 * A node that returns after it was given up for dead is *fenced* at the newest plan it knows: it takes
 * nothing back by itself, and holds only what a newer plan gives it (rule H3).
 * A node that is *gated* says that it cannot forward: it stands behind all that can, fenced or not.
 * Silence is worse than a move, though: where all that live are gated or fenced, one of them answers.
 * Neighbours: rank.ts makes the ranks; the speaker makes the views from heartbeats.
 */

/** What an observer knows of a node. */
export interface NodeView {
  readonly alive: boolean;
  /** The node holds only plans newer than this, unless nobody else may; -1 or less: not fenced. */
  readonly fenceGeneration: number;
  /** It holds only what nobody may who is not gated. */
  readonly gated: boolean;
}

export interface RankedAddress {
  /** Best first. */
  readonly rank: readonly string[];
  /** The plan that the rank belongs to. */
  readonly generation: number;
}

/** Behind every generation that there is. */
const GATED = 2 ** 48;
const UNFENCED = -1;

/**
 * @param viewOf what the observer knows of a node; undefined: never heard of, so not alive
 * @returns the first of the rank that is alive, not gated and not fenced; if there is none, one that is fenced, at the
 *   oldest plan (it knew of the longest absence), then by rank; then those that are gated, in the same order; null if
 *   nobody lives
 */
export function holderOf(
  { rank, generation }: RankedAddress,
  viewOf: (node: string) => NodeView | undefined,
): string | null {
  let holder: string | null = null;
  let behind = Infinity;
  for (const node of rank) {
    const view = viewOf(node);
    if (view?.alive !== true) continue;
    const fence = view.fenceGeneration < generation ? UNFENCED : view.fenceGeneration;
    const standing = view.gated ? GATED + fence : fence;
    if (standing === UNFENCED) return node;
    if (standing >= behind) continue;
    holder = node;
    behind = standing;
  }
  return holder;
}
