/**
 * Lists that several kinds write alike: addresses, names, conditions, as schemas. Pure.
 *
 * Neighbours: rules.ts has the rules in CEL; ranges.ts reads the addresses.
 */
import { Type, oneOf, withRules, type Static } from "../base/schema.ts";
import {
  EACH_ONCE,
  INTERFACE_NAME_LENGTH_MAX,
  INTERFACE_RULES,
  POOL_ENTRY_RULES,
} from "./rules.ts";

/** Bounds that no manifest in use comes near; without them the API server cannot price the rules. */
const POOL_ENTRIES_MAX = 256;
/** Two IPv6 addresses that end in dotted decimals, with room around the dash. */
const POOL_ENTRY_LENGTH_MAX = 96;
const INTERFACES_MAX = 64;
const NAMES_MAX = 256;

/** @returns the schema of a list of CIDRs, ranges and addresses */
export function addressList(options: { readonly description: string; readonly minItems?: number }) {
  const entry = Type.String({
    maxLength: POOL_ENTRY_LENGTH_MAX,
    description: "A CIDR, a range first-last, or one address.",
  });
  return withRules(
    Type.Array(withRules(entry, POOL_ENTRY_RULES), { maxItems: POOL_ENTRIES_MAX, ...options }),
    [EACH_ONCE],
  );
}

/** @returns the schema of a list of names of other objects */
export function nameList(description: string) {
  return withRules(
    Type.Array(Type.String({ maxLength: 253 }), { maxItems: NAMES_MAX, description }),
    [EACH_ONCE],
  );
}

/** @returns the schema of a list of exact names of interfaces */
export function interfaceList(description: string) {
  const name = Type.String({
    maxLength: INTERFACE_NAME_LENGTH_MAX,
    description: "The exact name of an interface.",
  });
  return withRules(
    Type.Array(withRules(name, INTERFACE_RULES), { maxItems: INTERFACES_MAX, description }),
    [EACH_ONCE],
  );
}

const condition = Type.Object({
  type: Type.String({ maxLength: 316 }),
  status: oneOf(["True", "False", "Unknown"]),
  reason: Type.String({ maxLength: 1024 }),
  message: Type.String({ maxLength: 32768 }),
  lastTransitionTime: Type.Optional(Type.String({ format: "date-time" })),
  observedGeneration: Type.Optional(Type.Integer({ format: "int64" })),
});

/** What a status says that has nothing but conditions. */
export interface ConditionsStatus {
  readonly conditions?: readonly Static<typeof condition>[];
}

/** @returns the schema of the conditions of a status */
export function conditionList(description: string) {
  return Type.Array(condition, {
    maxItems: 16,
    description,
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["type"],
  });
}
