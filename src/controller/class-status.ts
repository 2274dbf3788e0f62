/**
 * What a class's status should say: whether all of it can be used, how full it is, whom it serves. Pure.
 *
 * Counters follow at leisure: one write a second at most while Services come and go. A problem is told at once.
 */
import type { IpFamily } from "../base/ip.ts";
import { addressCounters } from "../classes/model.ts";
import type { MetalLoadBalancerClass, MetalLoadBalancerClassStatus } from "../classes/resource.ts";
import { setCondition, type Condition, type ConditionWish } from "../kube/patches.ts";
import type { Counts } from "./counts.ts";
import { CLASS_READY_CONDITION } from "./resources.ts";
import { newProblems, problemCondition, warning } from "./words.ts";
import type { World } from "./world.ts";
import type { Write } from "./writes.ts";

export interface ClassPlan {
  readonly writes: readonly Write[];
  readonly countedAtMs: ReadonlyMap<string, number>;
  /** When a count that is out of date may be written. */
  readonly wakeAtMs: number | null;
}

export interface ClassPlanInput {
  readonly world: World;
  readonly counts: Counts;
  readonly nowMs: number;
  readonly nowIso: string;
  readonly countIntervalMs: number;
  readonly countedAtMs: ReadonlyMap<string, number>;
}

export function planClassStatuses(input: ClassPlanInput): ClassPlan {
  const { world, nowMs, countIntervalMs } = input;
  const writes: Write[] = [];
  const countedAtMs = new Map<string, number>();
  let wakeAtMs: number | null = null;
  for (const before of world.classObjects) {
    const { name } = before.metadata;
    const dueAtMs = (input.countedAtMs.get(name) ?? Number.NEGATIVE_INFINITY) + countIntervalMs;
    const counted = {
      services: input.counts.servicesOf(name),
      addresses: input.counts.addressesOf(name),
    };
    const planned = planClassStatus(input, before, counted);
    const isWritten = planned !== null && (planned.isUrgent || dueAtMs <= nowMs);
    if (isWritten) writes.push(planned.write);
    else if (planned !== null) wakeAtMs = Math.min(wakeAtMs ?? dueAtMs, dueAtMs);
    if (isWritten) countedAtMs.set(name, nowMs);
    else if (dueAtMs > nowMs) countedAtMs.set(name, dueAtMs - countIntervalMs);
  }
  return { writes, countedAtMs, wakeAtMs };
}

interface Counted {
  readonly services: number;
  readonly addresses: Readonly<Record<IpFamily, number>>;
}

function planClassStatus(
  { world, nowIso }: ClassPlanInput,
  before: MetalLoadBalancerClass,
  { services, addresses }: Counted,
): { readonly write: Write; readonly isUrgent: boolean } | null {
  const nodes = world.classes.get(before.metadata.name);
  if (nodes === undefined) return null;
  const problems = world.compiled.problems.get(before.metadata.name) ?? [];
  const wish: ConditionWish =
    problems.length === 0
      ? { type: CLASS_READY_CONDITION, status: "True", reason: "Ready", message: ALL_IS_WELL }
      : problemCondition(CLASS_READY_CONDITION, problems);
  const conditions = (before.status?.conditions ?? []) as readonly Condition[];
  const after = setCondition(conditions, wish, nowIso);
  const counters = {
    ...addressCounters(nodes.model, addresses),
    nodes: nodes.eligible.length - nodes.leaving.size,
    services,
  };
  const isUrgent = after !== conditions;
  if (!isUrgent && isCounted(before.status, counters)) return null;
  const said = conditions.find(({ type }) => type === CLASS_READY_CONDITION);
  const events = newProblems(problems, said).map((one) => warning(one, { action: "CompileClass" }));
  // A family that left the pool has to leave the status too: a merge patch keeps what it does not name.
  const families = { ipv4: null, ipv6: null, ...counters.addresses };
  const status = { conditions: after, ...counters, addresses: families };
  return { write: { kind: "class-status", before, status, events }, isUrgent };
}

const ALL_IS_WELL = "All of the class can be used";

function isCounted(
  status: MetalLoadBalancerClassStatus | undefined,
  wanted: MetalLoadBalancerClassStatus,
): boolean {
  const families = ["ipv4", "ipv6"] as const;
  return (
    status?.free === wanted.free &&
    status?.nodes === wanted.nodes &&
    status?.services === wanted.services &&
    families.every((family) => {
      const [is, should] = [status?.addresses?.[family], wanted.addresses?.[family]];
      return is?.total === should?.total && is?.assigned === should?.assigned;
    })
  );
}
