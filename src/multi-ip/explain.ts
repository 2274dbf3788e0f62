/**
 * Why an address is where it is, in a paragraph for people: `spreadlb why`. Pure.
 *
 * Every sentence states one fact that the reader can check in an object, in the order in which they decide:
 * whose the address is, who holds it and since when, the plan, who may not hold it and why, the last
 * move. Times are given as they are in the objects, so that the text can be laid beside a log.
 * Neighbours: move-reason.ts has the sentences for reasons; the command line gathers the facts.
 */
import { describeProblem, type Problem } from "../base/errors.ts";
import { compareText } from "../base/hash.ts";
import { compareIps, familyOf } from "../base/ip.ts";
import { describeMoveReason } from "./move-reason.ts";
import type { VirtualIP } from "./resource.ts";

/** What a node is to an address: it may hold it, or the first thing that forbids it. */
export const NODE_VERDICTS = {
  "may-hold": "may hold it",
  "not-selected": "has not the labels of the class",
  excluded: "is excluded by the label node.kubernetes.io/exclude-from-external-load-balancers",
  drained: "is drained, and answers only where no other node can",
  cordoned: "is cordoned, which the class goes by, and answers only where no other node can",
  "out-of-service":
    "is out of service by its taint, which the class goes by, and answers only where no other node can",
  "being-deleted": "is being deleted",
  "network-unavailable": "has its network unavailable",
  "no-serving-endpoint": "has no serving endpoint of the Service, whose policy is Local",
  "no-interface": "has none of the interfaces that are named for it",
  "not-ready": "is not ready",
  stopping: "has a speaker that is about to stop",
  "no-speaker": "has no speaker that is heard of",
  returning: "has returned, and gets addresses again after the settling time",
} as const;

export type NodeVerdict = keyof typeof NODE_VERDICTS;

export interface NodeFinding {
  readonly name: string;
  readonly verdict: NodeVerdict;
}

export interface AddressFacts {
  readonly vip: VirtualIP;
  /** The nodes of the class, and any other that the reader may wonder about; undefined: not known. */
  readonly nodes: readonly NodeFinding[] | undefined;
}

export interface ServiceFacts {
  readonly namespace: string;
  readonly name: string;
  readonly className: string | null;
  /** Its addresses, in any order. */
  readonly addresses: readonly AddressFacts[];
  readonly problems: readonly Problem[];
}

/** @returns one paragraph, without a line break */
export function explainAddress({ vip, nodes }: AddressFacts): string {
  const mode = vip.spec.mode;
  const sentences = [
    usersOf(vip),
    originOf(vip),
    ...(mode === "BGP" ? [] : [holderOf(vip), ...conflictOf(vip)]),
    ...(mode === "L2" ? [] : ["Every node that may hold it announces it to the routers"]),
    ...(mode === "BGP" ? preferenceOf(vip) : [planOf(vip)]),
    ...(nodes === undefined ? [] : candidatesOf(nodes)),
    ...(mode === "BGP" ? [] : [lastMoveOf(vip)]),
  ];
  return `${sentences.join(". ")}.`;
}

/** @returns a paragraph on the Service, then one for each of its addresses, in the order of their indices */
export function explainService(facts: ServiceFacts): string {
  const { namespace, name, className, addresses, problems } = facts;
  const service = `${namespace}/${name}`;
  const indexOf = ({ vip }: AddressFacts): number =>
    vip.spec.services.find((use) => use.namespace === namespace && use.name === name)?.index ?? 0;
  const sorted = addresses.toSorted(
    (a, b) =>
      compareText(familyOf(a.vip.spec.address), familyOf(b.vip.spec.address)) ||
      indexOf(a) - indexOf(b) ||
      compareIps(a.vip.spec.address, b.vip.spec.address),
  );
  const ofClass = className === null ? "no class serves it" : `class "${className}" serves it`;
  const list = sorted.map(({ vip }) => vip.spec.address).join(", ");
  const has =
    sorted.length === 0
      ? `has no address; ${ofClass}`
      : `has ${counted(sorted.length, "address", "addresses")}, ${list}; ${ofClass}`;
  const summary = [`Service ${service} ${has}.`, ...problems.map(describeProblem)].join(" ");
  const silent = sorted.length === 0 && problems.length === 0;
  const hint = " Nothing is known to be wrong: the controller may not have seen it yet.";
  return [silent ? summary + hint : summary, ...sorted.map(explainAddress)].join("\n\n");
}

