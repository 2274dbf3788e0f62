/**
 * What a Service may say in annotations, of MetalLB's family and of Deckhouse's, each under all its names. Pure.
 *
 * Of several names the first that is there counts, even when its text is empty: Deckhouse's before MetalLB's, and those
 * in use before those that are out of use.
 * Neighbours: request.ts and ../controller/roles.ts read them; ../controller/prune.ts keeps no others.
 */
import type { Problem } from "../base/errors.ts";

export const COUNT_ANNOTATION = "network.deckhouse.io/l2-load-balancer-external-ips-count";
export const ADDRESSES_ANNOTATION = "network.deckhouse.io/load-balancer-ips";
export const CLASS_ANNOTATION = "network.deckhouse.io/metal-load-balancer-class";

interface Names {
  readonly inUse: readonly [string, ...string[]];
  readonly outOfUse: readonly string[];
}

const NAMES = {
  count: { inUse: [COUNT_ANNOTATION], outOfUse: [] },
  class: { inUse: [CLASS_ANNOTATION], outOfUse: [] },
  addresses: {
    inUse: [ADDRESSES_ANNOTATION, "metallb.io/loadBalancerIPs"],
    outOfUse: ["metallb.universe.tf/loadBalancerIPs"],
  },
  pool: {
    inUse: ["network.deckhouse.io/load-balancer-pool", "metallb.io/address-pool"],
    outOfUse: ["metallb.universe.tf/address-pool"],
  },
  sharingKey: {
    inUse: ["network.deckhouse.io/load-balancer-shared-ip-key", "metallb.io/allow-shared-ip"],
    outOfUse: [
      "network.deckhouse.io/load-balancer-allow-shared-ip",
      "metallb.universe.tf/allow-shared-ip",
    ],
  },
} as const satisfies Record<string, Names>;

export type AnnotationName = keyof typeof NAMES;

/** Written by us, as MetalLB writes it: the pool that the addresses are of. Programs read either. */
export const ALLOCATED_FROM_ANNOTATIONS = [
  "metallb.io/ip-allocated-from-pool",
  "metallb.universe.tf/ip-allocated-from-pool",
] as const;

export interface Annotated {
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** @returns the text of the first of its names that is there */
export function readAnnotation(
  { annotations = {} }: Annotated,
  name: AnnotationName,
): string | undefined {
  const { inUse, outOfUse } = NAMES[name];
  const found = [...inUse, ...outOfUse].find((key) => annotations[key] !== undefined);
  return found === undefined ? undefined : annotations[found];
}

/** @returns true for what the house reads or writes on a Service */
export function isOurAnnotation(key: string): boolean {
  return OURS.has(key);
}

const OURS: ReadonlySet<string> = new Set<string>([
  ...Object.values(NAMES).flatMap(({ inUse, outOfUse }) => [...inUse, ...outOfUse]),
  ...ALLOCATED_FROM_ANNOTATIONS,
]);

/** @returns ours that have the prefix of this one */
export function annotationsLike(key: string): readonly string[] {
  return [...OURS].filter((ours) => prefixOf(ours) === prefixOf(key));
}

/** @returns a hint for each name that is out of use: it works, and should be renamed */
export function deprecatedIn({ annotations = {} }: Annotated): Problem[] {
  return Object.values(NAMES).flatMap(({ inUse, outOfUse }: Names) =>
    outOfUse
      .filter((key) => annotations[key] !== undefined)
      .map((key): Problem => {
        const instead = inUse.find((name) => prefixOf(name) === NEWER[prefixOf(key)]) ?? inUse[0];
        return {
          code: "ANNOTATION_DEPRECATED",
          message: `Service uses deprecated annotation ${key}, which is ${instead} now`,
        };
      }),
  );
}

/** Where a name went that is out of use. */
const NEWER: Readonly<Record<string, string>> = {
  "metallb.universe.tf": "metallb.io",
  "network.deckhouse.io": "network.deckhouse.io",
};

function prefixOf(key: string): string {
  return key.slice(0, key.indexOf("/"));
}
