/**
 * Which pools a Service may have addresses of, and which are given unasked, best first. Pure.
 *
 * Read first: docs/decisions/0014-one-model-of-two-families.md, "Which classes a Service may use".
 * Left out: the pool that an annotation names.
 */
import { matchesAny, type Labels } from "./label-selector.ts";
import type { ClassModel, Compiled, Offer } from "./model.ts";

/** Keys of classes. */
export interface Offers {
  /** What a Service gets unasked, best first. */
  readonly automatic: readonly string[];
  /** Given where it is asked for by address, and kept where the Service has it. */
  readonly byName: readonly string[];
}

export interface OfferedService {
  readonly namespace: string;
  readonly labels: Labels;
  /** Of its namespace. */
  readonly namespaceLabels: Labels;
}

/** @returns the pools in which the Service fits, the oldest first among equals */
export function offersFor(service: OfferedService, { classes }: Pick<Compiled, "classes">): Offers {
  const fitting: { readonly key: string; readonly offer: Offer }[] = [];
  for (const { key, offer } of classes.values()) {
    if (offer !== null && fits(service, offer)) fitting.push({ key, offer });
  }
  const automatic = fitting.filter(({ offer }) => offer.autoAssign);
  automatic.sort((a, b) => turnOf(a.offer) - turnOf(b.offer)); // a stable sort: equals stay by age
  const byName = fitting.filter(({ offer }) => !offer.autoAssign);
  return { automatic: automatic.map(keyOf), byName: byName.map(keyOf) };
}

/** @returns the offers to a Service that names its class */
export function offersOfClass(key: string): Offers {
  return { automatic: [key], byName: [] };
}

/** @returns true where there is any pool: without one, Services that name no class are none of ours */
export function hasPools({ classes }: Pick<Compiled, "classes">): boolean {
  for (const { offer } of classes.values()) if (offer !== null) return true;
  return false;
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
