/**
 * Who is at the other end of an interface: the router that a peer without an address means. Pure: a class, mutated in place, told the
 * time and never asking.
 *
 * Read first: RFC 4861 sections 6.2.4 to 6.2.6 (how often an advertisement), 6.3.7 (how often a solicitation);
 * docs/decisions/0024-unnumbered-peers.md.
 * A router is known by the link-local address that its advertisements come from. Ours tell it where we are, for that is how it
 * knows us. One that was found stays until a session with it fails and another is heard.
 * Neighbours: wire/router-discovery.ts has the messages; links.ts says what an interface is good for; io/neighbours.ts performs.
 */
import type { Ip } from "../../base/ip.ts";

export type NeighbourEvent = {
  /** Milliseconds, monotonic, any epoch. */
  readonly nowMs: number;
  /** From 0 to 1, for jitter. */
  readonly random: number;
} &
  /** The interface can be used, under this index; null: it cannot. */
  (
    | { readonly kind: "link"; readonly index: number | null }
    /** Its socket could not be opened. */
    | { readonly kind: "not-opened" }
    /** A router says that it is here. */
    | { readonly kind: "advertisement"; readonly from: Ip; readonly lifetimeMs: number }
    /** A session with this one ended, or did not come up. */
    | { readonly kind: "failed"; readonly address: Ip }
    /** The time of the last "wake" has come. */
    | { readonly kind: "timer" }
  );

export type NeighbourEffect =
  | { readonly kind: "open"; readonly index: number }
  | { readonly kind: "close" }
  | { readonly kind: "send"; readonly what: "solicitation" | "advertisement" }
  /** An event "timer" is wanted then, instead of the one wanted before. */
  | { readonly kind: "wake"; readonly atMs: number }
  /** The address, or the others, are not what they were. */
  | { readonly kind: "changed" };

interface Router {
  heardMs: number;
  /** Until when it is there, if it is not heard again. */
  untilMs: number;
  /** A default router, too: it is no other node that only speaks BGP. */
  isDefault: boolean;
  failedMs: number;
}

/** What unnumbered peers are used to: FRR's. A link has two ends, so it may be often. */
const ADVERTISE_MS_MAX = 10_000;
const ADVERTISE_MS_MIN = 7500;
/** RFC 4861 section 10, MIN_DELAY_BETWEEN_RAS. */
const ADVERTISE_PAUSE_MS = 3000;
/** RFC 4861 section 10, RTR_SOLICITATION_INTERVAL; doubled each time, as RFC 7559 does. */
const SOLICIT_MS = 4000;
const SOLICIT_MS_MAX = 32_000;
/** Three advertisements of who sends them as often as unnumbered peers do. */
const HEARD_FOR_MS_MIN = 30_000;
const REOPEN_MS = 5000;
/** Who else is there may be others with every packet of a flood, and is told no more often. */
const OTHERS_PAUSE_MS = 1000;
/** A link has one, or a few while it is rebuilt; more is a flood. */
const ROUTERS_MAX = 16;

export class Neighbour {
  readonly #routers = new Map<Ip, Router>();
  /** Of the interface when it could be used last. */
  #index: number | null = null;
  #isUsable = false;
  #isOpen = false;
  #chosen: Ip | null = null;
  #others: readonly Ip[] = [];
  #othersMs = -Infinity;
  /** When they are to be told next. */
  #othersAtMs = Infinity;
  #advertisedMs = -Infinity;
  #solicitedMs = -Infinity;
  /** In a row, unanswered. */
  #solicitations = 0;
  #advertiseAtMs = Infinity;
  #solicitAtMs = Infinity;
  #openAtMs = Infinity;
  #wakeAtMs: number | null = null;
  #effects: NeighbourEffect[] = [];
  #nowMs = 0;
  #random = 0;

  /** The router's; null: nobody was heard yet. */
  get address(): Ip | null {
    return this.#chosen;
  }

  /** Other routers on the link, each heard of late: a peer by interface has one. */
  get others(): readonly Ip[] {
    return this.#others;
  }

  /** Moves by one event. @returns what to do, in order; the array is the caller's */
  step(event: NeighbourEvent): readonly NeighbourEffect[] {
    this.#effects = [];
    this.#nowMs = event.nowMs;
    this.#random = event.random;
    this.#apply(event);
    this.#send();
    this.#choose();
    this.#wake();
    return this.#effects;
  }

