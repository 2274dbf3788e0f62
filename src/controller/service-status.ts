/**
 * What a Service's status should say: addresses in the order of their index, Deckhouse's two conditions, ours. Pure.
 *
 * An address is listed once its VirtualIP is seen to exist, names this Service and ranks a node (design rule K1).
 * One that is listed already stays as long as it is claimed and the class has nodes: ranks change under it.
 * Where `externalTrafficPolicy: Local` finds no endpoint, the address stays too: nobody answers, nobody else gets it
 * (docs/decisions/0007-local-without-endpoints.md).
 * Neighbours: roles.ts and assignments.ts decided; service-events.ts and words.ts say it; service-annotations.ts goes along.
 */
import type { Problem } from "../base/errors.ts";
import { familyOf, parseIp, type Ip, type IpFamily } from "../base/ip.ts";
import type { Allocation } from "../classes/allocation.ts";
import { BOUND_CONDITION } from "../classes/choose.ts";
import { titleOf } from "../classes/model.ts";
import {
  removeCondition,
  setCondition,
  type Condition,
  type ConditionWish,
} from "../kube/patches.ts";
import { keyOf } from "../kube/resource.ts";
import type { LoadBalancerIngress, Service } from "../kube/types.ts";
import { isSameInEachFamily, listedAddresses, placesInOrder } from "./assignments.ts";
import { reachOf } from "./reach.ts";
import { nodeProblems } from "./node-problems.ts";
import { ASSIGNED_CONDITION, OUR_CONDITIONS, READY_CONDITION } from "./resources.ts";
import { boundClassOf, type Role } from "./roles.ts";
import { allocatedFromPatch, type AnnotationPatch } from "./service-annotations.ts";
import { assignedEvent, noticeEvents, problemEvents } from "./service-events.ts";
import { distinctProblems, problemCondition, withHints } from "./words.ts";
import { isLocal, type World } from "./world.ts";
import type { PlannedEvent, ServiceStatusPatch } from "./writes.ts";

export interface StatusPlan {
  readonly status: ServiceStatusPatch;
  /** Goes into the same patch. */
  readonly annotations?: AnnotationPatch;
  readonly events: readonly PlannedEvent[];
  /** False where nothing would change: the patch is empty. */
  readonly isChange: boolean;
  /** True where it is better to write when the claims under way are made: nothing that is listed has to go. */
  readonly mayWait: boolean;
  readonly problems: readonly Problem[];
  readonly isComplete: boolean;
}

export interface StatusInput {
  readonly service: Service;
  readonly world: World;
  readonly nowIso: string;
}

type Served = Extract<Role, { kind: "served" }>;

export function planServedStatus(
  input: StatusInput,
  role: Served,
  allocation: Allocation,
): StatusPlan {
  const { service, world } = input;
  const places = placesInOrder(allocation, role.request.families);
  const listed = new Set(listedAddresses(service));
  const { home } = allocation;
  const promised = promisedAddresses(input, home, places, listed);
  const kept = promised.filter((ip) => listed.has(ip)).length;
  const isComplete = promised.length === places.length && places.length > 0;
  const { hints } = role.request;
  const problems = distinctProblems(
    role.problems,
    role.request.problems,
    role.problems.some(isPoolUnknown) ? [] : allocation.problems,
    nodeProblems(service, { home, families: givenFamilies(places, role) }, world),
  );
  const total = places.length || countWanted(role);
  const ready = isComplete
    ? wellCondition(promised.length)
    : pendingCondition(promised.length, total);
  const isOfPools = role.className === null && promised.length > 0;
  const wishes = [
    ...(role.className === null ? [] : boundCondition(service, role.className, world)),
    assignedCondition(promised.length, total),
    problems.length > 0
      ? problemCondition(READY_CONDITION, [...problems, ...hints])
      : withHints(ready, hints),
  ];
  // Who has an address of a pool waits no more for a class that is gone.
  const conditions = withConditions(input, wishes, isOfPools ? [BOUND_CONDITION] : []);
  const ingress = ingressPatch(service, promised);
  const model = world.compiled.classes.get(home ?? "");
  const pool = promised.length > 0 ? (model?.pool ?? null) : null;
  const annotations = allocatedFromPatch(service, pool);
  const isNews = isComplete && (ingress !== undefined || !isAssigned(service));
  const events = [
    ...problemEvents([...problems, ...hints], conditionOf(service, READY_CONDITION)),
    ...(kept < listed.size ? noticeEvents(allocation.notices) : []),
    ...(isNews ? [assignedEvent(promised, listed, model ? titleOf(model) : "")] : []),
  ];
  const isUnderWay = problems.every(({ code }) => code !== "NO_NODES" && code !== "NO_INTERFACE");
  // What it gives up by itself is claimed until the status lets it go: one write, and no moment without an address.
  const isClaimed = (ip: Ip) => world.claimed.get(ip)?.services.includes(keyOf(service)) === true;
  const mayKeep =
    kept === listed.size ||
    (allocation.notices.length === 0 &&
      [...listed].every((ip) => promised.includes(ip) || isClaimed(ip)));
  const mayWait = isUnderWay && mayKeep && hasClaimsToCome(places, promised);
  return {
    ...changes({ conditions, ingress, annotations }, events),
    mayWait,
    problems,
    isComplete,
  };
}

