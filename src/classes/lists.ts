/**
 * Lists that several kinds write alike: addresses and names of interfaces, as schemas. Pure.
 *
 * Neighbours: rules.ts has the rules in CEL; ranges.ts reads the addresses.
 */
import { Type, withRules } from "../base/schema.ts";
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
