/**
 * How far a drain is: which addresses the node has still to do with, which of them can go nowhere, which routers it goes on
 * telling, and the sentences for it. Pure.
 *
 * An address has left when another node answers for it, and the plan does not name the drained one at any place: then
 * no failure elsewhere brings it back. Routers are told on, as the last choice (RFC 8326): one that does not obey it, or has no other
 * way, sends its traffic on, so that is no end of a drain by itself.
 * Neighbours: io/drain.ts waits; why-view.ts finds what forbids a node an address; bgp-sessions.ts knows who is told.
 */
import { compareText } from "../base/hash.ts";
import { compareIps } from "../base/ip.ts";
import { DRAINED_ANNOTATION, EXCLUDE_LABEL } from "../multi-ip/node-marks.ts";
import type { Node } from "../kube/types.ts";
import { NODE_VERDICTS } from "../multi-ip/explain.ts";
import type { VirtualIP } from "../multi-ip/resource.ts";
import { bgpNodes, type BgpCluster } from "./bgp-sessions.ts";
import { factsOfAddress, type Cluster } from "./why-view.ts";

const NAMED_MAX = 5;

/** @returns since when the node is drained, "" where that cannot be read; null: it is not */
export function drainedSince({ metadata }: Node): string | null {
  return metadata.annotations?.[DRAINED_ANNOTATION] ?? null;
}

export interface DrainedNode {
  readonly node: string;
  readonly since: string;
}

/** @returns the nodes that are drained, by name */
export function drainedNodes(nodes: readonly Node[]): readonly DrainedNode[] {
  return nodes
    .flatMap((node) => {
      const since = drainedSince(node);
      return since === null ? [] : [{ node: node.metadata.name, since }];
    })
    .sort((a, b) => compareText(a.node, b.node));
}

/** @returns the addresses that the node answers for or that the plan names it for, in order */
export function leftOn(node: string, virtualIps: readonly VirtualIP[]): readonly VirtualIP[] {
  return virtualIps
    .filter(({ spec, status }) => status?.holder === node || spec.rank.includes(node))
    .toSorted((a, b) => compareIps(a.spec.address, b.spec.address));
}

/** @returns those that the node answers for now, or should: what a person calls its addresses */
export function ownedBy(node: string, virtualIps: readonly VirtualIP[]): readonly VirtualIP[] {
  return virtualIps.filter(({ spec, status }) => (status?.holder ?? spec.rank[0]) === node);
}

export interface Unmovable {
  readonly address: string;
  /** A clause: what forbids the other nodes. */
  readonly why: string;
}

/** @returns those of the addresses that no other node may hold */
export function unmovable(
  node: string,
  left: readonly VirtualIP[],
  cluster: Cluster,
): readonly Unmovable[] {
  return left.flatMap((vip) => {
    const { nodes, pool } = factsOfAddress(vip, cluster);
    const others = nodes?.filter(({ name }) => name !== node);
    if (others === undefined || others.some(({ verdict }) => verdict === "may-hold")) return [];
    const clauses = others.map(({ name, verdict }) => `${name} ${NODE_VERDICTS[verdict]}`);
    const none = pool === null ? "its class has no other node" : noneOf(pool);
    const why = clauses.length === 0 ? none : named(clauses, "; ");
    return [{ address: vip.spec.address, why }];
  });
}

function noneOf(pool: string): string {
  return `the advertisements of ${pool.replace("/", " ")} select no other node`;
}

export function unmovableLine(node: string, { address, why }: Unmovable): string {
  return `${address} stays on ${node}, for no other node may hold it: ${why}\n`;
}

/** A router that the node announces to. */
export interface ToldRouter {
  /** `BGPPeer/tor-a`. */
  readonly peer: string;
  readonly prefixes: number;
}

/** @returns the routers that the node announces anything to, as far as its speaker says */
export function routersTold(node: string, cluster: BgpCluster): readonly ToldRouter[] {
  const found = bgpNodes(cluster).find((it) => it.node.metadata.name === node);
  return (found?.sessions ?? [])
    .filter(({ announced }) => announced > 0)
    .map(({ peer, announced }) => ({ peer, prefixes: announced }));
}

/** @returns a clause: whom the node goes on telling */
export function lastChoiceClause(routers: readonly ToldRouter[]): string {
  const told = routers.map(({ peer, prefixes }) => `${peer} (${prefixesOf(prefixes)})`);
  return `goes on announcing to ${named(told)}, as the last choice`;
}

function prefixesOf(count: number): string {
  return count === 1 ? "1 prefix" : `${count} prefixes`;
}

/** @returns why the wait was given up, without its full stop */
export function timeoutSentence(
  node: string,
  { left, stuck, seconds, routers, ignoreExcludeLb }: TimeoutFacts,
): string {
  const stuckAddresses = new Set(stuck.map(({ address }) => address));
  const late = left.filter(({ spec }) => !stuckAddresses.has(spec.address));
  const undo = `it stays marked, and "spreadlb undrain ${node}" takes the mark away`;
  if (left.length === 0) {
    const way = ignoreExcludeLb ? "stop its speaker" : `label it ${EXCLUDE_LABEL}`;
    return `${node} ${lastChoiceClause(routers)}: ${way} and it withdraws, or let that do with --last-choice; ${undo}`;
  }
  if (late.length === 0) {
    const list = named([...stuckAddresses]);
    return `${node} goes on answering for ${list}, which no other node may hold; ${undo}`;
  }
  const list = named(late.map(({ spec }) => spec.address));
  const planned = late.filter(({ spec }) => spec.rank.includes(node));
  const cause =
    planned.length > 0
      ? "the plan names it still, so look whether a controller leads"
      : `the plan names it no more, so look at "spreadlb why ${late[0]?.spec.address ?? ""}"`;
  return `after ${seconds} s, ${list} did not leave ${node}: ${cause}; ${undo}`;
}

interface TimeoutFacts {
  readonly left: readonly VirtualIP[];
  readonly stuck: readonly Unmovable[];
  readonly seconds: number;
  readonly routers: readonly ToldRouter[];
  readonly ignoreExcludeLb: boolean;
}

/** @returns what is wrong with a name that no node has, without its full stop */
export function unknownNode(node: string, nodes: readonly Node[]): string {
  const names = nodes.map(({ metadata }) => metadata.name).sort(compareText);
  return `no node is called "${node}"; there are: ${named(names) || "none"}`;
}

/** "1 address", "2 addresses". */
export function addresses(count: number): string {
  return count === 1 ? "1 address" : `${count} addresses`;
}

function named(words: readonly string[], separator = ", "): string {
  const more = words.length - NAMED_MAX;
  const list = words.slice(0, NAMED_MAX).join(separator);
  return more > 0 ? `${list} and ${more} more` : list;
}
