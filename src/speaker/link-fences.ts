/**
 * An interface that was lost takes nothing back when it returns: a fence of its own, beside the node's. Pure.
 *
 * It is needed where heartbeats travel another way than clients: the others then learned of the loss, and one
 * of them answers now. Where no other interface is left and nothing was heard meanwhile they learned nothing: the
 * node's own fence decides.
 * Neighbours: links.ts names the interfaces; liveness.ts sends the reports.
 */
import type { Id, LinkReport } from "./wire/heartbeat.ts";

interface LostLink {
  readonly atMs: number;
  readonly fence: number;
  /** Another interface was there, on which the loss may have been told of. */
  readonly elsewhere: boolean;
}

export interface LinkFences {
  /** By link id, of those usable now. */
  readonly usable: ReadonlyMap<Id, number>;
  /** When the others are lost since, in ms. */
  readonly lost: ReadonlyMap<Id, LostLink>;
}

export const NO_LINKS: LinkFences = { usable: new Map(), lost: new Map() };

/** More names than anybody gives; what is beyond is not reported and so not used. */
const REPORTS_MAX = 128;

/**
 * @param usable ids of what is usable now
 * @param heardMs when a peer was heard last, -Infinity: never; a heartbeat on its way at the loss proves nothing
 * @param fenceOf what a link is fenced at that returns now
 * @param elsewhere whether a usual interface is usable now
 */
export function updateLinkFences(
  before: LinkFences,
  usable: ReadonlySet<Id>,
  now: {
    readonly nowMs: number;
    readonly heardMs: number;
    readonly fenceOf: (link: Id) => number;
    readonly graceMs: number;
    readonly elsewhere: boolean;
  },
): LinkFences {
  const next = new Map<Id, number>();
  const lost = new Map(before.lost);
  for (const id of usable) {
    const gone = lost.get(id);
    const told = gone !== undefined && (gone.elsewhere || now.heardMs > gone.atMs + now.graceMs);
    next.set(id, before.usable.get(id) ?? (told ? now.fenceOf(id) : (gone?.fence ?? 0)));
    lost.delete(id);
  }
  for (const [id, fence] of before.usable) {
    if (!usable.has(id)) lost.set(id, { atMs: now.nowMs, fence, elsewhere: now.elsewhere });
  }
  return { usable: next, lost };
}

/** In the order of their ids, so that equal reports are equal lists. */
export function linkReports({ usable }: LinkFences): LinkReport[] {
  return [...usable]
    .map(([link, fence]) => ({ link, fence }))
    .sort((a, b) => a.link - b.link)
    .slice(0, REPORTS_MAX);
}
