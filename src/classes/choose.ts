/**
 * Which class serves a Service. Pure.
 *
 * In this order: the class that it is bound to (if it still exists), spec.loadBalancerClass, the annotation, the
 * default. A Service whose spec.loadBalancerClass names no class of ours is foreign, whatever else it says:
 * that field is set on purpose and cannot be changed, while a binding, an annotation or a default may be left over
 * from before. One case is told apart: a Service that was bound to just that class is ours, its class was deleted.
 */
import type { Problem } from "../base/errors.ts";

export interface ChooseInput {
  /** The message of the condition `network.deckhouse.io/load-balancer-class`. */
  readonly boundClass?: string | null | undefined;
  readonly loadBalancerClass?: string | null | undefined;
  readonly annotation?: string | null | undefined;
  readonly classes: { has(name: string): boolean };
  readonly defaultClass: string | null;
}

export type ClassChoice =
  | { readonly kind: "class"; readonly name: string; readonly problems: readonly Problem[] }
  /** Not ours: nothing of it may be written. */
  | { readonly kind: "foreign" }
  /** Ours or nobody's, and there is nothing to give it. */
  | { readonly kind: "none"; readonly problems: readonly Problem[] };

export function chooseClass(input: ChooseInput): ClassChoice {
  const { classes, boundClass, loadBalancerClass, annotation, defaultClass } = input;
  const exists = (name: string | null | undefined) => isNamed(name) && classes.has(name);
  if (isNamed(loadBalancerClass) && !exists(loadBalancerClass)) {
    return loadBalancerClass === boundClass
      ? { kind: "none", problems: [missing(loadBalancerClass)] }
      : { kind: "foreign" };
  }
  for (const name of [boundClass, loadBalancerClass, annotation]) {
    if (isNamed(name) && exists(name)) return { kind: "class", name, problems: [] };
  }
  const problems = isNamed(annotation) ? [unknown(annotation, defaultClass)] : [];
  if (defaultClass !== null) return { kind: "class", name: defaultClass, problems };
  if (problems.length === 0 && isNamed(boundClass)) problems.push(missing(boundClass));
  return { kind: "none", problems };
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
