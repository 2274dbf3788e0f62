/**
 * What is announced to which router and by which advertisement, and what is held back and why. Pure.
 *
 * Reckoned from the objects in the API by the speaker's own mind (../speaker/routes.ts), node by node; what a node alone knows, its
 * sessions and its gate, it says in its NodeBGPStatus. Neighbours: bgp-sessions.ts has those; bgp-view.ts has the words.
 */
import { compareText } from "../base/hash.ts";
import { compareIps, familyOf, type Ip, type IpFamily } from "../base/ip.ts";
import { hostPrefixOf, type Prefix } from "../bgp/prefix.ts";
import type { HeldBack } from "../bgp/route-attributes.ts";
import { classFinder } from "../classes/class-at.ts";
import { compileAll } from "../classes/compile.ts";
import { compilePeerModels } from "../classes/peers.ts";
import { serviceOfSlice } from "../kube/serving.ts";
import type { EndpointSlice } from "../kube/types.ts";
import { barOf, isDrained } from "../multi-ip/node-marks.ts";
import type { VirtualIP } from "../multi-ip/resource.ts";
import { Backends } from "../speaker/backends.ts";
import { routedAddress, Routes, type Fate, type Held } from "../speaker/routes.ts";
import { bgpNodes, type BgpCluster, type BgpNode, type SessionView } from "./bgp-sessions.ts";

export interface RoutedCluster extends BgpCluster {
  readonly virtualIps: readonly VirtualIP[];
  readonly slices: readonly EndpointSlice[];
}

/** In one word: of the node and the address, of the peer, of the session. */
export type HeldReason =
  | Held
  | "no-advertisement"
  | "other-peers"
  | "other-family"
  | "session-down"
  | "session-held"
  | "session-unknown"
  | HeldBack;

/** One prefix on one node to one peer as `-o json` shows it; field names are part of the interface. */
export interface RouteView {
  readonly prefix: Prefix;
  /** One, but for an aggregate. */
  readonly addresses: readonly Ip[];
  readonly services: readonly string[];
  /** Null: it is so on all. */
  readonly node: string | null;
  /** Null: it is so towards all. */
  readonly peer: string | null;
  readonly state: "announced" | "held";
  /** Those by which it is announced, or would be. */
  readonly advertisements: readonly string[];
  /** Null: it is announced. */
  readonly reason: HeldReason | null;
  /** What the session says of that. */
  readonly detail: string | null;
  /** The node is drained: announced as the last choice. */
  readonly isLastChoice: boolean;
  /** The node's place in the order in which the router should prefer nodes, 0 first: its MED; null: it should prefer none. */
  readonly place: number | null;
}

export interface RoutesAsked {
  /** As the speakers were given `--ignore-exclude-lb`. */
  readonly ignoreExcludeLabel?: boolean;
  /** The addresses that are asked for; null: all. */
  readonly isAsked: ((ip: Ip) => boolean) | null;
  readonly node: string | undefined;
}

/** @returns by prefix, node and peer; addresses that no advertisement by BGP selects only where they are asked for */
export function viewRoutes(cluster: RoutedCluster, asked: RoutesAsked): readonly RouteView[] {
  const { isAsked } = asked;
  const vips = cluster.virtualIps.filter(({ spec }) => isAsked?.(spec.address) ?? true);
  const routed = vips.flatMap(({ spec }) => routedAddress(spec) ?? []);
  const services = new Set(routed.flatMap((address) => address.services));
  const slices = cluster.slices.filter((slice) => services.has(serviceOfSlice(slice) ?? ""));
  const classAt = classFinder(compileAll(cluster).classes);
  const families = new Map(
    [...compilePeerModels(cluster)].map(([key, model]) => [key, model.families]),
  );
  const views = bgpNodes(cluster)
    .filter(({ node }) => asked.node === undefined || node.metadata.name === asked.node)
    .flatMap((each) => {
      const backends = new Backends(each.node.metadata.name);
      for (const slice of slices) backends.put(slice);
      const routes = new Routes(backends);
      routes.configure(classAt, new Set(each.sessions.map(({ peer }) => peer)));
      const bar = each.isGated ? "gated" : barOf(each.node, asked.ignoreExcludeLabel ?? false);
      routes.setNode({ labels: each.node.metadata.labels ?? {}, bar });
      return routed.flatMap((address) => {
        routes.put(address);
        const fate = routes.fateOf(address.ip);
        routes.delete(address.ip);
        return fate === undefined ? [] : viewsOf(fate, each, families);
      });
    });
  const unrouted = isAsked === null ? [] : vips.filter(({ spec }) => routedAddress(spec) === null);
  return united([...views, ...unrouted.map(unroutedView)]).sort(byPlace);
}

