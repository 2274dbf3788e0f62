/**
 * What a session needs to know of its peer, whatever object of Kubernetes said so. Pure data, complete: every default is made
 * before, and a session is over when one of `RESETTING` changes.
 *
 * Read first: RFC 4271 section 8.1 (session attributes), docs/decisions/0019-bgp.md.
 * Neighbours: session.ts speaks with the peer; io/peer-socket.ts obeys what concerns the socket.
 */
import type { Ip, IpFamily } from "../base/ip.ts";

/** How far the peer is away, which is what the TTL says (docs/decisions/0021-routes.md, and RFC 5082 for "secured"). */
export type Reach =
  /** On the link, as far as anybody has said: packets go out with 255, which is what a peer with GTSM takes. */
  | { readonly kind: "direct" }
  /** Several hops: packets go out with this TTL. */
  | { readonly kind: "multihop"; readonly ttl: number }
  /** GTSM: packets go out with 255, and what has come over more hops than these is not taken. */
  | { readonly kind: "secured"; readonly hopsMax: number };

export interface BgpPeer {
  /** `BGPPeer/tor-a`: the name in statuses, logs and metrics. */
  readonly key: string;
  /** Of an unnumbered peer the link-local one at which it was found (unnumbered/). */
  readonly address: Ip;
  /** Of an unnumbered peer: the session runs over this interface and no other. */
  readonly interface: string | null;
  readonly port: number;
  /** What we say we are: of `localASN`, else of `myASN`. */
  readonly ourAsn: number;
  /** A number, or which ones are taken: ours alone ("internal"), or any but ours. */
  readonly theirAsn: number | "internal" | "external";
  /** The BGP identifier. */
  readonly routerId: Ip;
  readonly sourceAddress: Ip | null;
  /** The device of the VRF in which the session runs. */
  readonly vrf: string | null;
  readonly reach: Reach;
  /** For TCP MD5 (RFC 2385). */
  readonly password: string | null;
  /** 0 (never), or at least 3. */
  readonly holdTimeSeconds: number;
  /** Null: a third of the hold time that both agree on. */
  readonly keepaliveSeconds: number | null;
  /** The longest between two attempts. */
  readonly connectRetryMs: number;
  /** Waits for the peer to dial. */
  readonly passive: boolean;
  /** What is announced in the session, if the peer can take it too. */
  readonly families: readonly IpFamily[];
  /** RFC 4724: how long the peer keeps our routes while we are away; null: not at all. */
  readonly gracefulRestartSeconds: number | null;
  /** RFC 8654. */
  readonly extendedMessages: boolean;
  /** The BFDProfile; null: without BFD, "": all defaults. */
  readonly bfdProfile: string | null;
}

/** `10.0.0.254`, `fe80::1%eth0`; an unnumbered peer that nobody has found yet is `eth0`. */
export function hostOf({
  address,
  interface: link,
}: Pick<BgpPeer, "interface"> & { readonly address: Ip | null }): string {
  if (link === null) return address ?? "";
  return address === null ? link : `${address}%${link}`;
}

/** @returns whether the peer may have this number */
export function acceptsAsn({ ourAsn, theirAsn: wanted }: BgpPeer, theirAsn: number): boolean {
  if (wanted === "internal") return theirAsn === ourAsn;
  if (wanted === "external") return theirAsn !== ourAsn;
  return theirAsn === wanted;
}
