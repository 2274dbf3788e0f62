/**
 * What follows for a session where its peer's configuration changes: a table, one line for each field. Pure.
 *
 * The rule: what both ends agreed on when they shook hands, or what the socket was made with, needs a new session; everything else
 * does not. Services and advertisements are not in here: they never do.
 * Neighbours: io/bgp-speaker.ts asks; docs/bgp.md says it to people, in the fields of their manifests.
 */
import type { BgpPeer } from "./peer.ts";
import { reachOptions } from "./socket-options.ts";

export type ChangeEffect =
  /** In force at once, or when it matters next; the session does not notice. */
  | "none"
  /** The session is ended with "other configuration change", and begins anew. */
  | "reset";

export const EFFECT_OF_FIELD: Readonly<Record<keyof BgpPeer, ChangeEffect>> = {
  key: "reset",
  address: "reset",
  interface: "reset",
  port: "reset",
  ourAsn: "reset",
  theirAsn: "reset",
  routerId: "reset",
  sourceAddress: "reset",
  vrf: "reset",
  reach: "reset",
  password: "reset",
  holdTimeSeconds: "reset",
  keepaliveSeconds: "none",
  connectRetryMs: "none",
  passive: "none",
  families: "reset",
  gracefulRestartSeconds: "reset",
  extendedMessages: "reset",
  bfdProfile: "none",
};

/** @returns null where nothing has changed */
export function effectOfChange(before: BgpPeer, after: BgpPeer): ChangeEffect | null {
  const fields = Object.keys(EFFECT_OF_FIELD) as (keyof BgpPeer)[];
  const changed = fields.filter((field) => !isSame(before[field], after[field]));
  if (changed.length === 0) return null;
  const isReset = (field: keyof BgpPeer) =>
    EFFECT_OF_FIELD[field] === "reset" && (field !== "reach" || !reachesAlike(before, after));
  return changed.some(isReset) ? "reset" : "none";
}

/** One hop or several, where the sockets are told the same: BFD alone, which has its own session, notices. */
function reachesAlike(before: BgpPeer, after: BgpPeer): boolean {
  return isSame(reachOptions(before, false), reachOptions(after, false));
}

/** Of values as JSON has them. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