export function planUnservedStatus(
  input: StatusInput,
  role: Extract<Role, { kind: "unserved" }>,
): StatusPlan {
  const { service } = input;
  const wasServed = conditionOf(service, ASSIGNED_CONDITION)?.message.startsWith("0 of ") === false;
  const { problems } = role;
  const conditions = withConditions(input, [
    assignedCondition(0, countWanted(role)),
    problemCondition(READY_CONDITION, problems),
  ]);
  const ingress = wasServed ? ingressPatch(service, []) : withoutOurs(input);
  const events = problemEvents(problems, conditionOf(service, READY_CONDITION));
  const annotations = allocatedFromPatch(service, null);
  return {
    ...changes({ conditions, ingress, annotations }, events),
    mayWait: false,
    problems,
    isComplete: false,
  };
}

/** Takes back what is ours and leaves what another may have written. */
export function planReleasedStatus(input: StatusInput): StatusPlan {
  const before = input.service.status?.conditions;
  let after: readonly Condition[] = before ?? [];
  for (const type of OUR_CONDITIONS) after = removeCondition(after, type);
  const conditions = after.length === (before?.length ?? 0) ? undefined : after;
  const annotations = allocatedFromPatch(input.service, null);
  const patch = { conditions, ingress: withoutOurs(input), annotations };
  return { ...changes(patch, []), mayWait: false, problems: [], isComplete: true };
}

/** Then it is no news that no pool gives anything. */
function isPoolUnknown({ code }: Problem): boolean {
  return code === "POOL_UNKNOWN";
}

interface Changes {
  readonly conditions: readonly Condition[] | undefined;
  readonly ingress: readonly LoadBalancerIngress[] | null | undefined;
  readonly annotations: AnnotationPatch | undefined;
}

function changes(
  { conditions, ingress, annotations }: Changes,
  events: readonly PlannedEvent[],
): Pick<StatusPlan, "status" | "annotations" | "events" | "isChange"> {
  const status: ServiceStatusPatch = {
    ...(ingress === undefined ? {} : { loadBalancer: { ingress } }),
    ...(conditions === undefined ? {} : { conditions }),
  };
  const isChange = [ingress, conditions, annotations].some((change) => change !== undefined);
  return { status, ...(annotations ? { annotations } : {}), events, isChange };
}

type Place = ReturnType<typeof placesInOrder>[number];

/** One whose claim is still to come keeps those of its family behind it waiting: a list grows at its end (design rule P5). */
function promisedAddresses(
  { service, world }: StatusInput,
  home: string | null,
  places: readonly Place[],
  listed: ReadonlySet<Ip>,
): Ip[] {
  const { namespace = "", name } = service.metadata;
  const reach = home === null ? undefined : reachOf([{ namespace, name }], home, world);
  if (reach === undefined) return [];
  const { eligibleNames: eligible, model } = reach;
  // A pool gives its addresses also where others announce them; a class is nothing without its nodes.
  const isForAll = model.pool !== null;
  if (eligible.size === 0 && !isForAll) return [];
  const key = keyOf(service);
  const waiting = new Set<IpFamily>();
  return places.flatMap(({ ip }) => {
    if (ip === null) return [];
    const claimed = world.claimed.get(ip);
    if (claimed === undefined && !listed.has(ip)) waiting.add(familyOf(ip));
    if (waiting.has(familyOf(ip)) && !listed.has(ip)) return [];
    // Listed without any claim, or with one of those that share it alone: adopted, and claimed in this very pass.
    if (claimed === undefined || !claimed.services.includes(key)) return listed.has(ip) ? [ip] : [];
    const { rank, mode } = claimed.object.spec;
    const isRanked = rank.some((node) => eligible.has(node));
    const needsNoRank = isForAll && (eligible.size === 0 || mode === "BGP");
    return listed.has(ip) || isRanked || isLocal(service) || needsNoRank ? [ip] : [];
  });
}