function usersOf({ spec }: VirtualIP): string {
  const users = spec.services.map(
    ({ namespace, name, index }) => `Service ${namespace}/${name} (index ${index})`,
  );
  const last = users.at(-1);
  if (last === undefined) return `${spec.address} belongs to no Service, and will be freed`;
  if (users.length === 1) return `${spec.address} belongs to ${last}`;
  return `${spec.address} is shared by ${users.slice(0, -1).join(", ")} and ${last}`;
}

function originOf({ spec }: VirtualIP): string {
  const [pool, ofClass] = [spec.pool ?? null, spec.class ?? null];
  if (pool === null) {
    return ofClass === null ? "Its class is gone" : `It comes from class "${ofClass}"`;
  }
  const from = `It comes from pool "${pool}"`;
  return ofClass === null ? from : `${from} of class "${ofClass}"`;
}

function holderOf({ spec, status }: VirtualIP): string {
  const holder = status?.holder ?? null;
  const since = status?.since === undefined ? "" : ` since ${status.since}`;
  if (holder === null) return `Nobody answers for it${since}`;
  const answers = `Node ${holder} answers for it${since}`;
  if (holder === spec.rank[0]) return `${answers}, as planned`;
  if (spec.rank[0] === undefined) return `${answers}, though no node may`;
  return `${answers}, though the plan prefers ${spec.rank[0]}`;
}

/** The message of the condition is a sentence for people already. */
function conflictOf({ status }: VirtualIP): string[] {
  const conflict = status?.conditions?.find(({ type }) => type === "Conflict");
  return conflict?.status === "True" ? [`There is a conflict: ${conflict.message}`] : [];
}

function planOf({ spec, status }: VirtualIP): string {
  if (spec.rank.length === 0) return `Plan ${spec.generation} has no node for it`;
  const plan = `Plan ${spec.generation} ranks ${spec.rank.join(", ")}`;
  const known = status?.generation;
  return known !== undefined && known < spec.generation
    ? `${plan}; its holder still goes by plan ${known}`
    : plan;
}

/** Routers alone are told of it: it is ranked where an advertisement asks that they prefer one node. */
function preferenceOf({ spec: { generation, rank } }: VirtualIP): string[] {
  const [first, ...others] = rank;
  if (first === undefined) return [];
  const then = others.length === 0 ? "" : `, then ${others.join(", ")}`;
  return [`By plan ${generation} routers should prefer ${first}${then}`];
}

function candidatesOf(nodes: readonly NodeFinding[]): string[] {
  const able = nodes.filter(({ verdict }) => verdict === "may-hold").map(({ name }) => name);
  const others = nodes.filter(({ verdict }) => verdict !== "may-hold");
  const first =
    able.length === 0 ? "No node may hold it now" : `Now ${able.join(", ")} may hold it`;
  return [
    first,
    ...others.map(({ name, verdict }) => `${name} may not: it ${NODE_VERDICTS[verdict]}`),
  ];
}

function lastMoveOf({ spec, status }: VirtualIP): string {
  const move = status?.lastMove;
  if (move === undefined) return "It has not moved yet";
  const from = typeof move.from === "string" ? ` from ${move.from}` : "";
  const to = ` to ${move.to ?? "no node"}`;
  // Speakers know that a plan moved an address; only the plan knows why.
  const isPlanned = move.reason === "plan" && move.to === spec.rank[0];
  // Where the plan has named that node from the first, another answered until it had begun.
  const byPlan = isPlanned && spec.cause !== "first" ? spec.cause : null;
  const words = byPlan ? `${move.reason}, ${byPlan}` : move.reason;
  const why = describeMoveReason(byPlan ?? move.reason);
  return `Its last move was at ${move.at}${from}${to} (${words}): ${why}`;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
