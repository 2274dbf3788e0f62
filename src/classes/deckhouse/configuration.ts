/**
 * MetalLoadBalancerConfiguration, `network.deckhouse.io/v1alpha1`: which nodes announce which pools to which peers. Pure.
 *
 * All fields are Deckhouse's but `preferOwnNode`. Deckhouse's aggregationLength is for both families at once. Here up to 32 it is for IPv4, above for IPv6.
 * Neighbours: compile.ts makes a way of the model of each entry of its advertisements.
 */
import {
  Type,
  lazyValidator,
  oneOf,
  textMap,
  withRules,
  type CelRule,
  type Static,
} from "../../base/schema.ts";
import { nameList } from "../lists.ts";
import { PREFER_OWN_NODE } from "../metallb/bgp-advertisement.ts";
import { COMMUNITY_LENGTH_MAX, COMMUNITY_RULE } from "../metallb/community-values.ts";
import { objectSchema } from "../metallb/kinds.ts";
import { deckhouseCrd, type DeckhouseManifest } from "./kinds.ts";

export const CONFIGURATION_KIND = "MetalLoadBalancerConfiguration";
export const CONFIGURATION_PLURAL = "metalloadbalancerconfigurations";

const ADVERTISEMENTS_MAX = 64;
const POOLS_MAX = 64;
const COMMUNITIES_MAX = 24;

export const CONFIGURED_ONE_BY_ONE: CelRule = {
  rule:
    "!has(self.preferOwnNode) || !self.preferOwnNode || " +
    "!has(self.aggregationLength) || self.aggregationLength in [0, 32, 128]",
  message:
    "preferOwnNode and aggregationLength are mutually exclusive: the addresses of one prefix go by one node. Leave aggregationLength out, or preferOwnNode",
};

const advertisement = Type.Object(
  {
    // Without a rule against the same twice: the API server prices it for every advertisement.
    poolNames: Type.Array(Type.String({ maxLength: 253 }), {
      maxItems: POOLS_MAX,
      description: "The MetalLoadBalancerPools.",
    }),
    bgp: Type.Optional(
      withRules(
        Type.Object(
          {
            communities: Type.Optional(
              Type.Array(
                withRules(
                  Type.String({
                    maxLength: COMMUNITY_LENGTH_MAX,
                    description:
                      "65000:100, large:65000:1:2, no-export, no-advertise, local-as, none, or a name that a Community defines.",
                  }),
                  [COMMUNITY_RULE],
                ),
                { maxItems: COMMUNITIES_MAX, description: "Communities of the announcement." },
              ),
            ),
            localPref: Type.Optional(
              Type.Integer({
                format: "int64",
                minimum: 0,
                maximum: 0xffffffff,
                description: "LOCAL_PREF, for peers of the same AS; 0: none.",
              }),
            ),
            aggregationLength: Type.Optional(
              Type.Integer({
                minimum: 0,
                maximum: 128,
                description:
                  "The prefix length in which addresses are announced: up to 32 for IPv4, above for IPv6; 0: one by one.",
              }),
            ),
            preferOwnNode: Type.Optional(Type.Boolean({ description: PREFER_OWN_NODE })),
          },
          { description: "How they are announced." },
        ),
        [CONFIGURED_ONE_BY_ONE],
      ),
    ),
  },
  { description: "Pools that are announced alike." },
);

export const configurationSpec = Type.Object(
  {
    mode: oneOf(["BGP"], { description: "How addresses are announced." }),
    nodeSelector: Type.Optional(
      textMap({
        maxProperties: 64,
        description: "Labels that a node must have to announce. Empty means every node.",
      }),
    ),
    bgp: Type.Optional(
      Type.Object(
        { peerNames: Type.Optional(nameList("The MetalLoadBalancerBGPPeers that are told.")) },
        { description: "What only BGP has." },
      ),
    ),
    advertisements: Type.Optional(
      Type.Array(advertisement, {
        maxItems: ADVERTISEMENTS_MAX,
        description: "What is announced.",
      }),
    ),
  },
  { description: "Who announces what to whom." },
);

export type MetalLoadBalancerConfiguration = DeckhouseManifest<Static<typeof configurationSpec>>;

/** Reads a manifest: types and bounds. What the rules say, compileAll says of the value. */
export const parseConfiguration = lazyValidator<MetalLoadBalancerConfiguration>(
  objectSchema(CONFIGURATION_KIND, configurationSpec, true),
);

export const configurationCrd = deckhouseCrd({
  kind: CONFIGURATION_KIND,
  plural: CONFIGURATION_PLURAL,
  shortNames: ["mlbconfig"],
  description: "Which nodes announce the addresses of which pools to which peers.",
  spec: configurationSpec,
  columns: [
    { name: "Mode", type: "string", jsonPath: ".spec.mode" },
    { name: "Peers", type: "string", jsonPath: ".spec.bgp.peerNames" },
    { name: "Pools", type: "string", jsonPath: ".spec.advertisements[*].poolNames" },
  ],
});
