/**
 * CustomResourceDefinitions from schemas: the object that `kubectl apply` takes. Pure.
 *
 * Read first: "Specifying a structural schema" in the Kubernetes documentation of CustomResourceDefinitions.
 * What the API server would refuse asserts here: a schema is our own text, so a fault in it is our own bug.
 * Neighbours: schema.ts has the helpers; crds/generate.ts writes the files.
 */
import assert from "node:assert/strict";
import type { CelRule, TSchema } from "./schema.ts";

/** A CEL rule whose message shows the value: `message` stands in where the expression fails. */
export interface CelRuleWithValue extends CelRule {
  /** CEL that gives the message; needs Kubernetes 1.27. */
  readonly messageExpression?: string;
}

/** One column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: "string" | "integer" | "boolean" | "date" | "number";
  readonly jsonPath: string;
  readonly description?: string;
  /** 0 is always shown, more only with `-o wide`. */
  readonly priority?: number;
}

export interface CrdOptions {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly scope: "Cluster" | "Namespaced";
  /** What `kubectl explain` says of the kind. */
  readonly description: string;
  readonly spec: TSchema;
  /** Whether an object without `spec` is refused; default true. */
  readonly specRequired?: boolean;
  readonly status: TSchema;
  /** CEL rules over the whole object: `self.metadata.name`, `self.spec`. */
  readonly rules?: readonly CelRuleWithValue[];
  readonly columns: readonly PrinterColumn[];
  readonly labels?: Readonly<Record<string, string>>;
  /** Versions that are served besides the one that is stored. */
  readonly older?: readonly OlderVersion[];
}

/** What differs from the version that is stored; description, status and columns are its. */
export interface OlderVersion {
  readonly version: string;
  readonly spec: TSchema;
  /** Shown by kubectl to who uses it. */
  readonly deprecationWarning: string;
}

export interface CustomResourceDefinition {
  readonly apiVersion: "apiextensions.k8s.io/v1";
  readonly kind: "CustomResourceDefinition";
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly group: string;
    readonly names: {
      readonly kind: string;
      readonly listKind: string;
      readonly plural: string;
      readonly singular: string;
      readonly shortNames?: readonly string[];
      readonly categories?: readonly string[];
    };
    readonly scope: "Cluster" | "Namespaced";
    /**
     * Left out of the files: then the API server changes nothing but the name of the version, and needs nobody for it. The
     * controller writes `webhookConversion` where its webhook answers, and no later `kubectl apply` takes it away.
     */
    readonly conversion?: WebhookConversion;
    readonly versions: readonly CrdVersion[];
  };
}

export interface WebhookConversion {
  readonly strategy: "Webhook";
  readonly webhook: {
    readonly conversionReviewVersions: readonly string[];
    readonly clientConfig: WebhookClientConfig;
  };
}

/** Where the API server finds the webhook: a Service in the cluster, or a URL. */
export type WebhookClientConfig = {
  /** PEM in base64. */
  readonly caBundle: string;
} & (
  | { readonly url: string }
  | {
      readonly service: {
        readonly namespace: string;
        readonly name: string;
        readonly path: string;
        readonly port?: number;
      };
    }
);

/** @returns `spec.conversion` of a definition whose versions are converted by a webhook */
export function webhookConversion(clientConfig: WebhookClientConfig): WebhookConversion {
  return { strategy: "Webhook", webhook: { conversionReviewVersions: ["v1"], clientConfig } };
}

export interface CrdVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated?: true;
  readonly deprecationWarning?: string;
  readonly schema: { readonly openAPIV3Schema: JsonSchema };
  readonly subresources: { readonly status: Readonly<Record<string, never>> };
  readonly additionalPrinterColumns: readonly PrinterColumn[];
}

/** A JSON schema as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** @returns the definition: one version served and stored, the older ones served, each with a status subresource */
export function buildCrd(options: CrdOptions): CustomResourceDefinition {
  const { group, version, kind, plural, singular, scope, columns, labels, older = [] } = options;
  const alike = { subresources: { status: {} }, additionalPrinterColumns: columns };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}`, ...(labels ? { labels } : {}) },
    spec: {
      group,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular,
        ...(options.shortNames ? { shortNames: options.shortNames } : {}),
        ...(options.categories ? { categories: options.categories } : {}),
      },
      scope,
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: rootSchema(options) },
          ...alike,
        },
        ...older.map(({ version: name, spec, deprecationWarning }) => ({
          ...{ name, served: true, storage: false, deprecated: true as const, deprecationWarning },
          schema: { openAPIV3Schema: rootSchema({ ...options, spec }) },
          ...alike,
        })),
      ],
    },
  };
}

function rootSchema({ description, spec, specRequired = true, status, rules }: CrdOptions) {
  return {
    description,
    type: "object",
    ...(specRequired ? { required: ["spec"] } : {}),
    properties: {
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata: { type: "object" },
      spec: structural(spec),
      status: structural(status),
    },
    ...(rules ? { "x-kubernetes-validations": escapeReserved(rules) } : {}),
  };
}

/**
 * Words of CEL that no field may have for a name: the API server calls such a field `__namespace__`, and prices a rule
 * that says `namespace` as boundless. Rules of ours say the field's own name.
 */
const RESERVED =
  /\.(as|break|const|continue|else|for|function|if|import|in|let|loop|namespace|package|return)\b(?!\()/g;

function escapeReserved(rules: readonly CelRuleWithValue[]): CelRuleWithValue[] {
  return rules.map((rule) => ({ ...rule, rule: rule.rule.replaceAll(RESERVED, ".__$1__") }));
}

/** Keywords that a structural schema may not have at all. */
const FORBIDDEN = ["$ref", "$id", "$schema", "$defs", "definitions", "const", "patternProperties"];

/**
 * @returns the schema as plain data: what TypeBox keeps for itself left out, rules in the API server's spelling
 * @throws AssertionError where the API server would refuse the schema, with the path of the fault
 */
export function structural(schema: TSchema): JsonSchema {
  const plain = JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    key === "x-kubernetes-validations" ? escapeReserved(value as CelRuleWithValue[]) : value,
  ) as JsonSchema;
  checkStructural(plain, "");
  return plain;
}

function checkStructural(schema: JsonSchema, path: string): void {
  for (const keyword of FORBIDDEN) {
    assert(!(keyword in schema), `${path}: a CRD may not have "${keyword}"`);
  }
  const typeless =
    schema["x-kubernetes-int-or-string"] === true ||
    schema["x-kubernetes-preserve-unknown-fields"] === true;
  assert(typeless || typeof schema["type"] === "string", `${path}: a CRD field has one type`);
  const { properties, additionalProperties, items } = schema;
  if (properties !== undefined) {
    assert(additionalProperties === undefined, `${path}: properties beside additionalProperties`);
    for (const [name, child] of Object.entries(properties as Record<string, JsonSchema>)) {
      checkStructural(child, `${path}.${name}`);
    }
  }
  if (isSchema(additionalProperties)) checkStructural(additionalProperties, `${path}.*`);
  if (schema["type"] === "array") {
    assert(isSchema(items), `${path}: an array says what its items are`);
    checkStructural(items, `${path}[]`);
  }
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
