/**
 * The VirtualIPs as they should be, against those that are: what to make, change and remove. Pure.
 *
 * All that change in one pass get one number, greater than every number before (speakers compare plans by it).
 * Neighbours: assignments.ts says whose they are; ../multi-ip/rank.ts says where.
 */
import { compareText } from "../base/hash.ts";
import type { Ip } from "../base/ip.ts";
import { isEqualList } from "../base/lists.ts";
import type { Labels } from "../classes/label-selector.ts";
import { interfacesOf, modeOf, waysOn, type Way } from "../classes/model.ts";
import { apiVersionOf } from "../kube/resource.ts";
import { VIRTUAL_IPS } from "../multi-ip/kind.ts";
import { describeMoveReason } from "../multi-ip/move-reason.ts";
import { virtualIpName } from "../multi-ip/name.ts";
import type { RankMove, RankPlan, StandingPlan } from "../multi-ip/rank.ts";
import type { NodeInterfaces, VirtualIP, VirtualIPSpec } from "../multi-ip/resource.ts";
import { compareUses, type Assignment, type Assignments, type ServiceUse } from "./assignments.ts";
import { reachOf } from "./reach.ts";
import { isLocal, type World } from "./world.ts";
import type { Decided } from "./desk.ts";
import type { PlannedEvent, Write } from "./writes.ts";

export interface VirtualIpPlan {
  readonly writes: readonly Write[];
  /** The newest plan number, this pass's included. */
  readonly generation: number;
}

interface PlannedRanks extends StandingPlan {
  /** The newest plan that was ever seen or made. */
  readonly generation: number;
  /** Plans that are given anew, and the numbers that they had: looking.ts. */
  readonly renewals: ReadonlyMap<Ip, number>;
}

/** What is planned of VirtualIPs, kept up to date: looked at are those that the news touches, and those not written yet. */
export class ClaimPlans {
  /** Addresses of which more is to be written than another rank, of which the ranking knows. */
  #open: ReadonlySet<Ip> = new Set();
  #classes: World["classes"] | null = null;

  plan(world: World, decided: Decided, planned: PlannedRanks): VirtualIpPlan {
    const { ranks, moves, renewals } = planned;
    const newest = newestGeneration(world, decided.news.addresses, planned.generation);
    const generation = newest + 1;
    const context = {
      ...{ world, decided, ranks, renewals, generation },
      moveOf: new Map(moves.map((move) => [move.address, move])),
      labelsByNode: new Map(world.nodes.map(({ name, labels }) => [name, labels])),
    };
    const open = new Set<Ip>();
    const writes: Write[] = [];
    const { others, all } = this.#toLookAt(world, decided, planned);
    for (const ip of all) {
      if (!others.has(ip) && isRankedSo(ip, context)) continue;
      const planned = planAddress(ip, context);
      if (planned.some((write) => !isOfRank(write))) open.add(ip);
      writes.push(...planned);
    }
    this.#open = open;
    const isChanged = writes.some(({ kind }) => kind !== "delete-virtual-ip");
    for (const before of world.malformed) writes.push({ kind: "delete-virtual-ip", before });
    return { writes, generation: isChanged ? generation : newest };
  }

