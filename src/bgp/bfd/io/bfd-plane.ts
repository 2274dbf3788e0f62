/**
 * The hands of BFD: sockets, timers, interfaces.
 *
 * The only loop: one event in, its effects out in order, then the next. It runs in a thread of its own (worker.ts).
 * No silence is believed before the sockets were read once more: the engine runs timers before it looks at sockets.
 * Neighbours: ../sessions.ts decides; receivers.ts takes packets, timers.ts keeps time.
 */
import { randomBytes, randomInt } from "node:crypto";
import { errnoFault, SystemCallError } from "../../../linux/errno.ts";
import { watchLinks, type Link, type LinkMonitor } from "../../../linux/io/link-monitor.ts";
import { openSendingSocket, type SendingSocket } from "../../../linux/io/sending-socket.ts";
import type { SessionTimer } from "../session-events.ts";
import {
  BfdSessions,
  type Endpoints,
  endpointsKey,
  type SessionsEffect,
  type SessionsEvent,
  TTL_MAX,
  type WantedSession,
} from "../sessions.ts";
import { bfdTrouble } from "../trouble.ts";
import { encodeControlPacket } from "../wire/control-packet.ts";
import type { BfdPlaneReport, SessionCounters } from "./protocol.ts";
import { BFD_PORTS, Receivers } from "./receivers.ts";
import { Timers } from "./timers.ts";

/** Where control packets come from (RFC 5881 section 4). */
const SOURCE_PORTS = { min: 49_152, max: 65_535 };
/** CS6, as routers send it: of all packets these are the last to be dropped. */
const TRAFFIC_CLASS = 0xc0;
const SECRET_BYTES = 16;

type Counts = Record<"packetsReceived" | "packetsSent" | "timesUp" | "timesDown", number>;

/** A session's hands. */
interface Channel {
  readonly key: string;
  readonly discriminator: number;
  readonly endpoints: Endpoints;
  readonly counts: Counts;
  sender: SendingSocket | null;
  /** Indices that its sockets were opened with; 0: none. */
  interfaceIndex: number;
  vrfIndex: number;
  /** undefined: nothing was said of it yet. */
  trouble: string | null | undefined;
}

/** An event before it is given its time. */
type Untimed<E> = E extends unknown ? Omit<E, "nowMs"> : never;

const keyOf = (discriminator: number, timer: SessionTimer) => `${discriminator} ${timer}`;

