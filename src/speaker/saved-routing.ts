/**
 * What a speaker keeps on disk of its routers, so that it tells them the same while the API server is away. Pure.
 *
 * Kept is what followed from the cluster, not the cluster: whom the node speaks to, and what it announced to each. No password is: a peer
 * that has one waits for the API server (docs/decisions/0027).
 * Neighbours: routes.ts announces it again; io/routing.ts reads and writes the file.
 */
import { familyOf, IP_BITS, parseIp, type Ip } from "../base/ip.ts";
import type { Announcement } from "../bgp/announcement.ts";
import { prefixOf, type Prefix } from "../bgp/prefix.ts";
import type { PeerModel } from "../classes/peers.ts";
import type { Node } from "../kube/types.ts";

export interface SavedRouting {
  readonly version: 1;
  /** Our own, as far as it matters to routers. */
  readonly node: Node;
  /** Those that it speaks to. */
  readonly peers: readonly SavedPeer[];
  readonly routes: readonly SavedRoutes[];
}

type SavedPeer = Omit<PeerModel, "password" | "sourceAddressOf"> & {
  readonly hasPassword: boolean;
  readonly sourceAddressOf: readonly (readonly [node: string, address: Ip])[];
};

/** What one peer is told of many prefixes alike. */
type SavedRoutes = Omit<Announcement, "prefix"> & {
  readonly peer: string;
  readonly prefixes: readonly Prefix[];
};

/** By key of the peer. */
export type Announced = ReadonlyMap<string, ReadonlyMap<Prefix, Announcement>>;

export function saveRouting(
  node: Node,
  models: Iterable<PeerModel>,
  announced: Announced,
): SavedRouting {
  const groups = new Map<string, SavedRoutes & { readonly prefixes: Prefix[] }>();
  for (const [peer, routes] of announced) {
    for (const { prefix, ...what } of routes.values()) {
      const alike = { peer, ...what };
      const key = JSON.stringify(alike);
      const group = groups.get(key) ?? { ...alike, prefixes: [] };
      groups.set(key, group);
      group.prefixes.push(prefix);
    }
  }
  const peers = [...models].map(({ password, sourceAddressOf, ...peer }): SavedPeer => {
    return { ...peer, hasPassword: password !== null, sourceAddressOf: [...sourceAddressOf] };
  });
  return { version: 1, node, peers, routes: [...groups.values()] };
}

/** @returns the peers; in the place of a password that one has is an empty one */
export function savedModels({ peers }: Pick<SavedRouting, "peers">): PeerModel[] {
  return peers.map(({ hasPassword, sourceAddressOf, ...peer }) => ({
    ...peer,
    sourceAddressOf: new Map(sourceAddressOf),
    password: hasPassword ? { kind: "text", text: "" } : null,
  }));
}

export function savedRoutes({ routes }: Pick<SavedRouting, "routes">): Announced {
  const announced = new Map<string, Map<Prefix, Announcement>>();
  for (const { peer, prefixes, ...what } of routes) {
    const ofPeer = announced.get(peer) ?? new Map<Prefix, Announcement>();
    announced.set(peer, ofPeer);
    for (const prefix of prefixes) ofPeer.set(prefix, { prefix, ...what });
  }
  return announced;
}

/** Written by ourselves: what would be taken for an address is looked at, the rest is the version's. */
export function isSavedRouting(value: unknown): value is SavedRouting {
  const saved = value as Partial<SavedRouting> | null;
  return (
    typeof saved === "object" &&
    saved?.version === 1 &&
    typeof saved.node?.metadata.name === "string" &&
    Array.isArray(saved.peers) &&
    saved.peers.every(isPeer) &&
    Array.isArray(saved.routes) &&
    saved.routes.every(isRoutes)
  );
}

function isPeer(value: unknown): boolean {
  const { key, name, address, sourceAddress, sourceAddressOf } = (value ??
    {}) as Partial<SavedPeer>;
  return (
    typeof key === "string" &&
    typeof name === "string" &&
    [address, sourceAddress].every((ip) => ip === null || isIp(ip)) &&
    Array.isArray(sourceAddressOf) &&
    sourceAddressOf.every((entry: unknown) => Array.isArray(entry) && isIp(entry[1]))
  );
}

function isRoutes(value: unknown): boolean {
  const { peer, prefixes, nextHop, multiExit, communities, largeCommunities } = (value ??
    {}) as Partial<SavedRoutes>;
  return (
    typeof peer === "string" &&
    (nextHop === null || isIp(nextHop)) &&
    (multiExit === null || Number.isInteger(multiExit)) &&
    [communities, largeCommunities].every(Array.isArray) &&
    Array.isArray(prefixes) &&
    prefixes.every(isPrefix)
  );
}

function isIp(value: unknown): value is Ip {
  return typeof value === "string" && parseIp(value) === value;
}

function isPrefix(value: unknown): boolean {
  const [ip, text] = String(value).split("/");
  const length = Number(text);
  if (!isIp(ip) || !Number.isInteger(length)) return false;
  return length >= 0 && length <= IP_BITS[familyOf(ip)] && prefixOf(ip, length) === value;
}
