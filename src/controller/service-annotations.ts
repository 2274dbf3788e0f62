/**
 * The one thing that we write into a Service's annotations: the pool that its addresses are of, as MetalLB does. Pure.
 *
 * It goes into the same patch of `services/status` as the addresses: the API server takes metadata there too.
 * Neighbours: service-status.ts says the rest.
 */
import { ALLOCATED_FROM_ANNOTATIONS } from "../classes/annotations.ts";
import type { Service } from "../kube/types.ts";

/** A text to set; null takes it out. */
export type AnnotationPatch = Readonly<Record<string, string | null>>;

/**
 * @param pool null where it has no address of a pool
 * @returns what to patch, or undefined where the Service says so already
 */
export function allocatedFromPatch(
  { metadata }: Service,
  pool: string | null,
): AnnotationPatch | undefined {
  const said = metadata.annotations ?? {};
  const wrong = ALLOCATED_FROM_ANNOTATIONS.filter((key) => (said[key] ?? null) !== pool);
  return wrong.length === 0 ? undefined : Object.fromEntries(wrong.map((key) => [key, pool]));
}
