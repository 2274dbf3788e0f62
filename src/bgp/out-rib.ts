/**
 * What one peer is to be told, what it has been told, and the fewest UPDATEs between the two. Pure: a class, mutated in place,
 * for 10,000 prefixes are not copied when one changes.
 *
 * Read first: RFC 4271 section 9.2 (what is sent again: nothing that has not changed), RFC 4724 section 2 (End-of-RIB).
 * It is asked for messages, and never pushes them: what changes twice while a slow peer reads is told once, and what waits is never
 * more than the table itself.
 * Neighbours: route-attributes.ts says how a prefix is announced; packing.ts puts many into one message.
 */
import type { IpFamily } from "../base/ip.ts";
import type { Announcement } from "./announcement.ts";
import { familyOfPrefix, type Prefix } from "./prefix.ts";
import { packAnnounced, packWithdrawn } from "./packing.ts";
import {
  routeOf,
  shapeOf,
  type HeldBack,
  type Route,
  type RouteContext,
} from "./route-attributes.ts";
import { encodeMessage } from "./wire/message.ts";
import { endOfRib } from "./wire/update.ts";

export interface RouteChanges {
  readonly announce: readonly Announcement[];
  readonly withdraw: readonly Prefix[];
}

/** Prefixes with one set of attributes, which wait to be told. */
export interface Group {
  readonly route: Route;
  readonly prefixes: Prefix[];
}

/** Kinds of announcements that are kept in mind; there are as many as there are different advertisements. */
const SHAPES_MAX = 1000;

export class OutRib {
  readonly #wanted = new Map<Prefix, Announcement>();
  readonly #wantedCounts: Record<IpFamily, number> = { IPv4: 0, IPv6: 0 };
  /** By prefix: the key of the attributes with which the peer has it. */
  readonly #told = new Map<Prefix, string>();
  /** What may be wanted otherwise than told. */
  readonly #dirty = new Set<Prefix>();
  readonly #endsOwed = new Set<IpFamily>();
  /** Families of which everything is to be told anew, however often that was asked for. */
  readonly #refreshesOwed = new Set<IpFamily>();
  /** By shape, in this context. */
  readonly #routes = new Map<string, Route | HeldBack>();
  /** What goes out, message by message, for as long as nothing changes: a slow peer does not make us look through all of it each time. */
  #queue: Iterator<Uint8Array, undefined> | null = null;
  #owesWithdrawals = false;
  #isComplete = false;
  #context: RouteContext | null = null;

  /** How many prefixes the peer has been told. */
  get toldCount(): number {
    return this.#told.size;
  }

