/**
 * An object held against the definition of its kind, as the API server does it: types, bounds, and the rules in CEL. Pure.
 *
 * Nothing here runs CEL. Each rule that a definition may hold is said again in TypeScript, beside its text in `RULES`, and a test
 * fails as soon as a definition has a rule that is not there.
 * Neighbours: unknown.ts has the fields that are not there; ../rules.ts, ../metallb/bgp-peer-rules.ts have the rules; kinds.ts the definitions.
 */
import { isFields } from "../../base/fields.ts";
import type { CelRuleWithValue, JsonSchema } from "../../base/crd.ts";
import type { CelRule } from "../../base/schema.ts";
import { CONFIGURED_ONE_BY_ONE } from "../deckhouse/configuration.ts";
import {
  OWN_NODE_ONE_BY_ONE,
  SERVICES_ONE_BY_ONE,
  type BGPAdvertisementSpec,
} from "../metallb/bgp-advertisement.ts";
import {
  PEER_TEXTS,
  peerTextRule,
  specRules,
  V1BETA1_CHECKS,
  V1BETA2_CHECKS,
  type PeerSpec,
} from "../metallb/bgp-peer-rules.ts";
import { UNCHANGED } from "../metallb/bgp-peer.ts";
import {
  COMMUNITY_RULE,
  COMMUNITY_VALUE_RULE,
  parseCommunity,
} from "../metallb/community-values.ts";
import { ALIASES_ONCE, type CommunitySpec } from "../metallb/community.ts";
import { parseRange, RANGE_FAULTS } from "../ranges.ts";
import {
  EACH_ONCE,
  INTERFACE_NAME_LENGTH_MAX,
  INTERFACE_RULES,
  POOL_ENTRY_RULES,
} from "../rules.ts";
import type { Fault } from "./finding.ts";

/** @returns null where the rule holds, else what the API server says */
type Check = (self: unknown, before: unknown) => string | null;

/** By the text of the rule. */
export const RULES: ReadonlyMap<string, Check> = new Map<string, Check>([
  ...Object.entries(PEER_TEXTS).map(([name, { holds }]) =>
    ofText(peerTextRule(name as keyof typeof PEER_TEXTS), holds),
  ),
  ...[V1BETA1_CHECKS, V1BETA2_CHECKS].flatMap((checks) =>
    specRules(checks).map((rule, place) =>
      of(rule, (spec) => checks[place]?.holds(spec as PeerSpec) ?? true),
    ),
  ),
  ...POOL_ENTRY_RULES.map((rule, place) => ofText(rule, (text) => !hasRangeFault(text, place))),
  ...INTERFACE_RULES.map((rule) => ofText(rule, isInterfaceName)),
  ofText(COMMUNITY_VALUE_RULE, (text) => parseCommunity(text).ok),
  ofText(COMMUNITY_RULE, (text) => text !== "" && (!text.includes(":") || parseCommunity(text).ok)),
  [EACH_ONCE.rule, twice],
  of(ALIASES_ONCE, (self) => {
    const names = (self as NonNullable<CommunitySpec["communities"]>).map(({ name = "" }) => name);
    return new Set(names).size === names.length;
  }),
  of(SERVICES_ONE_BY_ONE, (self) => {
    const { serviceSelectors = [], ...spec } = self as BGPAdvertisementSpec;
    return serviceSelectors.length === 0 || isOneByOne(spec);
  }),
  of(OWN_NODE_ONE_BY_ONE, (self) => {
    const { preferOwnNode = false, ...spec } = self as BGPAdvertisementSpec;
    return !preferOwnNode || isOneByOne(spec);
  }),
  of(CONFIGURED_ONE_BY_ONE, (self) => {
    const { preferOwnNode = false, aggregationLength = 0 } = self as ConfiguredBgp;
    return !preferOwnNode || [0, 32, 128].includes(aggregationLength);
  }),
  of(UNCHANGED, (self, before) => before === undefined || self === before),
]);

type ConfiguredBgp = Pick<BGPAdvertisementSpec, "preferOwnNode" | "aggregationLength">;

function isOneByOne({
  aggregationLength = 32,
  aggregationLengthV6 = 128,
}: Pick<BGPAdvertisementSpec, "aggregationLength" | "aggregationLengthV6">): boolean {
  return aggregationLength === 32 && aggregationLengthV6 === 128;
}

/**
 * @param before the same object as it was; undefined: it is new
 * @returns what the API server would refuse
 */
export function shapeFaults(schema: JsonSchema, object: object, before?: object): Fault[] {
  const faults: Fault[] = [];
  walk({ schema, value: object, before, path: "" }, faults);
  return faults;
}

interface Place {
  readonly schema: JsonSchema;
  readonly value: unknown;
  readonly before: unknown;
  readonly path: string;
}

function walk({ schema, value, before, path }: Place, faults: Fault[]): void {
  const rules = (schema["x-kubernetes-validations"] ?? []) as readonly CelRule[];
  for (const { rule } of rules) {
    const message = RULES.get(rule)?.(value, before) ?? null;
    if (message !== null) faults.push({ field: path, message, isWarning: false });
  }
  const { items, properties } = schema as Children;
  if (Array.isArray(value) && items !== undefined) {
    for (const [i, item] of value.entries()) {
      walk({ schema: items, value: item, before: undefined, path: `${path}[${i}]` }, faults);
    }
  } else if (isFields(value) && properties !== undefined) {
    const old = isFields(before) ? before : {};
    for (const [name, child] of Object.entries(value)) {
      const field = path === "" ? name : `${path}.${name}`;
      const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (known === undefined) continue;
      walk({ schema: known, value: child, before: old[name], path: field }, faults);
    }
  }
}

interface Children {
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

function of(rule: CelRule, holds: (self: unknown, before: unknown) => boolean): [string, Check] {
  return [rule.rule, (self, before) => (holds(self, before) ? null : rule.message)];
}

/** The message shows the text, where the definition's stands in with dots. */
function ofText(rule: CelRuleWithValue, holds: (text: string) => boolean): [string, Check] {
  return [
    rule.rule,
    (self) => {
      const text = String(self);
      return holds(text) ? null : rule.message.replace("...", () => text);
    },
  ];
}

/** In the order of POOL_ENTRY_RULES; the last is for IPv6. */
const RANGE_RULES = [
  (text: string) => RANGE_FAULTS.unreadable.join(text),
  (text: string) => RANGE_FAULTS.mixed.join(text),
  (text: string) => (text.includes(":") ? null : RANGE_FAULTS.backwards.join(text)),
  (text: string) => (text.includes(":") ? RANGE_FAULTS.backwards.join(text) : null),
] as const;

function hasRangeFault(text: string, place: number): boolean {
  const parsed = parseRange(text);
  return !parsed.ok && parsed.problem.message === RANGE_RULES[place]?.(text);
}

function isInterfaceName(text: string): boolean {
  const isShort = text.length >= 1 && text.length <= INTERFACE_NAME_LENGTH_MAX;
  return isShort && !/[/:\s]/.test(text) && text !== "." && text !== "..";
}

function twice(self: unknown): string | null {
  const entries = self as readonly string[];
  const doubled = entries.find((entry, place) => entries.indexOf(entry) !== place);
  return doubled === undefined ? null : `"${doubled}" is written twice. Write each once.`;
}
