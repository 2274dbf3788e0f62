/**
 * A session with one peer: two legs until one of them is established, what is announced, and when to try again. Pure: a class,
 * mutated in place, told the time and never asking.
 *
 * Read first: fsm.ts, which has the table; RFC 4271 section 6.8 (both dial), RFC 4724 section 5 (a peer that restarts dials while
 * its old connection still counts as established), docs/decisions/0019-bgp.md.
 * What a peer announces is checked (RFC 7606), counted and forgotten: nothing is installed, so nothing is kept.
 * Neighbours: session-events.ts has the words; out-rib.ts what the peer is told; io/peer-hands.ts the sockets and the clock.
 */
import type { BfdReport } from "./bfd-report.ts";
import {
  bfdCause,
  collisionCause,
  faultCause,
  holdCause,
  networkCause,
  replacedCause,
  sendHoldCause,
  stopCause,
  timeoutCause,
  type Cause,
} from "./causes.ts";
import { hasRestarted, survivingSide } from "./collision.ts";
import { SessionCounters } from "./counters.ts";
import { FSM, isEnd, type FsmAction, type FsmEvent, type FsmState } from "./fsm.ts";
import { agree, type Agreement } from "./handshake.ts";
import { isLive, lay, Legs, type Leg } from "./leg.ts";
import { hear } from "./hearing.ts";
import { holdSending, performOn, type Moment } from "./leg-actions.ts";
import type { OutRib } from "./out-rib.ts";
import { Patience } from "./patience.ts";
import type { BgpPeer } from "./peer.ts";
import type { Ends } from "./route-attributes.ts";
import type {
  ConnectionEvent,
  ConnectionId,
  SessionEffect,
  SessionEnd,
  SessionEvent,
  StopKind,
} from "./session-events.ts";
import { Teller } from "./telling.ts";
import { familyOfAfi } from "./wire/families.ts";
import { MESSAGE_BYTES_MAX, type RouteRefreshMessage } from "./wire/message.ts";
import type { OpenMessage } from "./wire/open.ts";

export interface SessionOptions {
  readonly peer: BgpPeer;
  /** The process has just begun: RFC 4724's Restart State, until the session is up for the first time. */
  readonly isRestarting: boolean;
}

export class Session {
  readonly counters = new SessionCounters();
  readonly #legs = new Legs();
  readonly #teller = new Teller();
  readonly #patience = new Patience();
  #peer: BgpPeer;
  #isRestarting: boolean;
  #isWanted = false;
  #isDraining = false;
  /** When both legs begin again: the idle hold time. */
  #idleUntilMs = Infinity;
  /** Before, a peer that dials is refused: it has just failed. */
  #acceptFromMs = -Infinity;
  #upSinceMs = 0;
  #serial = 0;
  #bfd: BfdReport["state"] | null = null;
  #refreshing: RouteRefreshMessage | null = null;
  #wakeAtMs: number | null = null;
  #state: FsmState = "idle";
  #lastEnd: SessionEnd | null = null;
  #effects: SessionEffect[] = [];
  #nowMs = 0;
  #random = 0;

  constructor({ peer, isRestarting }: SessionOptions) {
    this.#peer = peer;
    this.#isRestarting = isRestarting;
  }

  get peer(): BgpPeer {
    return this.#peer;
  }

  /** Of the leg that has come farther. */
  get state(): FsmState {
    return this.#state;
  }

  /** Of the established session. */
  get agreement(): Agreement | null {
    return this.#legs.established?.agreement ?? null;
  }

  get ends(): Ends | null {
    return this.#legs.established?.ends ?? null;
  }

  /** How the last session, or attempt at one, ended. */
  get lastEnd(): SessionEnd | null {
    return this.#lastEnd;
  }

  /** In a row. */
  get failures(): number {
    return this.#patience.failures;
  }

  /** What the peer is told. */
  get rib(): OutRib {
    return this.#teller.rib;
  }

