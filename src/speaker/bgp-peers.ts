/**
 * The routers that this node speaks to, and how: of each peer of the model what a session needs. Pure.
 *
 * A password that is not there holds the session back, and is told; one whose Secret is gone stays in use, and that is told too.
 * So does a router that is not found on its interface, and whatever else makes a session impossible on this node.
 * Neighbours: ../classes/peers.ts has the model; ../bgp/peer.ts says what a session needs; passwords.ts remembers.
 */
import { Buffer } from "node:buffer";
import { stableHash } from "../base/hash.ts";
import { familyOf, type Ip } from "../base/ip.ts";
import type { BfdPath } from "../bgp/bfd-report.ts";
import { isPlanned } from "../bgp/causes.ts";
import { isLive } from "../bgp/leg.ts";
import type { BgpPeer, Reach } from "../bgp/peer.ts";
import type { Session } from "../bgp/session.ts";
import { MD5_KEY_BYTES_MAX } from "../bgp/socket-options.ts";
import type { SessionNews } from "../bgp/session-events.ts";
import type { NeighbourView } from "../bgp/unnumbered/links.ts";
import type { Labels } from "../classes/label-selector.ts";
import { selectsNode } from "../classes/model.ts";
import type { PeerModel } from "../classes/peers.ts";
import type { Password } from "./passwords.ts";
import type { PeerProblem } from "./session-book.ts";

export interface SpeakingNode {
  readonly name: string;
  readonly labels: Labels;
  /** The first IPv4 address of the node; null: it has none. */
  readonly ipv4: Ip | null;
}

/** What a node knows of its peers beyond what their objects say. */
export interface KnownOfPeers {
  readonly passwordOf: (peer: PeerModel) => Password;
  /** Who is at the other end of an interface. */
  readonly neighbourOn: (link: string) => NeighbourView;
  /** Whether no router is between the node and the address; of those in `routersAnywhere` alone it is known. */
  readonly isOnLink: (address: Ip) => boolean;
}

export interface WantedPeers {
  readonly peers: readonly BgpPeer[];
  /** What keeps a session from being opened. */
  readonly problems: readonly PeerProblem[];
  /** What a session goes on in spite of. */
  readonly warnings: readonly PeerProblem[];
}

/** FRR's and BIRD's. */
const MULTIHOP_TTL = 255;
const RESTART_SECONDS = 120;
/** From 1 to 223 an address of IPv4 begins that is a host's. */
const UNICAST_OCTETS = 223;

/** @returns the routers of which BFD has to know whether they are on a link of ours; nobody else asks */
export function routersAnywhere(models: Iterable<PeerModel>): ReadonlySet<Ip> {
  const asked = [...models].filter((model) => model.bfd !== null && isAnywhere(model));
  return new Set(asked.flatMap(({ address }) => address ?? []));
}

/** @param peers those that are spoken to */
export function bfdPaths(peers: readonly BgpPeer[]): BfdPath[] {
  return peers.flatMap(({ key: peer, address, sourceAddress, vrf, reach, ...wish }): BfdPath[] => {
    if (wish.bfdProfile === null) return [];
    const isFar = reach.kind === "multihop" || (reach.kind === "secured" && reach.hopsMax > 1);
    const hops = isFar ? "multiple" : "single";
    const path = { theirAddress: address, ourAddress: sourceAddress, interface: wish.interface };
    return [{ peer, ...path, vrf, hops, profile: wish.bfdProfile }];
  });
}

