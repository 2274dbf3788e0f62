/**
 * What a BGP session and BFD say to each other. Pure data.
 *
 * Read first: RFC 5882 sections 4.1 and 4.3: BFD down ends the session at once; BFD that the peer has turned off says nothing of the path.
 * Neighbours: peer.ts names the profile; session.ts takes `BfdReport` as its event "bfd".
 */
import type { Ip } from "../base/ip.ts";

/** The path that BFD is to watch, asked for while a peer with a profile is configured. */
export interface BfdPath {
  /** The key of the peer: what is said of it bears the same. */
  readonly peer: string;
  readonly theirAddress: Ip;
  /** Null: whatever the kernel chooses. */
  readonly ourAddress: Ip | null;
  readonly interface: string | null;
  readonly vrf: string | null;
  /** RFC 5881 or RFC 5883. */
  readonly hops: "single" | "multiple";
  /** The name of the BFDProfile; "": all defaults. */
  readonly profile: string;
}

/** `admin-down`: one of the two does not want BFD, which is no failure of the path (RFC 5882 section 4.1). */
export type BfdState = "up" | "down" | "admin-down";

export interface BfdReport {
  readonly peer: string;
  readonly state: BfdState;
  /** Why, for people: RFC 5880 section 4.1's name of the diagnostic, such as "detection-time-expired"; "none" where nobody knows of the path. */
  readonly diagnostic: string;
}
