/**
 * Peers whose connections nobody could tell apart where they dial us. Pure.
 *
 * Until its OPEN is read a connection is known by its ends alone. To take it for one of the two would touch that one's session, by the
 * rules for collisions (RFC 4271 section 6.8), though it is the other's: so neither is taken, and both are dialled by us, for which
 * their ports tell them apart.
 * Neighbours: io/ends.ts says whose end a connection has; io/bgp-speaker.ts closes those of twins.
 */
import type { BgpPeer } from "./peer.ts";

type End = Pick<BgpPeer, "key" | "address" | "interface" | "vrf" | "sourceAddress">;

export function lookAlike(a: End, b: End): boolean {
  return (
    a.key !== b.key &&
    a.vrf === b.vrf &&
    a.address === b.address &&
    mayAgree(a.interface, b.interface) &&
    mayAgree(a.sourceAddress, b.sourceAddress)
  );
}

/** Who says nothing agrees with all. */
function mayAgree(a: string | null, b: string | null): boolean {
  return a === null || b === null || a === b;
}