/** @param models those that the node speaks to */
export function peersOfNode(
  models: Iterable<PeerModel>,
  node: SpeakingNode,
  known: KnownOfPeers,
): WantedPeers {
  const peers: BgpPeer[] = [];
  const [problems, warnings]: [[string, string][], [string, string][]] = [[], []];
  for (const model of models) {
    const { key, name } = model;
    const password = known.passwordOf(model);
    const place = placeOf(model, known.neighbourOn);
    const sourceAddress = model.sourceAddressOf.get(node.name) ?? model.sourceAddress;
    const problem = problemOf(model, { password, place, sourceAddress });
    const said = [...place.warnings, ...(password.kind === "kept" ? [keptPassword(model)] : [])];
    if (problem !== null) problems.push([key, `The peer "${name}" ${problem}`]);
    else if (place.address !== null) {
      const session = sessionOf(model, node, { address: place.address, sourceAddress }, known);
      peers.push({ ...session, password: "text" in password ? password.text : null });
      warnings.push(...said.map((text): [string, string] => [key, `The peer "${name}" ${text}`]));
    }
  }
  return { peers, problems, warnings };
}

/** @param deafnessTo why a peer cannot dial us, where it is to: the session goes on, or is dialled by us */
export function deafnesses(
  peers: readonly BgpPeer[],
  deafnessTo: (peer: BgpPeer) => string | null,
): PeerProblem[] {
  return peers.flatMap((peer): PeerProblem[] => {
    const why = deafnessTo(peer);
    return why === null ? [] : [[peer.key, `The router cannot dial this node: ${why}`]];
  });
}

/** Who failed to be reached, for the next one on the link to be tried; null: it is nobody's, or no failure. */
export function failedNeighbour(
  { peer, state }: Pick<Session, "peer" | "state">,
  news: SessionNews,
): { readonly interface: string; readonly address: Ip } | null {
  const { interface: link, address } = peer;
  if (link === null || (news.kind !== "failed" && news.kind !== "down")) return null;
  return isLive({ state }) || isPlanned(news.end) ? null : { interface: link, address };
}

export function speaksTo({ labels }: Pick<SpeakingNode, "labels">, peer: PeerModel): boolean {
  return selectsNode(peer, labels);
}

interface Place {
  /** Null: nobody was found. */
  readonly address: Ip | null;
  /** Why nobody was, or what keeps the place from being the peer's. */
  readonly trouble: string | null;
  readonly warnings: readonly string[];
}

function placeOf(model: PeerModel, neighbourOn: KnownOfPeers["neighbourOn"]): Place {
  const { address, interface: link, vrf, isMultihop } = model;
  if (link === null) return { address, trouble: null, warnings: [] };
  const { address: found, others, trouble, vrf: vrfOfLink } = neighbourOn(link);
  const nowhere = { address: null, warnings: [] };
  if (found === null) return { ...nowhere, trouble: `waits for its router: ${trouble ?? ""}` };
  if (vrfOfLink !== vrf) return { ...nowhere, trouble: otherVrf(link, vrf, vrfOfLink) };
  const warnings = [
    ...(trouble === null ? [] : [`may have lost its router: ${trouble}`]),
    ...(others.length === 0 ? [] : [severalRouters(link, found, others)]),
    ...(isMultihop ? [idleMultiHop(link)] : []),
  ];
  return { address: found, trouble: null, warnings };
}

function otherVrf(link: string, vrf: string | null, vrfOfLink: string | null): string {
  if (vrfOfLink !== null) return `needs vrf: ${vrfOfLink}, of which its interface "${link}" is`;
  return `is in the VRF "${vrf ?? ""}", and its interface "${link}" is not: leave vrf out, or put the interface into it`;
}

function idleMultiHop(link: string): string {
  return `has ebgpMultiHop, which does nothing there: who is on the interface "${link}" is one hop away`;
}

function severalRouters(link: string, found: Ip, others: readonly Ip[]): string {
  const rest = others.join(" and ");
  return `speaks to ${found}, but ${rest} can be heard on the interface "${link}" too: where several share a link, write the router's address into peerAddress`;
}

interface Parts {
  readonly password: Password;
  readonly place: Place;
  readonly sourceAddress: Ip | null;
}

