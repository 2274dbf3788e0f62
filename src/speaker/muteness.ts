/**
 * Whether we are heard: so that a node that falls silent again and again knows it even where nobody tells it. Pure.
 *
 * Those who share addresses with us say whom they have given up (peers.ts, `lost`); those with whom we share none conclude
 * nothing from our silence. Whom they hear they say all the same: when all that we hear have heard us in this life of theirs,
 * and none hears us now, we are as good as gone, and the first that hears us again sees us return.
 * Neighbours: liveness.ts asks whenever a peer's word on us changes.
 */
import type { Peer } from "./peers.ts";

export class Muteness {
  #mute = false;

  /** @returns true where this is the end of a time in which nobody heard us */
  ends(peers: Iterable<Pick<Peer, "state" | "heardUs" | "hearsUs">>): boolean {
    let known = false;
    for (const { state, heardUs, hearsUs } of peers) {
      if (state !== "heard" || !heardUs) continue;
      if (hearsUs) {
        const ends = this.#mute;
        this.#mute = false;
        return ends;
      }
      known = true;
    }
    this.#mute ||= known;
    return false;
  }
}
