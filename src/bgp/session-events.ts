/**
 * What a session hears and what it wants done. Pure data.
 *
 * Neighbours: session.ts is the mind between the two; io/peer-hands.ts performs the effects and reports the events.
 */
import type { BfdReport } from "./bfd-report.ts";
import type { FsmState } from "./fsm.ts";
import type { Agreement } from "./handshake.ts";
import type { RouteChanges } from "./out-rib.ts";
import type { BgpPeer } from "./peer.ts";
import type { Ends } from "./route-attributes.ts";
import type { MessageFault } from "./wire/faults.ts";
import type { AttributeFault } from "./wire/update.ts";

/** `dialled-3` or `accepted-7`: a connection that was closed is never meant by mistake. */
export type ConnectionId = string;

/** Why a person, or a program on a person's behalf, ends a session. */
export type StopKind =
  /** For good, as far as anybody knows: the peer forgets our routes at once. */
  | "shutdown"
  /** The peer is configured no longer. */
  | "deconfigured"
  /** The peer's configuration is another one now. */
  | "changed"
  /** We come back at once: a peer that can keeps our routes meanwhile (RFC 4724). */
  | "restart";

export type SessionEvent = {
  /** Milliseconds, monotonic, any epoch. */
  readonly nowMs: number;
  /** From 0 to 1, for jitter. */
  readonly random: number;
} & (
  | { readonly kind: "start" }
  /** @see RFC 9003 for `text`, which people at the router read. */
  | { readonly kind: "stop"; readonly how: StopKind; readonly text: string }
  /** A dial that this session asked for was answered. */
  | { readonly kind: "connected"; readonly connection: ConnectionId; readonly ends: Ends }
  /** The peer has dialled us. */
  | { readonly kind: "accepted"; readonly connection: ConnectionId; readonly ends: Ends }
  /** A dial failed, or the connection is gone. */
  | { readonly kind: "disconnected"; readonly connection: ConnectionId; readonly error: string }
  /** Whole, its header looked at. */
  | { readonly kind: "message"; readonly connection: ConnectionId; readonly message: Uint8Array }
  /** What came can be no message, and nothing behind it can be read. */
  | {
      readonly kind: "bad-header";
      readonly connection: ConnectionId;
      readonly fault: MessageFault;
      readonly data: Uint8Array;
    }
  /** What was sent with `isPaced` is with the kernel. */
  | { readonly kind: "written"; readonly connection: ConnectionId }
  /** The time of the last "wake" has come. */
  | { readonly kind: "timer" }
  | { readonly kind: "bfd"; readonly report: BfdReport }
  | { readonly kind: "routes"; readonly changes: RouteChanges }
  /** All that there was to announce when we began has come by "routes". */
  | { readonly kind: "complete" }
  /** Some fields are others, none of those that need a new session: see peer-changes.ts. */
  | { readonly kind: "peer"; readonly peer: BgpPeer }
  | { readonly kind: "drain"; readonly isDraining: boolean }
);

/** What a connection says that the session has taken already. */
export type ConnectionEvent = Exclude<
  Extract<SessionEvent, { connection: ConnectionId }>,
  { kind: "accepted" }
>;

/** How a session, or an attempt at one, ended. */
export interface SessionEnd {
  readonly atMs: number;
  readonly by: "us" | "peer" | "network";
  /** In words: `the router ends the session: cease, administrative shutdown, "maintenance"`. */
  readonly reason: string;
  /** What a person can do; null where nothing is known. */
  readonly remedy: string | null;
}

export type SessionEffect =
  | { readonly kind: "dial"; readonly connection: ConnectionId }
  /** After what was sent. */
  | { readonly kind: "close"; readonly connection: ConnectionId }
  | {
      readonly kind: "send";
      readonly connection: ConnectionId;
      readonly bytes: Uint8Array;
      /** "written" is wanted, and nothing of this kind is sent before. */
      readonly isPaced: boolean;
    }
  /** Messages of the connection may be as long as RFC 8654 says. */
  | { readonly kind: "extend"; readonly connection: ConnectionId }
  /** An event "timer" is wanted then, instead of the one wanted before. */
  | { readonly kind: "wake"; readonly atMs: number }
  | { readonly kind: "up"; readonly agreement: Agreement; readonly ends: Ends }
  | { readonly kind: "down"; readonly end: SessionEnd }
  /** An attempt came to nothing. */
  | { readonly kind: "failed"; readonly end: SessionEnd }
  /** Wrong, and survived: RFC 7606. */
  | { readonly kind: "attribute-faults"; readonly faults: readonly AttributeFault[] }
  /** The session's state is another one now. */
  | { readonly kind: "state"; readonly state: FsmState };

/** Of the effects those that others want to hear of: statuses may be other ones now. */
export type SessionNews = Extract<
  SessionEffect,
  { readonly kind: "up" | "down" | "failed" | "state" }
>;
