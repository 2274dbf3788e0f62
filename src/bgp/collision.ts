/**
 * Two connections with one peer, for both have dialled: which one stays. Pure.
 *
 * Read first: RFC 4271 section 6.8, RFC 6286 section 2.3 (equal identifiers in different ASes).
 * Both ends compute it alike of the same four numbers, so it does not matter how far each connection has come, nor who looks first.
 */
import { compareIps, type Ip } from "../base/ip.ts";

export interface Identity {
  readonly identifier: Ip;
  readonly asn: number;
}

/** @returns who dialled the connection that stays: the one with the higher identifier */
export function survivingSide(ours: Identity, theirs: Identity): "dialled" | "accepted" {
  const order = compareIps(ours.identifier, theirs.identifier) || ours.asn - theirs.asn;
  return order > 0 ? "dialled" : "accepted";
}
