/**
 * The hands of one session: its sockets, its clock. Takes one event, calls the mind, performs the effects in order.
 *
 * Neighbours: ../session.ts decides; connection.ts and peer-socket.ts are the sockets; bgp-speaker.ts has one of these for each peer.
 */
import type { Socket } from "node:net";
import type { Logger } from "pino";
import { errnoName, SystemCallError } from "../../linux/errno.ts";
import type { BgpPeer } from "../peer.ts";
import { Session } from "../session.ts";
import type { ConnectionId, SessionEffect, SessionEvent, SessionNews } from "../session-events.ts";
import type { AttributeFault } from "../wire/update.ts";
import { Connection } from "./connection.ts";
import { endsOfSocket } from "./ends.ts";
import { adapt, dial, dialsFromAfar } from "./peer-socket.ts";

/** An event without the time and the chance, which are put in here. */
export type PlainEvent = SessionEvent extends infer Event
  ? Event extends SessionEvent
    ? Omit<Event, "nowMs" | "random">
    : never
  : never;

export interface PeerHandsOptions {
  readonly peer: BgpPeer;
  readonly isRestarting: boolean;
  readonly log: Logger;
  /** After each change of the session's state, and each attempt that failed. */
  readonly onChange: (news: SessionNews) => void;
}

export class PeerHands {
  readonly session: Session;
  readonly #options: PeerHandsOptions;
  readonly #connections = new Map<ConnectionId, Connection>();
  /** In this session: each kind once, for a peer may send as many as it likes. */
  readonly #faultsTold = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #accepted = 0;

  constructor(options: PeerHandsOptions) {
    this.#options = options;
    this.session = new Session(options);
  }

  handle(event: PlainEvent): void {
    const whole = { ...event, nowMs: performance.now(), random: Math.random() } as SessionEvent;
    for (const effect of this.session.step(whole)) this.#perform(effect);
  }

  /** A connection that the peer has dialled. */
  accept(socket: Socket): void {
    // Asked first, for it costs nothing: to learn the ends of a connection takes the kernel's list of all interfaces.
    const isTaken = this.session.takes(performance.now()) && !this.#isTooFar(socket);
    const ends = isTaken ? endsOfSocket(socket, this.#options.peer) : undefined;
    if (ends === undefined) {
      socket.destroy();
      return;
    }
    const id = `accepted-${++this.#accepted}`;
    try {
      adapt(socket, this.#options.peer, ends.theirAddress);
    } catch (error) {
      this.#options.log.warn(
        {
          ...{ peer: this.session.peer.key, error: nameOf(error) },
        },
        "cannot take a connection of a BGP peer",
      );
      socket.destroy();
      return;
    }
    this.#adopt(id, socket);
    this.handle({ kind: "accepted", connection: id, ends });
    socket.resume();
  }

  #isTooFar(socket: Socket): boolean {
    const { peer, log } = this.#options;
    const isTooFar = dialsFromAfar(socket, peer);
    if (isTooFar) log.info({ peer: peer.key }, "a BGP peer dials from farther away than it may be");
    return isTooFar;
  }

  #perform(effect: SessionEffect): void {
    switch (effect.kind) {
      case "dial":
        this.#dial(effect.connection);
        return;
      case "close":
        this.#connections.get(effect.connection)?.close();
        this.#connections.delete(effect.connection);
        return;
      case "send":
        this.#connections.get(effect.connection)?.send(effect.bytes, () => {
          if (effect.isPaced) this.handle({ kind: "written", connection: effect.connection });
        });
        return;
      case "extend":
        this.#connections.get(effect.connection)?.extend();
        return;
      case "wake":
        this.#wake(effect.atMs);
        return;
      case "up":
      case "down":
      case "failed":
      case "attribute-faults":
      case "state":
        this.#report(effect);
    }
  }

  #report(effect: Exclude<SessionEffect, { kind: "dial" | "close" | "send" | "extend" | "wake" }>) {
    const { log, onChange } = this.#options;
    const peer = this.session.peer.key;
    switch (effect.kind) {
      case "up": {
        this.#faultsTold.clear();
        const { theirAsn, families, holdTimeMs } = effect.agreement;
        log.info(
          {
            ...{ peer, theirAsn, families, holdTimeMs },
            ...{ ourAddress: effect.ends.ourAddress, theirAddress: effect.ends.theirAddress },
          },
          "BGP session up",
        );
        break;
      }
      case "down":
        log.warn({ peer, ...effect.end }, "BGP session down");
        break;
      case "failed":
        log.info({ peer, ...effect.end }, "BGP session not made");
        break;
      case "attribute-faults":
        this.#warnOfFaults(effect.faults);
        return;
      case "state":
        log.debug({ peer, state: effect.state }, "BGP session state");
        break;
    }
    onChange(effect);
  }

  #warnOfFaults(all: readonly AttributeFault[]): void {
    const faults = all.filter(({ fault }) => !this.#faultsTold.has(fault));
    if (faults.length === 0) return;
    for (const { fault } of faults) this.#faultsTold.add(fault);
    this.#options.log.warn(
      { peer: this.session.peer.key, faults },
      "BGP peer sent wrong attributes; of each kind the first is told",
    );
  }

  #dial(id: ConnectionId): void {
    let socket: Socket;
    try {
      socket = dial(this.#options.peer);
    } catch (error) {
      // Never within the step that asked for it.
      setImmediate(() => {
        this.handle({ kind: "disconnected", connection: id, error: nameOf(error) });
      });
      return;
    }
    socket.once("connect", () => {
      const ends = endsOfSocket(socket, this.#options.peer);
      if (ends !== undefined) this.handle({ kind: "connected", connection: id, ends });
    });
    this.#adopt(id, socket);
  }

  #adopt(id: ConnectionId, socket: Socket): void {
    const connection = new Connection(socket, {
      onMessage: (message) => {
        this.handle({ kind: "message", connection: id, message });
      },
      onBadHeader: (fault, data) => {
        this.handle({ kind: "bad-header", connection: id, fault, data });
      },
      onEnd: (error) => {
        this.#connections.delete(id);
        this.handle({ kind: "disconnected", connection: id, error });
      },
    });
    this.#connections.set(id, connection);
  }

  #wake(atMs: number): void {
    clearTimeout(this.#timer);
    const delayMs = Math.max(0, Math.ceil(atMs - performance.now()));
    this.#timer = setTimeout(() => {
      // After a stall timers run before sockets: what waits there may be the sign of life that was missed.
      setImmediate(() => {
        this.handle({ kind: "timer" });
      });
    }, delayMs);
  }

  /** No more timers: for one that is stopped. */
  end(): void {
    clearTimeout(this.#timer);
  }
}

function nameOf(error: unknown): string {
  if (error instanceof SystemCallError) return errnoName(error.errno);
  return error instanceof Error ? error.message : String(error);
}
