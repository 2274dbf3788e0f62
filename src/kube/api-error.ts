/**
 * Why the API server did not do what it was asked to. Pure.
 *
 * Status 0 is "not reached": refused, reset, timed out, bad certificate. Such a call may have had
 * its effect, so whoever repeats it must not rely on the first one having failed.
 */

export class ApiError extends Error {
  /** The HTTP status, or 0 when no answer came. */
  readonly status: number;
  /** The API's word, such as "AlreadyExists", or "Timeout", "ECONNREFUSED" where status is 0. */
  readonly reason: string;
  readonly retryAfterMs: number | undefined;

  constructor(failure: ApiFailure) {
    super(failure.message);
    this.name = "ApiError";
    this.status = failure.status;
    this.reason = failure.reason;
    this.retryAfterMs = failure.retryAfterMs;
  }
}

export interface ApiFailure {
  readonly status: number;
  readonly reason: string;
  readonly message: string;
  readonly retryAfterMs?: number | undefined;
}

/** @returns true where the object was changed, made or deleted by another meanwhile (409) */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409;
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}
