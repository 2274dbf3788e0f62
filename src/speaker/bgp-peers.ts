/**
 * The routers that this node speaks to, and how: of each peer of the model what a session needs. Pure.
 *
 * A password that is not there holds the session back, and is told; one whose Secret is gone stays in use, and that is told too.
 * Neighbours: ../classes/peers.ts has the model; ../bgp/peer.ts says what a session needs; passwords.ts remembers.
 */
import type { Ip } from "../base/ip.ts";
import { stableHash } from "../base/hash.ts";
import type { BfdPath } from "../bgp/bfd-report.ts";
import type { BgpPeer, Reach } from "../bgp/peer.ts";
import { matchesAny, type Labels } from "../classes/label-selector.ts";
import type { PeerModel } from "../classes/peers.ts";
import type { Password } from "./passwords.ts";

export interface SpeakingNode {
  readonly name: string;
  readonly labels: Labels;
  /** The first IPv4 address of the node; null: it has none. */
  readonly ipv4: Ip | null;
}

export interface WantedPeers {
  readonly peers: readonly BgpPeer[];
  /** By key: what keeps a session from being opened. */
  readonly problems: ReadonlyMap<string, string>;
  /** By key: what a session goes on in spite of, until the speaker starts anew. */
  readonly warnings: ReadonlyMap<string, string>;
}

/** FRR's and BIRD's. */
const MULTIHOP_TTL = 255;
const RESTART_SECONDS = 120;

/** @param peers those that are spoken to; one whose address nobody knows yet is not watched */
export function bfdPaths(peers: readonly BgpPeer[]): BfdPath[] {
  return peers.flatMap(({ key: peer, address, sourceAddress, vrf, reach, ...wish }): BfdPath[] => {
    if (wish.bfdProfile === null || address === null) return [];
    const hops = reach.kind === "multihop" ? "multiple" : "single";
    const path = { theirAddress: address, ourAddress: sourceAddress, interface: wish.interface };
    return [{ peer, ...path, vrf, hops, profile: wish.bfdProfile }];
  });
}

/** @param models those that the node speaks to */
export function peersOfNode(
  models: Iterable<PeerModel>,
  node: SpeakingNode,
  passwordOf: (peer: PeerModel) => Password,
): WantedPeers {
  const peers: BgpPeer[] = [];
  const [problems, warnings] = [new Map<string, string>(), new Map<string, string>()];
  for (const model of models) {
    const password = passwordOf(model);
    if (password.kind === "missing") {
      problems.set(model.key, `The peer "${model.name}" waits for ${secretOf(model)}`);
      continue;
    }
    if (password.kind === "kept") warnings.set(model.key, keptPassword(model));
    peers.push(sessionOf(model, node, password.kind === "none" ? null : password.text));
  }
  return { peers, problems, warnings };
}

export function speaksTo({ labels }: Pick<SpeakingNode, "labels">, { nodes }: PeerModel): boolean {
  return nodes.length === 0 || matchesAny(nodes, labels);
}

function keptPassword(model: PeerModel): string {
  return `The peer "${model.name}" goes on with the password that it had: restore ${secretOf(model)}, or the next start of the speaker has none`;
}

function secretOf({ password }: PeerModel): string {
  if (password?.kind !== "secret") return "a password";
  const { name, namespace, label } = password;
  const where = namespace === null ? "" : ` in the namespace "${namespace}"`;
  const marked = label === null ? "" : ` and the label ${label}: "true"`;
  return `the Secret "${name}"${where} with the key "password"${marked}`;
}

function sessionOf(model: PeerModel, node: SpeakingNode, password: string | null): BgpPeer {
  const { key, address, port, ourAsn, theirAsn, vrf, families } = model;
  return {
    ...{ key, address, interface: model.interface, port, vrf },
    ...{ ourAsn, theirAsn, families, password },
    routerId: model.routerId ?? node.ipv4 ?? identifierOf(node.name),
    sourceAddress: model.sourceAddressOf.get(node.name) ?? model.sourceAddress,
    reach: reachOf(model),
    holdTimeSeconds: model.holdTimeSeconds,
    keepaliveSeconds: model.keepaliveSeconds,
    connectRetryMs: 1000 * model.connectTimeSeconds,
    passive: false,
    gracefulRestartSeconds: model.isGracefulRestart ? RESTART_SECONDS : null,
    extendedMessages: false,
    bfdProfile: model.bfd === null ? null : key,
  };
}

function reachOf({ isMultihop, ourAsn, theirAsn }: PeerModel): Reach {
  const isInternal = theirAsn === "internal" || theirAsn === ourAsn;
  return isMultihop || isInternal ? { kind: "multihop", ttl: MULTIHOP_TTL } : { kind: "direct" };
}

/** RFC 6286 section 2.1: four octets, unique in the AS, not zero. Of a node without IPv4 it is nobody's address. */
function identifierOf(node: string): Ip {
  const hash = stableHash(node);
  const octets = [24, 16, 8, 0].map((shift) => (hash >>> shift) & 0xff);
  return `${Math.max(1, octets[0] ?? 0)}.${octets.slice(1).join(".")}` as Ip;
}
