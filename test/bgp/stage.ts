/** A session on a stage: the clock is ours, the peer's lines come from the script, and what the session does is told in words. */
import { Session } from "../../src/bgp/session.ts";
import type { Ip } from "../../src/base/ip.ts";
import type { BgpPeer } from "../../src/bgp/peer.ts";
import type { SessionEffect, SessionEvent } from "../../src/bgp/session-events.ts";
import type { Capability } from "../../src/bgp/wire/capabilities.ts";
import { encodeMessage, type SendableMessage } from "../../src/bgp/wire/message.ts";
import type { OpenMessage } from "../../src/bgp/wire/open.ts";
import { peer as peerOf } from "./interop/node.ts";
import { routeContext } from "./peer-table.ts";

type PlainEvent = SessionEvent extends infer Event
  ? Event extends SessionEvent
    ? Omit<Event, "nowMs" | "random">
    : never
  : never;

export const ends = routeContext().ends;
const WIRE = { asnBytes: 4, isExternal: true } as const;
const TYPES = ["", "open", "update", "notification", "keepalive", "route-refresh"];

export const GRACEFUL: Extract<Capability, { kind: "graceful-restart" }> = {
  ...{ kind: "graceful-restart", isRestarting: false, overNotification: true },
  restartSeconds: 120,
  families: [{ afi: 1, safi: 1, isForwarding: true }],
};

export function theirOpen(
  more: { identifier?: string; capabilities?: readonly Capability[] } = {},
) {
  const open: OpenMessage = {
    ...{ kind: "open", asn16: 64513, holdTimeSeconds: 90 },
    identifier: (more.identifier ?? "192.0.2.254") as Ip,
    capabilities: [
      { kind: "multiprotocol", afi: 1, safi: 1 },
      { kind: "multiprotocol", afi: 2, safi: 1 },
      { kind: "route-refresh" },
      { kind: "four-octet-as", asn: 64513 },
      ...(more.capabilities ?? []),
    ],
  };
  return open;
}

export class Stage {
  readonly session: Session;
  nowMs = 0;
  #wakeAtMs = Infinity;

  constructor(more: Partial<BgpPeer> = {}) {
    const peer = peerOf("10.0.0.2", { connectRetryMs: 10_000, ...more });
    this.session = new Session({ peer, isRestarting: false });
  }

  /** With a session that has just come up; the clock begins there. */
  static up(more: Partial<BgpPeer> = {}, offer: Parameters<typeof theirOpen>[0] = {}): Stage {
    const stage = new Stage(more);
    stage.step({ kind: "start" });
    stage.establish("dialled-1", offer);
    return stage;
  }

  establish(connection: string, offer: Parameters<typeof theirOpen>[0] = {}): void {
    this.step({ kind: "connected", connection, ends });
    this.hear(connection, theirOpen(offer));
    this.hear(connection, { kind: "keepalive" });
  }

  /** @returns what is done, in words, but for the alarms */
  step(event: PlainEvent): string[] {
    const whole = { ...event, nowMs: this.nowMs, random: 0.5 } as SessionEvent;
    return this.session.step(whole).flatMap((effect) => this.#words(effect));
  }

  hear(connection: string, message: SendableMessage): string[] {
    return this.step({ kind: "message", connection, message: encodeMessage(message, WIRE) });
  }

  /** Lets time pass. @returns what is done, each with its time since the call */
  pass(forMs: number, options: { readonly theyLive?: boolean } = {}): string[] {
    const [beginMs, endMs] = [this.nowMs, this.nowMs + forMs];
    const done: string[] = [];
    while (this.#wakeAtMs <= endMs) {
      this.nowMs = Math.max(this.nowMs, this.#wakeAtMs);
      if (options.theyLive === true) {
        for (const side of ["dialled", "accepted"]) {
          for (let i = 1; i < 9; i++) this.hear(`${side}-${i}`, { kind: "keepalive" });
        }
      }
      done.push(...this.alarm().map((line) => `${Math.round(this.nowMs - beginMs)} ${line}`));
    }
    this.nowMs = endMs;
    return done;
  }

  passUntil(holds: (line: string) => boolean): void {
    for (let i = 0; i < 100; i++) {
      this.nowMs = Math.max(this.nowMs, this.#wakeAtMs);
      if (this.alarm().some(holds)) return;
    }
    throw new Error("never so");
  }

  /** When it wants to be woken; Infinity: never. */
  get wakeAtMs(): number {
    return this.#wakeAtMs;
  }

  /** Wakes it, at whatever time it is. */
  alarm(): string[] {
    this.#wakeAtMs = Infinity;
    return this.step({ kind: "timer" });
  }

  #words(effect: SessionEffect): string[] {
    switch (effect.kind) {
      case "dial":
      case "close":
      case "extend":
        return [`${effect.kind} ${effect.connection}`];
      case "send": {
        const { connection, bytes } = effect;
        if (effect.isPaced) return [`tell ${connection} ${countMessages(bytes)}`];
        const type = TYPES[bytes[18] ?? 0] ?? "";
        const code = type === "notification" ? ` ${bytes[19]}/${bytes[20]}` : "";
        return [`send ${connection} ${type}${code}`];
      }
      case "wake":
        this.#wakeAtMs = effect.atMs;
        return [];
      case "up":
        return ["up"];
      case "down":
      case "failed":
        return [`${effect.kind}: ${effect.end.reason}`];
      case "attribute-faults":
        return [`faults ${effect.faults.length}`];
      case "state":
        return [`state ${effect.state}`];
    }
  }
}

function countMessages(bytes: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < bytes.length; count++)
    at += (bytes[at + 16] ?? 0) * 256 + (bytes[at + 17] ?? 0);
  return count;
}
