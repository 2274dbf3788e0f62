/**
 * What the kinds of `metallb.io` have in common. Pure.
 *
 * They are MetalLB's: every manifest that it takes is accepted, and its columns are shown. Ours are the bounds and the
 * rules in CEL, so that what it would refuse by a webhook is refused without one where the language can say it.
 */
import { buildCrd, type CrdOptions, type CustomResourceDefinition } from "../../base/crd.ts";
import { Type, type TSchema } from "../../base/schema.ts";
import { labelSelectors } from "../label-selector.ts";
import { addressList, nameList } from "../lists.ts";

export const METALLB_GROUP = "metallb.io";
export const METALLB_VERSION = "v1beta1";

/** The object as the API server gives it; only what we use of its metadata. */
export interface Manifest<Spec, Status = object> {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string | undefined;
    readonly uid?: string | undefined;
    readonly resourceVersion?: string | undefined;
    readonly generation?: number | undefined;
    readonly creationTimestamp?: string | undefined;
    readonly labels?: Readonly<Record<string, string>> | undefined;
    readonly annotations?: Readonly<Record<string, string>> | undefined;
  };
  readonly spec?: Spec;
  readonly status?: Status;
}

/** Of the kinds that nothing is written on. */
export const EMPTY_STATUS = Type.Object({}, { description: "Nothing is written here." });

/** The pools that an advertisement is for. */
export const poolChoice = {
  ipAddressPools: Type.Optional(nameList("The pools, by name.")),
  ipAddressPoolSelectors: Type.Optional(
    labelSelectors("The pools, by label, besides those that are named."),
  ),
};

/** What a pool gives, of either family. */
export const poolOffer = {
  addresses: addressList({
    minItems: 1,
    description: "The addresses, IPv4 and IPv6, given out in the order written here.",
  }),
  autoAssign: Type.Optional(
    Type.Boolean({
      default: true,
      description: "False: only Services that name the pool or its addresses get any.",
    }),
  ),
  avoidBuggyIPs: Type.Optional(
    Type.Boolean({
      default: false,
      description: "Leaves out IPv4 addresses that end in .0 or .255.",
    }),
  ),
};

/** @returns the schema of a whole object, for what no API server has looked at */
export function objectSchema(kind: string, spec: TSchema, specRequired: boolean) {
  return Type.Object({
    apiVersion: Type.Optional(Type.String()),
    kind: Type.Optional(Type.Unsafe<string>({ type: "string", enum: [kind] })),
    metadata: Type.Object({
      name: Type.String({ minLength: 1 }),
      namespace: Type.Optional(Type.String()),
      creationTimestamp: Type.Optional(Type.String()),
    }),
    spec: specRequired ? spec : Type.Optional(spec),
  });
}

type UnwrittenKind = Pick<CrdOptions, "kind" | "plural" | "description" | "spec" | "columns">;

/** @returns the CRD of a kind that may do without `spec`, and on which nothing is written */
export function unwrittenCrd(kind: UnwrittenKind): CustomResourceDefinition {
  return buildCrd({
    ...kind,
    group: METALLB_GROUP,
    version: METALLB_VERSION,
    singular: kind.kind.toLowerCase(),
    scope: "Namespaced",
    specRequired: false,
    status: EMPTY_STATUS,
  });
}
