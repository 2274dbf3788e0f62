/**
 * Objects that break a bound of their definition and can be read for all that. Pure.
 *
 * An older definition, or MetalLB's own, let in what ours would not: a pool of 300 entries. The controller obeys such an object as far
 * as it goes, so the checks look at it as well: what it has in use is protected, and what was wrong with it before refuses no
 * change that leaves it as it was. What lacks a field, or has one of another type, cannot be read.
 * Read first: "Validation ratcheting" in the Kubernetes documentation.
 * Neighbours: kinds.ts reads to the letter; check.ts asks for both.
 */
import type { JsonSchema } from "../../base/crd.ts";
import { isFields } from "../../base/fields.ts";
import { validator, type SchemaProblem, type Validator } from "../../base/schema.ts";
import type { Manifest } from "../metallb/kinds.ts";

const BOUNDS: ReadonlySet<string> = new Set([
  ...["maxItems", "minItems", "uniqueItems", "maxLength", "minLength", "pattern", "format"],
  ...["maximum", "minimum", "maxProperties", "minProperties", "enum"],
]);

const known = new WeakMap<JsonSchema, Validator<Manifest<object>>>();

/** @returns a check of types and of what has to be there, and of nothing else */
export function looseValidator(schema: JsonSchema): Validator<Manifest<object>> {
  let check = known.get(schema);
  if (check === undefined) {
    check = validator(withoutBounds(schema)) as Validator<Manifest<object>>;
    known.set(schema, check);
  }
  return check;
}

function withoutBounds(schema: JsonSchema): JsonSchema {
  const kept = Object.entries(schema).filter(([word]) => !BOUNDS.has(word));
  return Object.fromEntries(
    kept.map(([word, value]) => {
      if (word === "properties" && isFields(value)) {
        const each = Object.entries(value as Readonly<Record<string, JsonSchema>>);
        return [word, Object.fromEntries(each.map(([name, it]) => [name, withoutBounds(it)]))];
      }
      const isSchema = (word === "items" || word === "additionalProperties") && isFields(value);
      return [word, isSchema ? withoutBounds(value) : value];
    }),
  );
}

/** @returns true where the object has at the field of the problem what it had there before */
export function isUnchangedAt({ field }: SchemaProblem, before: unknown, after: unknown): boolean {
  const [old, now] = [valueAt(before, field), valueAt(after, field)];
  return now !== undefined && canonical(old) === canonical(now);
}

/** @param field as problems have it: `spec.addresses[3]` */
function valueAt(object: unknown, field: string): unknown {
  const steps = field.split(/[.[\]]+/).filter((step) => step !== "");
  return steps.reduce<unknown>(
    (value, step) =>
      typeof value === "object" && value !== null
        ? (value as Readonly<Record<string, unknown>>)[step]
        : undefined,
    object,
  );
}

/** @returns the same text for the same value, whatever the order of its fields */
export function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${name}:${canonical(field)}`).join(",")}}`;
}
