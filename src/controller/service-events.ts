/**
 * Events of Services: MetalLB's reasons where it has one, for programs look for them; our own words. Pure.
 *
 * Deckhouse tells the same reasons on objects of its own, which nobody sees. Where MetalLB tells an Event in every pass, here it
 * is told once: the condition is the memory (words.ts).
 */
import { reasonOf, type Problem, type ProblemCode } from "../base/errors.ts";
import type { Ip } from "../base/ip.ts";
import { newProblems, warning, type Said } from "./words.ts";
import type { PlannedEvent } from "./writes.ts";

const ACTION = "AssignAddresses";

const METALLB_REASONS: Partial<Record<ProblemCode, string>> = {
  ADDRESSES_DISAGREE: "LoadBalancerFailed",
  ADDRESS_DOUBLED: "LoadBalancerFailed",
  ADDRESS_INVALID: "LoadBalancerFailed",
  ADDRESS_LEFT_POOL: "ClearAssignment",
  ADDRESS_OUTSIDE_POOL: "AllocationFailed",
  ADDRESS_TAKEN: "AllocationFailed",
  ADDRESS_WRONG_FAMILY: "LoadBalancerFailed",
  ANNOTATION_DEPRECATED: "deprecatedAnnotation",
  NO_POOL: "AllocationFailed",
  POOL_EMPTY: "AllocationFailed",
  POOL_EXHAUSTED: "AllocationFailed",
  POOL_FAMILY_MISSING: "AllocationFailed",
  POOL_UNKNOWN: "AllocationFailed",
};

/** @returns a Warning for each that the condition does not say yet */
export function problemEvents(
  problems: readonly Problem[],
  said: Said | undefined,
): PlannedEvent[] {
  return newProblems(problems, said).map(eventOf);
}

/** @returns a Warning for each thing that a pass took away */
export function noticeEvents(notices: readonly Problem[]): PlannedEvent[] {
  return notices.map(eventOf);
}

/**
 * @param before what the Service listed until now
 * @param origin where they are from, such as `pool "prod"`; empty where that is not known
 */
export function assignedEvent(
  addresses: readonly Ip[],
  before: ReadonlySet<Ip>,
  origin: string,
): PlannedEvent {
  const more = addresses.filter((ip) => !before.has(ip));
  const isAdded = before.size > 0 && before.size + more.length === addresses.length;
  const [what, listed] = isAdded && more.length > 0 ? ["additional IP", more] : ["IP", addresses];
  const texts = listed.map((ip) => JSON.stringify(ip)).join(" ");
  const message = `Assigned ${what} [${texts}]${origin === "" ? "" : ` of ${origin}`}`;
  return { type: "Normal", reason: "IPAllocated", message, action: ACTION };
}

/** @returns MetalLB's reason where it has one, else the code's own */
export function eventReasonOf(code: ProblemCode): string {
  return METALLB_REASONS[code] ?? reasonOf(code);
}

function eventOf(problem: Problem): PlannedEvent {
  return warning(problem, { action: ACTION, reason: eventReasonOf(problem.code) });
}
