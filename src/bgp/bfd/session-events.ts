/** What a BFD session is told, and what it asks for. Pure. Neighbour: session.ts. */
import type { BfdState, ControlPacket, Diagnostic, OwnPacket } from "./wire/control-packet.ts";
import type { BfdProfile } from "./timing.ts";

/** "linger": until nobody needs to be told any more that we have stopped. */
export type SessionTimer = "transmit" | "detect" | "linger";

export type SessionEvent =
  | { readonly kind: "start"; readonly nowMs: number }
  | { readonly kind: "packet"; readonly packet: ControlPacket; readonly nowMs: number }
  /** Those of another time than was asked for last are no-ops: timers race with events. */
  | { readonly kind: "timer"; readonly timer: SessionTimer; readonly nowMs: number }
  | { readonly kind: "profile"; readonly profile: BfdProfile; readonly nowMs: number }
  /** Planned: the other end is told that this is no failure. */
  | { readonly kind: "stop"; readonly nowMs: number };

/** Why a session is in another state. */
export type Cause =
  /** Both ends are there. */
  | "handshake"
  /** Nothing was heard for the detection time. */
  | "silence"
  /** The other end says that it is down, so it does not hear us, or has begun anew. */
  | "peer-down"
  /** The other end was stopped on purpose: no failure (RFC 5882 section 3.2). */
  | "peer-admin-down"
  | "started"
  | "stopped";

export interface StateChange {
  readonly kind: "state";
  readonly from: BfdState;
  readonly to: BfdState;
  readonly cause: Cause;
  /** What the other end said last of why it is where it is. */
  readonly theirDiagnostic: Diagnostic | "unknown";
}

export type SessionEffect =
  | { readonly kind: "send"; readonly packet: OwnPacket }
  /** In place of the one of this name that was asked for before. */
  | { readonly kind: "set-timer"; readonly timer: SessionTimer; readonly atMs: number }
  | { readonly kind: "clear-timer"; readonly timer: SessionTimer }
  | StateChange
  /** It was stopped, and whoever should know was told. */
  | { readonly kind: "closed" };
