/**
 * What can be wrong between objects: one fault of one object, in a form that can be compared with what was before. Pure.
 *
 * Neighbours: pools.ts, classes.ts, advertisements.ts, peers.ts, communities.ts and services.ts find them; check.ts judges.
 */
import type { Problem } from "../../base/errors.ts";
import { compileDrafts, draftAll } from "../compile.ts";
import type { ClassModel, Compiled } from "../model.ts";
import type { IpRange } from "../ranges.ts";
import type { CheckWorld } from "./world.ts";

export interface Standing {
  /** `Kind/name`. */
  readonly object: string;
  readonly field: string;
  readonly problem: Problem;
  readonly isWarning: boolean;
  /** The addresses that it costs the object: no more than before is no worse than before. */
  readonly lost?: readonly IpRange[];
}

/** A world, and what became of it. */
export interface Scene {
  readonly world: CheckWorld;
  readonly compiled: Compiled;
  /** All that gives addresses as it is written, before one loses to another what both claim. */
  readonly written: readonly ClassModel[];
}

export function sceneOf(world: CheckWorld): Scene {
  const drafted = draftAll(world.manifests);
  const written = drafted.drafts.map(({ model }) => model);
  return { world, compiled: compileDrafts(drafted), written };
}

/** @returns `Kind/name`: classes of Deckhouse go by their names alone in the model */
export function objectOf(key: string): string {
  return key.includes("/") ? key : `MetalLoadBalancerClass/${key}`;
}

/** @returns where an object of the kind writes its addresses */
export function addressesField({ pool }: Pick<ClassModel, "pool">): string {
  return pool === null ? "spec.addressPool" : "spec.addresses";
}
