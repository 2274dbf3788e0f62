/**
 * What MetalLB's objects should say of how things are: ServiceL2Status, ConfigurationState, how full a pool is. Pure.
 *
 * Read first: reference of MetalLB, sections 1.1, 1.7 and 1.9. Tools find the objects by labels and names, so these are exact.
 * Nothing is made in a cluster that lacks the kinds or the namespace, and nothing where there is no pool.
 * Neighbours: l2-status.ts has the objects of Services; writes.ts the shape of what is to be written.
 */
import { describeProblem, type Problem } from "../base/errors.ts";
import { isLabelValue } from "../classes/check/label-syntax.ts";
import type { ConfigurationState } from "../classes/metallb/configuration-state.ts";
import { IP_ADDRESS_POOL_KIND, type IPAddressPool } from "../classes/metallb/ip-address-pool.ts";
import {
  COMPONENT_LABEL,
  COMPONENT_NODE_LABEL,
  isOurs,
  OUR_LABEL,
} from "../classes/metallb/status-kinds.ts";
import { addressCounters, type ClassModel } from "../classes/model.ts";
import { hasPools } from "../classes/offers.ts";
import { setCondition } from "../kube/patches.ts";
import type { Counts } from "./counts.ts";
import { isUnusable } from "./in-force.ts";
import { onceForEach } from "../base/once.ts";
import type { MetallbStatuses, World } from "./world.ts";
import type { Write } from "./writes.ts";

type Assigned = ReturnType<Counts["addressesOf"]>;
type IPAddressPoolStatus = NonNullable<IPAddressPool["status"]>;

export interface MetallbStatusInput {
  readonly world: World;
  readonly counts: Counts;
  /** Of ServiceL2Status objects. */
  readonly l2Writes: readonly Write[];
  /** null where the cluster has no such kinds. */
  readonly statuses: MetallbStatuses | null;
  readonly pools: readonly IPAddressPool[];
  readonly nowIso: string;
  readonly nowMs: number;
  readonly countIntervalMs: number;
  readonly countedAtMs: ReadonlyMap<string, number>;
}

export interface MetallbStatusPlan {
  readonly writes: readonly Write[];
  readonly countedAtMs: ReadonlyMap<string, number>;
  /** When a count that is out of date may be written. */
  readonly wakeAtMs: number | null;
}

export function planMetallbStatuses(input: MetallbStatusInput): MetallbStatusPlan {
  const { world, statuses } = input;
  const counters = atLeisure(planPoolCounters(input), input);
  if (statuses === null || !world.namespaceLabels.has(statuses.namespace)) return counters;
  const writes = [...counters.writes, ...input.l2Writes, ...planStates(input, statuses)];
  return { ...counters, writes };
}

/** One write a second at most to each pool, while Services come and go. */
function atLeisure(
  planned: readonly Write[],
  { nowMs, countIntervalMs, countedAtMs: before }: MetallbStatusInput,
): MetallbStatusPlan {
  const isWaiting = ([key, atMs]: [string, number]) =>
    key.startsWith(`${IP_ADDRESS_POOL_KIND}/`) && nowMs < atMs + countIntervalMs;
  const countedAtMs = new Map([...before].filter(isWaiting));
  const writes: Write[] = [];
  let wakeAtMs: number | null = null;
  for (const write of planned) {
    const key = `${IP_ADDRESS_POOL_KIND}/${"before" in write ? write.before.metadata.name : ""}`;
    const waitsSinceMs = countedAtMs.get(key);
    if (waitsSinceMs === undefined) {
      writes.push(write);
      countedAtMs.set(key, nowMs);
    } else wakeAtMs = Math.min(wakeAtMs ?? Infinity, waitsSinceMs + countIntervalMs);
  }
  return { writes, countedAtMs, wakeAtMs };
}

function planPoolCounters({ world, pools, counts }: MetallbStatusInput): Write[] {
  const writes: Write[] = [];
  for (const line of linesFor(pools, world.compiled.classes)) {
    const assigned = counts.addressesOf(line.key);
    if (assigned === line.saidRight) continue;
    const { before, model } = line;
    const status = countersOf(model, assigned);
    if (COUNTERS.every((counter) => before.status?.[counter] === status[counter])) {
      line.saidRight = assigned;
    } else writes.push({ kind: "metallb-status", of: "IPAddressPool", before, status });
  }
  return writes;
}

interface CounterLine {
  readonly before: IPAddressPool;
  readonly key: string;
  readonly model: ClassModel;
  /** The count that the status was found to tell. */
  saidRight: Assigned | null;
}

type Classes = World["compiled"]["classes"];

const books = new WeakMap<
  readonly IPAddressPool[],
  { readonly classes: Classes; readonly lines: readonly CounterLine[] }
>();

/** Kept as long as the pools are the same: most passes find all counters right, and that is to cost next to nothing. */
function linesFor(pools: readonly IPAddressPool[], classes: Classes): readonly CounterLine[] {
  const known = books.get(pools);
  if (known?.classes === classes) return known.lines;
  const lines = pools.flatMap((before): CounterLine[] => {
    const key = classKeyOf(before);
    const model = classes.get(key);
    return model === undefined ? [] : [{ before, key, model, saidRight: null }];
  });
  books.set(pools, { classes, lines });
  return lines;
}

