/**
 * One schema per resource: its TypeScript type, its validator and its CRD all come from the same value. Pure.
 *
 * Read first: "Specifying a structural schema" in the Kubernetes documentation of CustomResourceDefinitions.
 * The helpers build only what the API server accepts: no `$ref`, no `patternProperties`, no type arrays,
 * no enum without a type. CEL rules run in the API server alone: what they say is said again in TypeScript
 * where it matters, and tests hold both to the same cases.
 * Neighbours: crd.ts writes the CustomResourceDefinition; crds/generate.ts writes the files.
 */
import { Ajv, type ErrorObject } from "ajv";
import addFormats from "ajv-formats";
import { Type, type Static, type TSchema } from "typebox";

export { Type, type Static, type TSchema };

/** A string that is one of a few words. */
export function oneOf<const Word extends string>(
  words: readonly Word[],
  options: { readonly description?: string; readonly default?: Word } = {},
): ReturnType<typeof Type.Unsafe<Word>> {
  return Type.Unsafe<Word>({ type: "string", enum: [...words], ...options });
}

/** A map from text to text, bounded so that CEL can price it. */
export function textMap(options: {
  readonly description?: string;
  readonly maxProperties: number;
}): ReturnType<typeof Type.Unsafe<Record<string, string>>> {
  return Type.Unsafe<Record<string, string>>({
    type: "object",
    additionalProperties: { type: "string", maxLength: 253 },
    ...options,
  });
}

/** One rule in the Common Expression Language: `x-kubernetes-validations`. */
export interface CelRule {
  readonly rule: string;
  readonly message: string;
  readonly fieldPath?: string;
}

/** @returns the schema with rules that the API server runs at admission */
export function withRules<Schema extends TSchema>(
  schema: Schema,
  rules: readonly CelRule[],
): Schema {
  return { ...schema, "x-kubernetes-validations": rules };
}

const KUBERNETES_KEYWORDS = [
  "x-kubernetes-validations",
  "x-kubernetes-list-type",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-map-type",
  "x-kubernetes-int-or-string",
  "x-kubernetes-preserve-unknown-fields",
];

/** What is wrong with a field: its path as people write it (`spec.addressPool[2]`), and why. */
export interface SchemaProblem {
  readonly field: string;
  readonly message: string;
}

export type Validator<T> = (
  value: unknown,
) =>
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly SchemaProblem[] };

/**
 * Compiles a schema into a check.
 *
 * @returns a function that gives the value, a copy with defaults filled in, or every problem with its field
 */
export function validator<Schema extends TSchema>(schema: Schema): Validator<Static<Schema>> {
  const ajv = new Ajv({ strict: true, allErrors: true, useDefaults: true });
  ajv.addVocabulary(KUBERNETES_KEYWORDS);
  addFormats.default(ajv);
  const check = ajv.compile(schema);
  return (value) => {
    const copy = structuredClone(value);
    if (check(copy)) return { ok: true, value: copy as Static<Schema> };
    return { ok: false, problems: (check.errors ?? []).map(problemOf) };
  };
}

/** The same, compiled where it is first used: not every program reads manifests. */
export function lazyValidator<T>(schema: TSchema): Validator<T> {
  let check: Validator<unknown> | undefined;
  return (value) => {
    check ??= validator(schema);
    return check(value) as ReturnType<Validator<T>>;
  };
}

function problemOf(error: ErrorObject): SchemaProblem {
  const field = error.instancePath
    .slice(1)
    .replace(/\/(\d+)/g, "[$1]")
    .replaceAll("/", ".")
    .replaceAll("~1", "/") // RFC 6901 section 3
    .replaceAll("~0", "~");
  return { field, message: error.message ?? error.keyword };
}
