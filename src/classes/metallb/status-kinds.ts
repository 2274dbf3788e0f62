/**
 * What the kinds of `metallb.io` that only say how things are have in common. Pure.
 *
 * People and programs find the objects by their labels, which are MetalLB's to the letter. Ours wear one more, so that
 * we know which to take away.
 */
import { buildCrd, type CustomResourceDefinition, type PrinterColumn } from "../../base/crd.ts";
import { stableHash } from "../../base/hash.ts";
import { Type, withRules, type TSchema } from "../../base/schema.ts";
import { METALLB_GROUP, METALLB_VERSION, type Manifest } from "./kinds.ts";

export const NODE_LABEL = "metallb.io/node";
export const SERVICE_NAME_LABEL = "metallb.io/service-name";
export const SERVICE_NAMESPACE_LABEL = "metallb.io/service-namespace";
export const COMPONENT_LABEL = "metallb.io/component-type";
export const COMPONENT_NODE_LABEL = "metallb.io/node-name";
/** Beside MetalLB's own, on every object that we made. */
export const OUR_LABEL = { "app.kubernetes.io/managed-by": "spreadlb" } as const;

/** @returns true for an object that we made */
export function isOurs({ metadata }: Pick<Manifest<object>, "metadata">): boolean {
  return Object.entries(OUR_LABEL).every(([key, value]) => metadata.labels?.[key] === value);
}

/** @returns a name: MetalLB lets the API server make up what stands behind `bgp-`; ours is the same on every run */
export function statusName(prefix: "l2" | "bgp", text: string): string {
  const hex = (salt: string) =>
    stableHash(salt + text)
      .toString(16)
      .padStart(8, "0");
  return `${prefix}-${hex("")}${hex("+")}`;
}

/** @returns the Event on a Service for which a node begins to answer, in MetalLB's words: tools read them */
export function nodeAssigned(node: string, protocol: "layer2" | "bgp") {
  const message = `announcing from node ${JSON.stringify(node)} with protocol ${JSON.stringify(protocol)}`;
  return { type: "Normal", reason: "nodeAssigned", message, action: "AssignNode" } as const;
}

/** What never changes in an object: another Service or node has another object. */
export function immutableText(description: string) {
  return withRules(Type.String({ maxLength: 253, description }), [
    { rule: "self == oldSelf", message: "Value is immutable" },
  ]);
}

export const SERVICE_COLUMNS: readonly PrinterColumn[] = [
  { name: "Service Name", type: "string", jsonPath: ".status.serviceName" },
  { name: "Service Namespace", type: "string", jsonPath: ".status.serviceNamespace" },
];

interface StatusKind {
  readonly kind: string;
  readonly plural: string;
  readonly description: string;
  readonly status: TSchema;
  readonly columns: readonly PrinterColumn[];
}

/** @returns the definition of a kind without anything to wish for */
export function statusCrd({ kind, plural, ...rest }: StatusKind): CustomResourceDefinition {
  return buildCrd({
    ...{ group: METALLB_GROUP, version: METALLB_VERSION, kind, plural, ...rest },
    singular: kind.toLowerCase(),
    scope: "Namespaced",
    spec: Type.Object({}, { description: "Empty: the kind only says how things are." }),
    specRequired: false,
  });
}