  /** How many prefixes of these families there are to tell it. */
  wantedCountIn(families: readonly IpFamily[]): number {
    return families.reduce((sum, family) => sum + this.#wantedCounts[family], 0);
  }

  /** Whether `next` has anything to say. */
  get isSettled(): boolean {
    const owesEnd = this.#isComplete && this.#endsOwed.size > 0;
    const owes = this.#dirty.size > 0 || this.#refreshesOwed.size > 0 || owesEnd;
    return this.#context === null || !owes;
  }

  /** Something that the peer was told is gone, and it does not know. */
  get owesWithdrawals(): boolean {
    return this.#owesWithdrawals;
  }

  get wanted(): ReadonlyMap<Prefix, Announcement> {
    return this.#wanted;
  }

  /** @returns whether the peer has been told of the prefix */
  isTold(prefix: Prefix): boolean {
    return this.#told.has(prefix);
  }

  /** @returns why a wanted prefix is not announced in this session; null where it is, or will be */
  heldBack(prefix: Prefix): HeldBack | null {
    const announcement = this.#wanted.get(prefix);
    if (announcement === undefined || this.#context === null) return null;
    const route = this.#routeOf(announcement, this.#context);
    return typeof route === "string" ? route : null;
  }

  change({ announce, withdraw }: RouteChanges): void {
    this.#queue = null;
    for (const prefix of withdraw) {
      if (!this.#wanted.delete(prefix)) continue;
      this.#wantedCounts[familyOfPrefix(prefix)]--;
      this.#dirty.add(prefix);
      if (this.#told.has(prefix)) this.#owesWithdrawals = true;
    }
    for (const announcement of announce) {
      const { prefix } = announcement;
      if (!this.#wanted.has(prefix)) this.#wantedCounts[familyOfPrefix(prefix)]++;
      this.#wanted.set(prefix, announcement);
      this.#dirty.add(prefix);
    }
  }

  /** All that there was to announce when we began is in: before, the peer must not forget what it kept of our last life. */
  complete(): void {
    this.#isComplete = true;
  }

  /** The session is up: the peer knows nothing. */
  open(context: RouteContext): void {
    this.close();
    this.#context = context;
    for (const prefix of this.#wanted.keys()) this.#dirty.add(prefix);
    for (const family of context.agreement.families) this.#endsOwed.add(family);
  }

  /** The session is down: what the peer knew is gone. */
  close(): void {
    this.#context = null;
    this.#queue = null;
    this.#owesWithdrawals = false;
    this.#told.clear();
    this.#dirty.clear();
    this.#endsOwed.clear();
    this.#refreshesOwed.clear();
    this.#routes.clear();
  }

  /** Every prefix is told anew, also where nothing has changed: RFC 2918 section 4. Costs nothing before it is told. */
  refresh(family: IpFamily): void {
    if (this.#context?.agreement.families.includes(family) === true) {
      this.#refreshesOwed.add(family);
    }
  }

  #payRefreshes(): void {
    if (this.#refreshesOwed.size === 0) return;
    this.#queue = null;
    for (const prefix of this.#wanted.keys()) {
      if (!this.#refreshesOwed.has(familyOfPrefix(prefix))) continue;
      if (this.#told.has(prefix)) this.#told.set(prefix, "");
      this.#dirty.add(prefix);
    }
    this.#refreshesOwed.clear();
  }

  /** Attributes that all routes have in common are others now: what differs is told. */
  setDraining(isDraining: boolean): void {
    if (this.#context === null || this.#context.isDraining === isDraining) return;
    this.#context = { ...this.#context, isDraining };
    this.#queue = null;
    this.#routes.clear();
    for (const prefix of this.#wanted.keys()) this.#dirty.add(prefix);
  }

  /**
   * @param bytesMax about how much: the message that exceeds it is the last
   * @returns the messages that go out next; [] where the peer knows all
   */
  next(bytesMax: number): Uint8Array[] {
    const context = this.#context;
    if (context === null) return [];
    this.#payRefreshes();
    this.#queue ??= this.#queued(context);
    const messages: Uint8Array[] = [];
    for (let bytes = 0; bytes < bytesMax;) {
      const { value: message } = this.#queue.next();
      if (message === undefined) {
        this.#queue = null;
        return [...messages, ...this.#endMessages(context)];
      }
      messages.push(message);
      bytes += message.length;
    }
    return messages;
  }

  /** What is gone goes first: traffic that is lost counts for more than traffic that is not there yet. */
  *#queued(context: RouteContext): Generator<Uint8Array, undefined> {
    const { gone, groups } = this.#sort(context);
    for (const [family, prefixes] of gone) {
      for (const { message, taken } of packWithdrawn(family, prefixes, context.agreement)) {
        this.#settle(taken, null);
        yield message;
      }
    }
    this.#owesWithdrawals = false;
    for (const { route, prefixes } of groups.values()) {
      for (const { message, taken } of packAnnounced(route, prefixes, context.agreement)) {
        this.#settle(taken, route.key);
        yield message;
      }
    }
  }

  #routeOf(announcement: Announcement, context: RouteContext): Route | HeldBack {
    const shape = shapeOf(announcement);
    const known = this.#routes.get(shape);
    if (known !== undefined) return known;
    const route = routeOf(announcement, context);
    if (this.#routes.size >= SHAPES_MAX) this.#routes.clear();
    this.#routes.set(shape, route);
    return route;
  }

  #settle(prefixes: readonly Prefix[], key: string | null): void {
    for (const prefix of prefixes) {
      this.#dirty.delete(prefix);
      if (key === null) this.#told.delete(prefix);
      else this.#told.set(prefix, key);
    }
  }

  /** What is dirty, by what is to be said of it; what turns out to be known is dirty no longer. */
  #sort(context: RouteContext) {
    const gone = new Map<IpFamily, Prefix[]>();
    const groups = new Map<string, Group>();
    for (const prefix of this.#dirty) {
      const announcement = this.#wanted.get(prefix);
      const route = announcement === undefined ? null : this.#routeOf(announcement, context);
      const told = this.#told.get(prefix);
      if (route === null || typeof route === "string") {
        if (told === undefined) this.#dirty.delete(prefix);
        else append(gone, familyOfPrefix(prefix), prefix);
      } else if (told === route.key) this.#dirty.delete(prefix);
      else {
        const id = `${route.family} ${route.key}`;
        const group = groups.get(id);
        if (group === undefined) groups.set(id, { route, prefixes: [prefix] });
        else group.prefixes.push(prefix);
      }
    }
    return { gone, groups };
  }

  #endMessages({ agreement }: RouteContext): Uint8Array[] {
    if (!this.#isComplete) return [];
    const ends = [...this.#endsOwed];
    this.#endsOwed.clear();
    return ends.map((family) =>
      encodeMessage({ kind: "update", ...endOfRib(family) }, agreement.wire),
    );
  }
}

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