  /** @returns the addresses of which anything may be otherwise, and those of them of which more may be than the rank */
  #toLookAt(world: World, { wanted, news }: Decided, { open, renewals }: PlannedRanks) {
    const others = new Set([...news.uses, ...this.#open]);
    if (world.classes !== this.#classes) {
      for (const ip of [...wanted.keys(), ...world.claimed.keys()]) others.add(ip);
    }
    this.#classes = world.classes;
    return { others, all: new Set([...news.addresses, ...others, ...open, ...renewals.keys()]) };
  }
}

/** Most ranks that are seen are those that were written a moment before. */
function isRankedSo(ip: Ip, { world, ranks, renewals, moveOf }: AddressContext): boolean {
  const before = world.claimed.get(ip)?.object.spec;
  const rank = ranks.get(ip);
  if (before === undefined || rank === undefined || isOld(before, ip, renewals)) return false;
  if (!isEqualList(before.rank, rank)) return false;
  return (moveOf.get(ip)?.reason ?? before.cause) === before.cause;
}

/** Its plan is to get a new number, and has not. */
function isOld({ generation }: VirtualIPSpec, ip: Ip, renewals: PlannedRanks["renewals"]): boolean {
  return generation <= (renewals.get(ip) ?? -Infinity);
}

function isOfRank(write: Write): boolean {
  if (write.kind !== "update-virtual-ip") return false;
  return Object.keys(write.spec).every((field) => RANK_FIELDS.has(field));
}

const RANK_FIELDS: ReadonlySet<string> = new Set(["rank", "cause", "generation"]);

interface AddressContext {
  readonly world: World;
  readonly decided: Assignments;
  readonly ranks: RankPlan["ranks"];
  readonly renewals: PlannedRanks["renewals"];
  readonly moveOf: ReadonlyMap<Ip, RankMove>;
  readonly labelsByNode: ReadonlyMap<string, Labels>;
  readonly generation: number;
}

function planAddress(
  ip: Ip,
  { world, decided, ranks, renewals, moveOf, labelsByNode, generation }: AddressContext,
): Write[] {
  const { wanted, heldBack } = decided;
  const assignment = wanted.get(ip);
  const before = world.claimed.get(ip)?.object;
  if (assignment === undefined) {
    const isLeft = before !== undefined && !heldBack.has(ip);
    return isLeft ? [{ kind: "delete-virtual-ip", before }] : [];
  }
  const uses = [...assignment.uses, ...(heldBack.get(ip) ?? [])].sort(compareUses);
  const cause = moveOf.get(ip)?.reason; // Without a move the one before stays: what is not named is not patched.
  const rank = ranks.get(ip) ?? [];
  const spec = {
    ...specOf({ ...assignment, uses }, { world, labelsByNode, rank }),
    ...(cause === undefined ? {} : { cause }),
  };
  if (before === undefined) return [creation({ ...spec, generation })];
  const writes = update(before, { ...spec, generation }, moveOf.get(ip));
  if (writes.length > 0 || !isOld(before.spec, ip, renewals)) return writes;
  return [{ kind: "update-virtual-ip", before, spec: { generation }, events: [] }];
}

/** @param news the others were seen when they were news, and what was known then is known still */
function newestGeneration({ claimed }: World, news: ReadonlySet<Ip>, known: number): number {
  let newest = known;
  for (const ip of news) {
    newest = Math.max(newest, claimed.get(ip)?.object.spec.generation ?? newest);
  }
  return newest;
}

interface RankContext {
  readonly labelsByNode: ReadonlyMap<string, Labels>;
  readonly rank: readonly string[];
}

type PlannedSpec = Omit<VirtualIPSpec, "generation">;

function specOf(
  { ip, className, uses }: Assignment,
  { world, ...context }: RankContext & { readonly world: World },
): PlannedSpec {
  const reach = reachOf(uses, className, world);
  const ways = reach?.ways ?? [];
  const pool = reach?.model.pool ?? null;
  return {
    address: ip,
    services: uses,
    pool,
    class: pool === null ? className : null,
    mode: modeOf(ways),
    ...plannedInterfaces(ways, context),
    ...plannedRoutes(ways, uses, world),
    rank: context.rank,
  };
}

/** What nodes announce to routers: of L2 alone there is nothing. */
function plannedRoutes(
  ways: readonly Way[],
  uses: readonly ServiceUse[],
  { services }: World,
): Pick<PlannedSpec, "advertisements" | "local"> {
  const advertisements = [...new Set(ways.flatMap(({ bgp }) => bgp?.key ?? []))].sort(compareText);
  if (advertisements.length === 0) return {};
  const local = uses.some(({ namespace, name }) => isLocal(services.get(`${namespace}/${name}`)));
  return local ? { advertisements, local } : { advertisements };
}

/** Each node answers on the interfaces of the ways that select it; those are named that differ from all together. */
function plannedInterfaces(
  ways: readonly Way[],
  { rank, labelsByNode }: RankContext,
): Pick<PlannedSpec, "interfaces" | "nodeInterfaces"> {
  const interfaces = interfacesOf(ways);
  if (ways.every((way) => way.interfaces.length === 0)) return { interfaces };
  const nodeInterfaces = rank.flatMap((node): NodeInterfaces[] => {
    const own = waysOn(ways, labelsByNode.get(node) ?? {});
    const named = own.length === 0 ? interfaces : interfacesOf(own);
    return named.join() === interfaces.join() ? [] : [{ node, interfaces: named }];
  });
  return nodeInterfaces.length === 0 ? { interfaces } : { interfaces, nodeInterfaces };
}

function creation(spec: VirtualIPSpec): Write {
  const object: VirtualIP = {
    apiVersion: apiVersionOf(VIRTUAL_IPS),
    kind: VIRTUAL_IPS.kind,
    metadata: { name: virtualIpName(spec.address) },
    spec,
  };
  return { kind: "create-virtual-ip", object };
}

/** @returns a write with the fields that differ, or none */
function update(
  before: VirtualIP,
  { generation, ...planned }: VirtualIPSpec,
  move: RankMove | undefined,
): Write[] {
  const { nodeInterfaces: had = [], advertisements = [], local = false } = before.spec;
  // What is not said any more is taken back.
  const wanted = {
    ...(had.length === 0 ? {} : { nodeInterfaces: [] }),
    ...(advertisements.length === 0 ? {} : { advertisements: [] }),
    ...(local ? { local: false } : {}),
    ...planned,
  };
  const fields = Object.keys(wanted) as (keyof PlannedSpec)[];
  const differing = fields.filter((field) => !isSame(before.spec[field], wanted[field]));
  if (differing.length === 0) return [];
  const changes = Object.fromEntries(differing.map((field) => [field, wanted[field]]));
  const spec = { ...changes, generation };
  if (move === undefined) return [{ kind: "update-virtual-ip", before, spec, events: [] }];
  return [{ kind: "update-virtual-ip", before, spec, move, events: moveEvents(move, generation) }];
}

/** A first place and a plan that follows what the speakers did already are told by them. */
function moveEvents({ from, to, reason }: RankMove, generation: number): PlannedEvent[] {
  if (from === null || reason === "first" || reason === "follow-holder") return [];
  const instead =
    to === null ? `ranks no node instead of ${from}` : `ranks ${to} first, and no longer ${from}`;
  const message = `Plan ${generation} ${instead} (${reason}): ${describeMoveReason(reason)}`;
  return [{ type: "Normal", reason: "PlannedMove", message, action: "RankNodes" }];
}

type Field = PlannedSpec[keyof PlannedSpec];

function isSame(a: Field, b: Field): boolean {
  // The API server keeps no null: a field that was set to null comes back missing.
  if (!Array.isArray(a) || !Array.isArray(b)) return (a ?? null) === (b ?? null);
  return a.length === b.length && a.every((item, index) => isSameItem(item, b[index]));
}

function isSameItem(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object") return a === b;
  if (isOfNode(a) && isOfNode(b)) return a.node === b.node && isSame(a.interfaces, b.interfaces);
  const [one, other] = [a as ServiceUse, b as ServiceUse];
  return compareUses(one, other) === 0 && one.index === other.index;
}

function isOfNode(item: object | null): item is NodeInterfaces {
  return item !== null && "interfaces" in item;
}
