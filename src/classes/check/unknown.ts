/**
 * Fields that a kind has not: what is meant, and what becomes of them. Pure.
 *
 * kubectl refuses them (`--validate=strict` is its default), other programs have them left out by the API server. lint refuses
 * them as kubectl does; for the webhook they are a warning at most: a definition newer than the controller may know them.
 * Read first: "Field validation" in the Kubernetes documentation.
 * Neighbours: shape.ts looks at the fields that are known.
 */
import type { JsonSchema } from "../../base/crd.ts";
import { isFields, type Fields } from "../../base/fields.ts";
import { nearestWord } from "../../base/nearest.ts";
import type { Fault } from "./finding.ts";

/** ObjectMeta: the definitions say nothing of it, the API server knows it. */
const METADATA_FIELDS = [
  ...["name", "generateName", "namespace", "labels", "annotations", "finalizers"],
  ...["ownerReferences", "uid", "resourceVersion", "generation", "creationTimestamp"],
  ...["deletionTimestamp", "deletionGracePeriodSeconds", "managedFields", "selfLink"],
] as const;

const METADATA: JsonSchema = {
  properties: Object.fromEntries(METADATA_FIELDS.map((name) => [name, {}])),
};

/** @returns a fault for each field that is not in the schema, of whatever shape the object is; none of its status */
export function unknownFields(
  schema: JsonSchema,
  object: unknown,
  { isStrict }: { readonly isStrict: boolean },
): Fault[] {
  const { properties = {} } = schema as Children;
  const all = { ...schema, properties: { ...properties, metadata: METADATA, status: {} } };
  return namesOf(all, object, "").map(({ field, name, known }) => {
    const becomes = isStrict ? "kubectl refuses it" : "the API server leaves it out";
    const message = `There is no field "${name}": ${becomes}. ${hint({ field, name }, known, properties)}.`;
    return { field, message, isWarning: !isStrict };
  });
}

interface Children {
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
}

interface Unknown {
  readonly field: string;
  readonly name: string;
  /** What could stand there, and does not yet. */
  readonly known: readonly string[];
}

function namesOf(schema: JsonSchema, value: unknown, path: string): Unknown[] {
  const { items, properties, additionalProperties } = schema as Children;
  if (Array.isArray(value)) {
    if (items === undefined) return [];
    return value.flatMap((item, i) => namesOf(items, item, `${path}[${i}]`));
  }
  if (!isFields(value)) return [];
  if (properties === undefined) {
    if (typeof additionalProperties !== "object") return [];
    const each = Object.entries(value);
    return each.flatMap(([name, child]) => namesOf(additionalProperties, child, under(path, name)));
  }
  return Object.entries(value).flatMap(([name, child]) => {
    const field = under(path, name);
    const found = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (found !== undefined) return namesOf(found, child, field);
    const known = Object.keys(properties).filter((key) => !Object.hasOwn(value, key));
    return [{ field, name, known }];
  });
}

function under(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function hint(
  { field, name }: { readonly field: string; readonly name: string },
  known: readonly string[],
  properties: Readonly<Record<string, JsonSchema>>,
): string {
  const near = nearestWord(name, known);
  if (near !== undefined) return `Write "${near}"`;
  const ofSpec: Fields = (properties["spec"] as Children | undefined)?.properties ?? {};
  return field === name && Object.hasOwn(ofSpec, name) ? 'Write it under "spec"' : "Take it out";
}