/** @returns those of its addresses, and of what it asks for where it has none: of two that it prefers it may have one */
function givenFamilies(places: readonly Place[], { request }: Served): readonly IpFamily[] {
  const given = new Set(places.flatMap(({ ip }) => (ip === null ? [] : familyOf(ip))));
  return given.size > 0 ? [...given] : request.families;
}

/** True where an address is given and not promised yet: its VirtualIP is about to be made. */
function hasClaimsToCome(places: readonly Place[], promised: readonly Ip[]): boolean {
  return places.some(({ ip }) => ip !== null && !promised.includes(ip));
}

function countWanted({ request }: Pick<Served, "request">): number {
  return (request.countPerFamily ?? 1) * request.families.length;
}

/**
 * Which family comes first stays as it is: MetalLB writes IPv4 first, whatever comes first for the Service, and clients and tools
 * have read it.
 *
 * @returns what to set, null to clear, or undefined where the status says so already
 */
function ingressPatch(
  { status }: Service,
  wanted: readonly Ip[],
): readonly LoadBalancerIngress[] | null | undefined {
  const listed = status?.loadBalancer?.ingress ?? [];
  const plain = listed.flatMap(({ ip = "", hostname }) =>
    hostname === undefined ? (parseIp(ip) ?? []) : [],
  );
  const isSame = plain.length === listed.length && isSameInEachFamily(plain, wanted);
  if (isSame) return undefined;
  return wanted.length === 0 ? null : wanted.map((ip) => ({ ip }));
}

/** @returns the patch that takes out the addresses that our VirtualIPs claim for this Service, and no others */
function withoutOurs({ service, world }: StatusInput): ReturnType<typeof ingressPatch> {
  const listed = service.status?.loadBalancer?.ingress ?? [];
  const key = keyOf(service);
  const left = listed.filter(({ ip = "" }) => {
    const address = parseIp(ip);
    return address === undefined || world.claimed.get(address)?.services.includes(key) !== true;
  });
  if (left.length === listed.length) return undefined;
  return left.length === 0 ? null : left;
}

/** @returns the whole list of conditions where one of them changes, else undefined */
function withConditions(
  { service, nowIso }: StatusInput,
  wishes: readonly ConditionWish[],
  removed: readonly string[] = [],
): readonly Condition[] | undefined {
  const before = service.status?.conditions ?? [];
  let after: readonly Condition[] = before;
  for (const type of removed) after = removeCondition(after, type);
  for (const wish of wishes) after = setCondition(after, wish, nowIso);
  return after === before ? undefined : after;
}

/** As Deckhouse: not before the class has a node, so that a Service is not bound to a class that cannot serve it. */
function boundCondition(service: Service, className: string, world: World): ConditionWish[] {
  const bound = boundClassOf(service);
  const hasNodes = (world.classes.get(className)?.selected.length ?? 0) > 0;
  if (bound === className || (bound === null && !hasNodes)) return [];
  const [status, reason] = ["True", "LoadBalancerClassBound"] as const;
  return [{ type: BOUND_CONDITION, status, reason, message: className }];
}

function assignedCondition(count: number, total: number): ConditionWish {
  const isAll = count === total && total > 0;
  return {
    type: ASSIGNED_CONDITION,
    status: isAll ? "True" : "False",
    reason: isAll ? "AllIPsAssigned" : "NotAllIPsAssigned",
    message: `${count} of ${total} public IPs were assigned`,
  };
}

function wellCondition(count: number): ConditionWish {
  const message = count === 1 ? "The address is assigned" : `All ${count} addresses are assigned`;
  return { type: READY_CONDITION, status: "True", reason: "AddressesAssigned", message };
}

function pendingCondition(count: number, total: number): ConditionWish {
  const message = `${count} of ${total} addresses are assigned, the others are being claimed`;
  return { type: READY_CONDITION, status: "False", reason: "AddressesPending", message };
}

function isAssigned(service: Service): boolean {
  return conditionOf(service, ASSIGNED_CONDITION)?.status === "True";
}

function conditionOf(service: Service, type: string): Condition | undefined {
  return service.status?.conditions?.find((condition) => condition.type === type);
}
