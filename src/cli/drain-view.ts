/**
 * How far a drain is: which addresses the node has still to do with, which of them can go nowhere, which routers it goes on
 * telling, and the sentences for it. Pure.
 *
 * An address has left when another node answers for it, and the plan does not name the drained one at any place: then
 * no failure elsewhere brings it back. Routers are told on, as the last choice (docs/decisions/0021): that is no traffic where another
 * node announces the same.
 * Neighbours: io/drain.ts waits; why-view.ts finds what forbids a node an address; bgp-routes.ts knows who is told what.
 */
import { compareText } from "../base/hash.ts";
import { compareIps } from "../base/ip.ts";
import { DRAINED_ANNOTATION, EXCLUDE_LABEL } from "../multi-ip/node-marks.ts";
import type { Node } from "../kube/types.ts";
import { NODE_VERDICTS } from "../multi-ip/explain.ts";
import type { VirtualIP } from "../multi-ip/resource.ts";
import type { Prefix } from "../bgp/prefix.ts";
import type { RouteView } from "./bgp-routes.ts";
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

/** @returns the addresses that the node answers for or that the plan names it for, in order; to routers all nodes are named alike */
export function leftOn(node: string, virtualIps: readonly VirtualIP[]): readonly VirtualIP[] {
  return answered(virtualIps)
    .filter(({ spec, status }) => status?.holder === node || spec.rank.includes(node))
    .toSorted((a, b) => compareIps(a.spec.address, b.spec.address));
}

/** @returns those that the node answers for now, or should: what a person calls its addresses */
export function ownedBy(node: string, virtualIps: readonly VirtualIP[]): readonly VirtualIP[] {
  return answered(virtualIps).filter(
    ({ spec, status }) => (status?.holder ?? spec.rank[0]) === node,
  );
}

/** But for those that routers alone are told of: no node answers for them, and where they are ranked it is for routers to choose. */
function answered(virtualIps: readonly VirtualIP[]): readonly VirtualIP[] {
  return virtualIps.filter(({ spec }) => spec.mode !== "BGP");
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

/** What a drained node goes on announcing. */
export interface LastChoice {
  /** By key: `BGPPeer/tor-a`. */
  readonly peers: readonly string[];
  /** What no other node announces to the same router, but for drained ones: it may have no better way. */
  readonly alone: {
    readonly prefixes: readonly Prefix[];
    readonly peers: readonly string[];
  };
}

/** @param routes of all nodes */
export function lastChoiceOf(node: string, routes: readonly RouteView[]): LastChoice {
  const announced = routes.filter(({ state }) => state === "announced");
  const own = announced.filter((route) => route.node === node);
  const toRouter = ({ prefix, peer }: RouteView) => `${prefix} ${peer ?? ""}`;
  const better = new Set(
    announced.filter((route) => route.node !== node && !route.isLastChoice).map(toRouter),
  );
  const alone = own.filter((route) => !better.has(toRouter(route)));
  const prefixes = [...new Set(alone.map(({ prefix }) => prefix))];
  return { peers: peersOf(own), alone: { prefixes, peers: peersOf(alone) } };
}

function peersOf(routes: readonly RouteView[]): string[] {
  return [...new Set(routes.flatMap(({ peer }) => peer ?? []))].sort(compareText);
}

/** @returns a clause: whom the node goes on telling, and that they have better ways */
export function lastChoiceClause({ peers }: LastChoice): string {
  return `goes on announcing to ${named(peers)}, as the last choice beside other nodes`;
}

/** @returns what keeps a drain from its end, without a full stop */
export function aloneClause(node: string, { prefixes, peers }: LastChoice["alone"]): string {
  return `no other node announces ${named(prefixes)} to ${named(peers)}, which may send to ${node} still`;
}

/** @returns why the wait was given up, without its full stop */
export function timeoutSentence(
  node: string,
  { left, stuck, seconds, alone, ignoreExcludeLb }: TimeoutFacts,
): string {
  const stuckAddresses = new Set(stuck.map(({ address }) => address));
  const late = left.filter(({ spec }) => !stuckAddresses.has(spec.address));
  const undo = `it stays marked, and "spreadlb undrain ${node}" takes the mark away`;
  if (left.length === 0) {
    const way = ignoreExcludeLb ? "stop its speaker" : `label it ${EXCLUDE_LABEL}`;
    return `${aloneClause(node, alone)}: where that may be silent, ${way}, and it withdraws; ${undo}`;
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
  readonly alone: LastChoice["alone"];
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
