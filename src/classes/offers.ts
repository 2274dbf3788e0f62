/**
 * Which pools a Service may have addresses of, and which are given unasked, best first. Pure.
 *
 * Read first: docs/decisions/0014-one-model-of-two-families.md, "Which classes a Service may use".
 */
import type { Problem } from "../base/errors.ts";
import { onceForEach } from "../base/once.ts";
import { matchesAny, type Labels } from "./label-selector.ts";
import type { ClassModel, Compiled, Offer } from "./model.ts";

/** Keys of classes. */
export interface Offers {
  /** What a Service gets unasked, best first. */
  readonly automatic: readonly string[];
  /** Given where it is asked for by address, and kept where the Service has it. */
  readonly byName: readonly string[];
  /** Of `byName`: no more is given; what the Service has there goes as soon as `automatic` has given another. */
  readonly leave?: readonly string[];
}

export interface OfferedService {
  readonly namespace: string;
  readonly labels: Labels;
  /** Of its namespace. */
  readonly namespaceLabels: Labels;
  /** The pool that it names in an annotation, or null. */
  readonly pool?: string | null;
}

/**
 * A pool that is named gives unasked though its autoAssign is false, and the others nothing. One that is unknown, or is not
 * for the Service, gives nothing, and takes nothing away either.
 *
 * @returns the pools in which the Service fits, the oldest first among equals
 */
export function offersFor(service: OfferedService, { classes }: Pick<Compiled, "classes">): Offers {
  const fitting: Offered[] = [];
  for (const offered of offeredOf(classes)) if (fits(service, offered.offer)) fitting.push(offered);
  const { pool = null } = service;
  if (pool !== null) return offersOfPool(pool, fitting);
  const automatic = fitting.filter(({ offer }) => offer.autoAssign);
  automatic.sort((a, b) => turnOf(a.offer) - turnOf(b.offer)); // a stable sort: equals stay by age
  const byName = fitting.filter(({ offer }) => !offer.autoAssign);
  return { automatic: automatic.map(keyOf), byName: byName.map(keyOf) };
}

type Offered = Pick<ClassModel, "key" | "pool"> & { readonly offer: Offer };

/** The classes that are pools, in their order. */
const offeredOf = onceForEach((classes: Compiled["classes"]): readonly Offered[] =>
  [...classes.values()].flatMap(({ key, pool, offer }) =>
    offer === null ? [] : [{ key, pool, offer }],
  ),
);

function offersOfPool(name: string, fitting: readonly Offered[]): Offers {
  const named = fitting.filter(({ pool }) => pool === name).map(keyOf);
  const others = fitting.filter(({ pool }) => pool !== name).map(keyOf);
  return { automatic: named, byName: others, leave: others };
}

/** @returns what is wrong with the pool that the Service names; nothing where it names none */
export function namedPoolProblems(
  service: OfferedService,
  { automatic }: Offers,
  compiled: Pick<Compiled, "classes">,
): Problem[] {
  const { pool = null } = service;
  if (pool === null || automatic.length > 0) return [];
  const message = hasPool(pool, compiled)
    ? `The pool "${pool}" is not for the Service: its serviceAllocation says so`
    : `There is no pool "${pool}"`;
  return [{ code: "POOL_UNKNOWN", message }];
}

/** @returns true where a pool has this name */
function hasPool(name: string, { classes }: Pick<Compiled, "classes">): boolean {
  return offeredOf(classes).some(({ pool }) => pool === name);
}

/** @returns the offers to a Service that names its class */
export function offersOfClass(key: string): Offers {
  return { automatic: [key], byName: [] };
}

/** @returns true where there is any pool: without one, Services that name no class are none of ours */
export function hasPools({ classes }: Pick<Compiled, "classes">): boolean {
  return offeredOf(classes).length > 0;
}

function fits({ namespace, labels, namespaceLabels }: OfferedService, offer: Offer): boolean {
  const { namespaces, namespaceSelectors, serviceSelectors } = offer;
  const isForAnyNamespace = namespaces.length === 0 && namespaceSelectors.length === 0;
  return (
    (isForAnyNamespace ||
      namespaces.includes(namespace) ||
      matchesAny(namespaceSelectors, namespaceLabels)) &&
    (serviceSelectors.length === 0 || matchesAny(serviceSelectors, labels))
  );
}

/** Pinned pools by priority, those without one after them, pools for all last. */
function turnOf({ isPinned, priority }: Offer): number {
  if (!isPinned) return Number.POSITIVE_INFINITY;
  return priority === 0 ? Number.MAX_VALUE : priority;
}

function keyOf({ key }: Pick<ClassModel, "key">): string {
  return key;
}