export class BfdPlane {
  readonly #sessions = new BfdSessions(randomBytes(SECRET_BYTES).toString("hex"));
  readonly #report: (report: BfdPlaneReport) => void;
  readonly #channels = new Map<number, Channel>();
  readonly #timers = new Timers<string>((key) => {
    this.#due(key);
  });
  readonly #receivers = new Receivers({
    onDatagram: (datagram) => {
      this.#feed({ kind: "datagram", datagram });
    },
    nameOf: (index) => this.#names.get(index) ?? null,
    indexOf: (name) => this.#indexOf(name),
    onFault: (name) => {
      this.#fault(name);
    },
  });
  #links: LinkMonitor | undefined;
  #names: ReadonlyMap<number, string> = new Map();
  #indices: ReadonlyMap<string, number> = new Map();
  #faults = new Map<string, number>();
  #closed = false;

  private constructor(report: (report: BfdPlaneReport) => void) {
    this.#report = report;
  }

  /** Resolves when the interfaces are known. */
  static async open(report: (report: BfdPlaneReport) => void): Promise<BfdPlane> {
    const plane = new BfdPlane(report);
    await new Promise<void>((resolve) => {
      plane.#watchLinks(resolve);
    });
    return plane;
  }

  #watchLinks(onKnown: () => void): void {
    this.#links = watchLinks({
      onLinks: (links) => {
        this.#linksChanged(links);
        onKnown();
      },
      onFault: (name) => {
        this.#fault(name);
      },
    });
  }

  want(sessions: readonly WantedSession[]): void {
    this.#feed({ kind: "want", sessions });
  }

  /** Every second or so: what could not be opened is tried again. */
  tick(): void {
    for (const channel of this.#channels.values()) {
      if (typeof channel.trouble === "string") this.#open(channel);
    }
  }

  takeCounters(): Extract<BfdPlaneReport, { readonly kind: "counters" }> {
    const faults = [...this.#faults];
    this.#faults = new Map();
    const sessions = [...this.#channels.values()].map((channel) => this.#countersOf(channel));
    return { kind: "counters", sessions, faults };
  }

  #countersOf({ key, discriminator, endpoints, counts }: Channel): SessionCounters {
    const session = this.#sessions.session(discriminator);
    return {
      session: key,
      discriminator,
      endpoints,
      ...counts,
      transmitUs: session?.transmitUs ?? 0,
      detectionUs: session?.detectionUs ?? 0,
    };
  }

  /** Tells every peer that this is no failure, and is silent from then on. */
  close(): void {
    if (this.#closed) return;
    this.want([]);
    this.#closed = true;
    this.#timers.close();
    this.#links?.close();
    this.#receivers.close();
    for (const { sender } of this.#channels.values()) sender?.close();
  }

  /** The only loop. */
  #feed(event: Untimed<SessionsEvent>): void {
    if (this.#closed) return;
    const effects = this.#sessions.step({ ...event, nowMs: performance.now() });
    for (const effect of effects) this.#perform(effect);
  }

  #due(key: string): void {
    const [discriminator, timer] = key.split(" ") as [string, SessionTimer];
    if (timer === "detect") this.#receivers.receive();
    this.#feed({ kind: "timer", discriminator: Number(discriminator), timer });
  }

  #perform(effect: SessionsEffect): void {
    if (effect.kind === "fault") {
      this.#fault(effect.name);
      return;
    }
    const { discriminator } = effect;
    if (effect.kind === "set-timer")
      this.#timers.set(keyOf(discriminator, effect.timer), effect.atMs);
    else if (effect.kind === "clear-timer") this.#timers.clear(keyOf(discriminator, effect.timer));
    else if (effect.kind === "open") this.#add(discriminator, effect.endpoints);
    else {
      const channel = this.#channels.get(discriminator);
      if (channel !== undefined) this.#performOn(channel, effect);
    }
  }

  #performOn(
    channel: Channel,
    effect: Extract<SessionsEffect, { readonly kind: "send" | "state" | "heard" | "close" }>,
  ): void {
    const { counts, key } = channel;
    switch (effect.kind) {
      case "send": {
        if (channel.sender === null) return;
        const result = channel.sender.send(encodeControlPacket(effect.packet));
        if (result < 0) this.#fault(errnoFault("bfd", result));
        else counts.packetsSent++;
        return;
      }
      case "heard":
        counts.packetsReceived++;
        return;
      case "state": {
        const { kind, from, to, cause, theirDiagnostic } = effect;
        if (to === "Up") counts.timesUp++;
        if (from === "Up") counts.timesDown++;
        this.#report({ kind, session: key, from, to, cause, theirDiagnostic, atMs: Date.now() });
        return;
      }
      case "close":
        this.#report({ kind: "counters", sessions: [this.#countersOf(channel)], faults: [] });
        channel.sender?.close();
        this.#channels.delete(channel.discriminator);
        for (const timer of ["transmit", "detect", "linger"] as const) {
          this.#timers.clear(keyOf(channel.discriminator, timer));
        }
        this.#receivers.want(this.#endpoints());
    }
  }

  #add(discriminator: number, endpoints: Endpoints): void {
    const channel: Channel = {
      key: endpointsKey(endpoints),
      discriminator,
      endpoints,
      counts: { packetsReceived: 0, packetsSent: 0, timesUp: 0, timesDown: 0 },
      sender: null,
      interfaceIndex: 0,
      vrfIndex: 0,
      trouble: undefined,
    };
    this.#channels.set(discriminator, channel);
    this.#open(channel);
  }

  #open(channel: Channel): void {
    const failure = this.#failureOf(channel);
    const message = failure === undefined ? null : bfdTrouble(failure, channel.endpoints);
    if (message !== null) {
      channel.sender?.close();
      channel.sender = null;
    }
    if (message === channel.trouble) return;
    channel.trouble = message;
    this.#report({ kind: "trouble", session: channel.key, message });
  }

  #failureOf(channel: Channel): SystemCallError | undefined {
    const { interface: link, vrf } = channel.endpoints;
    channel.interfaceIndex = this.#indexOf(link);
    channel.vrfIndex = this.#indexOf(vrf);
    this.#receivers.want(this.#endpoints());
    try {
      this.#openSender(channel);
      return this.#receivers.failureOf(channel.endpoints);
    } catch (error) {
      if (error instanceof SystemCallError) return error;
      throw error;
    }
  }

  #openSender(channel: Channel): void {
    const { theirAddress, ourAddress, interface: link, vrf, hops } = channel.endpoints;
    channel.sender?.close();
    channel.sender = openSendingSocket({
      to: { ip: theirAddress, port: BFD_PORTS[hops] },
      from: ourAddress,
      device: link ?? vrf,
      interfaceIndex: channel.interfaceIndex,
      ports: { ...SOURCE_PORTS, first: randomInt(SOURCE_PORTS.min, SOURCE_PORTS.max + 1) },
      ttl: TTL_MAX,
      trafficClass: TRAFFIC_CLASS,
    });
  }

  #endpoints(): Endpoints[] {
    return [...this.#channels.values()].map(({ endpoints }) => endpoints);
  }

  /** @returns 0 where there is none */
  #indexOf(device: string | null): number {
    return (device === null ? undefined : this.#indices.get(device)) ?? 0;
  }

  /** An interface, or a VRF, that was made anew under its old name has another index. */
  #linksChanged(links: readonly Link[]): void {
    this.#names = new Map(links.map(({ index, name }) => [index, name]));
    this.#indices = new Map(links.map(({ index, name }) => [name, index]));
    for (const channel of this.#channels.values()) {
      const { interface: link, vrf } = channel.endpoints;
      const isSame =
        this.#indexOf(link) === channel.interfaceIndex && this.#indexOf(vrf) === channel.vrfIndex;
      if (!isSame) this.#open(channel);
    }
  }

  #fault(name: string): void {
    this.#faults.set(name, (this.#faults.get(name) ?? 0) + 1);
  }
}
