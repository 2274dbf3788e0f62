/**
 * Writes a status under the condition that nobody wrote the object meanwhile, and names the outcome.
 *
 * Being too late is an ordinary outcome, not an error: the watch brings the newer object, and whoever
 * decides decides anew. Left out on purpose: retries, for they belong to the work queue.
 * Neighbours: ../patches.ts builds the body.
 */

import { ApiError } from "../api-error.ts";
import { statusPatch } from "../patches.ts";
import type { KubeObject, ResourceType } from "../resource.ts";
import type { KubeClient, WriteOptions } from "./client.ts";

export type WriteOutcome<T> =
  | { readonly kind: "done"; readonly object: T }
  /** Another wrote first: read what the watch brings, then decide anew. */
  | { readonly kind: "conflict" }
  /** The object is no more, or another one has its name. */
  | { readonly kind: "gone" };

/** @throws ApiError for every other failure */
export async function outcomeOf<T>(write: Promise<T>): Promise<WriteOutcome<T>> {
  try {
    return { kind: "done", object: await write };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 409) return { kind: "conflict" };
    if (error.status === 404 || error.status === 410) return { kind: "gone" };
    throw error;
  }
}

interface StatusJob<T extends KubeObject> extends WriteOptions {
  readonly object: T;
  readonly status: object;
  readonly annotations?: Readonly<Record<string, string | null>> | undefined;
}

/**
 * Merge-patches `object`'s status subresource.
 *
 * @param object as it was read: its uid and resourceVersion are the precondition
 * @param status the fields to set; a field of null is removed, arrays are replaced whole
 * @param annotations to set beside them, or to remove; where the kind's strategy lets a status write touch metadata
 * @throws ApiError for every failure but "conflict" and "gone"
 */
export function patchStatus<T extends KubeObject>(
  client: KubeClient,
  type: ResourceType<T>,
  job: StatusJob<T>,
): Promise<WriteOutcome<T>> {
  const { object, status, annotations, ...options } = job;
  const { name, namespace } = object.metadata;
  const patch = { ...options, kind: "merge", subresource: "status" } as const;
  return outcomeOf(
    client.patch(type, { name, namespace }, statusPatch(object, status, annotations), patch),
  );
}
