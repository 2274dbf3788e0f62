/**
 * The hands of unnumbered peers: interfaces watched, router discovery spoken on those that a peer is on.
 *
 * Without such a peer nothing is open. Neighbours: ../neighbour.ts decides, one for each interface; ../links.ts says which can be used.
 */
import type { Logger } from "pino";
import type { Ip } from "../../../base/ip.ts";
import { errnoFault, SystemCallError } from "../../../linux/errno.ts";
import { openIcmpv6Socket, type Icmpv6Socket } from "../../../linux/io/icmpv6-socket.ts";
import { watchLinks, type Link, type LinkMonitor } from "../../../linux/io/link-monitor.ts";
import { linkUse, viewOf, type NeighbourView } from "../links.ts";
import { Neighbour, type NeighbourEffect, type NeighbourEvent } from "../neighbour.ts";
import {
  ADVERTISEMENT,
  ALL_NODES,
  ALL_ROUTERS,
  decodeRouterAdvertisement,
  ROUTER_ADVERTISEMENT,
  SOLICITATION,
  type ReceivedMessage,
} from "../wire/router-discovery.ts";

export interface NeighboursOptions {
  readonly log: Logger;
  /** Some view is another one now; never within a call of the caller's. */
  readonly onChange: () => void;
}

/** An event without the time and the chance, which are put in here. */
type PlainEvent = NeighbourEvent extends infer Event
  ? Event extends NeighbourEvent
    ? Omit<Event, "nowMs" | "random">
    : never
  : never;

/** An interface's hands. */
interface End {
  readonly name: string;
  readonly mind: Neighbour;
  /** Events that came while effects were performed. */
  readonly inbox: PlainEvent[];
  isBusy: boolean;
  socket: Icmpv6Socket | null;
  timer: NodeJS.Timeout | undefined;
  trouble: string | null;
}

const SENT = {
  advertisement: { bytes: ADVERTISEMENT, to: ALL_NODES },
  solicitation: { bytes: SOLICITATION, to: ALL_ROUTERS },
} as const;

export class Neighbours {
  readonly #options: NeighboursOptions;
  readonly #ends = new Map<string, End>();
  #monitor: LinkMonitor | undefined;
  #links: readonly Link[] | null = null;
  #isChangeDue = false;

  constructor(options: NeighboursOptions) {
    this.#options = options;
  }

  /** All interfaces with such a peer from now on. */
  want(names: ReadonlySet<string>): void {
    for (const [name, end] of this.#ends) if (!names.has(name)) this.#remove(end);
    if (names.size === 0) this.#stopWatching();
    else this.#monitor ??= this.#watchLinks();
    for (const name of names) if (!this.#ends.has(name)) this.#add(name);
  }

  of(name: string): NeighbourView {
    const { mind, trouble = null } = this.#ends.get(name) ?? {};
    return viewOf(name, { use: linkUse(name, this.#links), mind, socketTrouble: trouble });
  }

  /** A session with the router of the interface ended, or did not come up. */
  failed(name: string, address: Ip): void {
    const end = this.#ends.get(name);
    if (end !== undefined) this.#feed(end, { kind: "failed", address });
  }

  close(): void {
    this.want(new Set());
  }

  #watchLinks(): LinkMonitor {
    return watchLinks({
      onLinks: (links) => {
        this.#links = links;
        for (const end of this.#ends.values()) this.#tellLink(end);
        this.#changed();
      },
      onFault: (fault) => {
        this.#options.log.warn({ fault }, "interfaces could not be read");
      },
    });
  }

  #stopWatching(): void {
    this.#monitor?.close();
    this.#monitor = undefined;
    this.#links = null;
  }

  #add(name: string): void {
    const plain = { socket: null, timer: undefined, trouble: null };
    const end: End = { name, mind: new Neighbour(), inbox: [], isBusy: false, ...plain };
    this.#ends.set(name, end);
    this.#tellLink(end);
  }

  #remove(end: End): void {
    this.#ends.delete(end.name);
    clearTimeout(end.timer);
    end.socket?.close();
  }

  #tellLink(end: End): void {
    const { index } = linkUse(end.name, this.#links);
    this.#feed(end, { kind: "link", index });
  }

  /** The only loop: one event in, its effects out in order, then the next event. */
  #feed(end: End, event: PlainEvent): void {
    end.inbox.push(event);
    if (end.isBusy) return;
    end.isBusy = true;
    for (let next = end.inbox.shift(); next !== undefined; next = end.inbox.shift()) {
      const now = { nowMs: performance.now(), random: Math.random() };
      for (const effect of end.mind.step({ ...next, ...now })) this.#perform(end, effect);
    }
    end.isBusy = false;
  }

  #perform(end: End, effect: NeighbourEffect): void {
    switch (effect.kind) {
      case "open":
        this.#open(end, effect.index);
        return;
      case "close":
        end.socket?.close();
        end.socket = null;
        return;
      case "send": {
        const { bytes, to } = SENT[effect.what];
        const result = end.socket?.send(bytes, to) ?? 0;
        if (result < 0) this.#fault(end, errnoFault("icmpv6", result));
        return;
      }
      case "wake":
        clearTimeout(end.timer);
        end.timer = setTimeout(
          () => {
            this.#feed(end, { kind: "timer" });
          },
          Math.max(0, Math.ceil(effect.atMs - performance.now())),
        );
        return;
      case "changed": {
        const { name, mind } = end;
        const facts = { interface: name, address: mind.address, others: mind.others };
        this.#options.log.info(facts, "router of an unnumbered peer");
        this.#changed();
      }
    }
  }

  #open(end: End, interfaceIndex: number): void {
    const before = end.trouble;
    try {
      const socket: Icmpv6Socket = openIcmpv6Socket({
        ...{ interface: end.name, interfaceIndex, types: [ROUTER_ADVERTISEMENT] },
        onReadable: () => {
          socket.receive();
        },
        onDatagram: (message) => {
          this.#hear(end, message);
        },
        onFault: (fault) => {
          this.#fault(end, fault);
        },
      });
      end.socket = socket;
      end.trouble = null;
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      end.trouble = error.message;
      this.#feed(end, { kind: "not-opened" });
    }
    if (end.trouble !== before) this.#changed();
  }

  #hear(end: End, message: Readonly<ReceivedMessage>): void {
    const read = decodeRouterAdvertisement(message);
    if (!read.ok) {
      this.#fault(end, read.fault);
      return;
    }
    const lifetimeMs = 1000 * read.value.lifetimeSeconds;
    this.#feed(end, { kind: "advertisement", from: message.from, lifetimeMs });
  }

  #fault({ name }: End, fault: string): void {
    this.#options.log.debug({ interface: name, fault }, "router discovery");
  }

  /** What comes together is told together. */
  #changed(): void {
    if (this.#isChangeDue) return;
    this.#isChangeDue = true;
    setImmediate(() => {
      this.#isChangeDue = false;
      if (this.#ends.size > 0) this.#options.onChange();
    });
  }
}
