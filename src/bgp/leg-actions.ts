/**
 * The actions of the state machine that concern one connection: what is sent on it, and its timers. Pure: the leg is mutated in place.
 *
 * Read first: RFC 4271 section 10 (timers); section 4.4 (how often a KEEPALIVE).
 * Neighbours: fsm.ts asks for the actions; session.ts performs those that concern the session as a whole.
 */
import type { Cause } from "./causes.ts";
import type { SessionCounters } from "./counters.ts";
import type { FsmAction } from "./fsm.ts";
import { ourOpen } from "./handshake.ts";
import { WIRE_BEFORE_OPEN } from "./hearing.ts";
import { disconnect, type Leg } from "./leg.ts";
import type { BgpPeer } from "./peer.ts";
import type { ConnectionId, SessionEffect } from "./session-events.ts";
import { encodeMessage, type SendableMessage } from "./wire/message.ts";

/** A dial that is not answered: a router whose MD5 differs never answers. */
const DIAL_MS = 10_000;
/** For an OPEN that does not come: RFC 4271 suggests four minutes, in which a router that hangs would hold a connection. */
const OPEN_HOLD_MS = 60_000;

/** RFC 9687 section 3. */
const SEND_HOLD_MS_MIN = 480_000;

/** What the actions need to know, and where they put what is to be done. */
export interface Moment {
  readonly nowMs: number;
  readonly random: number;
  readonly peer: BgpPeer;
  readonly isRestarting: boolean;
  readonly cause: Cause | null;
  readonly effects: SessionEffect[];
  readonly counters: SessionCounters;
  readonly nextConnection: () => ConnectionId;
}

/** @returns false for the actions that are the session's */
export function performOn(leg: Leg, action: FsmAction, moment: Moment): boolean {
  const { nowMs, effects } = moment;
  switch (action) {
    case "dial":
      leg.connection = moment.nextConnection();
      leg.retryAtMs = nowMs + DIAL_MS;
      effects.push({ kind: "dial", connection: leg.connection });
      return true;
    case "stop-retry":
      leg.retryAtMs = Infinity;
      return true;
    case "send-open":
      send(leg, ourOpen(moment.peer, moment.isRestarting), moment);
      return true;
    case "send-keepalive":
      send(leg, { kind: "keepalive" }, moment);
      return true;
    case "notify":
      if (moment.cause?.notice != null) send(leg, moment.cause.notice, moment);
      return true;
    case "close":
      if (leg.connection !== null) effects.push({ kind: "close", connection: leg.connection });
      disconnect(leg);
      return true;
    case "hold-long":
      leg.holdAtMs = nowMs + OPEN_HOLD_MS;
      return true;
    case "hold":
      leg.holdAtMs = nowMs + (holdMsOf(leg) || Infinity);
      return true;
    case "pace-keepalives":
      leg.keepaliveAtMs = nowMs + (keepaliveMs(leg, moment) || Infinity);
      return true;
    case "wait-to-retry":
    case "count":
    case "forget-failures":
    case "establish":
    case "refresh":
      return false;
  }
}

/** Something is on its way that the peer is to read within this. */
export function holdSending(leg: Leg, nowMs: number): void {
  const holdMs = holdMsOf(leg);
  if (holdMs > 0) leg.sendHoldAtMs = nowMs + Math.max(SEND_HOLD_MS_MIN, 2 * holdMs);
}

function holdMsOf({ agreement }: Leg): number {
  return agreement?.holdTimeMs ?? 0;
}

/** RFC 4271 section 10: three quarters of it, or up to all. */
function keepaliveMs(leg: Leg, { peer, random }: Moment): number {
  const wantedMs = (peer.keepaliveSeconds ?? Infinity) * 1000;
  return Math.min(wantedMs, holdMsOf(leg) / 3) * (1 - random / 4);
}

function send(leg: Leg, message: SendableMessage, { counters, effects }: Moment): void {
  if (leg.connection === null) return;
  const bytes = encodeMessage(message, leg.agreement?.wire ?? WIRE_BEFORE_OPEN);
  counters.sent(message.kind);
  effects.push({ kind: "send", connection: leg.connection, bytes, isPaced: false });
}
