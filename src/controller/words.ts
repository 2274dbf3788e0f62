/**
 * Problems as conditions and Events say them. Pure.
 *
 * The condition is also the memory of what was told: an Event tells only what the condition does not say yet,
 * so neither a restart nor a busy hour repeats it.
 */
import { describeProblem, reasonOf, type Problem } from "../base/errors.ts";
import type { ConditionWish } from "../kube/patches.ts";
import type { PlannedEvent } from "./writes.ts";

const SEPARATOR = " · ";

export interface Said {
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}

/** @returns a condition of status False: the first problem's reason, all problems' sentences */
export function problemCondition(type: string, problems: readonly Problem[]): ConditionWish {
  const [first] = problems;
  const reason = first === undefined ? "Unknown" : reasonOf(first.code);
  return { type, status: "False", reason, message: problems.map(describeProblem).join(SEPARATOR) };
}

/** @returns the condition, with what works and should be otherwise behind what it says */
export function withHints(wish: ConditionWish, hints: readonly Problem[]): ConditionWish {
  return { ...wish, message: [wish.message, ...hints.map(describeProblem)].join(SEPARATOR) };
}

/** @returns the problems that the condition before does not name */
export function newProblems(problems: readonly Problem[], before: Said | undefined): Problem[] {
  const said = new Set(before?.message?.split(SEPARATOR));
  return problems.filter((problem) => !said.has(describeProblem(problem)));
}

interface Telling {
  readonly action: string;
  /** Where it is not the code's. */
  readonly reason?: string | undefined;
}

export function warning(problem: Problem, { action, reason }: Telling): PlannedEvent {
  return {
    type: "Warning",
    reason: reason ?? reasonOf(problem.code),
    message: describeProblem(problem),
    action,
  };
}

/** @returns the problems in their order, each once */
export function distinctProblems(...lists: readonly (readonly Problem[])[]): Problem[] {
  const byText = new Map(lists.flat().map((problem) => [describeProblem(problem), problem]));
  return [...byText.values()];
}
