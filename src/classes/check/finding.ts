/**
 * What a check says of an object: shown alike by the webhook, by lint and by kubectl. Pure.
 */
import { describeProblem, type Problem } from "../../base/errors.ts";

export interface Finding {
  /** `Kind/name`. */
  readonly object: string;
  /** As people write it, `spec.addresses[0]`; "" where it is the object as a whole. */
  readonly field: string;
  /** What is wrong, and the way out. */
  readonly message: string;
  /** True: it is said, and refuses nothing. */
  readonly isWarning: boolean;
}

/** A finding before it is known of which object it is. */
export interface Fault {
  readonly field: string;
  readonly message: string;
  readonly isWarning: boolean;
}

export function refusal(field: string, problem: Problem): Fault {
  return { field, message: describeProblem(problem), isWarning: false };
}

export function warning(field: string, problem: Problem): Fault {
  return { field, message: describeProblem(problem), isWarning: true };
}

/** @returns true where nothing that was found refuses the object */
export function isAllowed(findings: readonly Finding[]): boolean {
  return findings.every(({ isWarning }) => isWarning);
}
