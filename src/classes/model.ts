/** Classes as the rest of the house knows them. Pure. */
import type { Problem } from "../base/errors.ts";
import type { IpRange } from "./ranges.ts";
import type { MetalLoadBalancerClass } from "./resource.ts";

export interface ClassModel {
  readonly name: string;
  readonly isDefault: boolean;
  /** The pool's name, or null where the class has its own addressPool (all of Deckhouse's). */
  readonly pool: string | null;
  /** In written order, disjoint; what overlaps an older class is taken out. */
  readonly ranges: readonly IpRange[];
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** Empty means all but the usual excluded ones. */
  readonly interfaces: readonly string[];
  readonly mode: "L2" | "BGP" | "Both";
}

export interface NodeFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Not excluded by its label, its network available, not being deleted. */
  readonly eligible: boolean;
  /** Ready, and its speaker is heard of. */
  readonly available: boolean;
}

export interface CompiledClasses {
  readonly classes: ReadonlyMap<string, ClassModel>;
  readonly defaultClass: string | null;
  /** By class name, for every class that has one. */
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
}

export function compileClasses(objects: readonly MetalLoadBalancerClass[]): CompiledClasses {
  throw new Error(`not built yet: ${objects.length} classes`);
}

/** @returns the nodes that have every label of the class's selector, in the order given */
export function nodesOf(model: ClassModel, nodes: readonly NodeFacts[]): NodeFacts[] {
  const wanted = Object.entries(model.nodeSelector);
  return nodes.filter((node) => wanted.every(([key, value]) => node.labels[key] === value));
}