  #apply(event: NeighbourEvent): void {
    switch (event.kind) {
      case "link":
        this.#setLink(event.index);
        return;
      case "not-opened":
        if (!this.#isOpen) return;
        this.#rest();
        this.#openAtMs = this.#nowMs + REOPEN_MS;
        return;
      case "advertisement":
        this.#hear(event.from, event.lifetimeMs);
        return;
      case "failed":
        this.#fail(event.address);
        return;
      case "timer":
        this.#wakeAtMs = null;
        if (this.#openAtMs <= this.#nowMs && this.#index !== null) this.#open(this.#index);
        return;
    }
  }

  /** A link that is down for a while keeps its router; under another index it is another link. */
  #setLink(index: number | null): void {
    if (index === (this.#isUsable ? this.#index : null)) return;
    if (this.#isOpen) this.#effects.push({ kind: "close" });
    this.#rest();
    this.#isUsable = index !== null;
    if (index === null) return;
    if (index !== this.#index) {
      this.#routers.clear();
      this.#othersMs = -Infinity;
    }
    this.#index = index;
    this.#open(index);
  }

  #rest(): void {
    this.#isOpen = false;
    this.#openAtMs = this.#advertiseAtMs = this.#solicitAtMs = Infinity;
  }

  #open(index: number): void {
    this.#isOpen = true;
    this.#openAtMs = Infinity;
    this.#effects.push({ kind: "open", index });
    this.#advertiseSoon();
    this.#solicitations = 0;
    this.#solicitSoon();
  }

  #hear(from: Ip, lifetimeMs: number): void {
    if (!this.#isOpen) return; // It is of the link that was.
    const known = this.#routers.get(from);
    const untilMs = this.#nowMs + Math.max(HEARD_FOR_MS_MIN, lifetimeMs);
    const heard = { heardMs: this.#nowMs, untilMs, isDefault: lifetimeMs > 0 };
    if (known !== undefined) Object.assign(known, heard);
    else {
      if (this.#routers.size >= ROUTERS_MAX) this.#forgetOldest();
      this.#routers.set(from, { ...heard, failedMs: -Infinity });
      // It has just come, or we have: it may not have heard us.
      this.#advertiseSoon();
    }
    this.#solicitations = 0;
    this.#solicitAtMs = Infinity;
  }

  #forgetOldest(): void {
    const [oldest] = [...this.#routers]
      .filter(([ip]) => ip !== this.#chosen)
      .sort(([, a], [, b]) => a.heardMs - b.heardMs);
    if (oldest !== undefined) this.#routers.delete(oldest[0]);
  }

  /** It may be another router now, or the same one anew: both ends learn of each other again. */
  #fail(address: Ip): void {
    const router = this.#routers.get(address);
    if (router !== undefined) router.failedMs = this.#nowMs;
    if (!this.#isOpen) return;
    this.#advertiseSoon();
    this.#solicitSoon();
  }

  #advertiseSoon(): void {
    const earliestMs = Math.max(this.#nowMs, this.#advertisedMs + ADVERTISE_PAUSE_MS);
    this.#advertiseAtMs = Math.min(this.#advertiseAtMs, earliestMs);
  }

  #solicitSoon(): void {
    const earliestMs = Math.max(this.#nowMs, this.#solicitedMs + SOLICIT_MS);
    this.#solicitAtMs = Math.min(this.#solicitAtMs, earliestMs);
  }

  #send(): void {
    if (!this.#isOpen) return;
    if (this.#advertiseAtMs <= this.#nowMs) {
      this.#advertisedMs = this.#nowMs;
      const spreadMs = ADVERTISE_MS_MAX - ADVERTISE_MS_MIN;
      this.#advertiseAtMs = this.#nowMs + ADVERTISE_MS_MIN + this.#random * spreadMs;
      this.#effects.push({ kind: "send", what: "advertisement" });
    }
    if (this.#solicitAtMs > this.#nowMs) return;
    this.#solicitedMs = this.#nowMs;
    this.#solicitAtMs =
      this.#nowMs + Math.min(SOLICIT_MS_MAX, SOLICIT_MS * 2 ** this.#solicitations);
    this.#solicitations++;
    this.#effects.push({ kind: "send", what: "solicitation" });
  }

  /** Whoever was chosen stays while nothing is wrong with it; then one that was heard since it went wrong, default routers first. */
  #choose(): void {
    const fresh = [...this.#routers].filter(([, { heardMs, failedMs }]) => heardMs > failedMs);
    const isKept = fresh.some(([ip]) => ip === this.#chosen);
    const next = fresh.find(([, { isDefault }]) => isDefault) ?? fresh[0];
    const last = this.#chosen !== null && this.#routers.has(this.#chosen) ? this.#chosen : null;
    const chosen = isKept ? this.#chosen : (next?.[0] ?? last);
    for (const [ip, { untilMs }] of this.#routers) {
      if (untilMs <= this.#nowMs && ip !== chosen) this.#routers.delete(ip);
    }
    const others = [...this.#routers.keys()].filter((ip) => ip !== chosen);
    this.#othersAtMs = Infinity;
    if (chosen === this.#chosen) {
      if (others.join() === this.#others.join()) return;
      const earliestMs = this.#othersMs + OTHERS_PAUSE_MS;
      if (this.#nowMs < earliestMs) {
        this.#othersAtMs = earliestMs;
        return;
      }
      this.#othersMs = this.#nowMs;
    }
    this.#chosen = chosen;
    this.#others = others;
    this.#effects.push({ kind: "changed" });
  }

  #wake(): void {
    const forgetAtMs = this.#others.map((ip) => this.#routers.get(ip)?.untilMs ?? Infinity);
    const sendAtMs = Math.min(this.#advertiseAtMs, this.#solicitAtMs);
    const dueMs = Math.min(this.#openAtMs, sendAtMs, this.#othersAtMs, ...forgetAtMs);
    if (dueMs === Infinity || dueMs === this.#wakeAtMs) return;
    this.#wakeAtMs = dueMs;
    this.#effects.push({ kind: "wake", atMs: dueMs });
  }
}
