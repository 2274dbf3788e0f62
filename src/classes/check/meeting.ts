/**
 * Whether two lists of selectors can select one node: certain where the nodes are known, guessed from the selectors else. Pure.
 */
import { matchesAny, type LabelSelector } from "../label-selector.ts";
import type { NodeObject } from "./world.ts";

export type Meeting = "surely" | "perhaps" | "never";

/** @param nodes null where it is not known which there are; an empty list of selectors is all of them */
export function meeting(
  a: readonly LabelSelector[],
  b: readonly LabelSelector[],
  nodes: readonly NodeObject[] | null,
): Meeting {
  if (nodes !== null && nodes.length > 0) {
    const isMet = nodes.some(({ metadata: { labels = {} } }) =>
      [a, b].every((selectors) => selectors.length === 0 || matchesAny(selectors, labels)),
    );
    return isMet ? "surely" : "never";
  }
  if (isForAll(a) && isForAll(b)) return "surely";
  const all = [{}];
  const pairs = (a.length === 0 ? all : a).flatMap((one) =>
    (b.length === 0 ? all : b).map((other) => [one, other] as const),
  );
  if (pairs.some(([one, other]) => isSame(one, other))) return "surely";
  return pairs.every(([one, other]) => excludeEachOther(one, other)) ? "never" : "perhaps";
}

function isForAll(selectors: readonly LabelSelector[]): boolean {
  return (
    selectors.length === 0 || selectors.some((selector) => requirements(selector).length === 0)
  );
}

interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

function requirements({ matchLabels = {}, matchExpressions = [] }: LabelSelector): Requirement[] {
  return [
    ...Object.entries(matchLabels).map(([key, value]) => ({
      key,
      operator: "In",
      values: [value],
    })),
    ...matchExpressions.map(({ key, operator, values = [] }) => ({ key, operator, values })),
  ];
}

function isSame(a: LabelSelector, b: LabelSelector): boolean {
  const text = (selector: LabelSelector) =>
    requirements(selector)
      .map(({ key, operator, values }) => `${key} ${operator} ${[...values].sort().join(",")}`)
      .sort()
      .join(";");
  return text(a) === text(b);
}

/** No labels at all satisfy both: one key would have two values, or be there and not. */
function excludeEachOther(a: LabelSelector, b: LabelSelector): boolean {
  return requirements(a).some((one) =>
    requirements(b).some((other) => one.key === other.key && exclude(one, other)),
  );
}

function exclude(a: Requirement, b: Requirement): boolean {
  if (a.operator !== "In") return b.operator === "In" ? exclude(b, a) : isThereAndNot(a, b);
  switch (b.operator) {
    case "In":
      return a.values.every((value) => !b.values.includes(value));
    case "NotIn":
      return a.values.every((value) => b.values.includes(value));
    default:
      return b.operator === "DoesNotExist";
  }
}

function isThereAndNot(a: Requirement, b: Requirement): boolean {
  const operators = [a.operator, b.operator];
  return operators.includes("Exists") && operators.includes("DoesNotExist");
}
