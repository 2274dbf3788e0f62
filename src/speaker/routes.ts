/**
 * What this node announces to which router. Pure.
 *
 * An address is announced where an advertisement of it selects the node and names the router, one of its Services has an
 * endpoint (on this node, where traffic is to stay local), and nothing bars the node. Several advertisements of one prefix
 * are one announcement: their communities are united, the first by name says the local preference. An aggregate stays as long as one
 * of its addresses is to be announced. Where an advertisement asks that routers prefer one node, the address's rank says which: a
 * node's place in it is its MED.
 * A class, mutated in place: one endpoint that goes touches its own addresses, whatever their number.
 * Neighbours: plan-feed.ts has the addresses that are answered for on the segment; backends.ts knows the endpoints;
 * io/routing.ts hands the changes to the sessions.
 */
import { compareText } from "../base/hash.ts";
import { familyOf, IP_BITS, type Ip } from "../base/ip.ts";
import { Links } from "../base/links.ts";
import {
  type Announcement,
  type LargeCommunity,
  type StandardCommunity,
} from "../bgp/announcement.ts";
import type { RouteChanges } from "../bgp/out-rib.ts";
import { prefixOf, type Prefix } from "../bgp/prefix.ts";
import { communitiesThatFit } from "../classes/metallb/community-values.ts";
import type { ClassAt } from "../classes/class-at.ts";
import type { Labels } from "../classes/label-selector.ts";
import { isSelected, selectsNode, type BgpWay, type Way } from "../classes/model.ts";
import type { Bar } from "../multi-ip/node-marks.ts";
import type { VirtualIPSpec } from "../multi-ip/resource.ts";
import type { Backends } from "./backends.ts";
import type { Announced } from "./saved-routing.ts";

/** What keeps a node from announcing anything. */
export type RouteBar = Bar | "gated" | "unknown";

export interface RoutingNode {
  readonly labels: Labels;
  readonly bar: RouteBar | null;
}

/** An address that routers are told of, as its VirtualIP says it. */
export interface RoutedAddress {
  readonly ip: Ip;
  /** Keys of the Services. */
  readonly services: readonly string[];
  readonly advertisements: readonly string[];
  readonly isLocal: boolean;
  /** The nodes that routers should prefer, best first, where an advertisement asks for that. */
  readonly rank: readonly string[];
}

export type Held = RouteBar | "not-selected" | "no-peer" | "no-endpoint" | "no-endpoint-here";

/** One advertisement by which a peer is told. */
export interface Contribution {
  readonly peer: string;
  readonly prefix: Prefix;
  readonly way: BgpWay;
  /** The node's place in the order in which this peer should prefer nodes, 0 first; null: it should prefer none. */
  readonly place: number | null;
}

interface Entry {
  readonly address: RoutedAddress;
  contributions: readonly Contribution[];
  held: Held | null;
}

/** What becomes of an address on this node. */
export interface Fate {
  readonly address: RoutedAddress;
  /** Why nobody is told; null: somebody is. */
  readonly held: Held | null;
  readonly told: readonly Contribution[];
}

/** A way of mode BGP. */
interface RoutedWay extends Way {
  readonly bgp: BgpWay;
}

/** Of one prefix to one peer: the advertisements, and how many addresses each of them announces by it. */
type Reasons = Map<string, Reason>;

interface Reason {
  readonly way: BgpWay;
  /** Of the address, which has the prefix for itself; null: as in Contribution. */
  readonly place: number | null;
  count: number;
}

/** Cheap, and of objects that nobody has checked: false for those that are for the segment alone, on many clusters all. */
export function mayBeRouted({ spec }: { readonly spec?: Partial<VirtualIPSpec> }): boolean {
  return spec?.mode !== undefined && spec.mode !== "L2";
}

/** @returns null for an address of which no router is told */
export function routedAddress(spec: VirtualIPSpec): RoutedAddress | null {
  const { address: ip, mode, advertisements = [], local: isLocal = false, rank } = spec;
  if (mode === "L2" || advertisements.length === 0) return null;
  const services = spec.services.map(({ namespace, name }) => `${namespace}/${name}`);
  return { ip, services, advertisements, isLocal, rank };
}

/** Of nodes that the rank does not name: behind all that it can (16 in a VirtualIP), however many it does. */
export const PLACE_UNRANKED = 16;

const NOWHERE: RoutingNode = { labels: {}, bar: "unknown" };

