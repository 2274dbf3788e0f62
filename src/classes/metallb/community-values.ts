/**
 * BGP communities as people write them. Pure.
 *
 * Read first: RFC 1997 (two 16-bit numbers), RFC 8092 (large: three 32-bit numbers). The well-known ones by name: RFC 1997,
 * RFC 3765, RFC 7999, RFC 8326; `local-as` is how routers call NO_EXPORT_SUBCONFED.
 * Neighbours: community.ts gives names to them; bgp-advertisement.ts and ../deckhouse use both.
 */
import type { CelRuleWithValue } from "../../base/crd.ts";
import { REMEDIES, type Problem } from "../../base/errors.ts";
import { textRule } from "../rules.ts";

export type CommunityValue =
  | { readonly kind: "standard"; readonly parts: readonly [number, number] }
  | { readonly kind: "large"; readonly parts: readonly [number, number, number] };

export type ParsedCommunity =
  | { readonly ok: true; readonly value: CommunityValue }
  | { readonly ok: false; readonly problem: Problem };

/** Known without a Community object; one that defines the name differently is obeyed. */
export const WELL_KNOWN_COMMUNITIES: Readonly<Record<string, CommunityValue>> = {
  "graceful-shutdown": { kind: "standard", parts: [65535, 0] },
  blackhole: { kind: "standard", parts: [65535, 666] },
  "no-export": { kind: "standard", parts: [65535, 65281] },
  "no-advertise": { kind: "standard", parts: [65535, 65282] },
  "local-as": { kind: "standard", parts: [65535, 65283] },
  "no-peer": { kind: "standard", parts: [65535, 65284] },
};

export const COMMUNITY_LENGTH_MAX = 64;
const COMMUNITY_BYTES = { standard: 4, large: 12 };
/**
 * What a route has room for: a message of 4,096 octets (RFC 4271 section 4.1), whatever else it has to say. That is 900 of the
 * standard ones.
 */
export const COMMUNITIES_BYTES_MAX = 3600;
const [PART_MAX, LARGE_PART_MAX] = [0xffff, 0xffffffff];
const STANDARD = "^[0-9]{1,5}:[0-9]{1,5}$";
const LARGE = "^large:[0-9]{1,10}:[0-9]{1,10}:[0-9]{1,10}$";
const SENTENCE = ['"', '" is no community'] as const;

/** @param text `65000:100` or `large:65000:1:2`: never an alias */
export function parseCommunity(text: string): ParsedCommunity {
  const numbers = text
    .replace(/^large:/, "")
    .split(":")
    .map(Number);
  const [a = 0, b = 0, c = 0] = numbers;
  if (new RegExp(STANDARD).test(text) && numbers.every((part) => part <= PART_MAX)) {
    return { ok: true, value: { kind: "standard", parts: [a, b] } };
  }
  if (new RegExp(LARGE).test(text) && numbers.every((part) => part <= LARGE_PART_MAX)) {
    return { ok: true, value: { kind: "large", parts: [a, b, c] } };
  }
  return { ok: false, problem: { code: "COMMUNITY_INVALID", message: SENTENCE.join(text) } };
}

const IS_VALUE =
  `self.matches("${STANDARD}") ? self.split(":").all(n, int(n) <= ${PART_MAX}) : ` +
  `self.matches("${LARGE}") && self.split(":").all(n, n == "large" || int(n) <= ${LARGE_PART_MAX})`;

/** For a value. */
export const COMMUNITY_VALUE_RULE: CelRuleWithValue = textRule(
  IS_VALUE,
  SENTENCE,
  REMEDIES.COMMUNITY_INVALID,
);

/** For a value or an alias: an alias has no colon. */
export const COMMUNITY_RULE: CelRuleWithValue = textRule(
  `self != "" && (!self.contains(":") || (${IS_VALUE}))`,
  SENTENCE,
  REMEDIES.COMMUNITY_INVALID,
);

/**
 * @param values each once counts; standard ones come before large ones, and those of lower numbers first
 * @returns those for which there is room in a route; and how many there is none for
 */
export function communitiesThatFit(values: readonly CommunityValue[]): {
  readonly fitting: readonly CommunityValue[];
  readonly excess: number;
} {
  const each = [...new Map(values.map((value) => [value.parts.join(":"), value])).values()];
  const sorted = each.sort((a, b) => a.parts.length - b.parts.length || compareParts(a, b));
  let bytes = 0;
  const fitting = sorted.filter(
    ({ kind }) => (bytes += COMMUNITY_BYTES[kind]) <= COMMUNITIES_BYTES_MAX,
  );
  return { fitting, excess: sorted.length - fitting.length };
}

function compareParts({ parts: a }: CommunityValue, { parts: b }: CommunityValue): number {
  const place = a.findIndex((part, i) => part !== b[i]);
  return place < 0 ? 0 : (a[place] ?? 0) - (b[place] ?? 0);
}
