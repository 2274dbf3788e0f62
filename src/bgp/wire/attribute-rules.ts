/**
 * Path attributes, one line for each type: its number, its flags, and what follows where it is malformed. Pure data.
 *
 * Read first: RFC 7606 sections 2 (the approaches), 3 (for all) and 7 (for each); RFC 8092 section 6, RFC 6793 section 6.
 * "withdraw": the prefixes of the UPDATE count as withdrawn. "discard": the attribute counts as absent. "reset": the session ends, for
 * without the list nobody knows which prefixes would have to go.
 */
import type { KnownKind } from "./attributes.ts";

export type AttributeRemedy = "withdraw" | "discard" | "reset";

/** RFC 4271 section 4.3: the high bits of the flags. */
export const FLAG = { optional: 0x80, transitive: 0x40, partial: 0x20, extendedLength: 0x10 };
const [WELL_KNOWN, OPTIONAL] = [FLAG.transitive, FLAG.optional];
const TRANSITIVE = FLAG.optional | FLAG.transitive;

export interface AttributeRule {
  readonly kind: KnownKind;
  readonly type: number;
  /** Optional and transitive. */
  readonly flags: number;
  readonly onMalformed: AttributeRemedy;
  /** From a peer of another AS it means nothing, and is discarded unread. */
  readonly isInternal?: true;
}

export const ATTRIBUTE_RULES: readonly AttributeRule[] = [
  { kind: "origin", type: 1, flags: WELL_KNOWN, onMalformed: "withdraw" }, // 7.1
  { kind: "as-path", type: 2, flags: WELL_KNOWN, onMalformed: "withdraw" }, // 7.2
  { kind: "next-hop", type: 3, flags: WELL_KNOWN, onMalformed: "withdraw" }, // 7.3
  { kind: "multi-exit", type: 4, flags: OPTIONAL, onMalformed: "withdraw" }, // 7.4
  {
    ...{ kind: "local-preference", type: 5, flags: WELL_KNOWN },
    ...{ onMalformed: "withdraw", isInternal: true }, // 7.5
  },
  { kind: "atomic-aggregate", type: 6, flags: WELL_KNOWN, onMalformed: "discard" }, // 7.6
  { kind: "aggregator", type: 7, flags: TRANSITIVE, onMalformed: "discard" }, // 7.7
  { kind: "communities", type: 8, flags: TRANSITIVE, onMalformed: "withdraw" }, // 7.8
  {
    ...{ kind: "originator", type: 9, flags: OPTIONAL },
    ...{ onMalformed: "withdraw", isInternal: true }, // 7.9
  },
  {
    ...{ kind: "clusters", type: 10, flags: OPTIONAL },
    ...{ onMalformed: "withdraw", isInternal: true }, // 7.10
  },
  { kind: "mp-reach", type: 14, flags: OPTIONAL, onMalformed: "reset" }, // 7.11
  { kind: "mp-unreach", type: 15, flags: OPTIONAL, onMalformed: "reset" }, // 7.12
  { kind: "extended-communities", type: 16, flags: TRANSITIVE, onMalformed: "withdraw" }, // 7.14
  { kind: "as4-path", type: 17, flags: TRANSITIVE, onMalformed: "discard" }, // RFC 6793
  { kind: "as4-aggregator", type: 18, flags: TRANSITIVE, onMalformed: "discard" }, // RFC 6793
  { kind: "large-communities", type: 32, flags: TRANSITIVE, onMalformed: "withdraw" }, // RFC 8092
];

const BY_TYPE = new Map(ATTRIBUTE_RULES.map((rule) => [rule.type, rule]));
const BY_KIND = new Map(ATTRIBUTE_RULES.map((rule) => [rule.kind, rule]));

export function ruleOfType(type: number): AttributeRule | undefined {
  return BY_TYPE.get(type);
}

/** @returns the number and the flags that an attribute of ours goes out with */
export function ruleOfKind(kind: KnownKind): AttributeRule {
  const rule = BY_KIND.get(kind);
  if (rule === undefined) throw new Error(`no rule for ${kind}`);
  return rule;
}