export class Routes {
  readonly #backends: Backends;
  readonly #entries = new Map<Ip, Entry>();
  /** Addresses, and the Services that use them. */
  readonly #services = new Links<Ip, string>();
  readonly #reasons = new Map<string, Map<Prefix, Reasons>>();
  readonly #announced = new Map<string, Map<Prefix, Announcement>>();
  readonly #dirty = new Map<string, Set<Prefix>>();
  readonly #judged = new Set<Ip>();
  /** What an earlier life announced, as long as nothing newer is known. */
  #resumed: Announced | null = null;
  #node = NOWHERE;
  #classAt: ClassAt = () => undefined;
  #peers: ReadonlySet<string> = new Set();

  constructor(backends: Backends) {
    this.#backends = backends;
  }

  put(address: RoutedAddress): void {
    this.delete(address.ip);
    const entry: Entry = { address, contributions: [], held: null };
    this.#entries.set(address.ip, entry);
    this.#services.set(address.ip, address.services);
    this.#judge(entry);
  }

  delete(ip: Ip): void {
    const entry = this.#entries.get(ip);
    if (entry === undefined) return;
    this.#entries.delete(ip);
    this.#judged.add(ip);
    this.#contribute(entry, []);
    this.#services.set(ip, []);
  }

  /** @param peers keys of those that this node speaks to: others are none of its business */
  configure(classAt: ClassAt, peers: ReadonlySet<string>): void {
    this.#classAt = classAt;
    this.#peers = peers;
    this.#resumed = null;
    this.#judgeAll();
  }

  /** What an earlier life announced is announced again, where nothing bars the node, until there is a configuration. */
  resume(announced: Announced, peers: ReadonlySet<string>): void {
    this.#resumed = announced;
    this.#peers = peers;
    this.#judgeAll();
  }

  /** By key of the peer: all that it is told. */
  get announced(): Announced {
    return this.#announced;
  }

  setNode(node: RoutingNode): void {
    this.#node = node;
    this.#judgeAll();
  }

  /** Its endpoints are other ones. */
  served(service: string): void {
    for (const ip of this.#services.of(service)) {
      const entry = this.#entries.get(ip);
      if (entry !== undefined) this.#judge(entry);
    }
  }

  /** @returns by key of the peer, what to tell it since this was last asked */
  take(): ReadonlyMap<string, RouteChanges> {
    const changes = new Map<string, RouteChanges>();
    for (const [peer, prefixes] of this.#dirty) {
      const change = this.#changeOf(peer, prefixes);
      if (change.announce.length + change.withdraw.length > 0) changes.set(peer, change);
    }
    this.#dirty.clear();
    return changes;
  }

