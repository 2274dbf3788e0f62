/**
 * What is wrong with pools, advertisements, peers and their like, said where people look. Pure.
 *
 * Deckhouse's kinds have a status of ours: a condition Ready, as classes have, which is also the memory of what was told. MetalLB's
 * have none that is ours to write: there an Event tells each problem once, and what was told is remembered while the process lives.
 * Neighbours: class-status.ts says it of classes; words.ts puts problems into sentences.
 */
import { describeProblem, type Problem } from "../base/errors.ts";
import type { ConditionsStatus } from "../classes/lists.ts";
import { setCondition, type Condition, type ConditionWish } from "../kube/patches.ts";
import { keyOf, type KubeObject, type ResourceType } from "../kube/resource.ts";
import {
  BFD_PROFILES,
  BGP_ADVERTISEMENTS,
  BGP_PEERS,
  COMMUNITIES,
  CONFIGURATIONS,
  IP_ADDRESS_POOLS,
  L2_ADVERTISEMENTS,
  METAL_PEERS,
  METAL_POOLS,
} from "../multi-ip/configured.ts";
import { CLASS_READY_CONDITION } from "./resources.ts";
import { newProblems, problemCondition, warning } from "./words.ts";
import type { World } from "./world.ts";
import type { Write } from "./writes.ts";

/** A kind whose conditions are ours. */
export type WithConditions = KubeObject & { readonly status?: ConditionsStatus };

const ACTION = { action: "CompileManifest" };
const ALL_IS_WELL = "All of the object can be used";

export function planManifests(world: World, nowIso: string): Write[] {
  const { manifests } = world;
  return [
    ...statuses(METAL_POOLS, manifests.metalPools, world, nowIso),
    ...statuses(METAL_PEERS, manifests.metalPeers, world, nowIso),
    ...statuses(CONFIGURATIONS, manifests.configurations, world, nowIso),
    ...eventsOf(IP_ADDRESS_POOLS, manifests.ipAddressPools, world),
    ...eventsOf(L2_ADVERTISEMENTS, manifests.l2Advertisements, world),
    ...eventsOf(BGP_ADVERTISEMENTS, manifests.bgpAdvertisements, world),
    ...eventsOf(BGP_PEERS, manifests.bgpPeers, world),
    ...eventsOf(BFD_PROFILES, manifests.bfdProfiles, world),
    ...eventsOf(COMMUNITIES, manifests.communities, world),
  ];
}

function statuses(
  type: ResourceType<WithConditions>,
  objects: readonly WithConditions[],
  world: World,
  nowIso: string,
): Write[] {
  return objects.flatMap((before) => {
    const problems = problemsOf(type, before, world);
    const wish: ConditionWish =
      problems.length === 0
        ? { type: CLASS_READY_CONDITION, status: "True", reason: "Ready", message: ALL_IS_WELL }
        : problemCondition(CLASS_READY_CONDITION, problems);
    const conditions = (before.status?.conditions ?? []) as readonly Condition[];
    const after = setCondition(conditions, wish, nowIso);
    if (after === conditions) return [];
    const said = conditions.find((condition) => condition.type === CLASS_READY_CONDITION);
    const events = newProblems(problems, said).map((one) => warning(one, ACTION));
    return [
      { kind: "manifest-status", type, before, status: { conditions: after }, events } as const,
    ];
  });
}

function eventsOf(
  type: ResourceType<KubeObject>,
  objects: readonly KubeObject[],
  world: World,
): Write[] {
  if (world.compiled.problems.size === 0 && world.told.size === 0) return [];
  return objects.flatMap((before) => {
    const problems = problemsOf(type, before, world);
    const key = toldKey(type, before);
    const said = world.told.get(key) ?? [];
    const sentences = [...new Set(problems.map(describeProblem))];
    if (sentences.join() === said.join()) return [];
    const events = problems
      .filter((problem) => !said.includes(describeProblem(problem)))
      .map((problem) => warning(problem, ACTION));
    return [{ kind: "tell", key, before, sentences, events } as const];
  });
}

/** One that is made again under its name is told again. */
function toldKey({ kind }: ResourceType<KubeObject>, object: KubeObject): string {
  return `${kind}/${keyOf(object)}/${object.metadata.uid ?? ""}`;
}

function problemsOf(
  { kind }: ResourceType<KubeObject>,
  { metadata }: KubeObject,
  { compiled }: World,
): readonly Problem[] {
  return compiled.problems.get(`${kind}/${metadata.name}`) ?? [];
}
