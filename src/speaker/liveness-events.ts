/**
 * What liveness.ts is told and what it asks for: types only.
 */
import type { Mac } from "../base/mac.ts";
import type { WantedPeer } from "./membership.ts";
import type { Peer } from "./peers.ts";
import type { Heartbeat, Id, LinkReport } from "./wire/heartbeat.ts";

export interface LivenessOptions {
  readonly node: string;
  readonly incarnation: number;
  readonly intervalMs: number;
  /** A node silent for so long is dead, unless a third hears it. */
  readonly detectionMs: number;
}

/** What the sender fills in later: keys are the hands' business. */
export type UnsignedHeartbeat = Omit<Heartbeat, "keyId" | "hasNewerKey">;

export type PeerVerdict = "lost" | "left" | "heard-again" | "vouched-for";

export type LivenessEvent =
  /** From here on we listen; nobody is judged before the detection time has passed. */
  | { readonly kind: "start"; readonly nowMs: number }
  /** All peers that there are: replaces what was known. */
  | { readonly kind: "peers"; readonly peers: readonly WantedPeer[]; readonly nowMs: number }
  | { readonly kind: "heard"; readonly heartbeat: UnsignedHeartbeat; readonly nowMs: number }
  | { readonly kind: "timer"; readonly nowMs: number }
  /** The answer to the effect: every datagram that lay waiting has been told of. */
  | { readonly kind: "rechecked"; readonly nowMs: number }
  | { readonly kind: "plan"; readonly generation: number; readonly nowMs: number }
  | { readonly kind: "links"; readonly links: readonly LinkReport[]; readonly nowMs: number }
  /** Ethernet addresses of the usable interfaces: for the others to know us by. */
  | { readonly kind: "macs"; readonly macs: readonly Mac[]; readonly nowMs: number }
  /** Closed: this node cannot forward. */
  | { readonly kind: "gate"; readonly open: boolean; readonly nowMs: number }
  /** We gave up at once what another holds: whoever heard us announce it is to hear of the other again. */
  | { readonly kind: "yielded"; readonly nowMs: number }
  | { readonly kind: "leave"; readonly nowMs: number };

export type LivenessEffect =
  | { readonly kind: "send"; readonly heartbeat: UnsignedHeartbeat; readonly to: readonly Peer[] }
  | { readonly kind: "recheck" }
  /** For people: a peer was declared dead, or lives after all. */
  | { readonly kind: "judged"; readonly node: string; readonly verdict: PeerVerdict }
  /** Decide anew what these nodes are in the rank of. */
  | { readonly kind: "changed"; readonly nodes: readonly string[] }
  /** A peer was cut off, took us for dead, heard nobody, or gave something up: it may have announced what we hold. */
  | { readonly kind: "doubted" }
  /** Heard with a good signature, and none of our peers. */
  | { readonly kind: "met"; readonly id: Id }
  /** It gave up at once, since its heartbeat before, what another holds. */
  | { readonly kind: "gave-way"; readonly node: string }
  /** Others took over what we had, for they had lost us, an interface of ours, or our kube-proxy, and now it is back. */
  | { readonly kind: "rejoined" }
  /** Addresses that wait for these nodes to know the plan may move on. */
  | { readonly kind: "informed"; readonly nodes: readonly string[] }
  | { readonly kind: "fault"; readonly name: string };
