/**
 * Label selectors, as Kubernetes has them: schema, and whether labels match. Pure.
 *
 * Read first: "Labels and Selectors" in the Kubernetes documentation. All requirements of one selector must hold; a
 * selector without any selects everything. In a list of selectors one that matches is enough.
 * A selector that Kubernetes would refuse (an unknown operator, `In` without values) selects nothing.
 */
import { Type, textMap, type Static } from "../base/schema.ts";

const TERMS_MAX = 64;

const labelRequirement = Type.Object(
  {
    key: Type.String({ maxLength: 317, description: "The key of the label." }),
    operator: Type.String({
      maxLength: 64,
      description: "In, NotIn, Exists or DoesNotExist.",
    }),
    values: Type.Optional(
      Type.Array(Type.String({ maxLength: 63 }), {
        maxItems: TERMS_MAX,
        description: "For In and NotIn: the values, at least one.",
        "x-kubernetes-list-type": "atomic",
      }),
    ),
  },
  { description: "One requirement." },
);

/** @returns the schema of one selector */
export function labelSelector(description: string) {
  return Type.Object(
    {
      matchLabels: Type.Optional(
        textMap({ maxProperties: TERMS_MAX, description: "Labels and their values." }),
      ),
      matchExpressions: Type.Optional(
        Type.Array(labelRequirement, {
          maxItems: TERMS_MAX,
          description: "Requirements on labels.",
          "x-kubernetes-list-type": "atomic",
        }),
      ),
    },
    { description, "x-kubernetes-map-type": "atomic" },
  );
}

/** @returns the schema of a list of selectors, of which one that matches is enough */
export function labelSelectors(description: string) {
  return Type.Array(labelSelector("Labels to match."), { maxItems: TERMS_MAX, description });
}

type LabelRequirement = Static<typeof labelRequirement>;

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelRequirement[];
}

export type Labels = Readonly<Record<string, string>>;

export function matchesSelector(selector: LabelSelector, labels: Labels): boolean {
  const { matchLabels = NO_LABELS, matchExpressions } = selector;
  // A loop: every pool's selector is asked about every Service that changes, and a list of entries for each would be garbage.
  for (const key in matchLabels) {
    if (Object.hasOwn(matchLabels, key) && valueOf(labels, key) !== matchLabels[key]) return false;
  }
  return matchExpressions?.every((requirement) => holds(requirement, labels)) ?? true;
}

const NO_LABELS: Labels = {};

/** @returns true where one of the selectors matches; an empty list matches nothing: what that means, the caller says */
export function matchesAny(selectors: readonly LabelSelector[], labels: Labels): boolean {
  for (const selector of selectors) if (matchesSelector(selector, labels)) return true;
  return false;
}

function holds({ key, operator, values = [] }: LabelRequirement, labels: Labels): boolean {
  const value = valueOf(labels, key);
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return values.length > 0 && (value === undefined || !values.includes(value));
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      return false;
  }
}

/** A label is the object's own: `constructor` is none. */
function valueOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