  /** @returns the addresses whose fate may be another one since this was last asked */
  takeJudged(): readonly Ip[] {
    const judged = [...this.#judged];
    this.#judged.clear();
    return judged;
  }

  /** @returns undefined for an address of which no router is told */
  fateOf(ip: Ip): Fate | undefined {
    const entry = this.#entries.get(ip);
    if (entry === undefined) return undefined;
    const { address, held, contributions } = entry;
    return { address, held, told: contributions };
  }

  #judgeAll(): void {
    for (const [peer, prefixes] of [...this.#announced, ...(this.#resumed ?? [])]) {
      const dirty = this.#dirtyOf(peer);
      for (const prefix of prefixes.keys()) dirty.add(prefix);
    }
    for (const entry of this.#entries.values()) this.#judge(entry);
  }

  #judge(entry: Entry): void {
    const ways = this.#waysOf(entry.address);
    const contributions = this.#contributionsOf(entry.address, ways);
    entry.held = this.#whyHeld(entry.address, ways, contributions);
    this.#judged.add(entry.address.ip);
    this.#contribute(entry, entry.held === null ? contributions : []);
  }

  #whyHeld(
    { services, isLocal, ip }: RoutedAddress,
    ways: readonly RoutedWay[],
    contributions: readonly Contribution[],
  ): Held | null {
    if (this.#node.bar !== null) return this.#node.bar;
    const family = familyOf(ip);
    if (!services.some((service) => this.#backends.isServed(service, family))) return "no-endpoint";
    if (isLocal && !services.some((service) => this.#backends.isServedHere(service, family))) {
      return "no-endpoint-here";
    }
    if (contributions.length > 0) return null;
    return isSelected(ways, this.#node.labels) ? "no-peer" : "not-selected";
  }

  /** The advertisements of the address, also those that are for other nodes. */
  #waysOf({ ip, advertisements }: RoutedAddress): readonly RoutedWay[] {
    const ways = this.#classAt(ip)?.ways ?? [];
    return ways.filter((way): way is RoutedWay => advertisements.includes(way.bgp?.key ?? ""));
  }

  #contributionsOf(
    { ip, rank }: RoutedAddress,
    ways: readonly RoutedWay[],
  ): readonly Contribution[] {
    const family = familyOf(ip);
    const ranking = ways.filter(({ bgp }) => bgp.ownNode?.families.includes(family) === true);
    // Of one that is announced to a router by itself, whichever node and advertisement tells it: without a place, a node is first.
    const isRanked = (peer: string) => ranking.some(({ bgp }) => bgp.peers.includes(peer));
    const named = rank.indexOf(this.#backends.node);
    const place = named < 0 ? PLACE_UNRANKED : named;
    return ways
      .filter((way) => selectsNode(way, this.#node.labels))
      .flatMap(({ bgp: way }) => {
        const length = way.aggregation[family];
        const prefix = prefixOf(ip, length);
        const isAlone = length === IP_BITS[family];
        const peers = way.peers.filter((key) => this.#peers.has(key));
        return peers.map((peer) => {
          return { peer, prefix, way, place: isAlone && isRanked(peer) ? place : null };
        });
      });
  }

  #contribute(entry: Entry, now: readonly Contribution[]): void {
    for (const { peer, prefix, way, place } of now) {
      const reasons = this.#reasonsOf(peer, prefix);
      const reason = reasons.get(way.key);
      reasons.set(way.key, { way, place, count: (reason?.count ?? 0) + 1 });
      this.#dirtyOf(peer).add(prefix);
    }
    for (const { peer, prefix, way } of entry.contributions) {
      const reasons = this.#reasonsOf(peer, prefix);
      const reason = reasons.get(way.key);
      if (reason !== undefined && --reason.count === 0) reasons.delete(way.key);
      if (reasons.size === 0) this.#reasons.get(peer)?.delete(prefix);
      this.#dirtyOf(peer).add(prefix);
    }
    entry.contributions = now;
  }

  #reasonsOf(peer: string, prefix: Prefix): Reasons {
    const ofPeer = this.#reasons.get(peer) ?? new Map<Prefix, Reasons>();
    this.#reasons.set(peer, ofPeer);
    const reasons: Reasons = ofPeer.get(prefix) ?? new Map<string, Reason>();
    ofPeer.set(prefix, reasons);
    return reasons;
  }

  #dirtyOf(peer: string): Set<Prefix> {
    const dirty = this.#dirty.get(peer) ?? new Set();
    this.#dirty.set(peer, dirty);
    return dirty;
  }

  #changeOf(peer: string, prefixes: ReadonlySet<Prefix>): RouteChanges {
    const known = this.#announced.get(peer) ?? new Map<Prefix, Announcement>();
    this.#announced.set(peer, known);
    const announce: Announcement[] = [];
    const withdraw: Prefix[] = [];
    for (const prefix of prefixes) {
      const [before, after] = [known.get(prefix), this.#announcementOf(peer, prefix)];
      if (after === null) {
        if (known.delete(prefix)) withdraw.push(prefix);
      } else if (JSON.stringify(before) !== JSON.stringify(after)) {
        known.set(prefix, after);
        announce.push(after);
      }
    }
    if (known.size === 0) this.#announced.delete(peer);
    return { announce, withdraw };
  }

  #announcementOf(peer: string, prefix: Prefix): Announcement | null {
    if (this.#resumed !== null) {
      const isBarred = this.#node.bar !== null || !this.#peers.has(peer);
      return isBarred ? null : (this.#resumed.get(peer)?.get(prefix) ?? null);
    }
    const reasons = this.#reasons.get(peer)?.get(prefix);
    if (reasons === undefined || !this.#peers.has(peer)) return null;
    const all = [...reasons.values()];
    const ways = all.map(({ way }) => way);
    ways.sort((a, b) => compareText(a.key, b.key));
    const { fitting } = communitiesThatFit(ways.flatMap(({ communities }) => communities));
    const standard = fitting.flatMap((value): StandardCommunity[] =>
      value.kind === "standard" ? [value.parts] : [],
    );
    const large = fitting.flatMap((value): LargeCommunity[] =>
      value.kind === "large" ? [value.parts] : [],
    );
    return {
      prefix,
      nextHop: null,
      localPreference: ways.find(({ localPref }) => localPref !== null)?.localPref ?? null,
      multiExit: all.find(({ place }) => place !== null)?.place ?? null,
      communities: standard,
      largeCommunities: large,
    };
  }
}
