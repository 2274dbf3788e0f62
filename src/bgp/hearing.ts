/**
 * What a message means for the state machine: which event, and why something ends where it ends something. Pure.
 *
 * Read first: RFC 4271 section 6 (errors), RFC 6608 (a message that the state does not expect).
 * Neighbours: wire/message.ts reads the bytes; session.ts fires the event.
 */
import { faultCause, peerCause, unexpectedCause, type Cause } from "./causes.ts";
import type { FsmEvent, FsmState } from "./fsm.ts";
import type { BgpPeer } from "./peer.ts";
import type { WireContext } from "./wire/attributes.ts";
import type { MessageFault } from "./wire/faults.ts";
import { decodeMessage, type Message } from "./wire/message.ts";

export interface Heard {
  readonly event: FsmEvent;
  /** For where the event ends the session. */
  readonly cause: Cause;
  /** Null where it could not be read. */
  readonly message: Message | null;
  /** Why not. */
  readonly fault: MessageFault | null;
}

/** Before the OPENs are exchanged nothing is said to which it would matter. */
export const WIRE_BEFORE_OPEN: WireContext = { asnBytes: 4, isExternal: true };

/** @param bytes of one message, its header looked at */
export function hear(
  bytes: Uint8Array,
  context: {
    readonly state: FsmState;
    readonly wire: WireContext | undefined;
    readonly peer: BgpPeer;
  },
): Heard {
  const { state, wire = WIRE_BEFORE_OPEN, peer } = context;
  const decoded = decodeMessage(bytes, wire);
  if (!decoded.ok) {
    const { fault, data } = decoded;
    return { event: faultEvent(fault), cause: faultCause(fault, data, peer), message: null, fault };
  }
  const message = decoded.value;
  if (message.kind !== "notification") {
    const event = message.kind === "route-refresh" ? "refresh" : message.kind;
    return { event, cause: unexpectedCause(state, message.kind), message, fault: null };
  }
  const isVersion = message.code === 2 && message.subcode === 1;
  const event = isVersion ? "version-refused" : "notified";
  return { event, cause: peerCause(message, peer), message, fault: null };
}

function faultEvent(fault: MessageFault): FsmEvent {
  if (fault.startsWith("open-")) return "open-error";
  return fault.startsWith("update-") ? "update-error" : "header-error";
}