/** @returns what keeps the session from being opened: the rest of a sentence */
function problemOf(model: PeerModel, { password, place, sourceAddress }: Parts): string | null {
  if (password.kind === "missing") return `waits for ${secretOf(model)}`;
  if (password.kind === "unsaved") {
    return "waits for the API server: it has a password, and those are not kept on the node's disk";
  }
  const octets = password.kind === "none" ? 0 : Buffer.byteLength(password.text);
  if (octets > MD5_KEY_BYTES_MAX) {
    return `has a password of ${octets} octets, and TCP MD5 takes ${MD5_KEY_BYTES_MAX}: write a shorter one, here and on the router`;
  }
  if (place.trouble !== null) return place.trouble;
  const { address } = model;
  if (address === null || sourceAddress === null) return null;
  if (familyOf(address) === familyOf(sourceAddress)) return null;
  return `has the source address ${sourceAddress} on this node, from which ${address} cannot be reached: write one of ${familyOf(address)}`;
}

function keptPassword(model: PeerModel): string {
  return `goes on with the password that it had: restore ${secretOf(model)}, or the next start of the speaker has none`;
}

function secretOf({ password }: PeerModel): string {
  if (password?.kind !== "secret") return "a password";
  const { name, namespace, label } = password;
  const where = namespace === null ? "" : ` in the namespace "${namespace}"`;
  const marked = label === null ? "" : ` and the label ${label}: "true"`;
  return `the Secret "${name}"${where} with the key "password"${marked}`;
}

function sessionOf(
  model: PeerModel,
  node: SpeakingNode,
  ends: Pick<BgpPeer, "address" | "sourceAddress">,
  { isOnLink }: Pick<KnownOfPeers, "isOnLink">,
): Omit<BgpPeer, "password"> {
  const { key, port, ourAsn, theirAsn, vrf, families } = model;
  return {
    ...{ key, ...ends, interface: model.interface, port, vrf },
    ...{ ourAsn, theirAsn, families },
    routerId: model.routerId ?? node.ipv4 ?? identifierOf(node.name),
    reach: reachOf(model, ends.address, isOnLink),
    holdTimeSeconds: model.holdTimeSeconds,
    keepaliveSeconds: model.keepaliveSeconds,
    connectRetryMs: 1000 * model.connectTimeSeconds,
    passive: false,
    gracefulRestartSeconds: model.isGracefulRestart ? RESTART_SECONDS : null,
    extendedMessages: model.takesExtendedMessages,
    bfdProfile: model.bfd === null ? null : key,
  };
}

/** Where it is on the link it watches over one hop, as FRR does (RFC 5881). */
function reachOf(model: PeerModel, address: Ip, isOnLink: KnownOfPeers["isOnLink"]): Reach {
  if (model.securedHops !== null) return { kind: "secured", hopsMax: model.securedHops };
  if (model.interface !== null) return { kind: "direct" };
  const isFar = model.isMultihop || (isAnywhere(model) && !isOnLink(address));
  return isFar ? { kind: "multihop", ttl: MULTIHOP_TTL } : { kind: "direct" };
}

/** Of our own AS a router may be on the link or behind others, where its manifest does not say which. */
function isAnywhere(model: PeerModel): boolean {
  const { interface: link, isMultihop, securedHops, ourAsn, theirAsn } = model;
  if (securedHops !== null || link !== null || isMultihop) return false;
  return theirAsn === "internal" || theirAsn === ourAsn;
}

/**
 * RFC 6286 section 2.1: four octets, unique in the AS, not zero. Of a node without IPv4 it is nobody's address, but looks like a
 * unicast one, for there are routers that take nothing else (RFC 4271 section 6.2).
 */
function identifierOf(node: string): Ip {
  const hash = stableHash(node);
  const octets = [24, 16, 8, 0].map((shift) => (hash >>> shift) & 0xff);
  const [first = 0, ...rest] = octets;
  const isUnicast = first > 0 && first <= UNICAST_OCTETS;
  return `${isUnicast ? first : 1 + (first % UNICAST_OCTETS)}.${rest.join(".")}` as Ip;
}
