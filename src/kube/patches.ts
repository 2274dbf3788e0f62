/**
 * What to send so that an object changes as wanted, and nothing when it already is so. Pure.
 *
 * Read first: https://kubernetes.io/docs/reference/using-api/api-concepts/ ("Patching resources");
 * the Condition conventions of sig-architecture's api-conventions.md ("Typical status properties").
 * Neighbours: io/status.ts sends status patches and names their outcomes.
 */

import type { KubeObject } from "./resource.ts";

export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}

/** The API server refuses longer ones in metav1.Condition. */
export const CONDITION_MESSAGE_CHARS_MAX = 32_768;

export type ConditionWish = Omit<Condition, "lastTransitionTime">;

/**
 * @param conditions what the object has now; others' types are left as they are, in their order
 * @param nowIso becomes lastTransitionTime only where the status changes
 * @returns the very same array when nothing changed, so that `===` tells whether to write
 */
export function setCondition(
  conditions: readonly Condition[] | undefined,
  wish: ConditionWish,
  nowIso: string,
): readonly Condition[] {
  const all = conditions ?? [];
  const message = wish.message.slice(0, CONDITION_MESSAGE_CHARS_MAX);
  const before = all.find((condition) => condition.type === wish.type);
  if (before === undefined) return [...all, { ...wish, message, lastTransitionTime: nowIso }];
  const lastTransitionTime = before.status === wish.status ? before.lastTransitionTime : nowIso;
  const after: Condition = { ...before, ...wish, message, lastTransitionTime };
  return sameCondition(before, after)
    ? all
    : all.map((condition) => (condition === before ? after : condition));
}

/** @returns the same array when there is no such condition */
export function removeCondition(
  conditions: readonly Condition[] | undefined,
  type: string,
): readonly Condition[] {
  const all = conditions ?? [];
  return all.some((condition) => condition.type === type)
    ? all.filter((condition) => condition.type !== type)
    : all;
}

/** Times are whole seconds: metav1.Time on the wire has no fraction. */
export function isoSeconds(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}

/**
 * @param object as it was read: its resourceVersion becomes the precondition, its uid too
 * @param status the fields to set; a field of null is removed, arrays are replaced whole
 * @returns the body of a merge patch on the status subresource that a newer object refuses with 409
 */
export function statusPatch(
  object: KubeObject,
  status: object,
  annotations?: Readonly<Record<string, string | null>>,
): object {
  const { uid, resourceVersion } = object.metadata;
  const metadata = { uid, resourceVersion, ...(annotations === undefined ? {} : { annotations }) };
  return { metadata, status };
}

function sameCondition(a: Condition, b: Condition): boolean {
  return (
    a.status === b.status &&
    a.reason === b.reason &&
    a.message === b.message &&
    a.observedGeneration === b.observedGeneration
  );
}
