/**
 * How long to leave the API server alone after a write that failed, of what nothing depends on. Pure.
 */
import { ApiError } from "../kube/api-error.ts";

/** The right, the kind or the namespace is not there: a person has to act first. */
export const REFUSED_MS = 60_000;
const FAILED_MS = 5000;

export function pauseAfter(error: unknown): number {
  const isRefused = error instanceof ApiError && (error.status === 403 || error.status === 404);
  return isRefused ? REFUSED_MS : FAILED_MS;
}
