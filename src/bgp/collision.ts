/**
 * Two connections with one peer, for both have dialled: which one stays. Pure.
 *
 * Read first: RFC 4271 section 6.8, RFC 6286 section 2.3 (equal identifiers in different ASes), RFC 4724 section 5 (one that restarts).
 * Both ends compute it alike of the same four numbers, so it does not matter how far each connection has come, nor who looks first.
 */
import { compareIps, type Ip } from "../base/ip.ts";
import type { Agreement } from "./handshake.ts";

/** So long a peer's dial may have been on its way, or waited to be looked at, while our own came up. */
const CROSSING_MS = 5_000;

export interface Identity {
  readonly identifier: Ip;
  readonly asn: number;
}

/** @returns who dialled the connection that stays: the one with the higher identifier */
export function survivingSide(ours: Identity, theirs: Identity): "dialled" | "accepted" {
  const order = compareIps(ours.identifier, theirs.identifier) || ours.asn - theirs.asn;
  return order > 0 ? "dialled" : "accepted";
}

/**
 * RFC 4724 section 5 takes any peer with graceful restart that dials while its session is up for one that has restarted. One whose dial
 * has crossed ours has not: to end a session that has just come up would cost what such a peer has kept of our last life.
 *
 * @param upForMs how long the session is up
 */
export function hasRestarted({ restart }: Pick<Agreement, "restart">, upForMs: number): boolean {
  return restart !== null && upForMs >= CROSSING_MS;
}
