/**
 * Which class serves a Service, or whether the pools do. Pure.
 *
 * In this order: the class that it is bound to (if it still exists), spec.loadBalancerClass, the annotation, the pools where it
 * has an address of one, names one or asks for an address of one, the default class, the pools. A Service whose spec.loadBalancerClass names
 * neither a class of ours nor what --lb-class says is foreign, whatever else it says: that field is set on purpose and
 * cannot be changed, while a binding, an annotation or a default may be left over from before. One case is told apart:
 * a Service that was bound to just that class is ours, its class was deleted.
 * With --lb-class the pools are for Services that name it and for no others, as MetalLB has it.
 */
import type { Problem } from "../base/errors.ts";
import type { Ip } from "../base/ip.ts";
import { classFinder } from "./class-at.ts";
import type { Compiled } from "./model.ts";
import { hasPools } from "./offers.ts";
import { requestedAddresses, type ServiceRequest } from "./request.ts";

/** On a Service, True: the message is the class's name and nothing else, for it is read back as data. */
export const BOUND_CONDITION = "network.deckhouse.io/load-balancer-class";

/** @returns the class that a Service with these conditions is bound to */
export function boundClassIn(
  conditions: readonly {
    readonly type: string;
    readonly status?: string;
    readonly message?: string;
  }[] = [],
): string | null {
  const bound = conditions.find(({ type }) => type === BOUND_CONDITION);
  return bound?.status === "True" ? (bound.message ?? null) : null;
}

export interface ChooseInput {
  /** The message of the condition `network.deckhouse.io/load-balancer-class`. */
  readonly boundClass?: string | null | undefined;
  readonly loadBalancerClass?: string | null | undefined;
  readonly annotation?: string | null | undefined;
  readonly classes: { has(name: string): boolean };
  readonly defaultClass: string | null;
  readonly hasPools?: boolean;
  /** As wantsPools says: a default class takes nothing over. */
  readonly wantsPools?: boolean;
  /** What --lb-class says; empty: the pools are for Services that name no class. */
  readonly lbClass?: string;
}

export type ClassChoice =
  | { readonly kind: "class"; readonly name: string; readonly problems: readonly Problem[] }
  | { readonly kind: "pools"; readonly problems: readonly Problem[] }
  /** Not ours: nothing of it may be written. */
  | { readonly kind: "foreign" }
  /** Ours or nobody's, and there is nothing to give it. */
  | { readonly kind: "none"; readonly problems: readonly Problem[] };

export function chooseClass(input: ChooseInput): ClassChoice {
  const { classes, boundClass, loadBalancerClass, annotation, lbClass = "" } = input;
  const exists = (name: string | null | undefined) => isNamed(name) && classes.has(name);
  const namesPools = isNamed(loadBalancerClass) && loadBalancerClass === lbClass;
  if (isNamed(loadBalancerClass) && !exists(loadBalancerClass) && !namesPools) {
    return loadBalancerClass === boundClass
      ? { kind: "none", problems: [missing(loadBalancerClass)] }
      : { kind: "foreign" };
  }
  for (const name of [boundClass, loadBalancerClass, namesPools ? null : annotation]) {
    if (isNamed(name) && exists(name)) return { kind: "class", name, problems: [] };
  }
  const mayHavePools = input.hasPools === true && (namesPools || !isNamed(lbClass));
  const wantsPools = namesPools || (mayHavePools && input.wantsPools === true);
  const defaultClass = wantsPools ? null : input.defaultClass;
  const problems = isNamed(annotation) && !namesPools ? [unknown(annotation, defaultClass)] : [];
  if (defaultClass !== null) return { kind: "class", name: defaultClass, problems };
  // Bound to a class that is gone it waits for that class, if it does not want the pools.
  if (mayHavePools && (wantsPools || !isNamed(boundClass))) return { kind: "pools", problems };
  if (problems.length === 0 && isNamed(boundClass)) problems.push(missing(boundClass));
  return { kind: "none", problems };
}

export interface PoolWishes {
  /** The addresses that it has. */
  readonly held: readonly Ip[];
  /** As the pools read it. */
  readonly request: () => Pick<ServiceRequest, "pool" | "places">;
}

/**
 * Whether the pools are to serve what no class is named for: by what it has, then by the pool that it names, be it there or still
 * to come, then by the addresses that it asks for. What the default class gave, or can give by name, stays with it.
 *
 * @returns false where there are no pools: with classes alone, what was written for MetalLB is a leftover
 */
export function wantsPools(
  { held, request }: PoolWishes,
  compiled: Pick<Compiled, "classes" | "defaultClass">,
): boolean {
  if (!hasPools(compiled)) return false;
  const classAt = classFinder(compiled.classes);
  const isOfPool = (ip: Ip) => (classAt(ip)?.offer ?? null) !== null;
  const isOfDefault = (ip: Ip) =>
    compiled.defaultClass !== null && classAt(ip)?.key === compiled.defaultClass;
  if (held.some(isOfPool)) return true;
  if (held.some(isOfDefault)) return false;
  const wanted = request();
  if (wanted.pool !== null) return true;
  const asked = requestedAddresses(wanted);
  return asked.some(isOfPool) && !asked.some(isOfDefault);
}

/** An empty text names nothing. */
function isNamed(name: string | null | undefined): name is string {
  return name !== null && name !== undefined && name !== "";
}

function missing(name: string): Problem {
  return { code: "CLASS_MISSING", message: `The class "${name}" does not exist any more` };
}

function unknown(name: string, defaultClass: string | null): Problem {
  const instead = defaultClass === null ? "" : `; the default class "${defaultClass}" serves it`;
  return { code: "CLASS_UNKNOWN", message: `There is no class "${name}"${instead}` };
}
