/**
 * Community, `metallb.io/v1beta1`: names for BGP communities, which advertisements may use. Pure.
 *
 * A name counts for all advertisements, whichever object it is in; of two that define one name the older object is obeyed.
 * Neighbours: community-values.ts reads the values; compile-bgp.ts resolves the names.
 */
import { Type, lazyValidator, withRules, type CelRule, type Static } from "../../base/schema.ts";
import { COMMUNITY_LENGTH_MAX, COMMUNITY_VALUE_RULE } from "./community-values.ts";
import { type Manifest, objectSchema, unwrittenCrd } from "./kinds.ts";

export const COMMUNITY_KIND = "Community";
export const COMMUNITY_PLURAL = "communities";

const ALIASES_MAX = 256;

export const ALIASES_ONCE: CelRule = {
  rule: "self.all(a, self.exists_one(b, (has(a.name) ? a.name : '') == (has(b.name) ? b.name : '')))",
  message: "A name is defined twice. Define each once.",
};

const alias = Type.Object(
  {
    name: Type.Optional(Type.String({ maxLength: 253, description: "The name." })),
    value: Type.Optional(
      withRules(
        Type.String({
          maxLength: COMMUNITY_LENGTH_MAX,
          description: "Two 16-bit numbers, 65000:100, or three of 32 bits, large:65000:1:2.",
        }),
        [COMMUNITY_VALUE_RULE],
      ),
    ),
  },
  { description: "One name and what it stands for." },
);

export const communitySpec = Type.Object(
  {
    communities: Type.Optional(
      withRules(
        Type.Array(alias, { maxItems: ALIASES_MAX, description: "The names, each once." }),
        [ALIASES_ONCE],
      ),
    ),
  },
  { description: "What the names stand for." },
);

export type CommunitySpec = Static<typeof communitySpec>;
export type Community = Manifest<CommunitySpec>;

/** Reads a manifest: types and bounds. What the rules say, compileAll says of the value. */
export const parseCommunityObject = lazyValidator<Community>(
  objectSchema(COMMUNITY_KIND, communitySpec, false),
);

export const communityCrd = unwrittenCrd({
  kind: COMMUNITY_KIND,
  plural: COMMUNITY_PLURAL,
  description: "Names for BGP communities, for BGPAdvertisements to use.",
  spec: communitySpec,
  columns: [],
});