  /** @returns whether a connection that the peer dials now is looked at: one at a time, and none right after a failure */
  takes(nowMs: number): boolean {
    const { agreement } = this;
    if (agreement === null && this.#legs.accepted.state !== "active") return false;
    if (agreement !== null && !hasRestarted(agreement, nowMs - this.#upSinceMs)) return false;
    return nowMs >= this.#acceptFromMs;
  }

  /** Moves by one event. @returns what to do, in order; the array is the caller's */
  step(event: SessionEvent): readonly SessionEffect[] {
    this.#effects = [];
    this.#nowMs = event.nowMs;
    this.#random = event.random;
    this.#apply(event);
    this.#flush();
    this.#tellState();
    this.#wake();
    return this.#effects;
  }

  #apply(event: SessionEvent): void {
    switch (event.kind) {
      case "start":
        this.#isWanted = true;
        this.#begin();
        return;
      case "stop":
        this.#stop(event.how, event.text);
        return;
      case "accepted":
        this.#accept(event.connection, event.ends);
        return;
      case "timer":
        this.#wakeAtMs = null;
        this.#expire();
        return;
      case "bfd":
        this.#hearBfd(event.report);
        return;
      case "routes":
        this.rib.change(event.changes);
        return;
      case "complete":
        this.rib.complete();
        return;
      case "peer":
        this.#peer = event.peer;
        return;
      case "drain":
        this.#isDraining = event.isDraining;
        this.rib.setDraining(event.isDraining);
        return;
      case "connected":
      case "disconnected":
      case "message":
      case "bad-header":
      case "written": {
        const leg = this.#legs.of(event.connection);
        if (leg !== undefined) this.#applyTo(leg, event);
      }
    }
  }

  /** What a connection says that is one of ours still. */
  #applyTo(leg: Leg, event: ConnectionEvent): void {
    switch (event.kind) {
      case "connected":
        leg.ends = event.ends;
        this.#fire(leg, "connected", null);
        return;
      case "disconnected":
        leg.connection = null; // There is nothing left to close.
        this.#fire(leg, "disconnected", networkCause(event.error, leg.state, this.#peer));
        return;
      case "message":
        this.#hear(leg, event.message);
        return;
      case "bad-header":
        this.#fire(leg, "header-error", faultCause(event.fault, event.data, this.#peer));
        return;
      case "written":
        this.#teller.written();
        leg.sendHoldAtMs = Infinity;
        return;
    }
  }

  #begin(): void {
    this.#idleUntilMs = Infinity;
    this.#fire(this.#legs.accepted, "start-passive", null);
    if (!this.#peer.passive) this.#fire(this.#legs.dialled, "start", null);
  }

  #stop(how: StopKind, text: string): void {
    this.#isWanted = false;
    this.#idleUntilMs = Infinity;
    for (const leg of this.#legs.both) this.#fire(leg, "stop", stopCause(how, text, leg.agreement));
  }

  #accept(connection: ConnectionId, ends: Ends): void {
    if (!this.takes(this.#nowMs)) {
      this.#effects.push({ kind: "close", connection });
      return;
    }
    const established = this.#legs.established;
    if (established !== undefined) {
      this.#fire(established, "disconnected", replacedCause());
      this.#idleUntilMs = Infinity;
      this.#fire(this.#legs.accepted, "start-passive", null);
    }
    Object.assign(this.#legs.accepted, { connection, ends });
    this.#fire(this.#legs.accepted, "connected", null);
  }

  #hearBfd({ state, diagnostic }: BfdReport): void {
    const wasUp = this.#bfd === "up";
    this.#bfd = state;
    if (!wasUp || state !== "down") return;
    for (const leg of this.#legs.both) {
      if (isLive(leg)) this.#fire(leg, "automatic-stop", bfdCause(diagnostic));
    }
  }

  #hear(leg: Leg, bytes: Uint8Array): void {
    const { state, agreement } = leg;
    const heard = hear(bytes, { state, wire: agreement?.wire, peer: this.#peer });
    const { event, cause, message } = heard;
    this.counters.received(heard);
    if (message?.kind === "open" && state === "open-sent") {
      this.#hearOpen(leg, message);
      return;
    }
    if (message?.kind === "route-refresh") this.#refreshing = message;
    this.#fire(leg, event, cause);
    if (message?.kind === "update" && message.faults.length > 0) {
      this.#effects.push({ kind: "attribute-faults", faults: message.faults });
    }
  }

  #hearOpen(leg: Leg, open: OpenMessage): void {
    const agreed = agree(this.#peer, open);
    if (!agreed.ok) {
      this.#fire(leg, "open-error", faultCause(agreed.fault, agreed.data, this.#peer));
      return;
    }
    leg.agreement = agreed.value;
    const other = this.#legs.other(leg);
    if (isLive(other)) {
      const loser = other.state === "established" ? leg : this.#loser(agreed.value);
      this.#fire(loser, "collision", collisionCause());
      if (loser === leg) return;
    }
    if (agreed.value.messageBytesMax > MESSAGE_BYTES_MAX && leg.connection !== null) {
      this.#effects.push({ kind: "extend", connection: leg.connection });
    }
    this.#fire(leg, "open", null);
  }

  #loser({ theirIdentifier: identifier, theirAsn: asn }: Agreement): Leg {
    const { routerId, ourAsn } = this.#peer;
    const side = survivingSide({ identifier: routerId, asn: ourAsn }, { identifier, asn });
    return this.#legs.other(this.#legs[side]);
  }

  #expire(): void {
    if (this.#idleUntilMs <= this.#nowMs) this.#begin();
    for (const leg of this.#legs.both) {
      if (leg.sendHoldAtMs <= this.#nowMs) this.#fire(leg, "send-hold-expires", sendHoldCause());
      if (leg.holdAtMs <= this.#nowMs) {
        this.#fire(leg, "hold-expires", holdCause(leg.state, leg.agreement?.holdTimeMs ?? 0));
      }
      if (leg.keepaliveAtMs <= this.#nowMs) this.#fire(leg, "keepalive-expires", null);
      if (leg.retryAtMs <= this.#nowMs) {
        this.#fire(leg, "retry-expires", leg.state === "connect" ? timeoutCause(this.#peer) : null);
      }
    }
  }

  /** @param cause why, for events that may end something */
  #fire(leg: Leg, event: FsmEvent, cause: Cause | null): void {
    const before = leg.state;
    const { next, actions } = FSM[before][event];
    for (const action of actions) this.#perform(action, leg, cause);
    leg.state = next;
    if (isEnd(before, next, event) && cause !== null) this.#ended(before, cause);
    if (next === "idle" && before !== "idle") this.#rest(leg);
    else if (isLive({ state: before }) && !isLive(leg)) this.#rearm(this.#legs.other(leg));
  }

  #perform(action: FsmAction, leg: Leg, cause: Cause | null): void {
    if (performOn(leg, action, this.#moment(cause))) return;
    if (action === "wait-to-retry") {
      const atMs = this.#nowMs + this.#backoffMs();
      if (leg === this.#legs.dialled) leg.retryAtMs = atMs;
      else this.#acceptFromMs = atMs;
    } else if (action === "count") {
      this.#patience.failed(leg.state === "established" ? this.#nowMs - this.#upSinceMs : 0);
    } else if (action === "forget-failures") this.#patience.forget();
    else if (action === "establish") this.#establish(leg);
    else if (action === "refresh") this.#refresh();
  }

  #moment(cause: Cause | null): Moment {
    return {
      ...{ nowMs: this.#nowMs, random: this.#random, peer: this.#peer, cause },
      ...{ isRestarting: this.#isRestarting, effects: this.#effects, counters: this.counters },
      nextConnection: () => `dialled-${++this.#serial}`,
    };
  }

  #backoffMs(): number {
    return this.#patience.delayMs(this.#peer.connectRetryMs, this.#random);
  }

  #establish(leg: Leg): void {
    const { agreement, ends } = leg;
    if (agreement === null || ends === null) return;
    this.#effects.push(...lay(this.#legs.other(leg)));
    this.#upSinceMs = this.#nowMs;
    this.#isRestarting = false;
    const { ourAsn } = this.#peer;
    this.#teller.open({ ourAsn, agreement, ends, isDraining: this.#isDraining });
    this.#effects.push({ kind: "up", agreement, ends });
  }

  #refresh(): void {
    const asked = this.#refreshing;
    const family = asked?.subtype === 0 ? familyOfAfi(asked.afi, asked.safi) : undefined;
    if (family !== undefined) this.rib.refresh(family);
  }

  #ended(before: FsmState, { by, reason, remedy }: Cause): void {
    const end = { atMs: this.#nowMs, by, reason, remedy };
    this.#lastEnd = end;
    if (before === "established") {
      this.#teller.close();
      this.#effects.push({ kind: "down", end });
    } else this.#effects.push({ kind: "failed", end });
  }

  /** One leg is idle: where the other is not live, the session waits, the longer the more often it has failed. */
  #rest(leg: Leg): void {
    leg.retryAtMs = Infinity;
    const other = this.#legs.other(leg);
    if (!this.#isWanted || isLive(other)) return;
    this.#effects.push(...lay(other));
    this.#idleUntilMs = this.#nowMs + this.#backoffMs();
  }

  /** One that was laid in favour of a leg which has failed since: nothing else would wake it. */
  #rearm(leg: Leg): void {
    if (!this.#isWanted || leg.state !== "idle") return;
    if (leg.side === "accepted") this.#fire(leg, "start-passive", null);
    else this.#idleUntilMs = this.#nowMs + this.#backoffMs();
  }

  /** Tells the peer what it does not know yet. */
  #flush(): void {
    const leg = this.#legs.established;
    if (leg?.connection == null) return;
    const telling = this.#teller.next(this.#nowMs);
    if (telling === null) return;
    const { bytes, messageCount } = telling;
    this.counters.sent("update", messageCount);
    this.#effects.push({ kind: "send", connection: leg.connection, bytes, isPaced: true });
    holdSending(leg, this.#nowMs);
  }

  #tellState(): void {
    const { state } = this.#legs;
    if (state === this.#state) return;
    this.#state = state;
    this.#effects.push({ kind: "state", state });
  }

  /** A timer that comes early is cheap; one for every message that lengthens the hold time is not. */
  #wake(): void {
    const dueMs = Math.min(this.#idleUntilMs, this.#teller.dueMs, this.#legs.dueMs);
    if (dueMs >= (this.#wakeAtMs ?? Infinity)) return;
    this.#wakeAtMs = dueMs;
    this.#effects.push({ kind: "wake", atMs: dueMs });
  }
}