const COUNTERS = ["assignedIPv4", "assignedIPv6", "availableIPv4", "availableIPv6"] as const;

const classKeyOf = onceForEach(
  ({ metadata }: IPAddressPool) => `${IP_ADDRESS_POOL_KIND}/${metadata.name}`,
);

interface Counted {
  /** The very object that was counted: another count is another object. */
  readonly assigned: Assigned;
  readonly counters: IPAddressPoolStatus;
}

const counted = new WeakMap<ClassModel, Counted>();

function countersOf(model: ClassModel, assigned: Assigned): IPAddressPoolStatus {
  const known = counted.get(model);
  if (known?.assigned === assigned) return known.counters;
  const { ipv4, ipv6 } = addressCounters(model, assigned).addresses;
  const counters = {
    assignedIPv4: assigned.IPv4,
    assignedIPv6: assigned.IPv6,
    availableIPv4: countOf(ipv4?.free),
    availableIPv6: countOf(ipv6?.free),
  };
  counted.set(model, { assigned, counters });
  return counters;
}

/** MetalLB stops at 2^63 - 1; JSON is exact up to 2^53 - 1. */
function countOf(free: string | undefined): number {
  return Math.max(0, Math.min(Number(free ?? "0"), Number.MAX_SAFE_INTEGER));
}

interface WantedState {
  readonly labels: Readonly<Record<string, string>>;
  readonly condition: string;
  readonly problems: readonly string[];
}

const NO_STATES: ReadonlyMap<string, WantedState> = new Map();

/** Objects that were once right, and as what: they stay so until it is other objects that are there or wanted. */
const saidRight = new WeakMap<readonly ConfigurationState[], ReadonlyMap<string, WantedState>>();

function planStates({ world, nowIso }: MetallbStatusInput, statuses: MetallbStatuses): Write[] {
  const { namespace, states } = statuses;
  const wanted = hasPools(world.compiled) ? wantedStates(world.compiled)(world.nodes) : NO_STATES;
  if (saidRight.get(states) === wanted) return [];
  const known = new Map(states.map((state) => [state.metadata.name, state]));
  const writes: Write[] = [];
  for (const [name, { labels, condition, problems }] of wanted) {
    const before = known.get(name);
    const status = stateOf(before, { condition, problems, nowIso });
    if (before === undefined) {
      const object = { metadata: { name, namespace, labels: { ...labels, ...OUR_LABEL } }, status };
      writes.push({ kind: "create-metallb-status", of: "ConfigurationState", object });
    } else if (status !== before.status) {
      writes.push({ kind: "metallb-status", of: "ConfigurationState", before, status });
    }
  }
  for (const before of states) {
    if (wanted.has(before.metadata.name) || !isOurs(before)) continue;
    writes.push({ kind: "delete-metallb-status", of: "ConfigurationState", before });
  }
  if (writes.length === 0) saidRight.set(states, wanted);
  return writes;
}

/** Of the controller: whether the pools can be used. Of a speaker: the advertisements and all else, too. */
const wantedStates = onceForEach((compiled: World["compiled"]) => {
  const ofPools: string[] = [];
  const ofAll: string[] = [];
  for (const [key, problems] of compiled.problems) {
    const lines = linesOf(key, problems);
    if (key.startsWith(`${IP_ADDRESS_POOL_KIND}/`)) ofPools.push(...lines);
    if (key.includes("/")) ofAll.push(...lines);
  }
  return onceForEach((nodes: World["nodes"]): ReadonlyMap<string, WantedState> => {
    const states = new Map<string, WantedState>();
    states.set("controller", {
      labels: { [COMPONENT_LABEL]: "controller" },
      condition: "poolReconcilerValid",
      problems: ofPools,
    });
    for (const { name, present } of nodes) {
      if (!present || !isLabelValue(name)) continue;
      states.set(`speaker-${name}`, {
        labels: { [COMPONENT_LABEL]: "speaker", [COMPONENT_NODE_LABEL]: name },
        condition: "configReconcilerValid",
        problems: ofAll,
      });
    }
    return states;
  });
});

function linesOf(key: string, problems: readonly Problem[]): string[] {
  return problems.filter(isUnusable).map((problem) => `${key}: ${describeProblem(problem)}`);
}

interface Finding {
  readonly condition: string;
  readonly problems: readonly string[];
  readonly nowIso: string;
}

type State = ConfigurationState["status"] & object;

/** @returns the very status of before where it says so already */
function stateOf(
  before: ConfigurationState | undefined,
  { condition: type, problems, nowIso }: Finding,
): State {
  const isValid = problems.length === 0;
  const errorSummary = problems.join("\n");
  const wish = {
    type,
    status: isValid ? "True" : "False",
    reason: isValid ? "Reconciled" : "ConfigurationError",
    message: errorSummary,
  } as const;
  const said = before?.status;
  const conditions = setCondition(said?.conditions, wish, nowIso);
  const result = isValid ? "Valid" : "Invalid";
  const isSame =
    said?.result === result &&
    (said.errorSummary ?? "") === errorSummary &&
    said.conditions === conditions;
  return isSame ? said : { result, errorSummary, conditions: [...conditions] };
}