/** By key of the peer: what is announced in its sessions, if the router can take it. */
type PeerFamilies = ReadonlyMap<string, readonly IpFamily[]>;

function viewsOf(fate: Fate, { node, sessions }: BgpNode, families: PeerFamilies): RouteView[] {
  const { ip, services, advertisements } = fate.address;
  const prefix = hostPrefixOf(ip);
  const base = { addresses: [ip], services, node: node.metadata.name, isLastChoice: false };
  const nothing = { state: "held", detail: null, place: null } as const;
  const held = { ...base, prefix, advertisements, ...nothing };
  if (fate.held !== null && (fate.held !== "no-peer" || sessions.length === 0)) {
    return [{ ...held, peer: null, reason: fate.held }];
  }
  return sessions.flatMap((session): RouteView[] => {
    const { peer } = session;
    const told = fate.told.filter((one) => one.peer === peer);
    if (told.length === 0) return [{ ...held, peer, reason: "other-peers" }];
    return [...new Set(told.map((one) => one.prefix))].map((each) => {
      const contributions = told.filter((one) => one.prefix === each);
      const ways = contributions.map(({ way }) => way.key);
      const place = contributions.find((one) => one.place !== null)?.place ?? null;
      const isOfPeer = families.get(peer)?.includes(familyOf(ip)) ?? true;
      const { reason, detail } = isOfPeer ? inSession(session, ip) : OTHER_FAMILY;
      return {
        ...{ ...base, prefix: each, peer, advertisements: ways, reason, detail },
        state: reason === null ? "announced" : "held",
        isLastChoice: reason === null && isDrained(node),
        place: reason === null ? place : null,
      };
    });
  });
}

interface InSession {
  readonly reason: HeldReason | null;
  readonly detail: string | null;
}

const OTHER_FAMILY: InSession = { reason: "other-family", detail: null };

function inSession({ state, problem, lastEnd, heldBack }: SessionView, ip: Ip): InSession {
  switch (state) {
    case "Down":
      return { reason: "session-down", detail: lastEnd?.reason ?? null };
    case "Held":
      return { reason: "session-held", detail: problem };
    case "Unknown":
      return { reason: "session-unknown", detail: problem };
    case "Established": {
      const family = familyOf(ip);
      const reason = heldBack.find((one) => one.family === family)?.reason ?? null;
      return { reason, detail: null };
    }
  }
}

function unroutedView({ spec: { address: ip, services } }: VirtualIP): RouteView {
  return {
    ...{ prefix: hostPrefixOf(ip), addresses: [ip] },
    services: services.map(({ namespace, name }) => `${namespace}/${name}`),
    ...{ node: null, peer: null, state: "held", advertisements: [] },
    ...{ reason: "no-advertisement", detail: null, isLastChoice: false, place: null },
  };
}

/** The addresses of an aggregate that have one fate are one row. */
function united(views: readonly RouteView[]): RouteView[] {
  const rows = new Map<string, RouteView>();
  for (const view of views) {
    const { prefix, node, peer, reason, detail } = view;
    const key = JSON.stringify([prefix, node, peer, reason, detail]);
    const before = rows.get(key);
    rows.set(key, before === undefined ? view : bothOf(before, view));
  }
  return [...rows.values()];
}

function bothOf(a: RouteView, b: RouteView): RouteView {
  const all = <T>(one: readonly T[], other: readonly T[]) => [...new Set([...one, ...other])];
  return {
    ...a,
    addresses: all(a.addresses, b.addresses),
    services: all(a.services, b.services),
    advertisements: all(a.advertisements, b.advertisements),
  };
}

function byPlace(a: RouteView, b: RouteView): number {
  const [ipOfA, ipOfB] = [a.addresses[0], b.addresses[0]];
  return (
    (ipOfA === undefined || ipOfB === undefined ? 0 : compareIps(ipOfA, ipOfB)) ||
    compareText(a.prefix, b.prefix) ||
    compareText(a.node ?? "", b.node ?? "") ||
    compareText(a.peer ?? "", b.peer ?? "")
  );
}
