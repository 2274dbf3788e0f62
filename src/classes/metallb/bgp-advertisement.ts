/**
 * BGPAdvertisement, `metallb.io/v1beta1`: which nodes tell which routers of the addresses of which pools, and how. Pure.
 *
 * As with L2Advertisement no pool means all, no node all, no peer all. All fields are MetalLB's but `preferOwnNode`.
 * Neighbours: compile-bgp.ts makes a way of the model of it; community-values.ts reads the communities.
 */
import { Type, lazyValidator, withRules, type CelRule, type Static } from "../../base/schema.ts";
import { labelSelectors } from "../label-selector.ts";
import { nameList } from "../lists.ts";
import { EACH_ONCE } from "../rules.ts";
import { COMMUNITY_LENGTH_MAX, COMMUNITY_RULE } from "./community-values.ts";
import { type Manifest, objectSchema, poolChoice, unwrittenCrd } from "./kinds.ts";

export const BGP_ADVERTISEMENT_KIND = "BGPAdvertisement";
export const BGP_ADVERTISEMENT_PLURAL = "bgpadvertisements";

const COMMUNITIES_MAX = 63;
export const AGGREGATION_DEFAULT = { IPv4: 32, IPv6: 128 } as const;

export const SERVICES_ONE_BY_ONE: CelRule = {
  rule:
    "!has(self.serviceSelectors) || self.serviceSelectors.size() == 0 || " +
    "(self.aggregationLength == 32 && self.aggregationLengthV6 == 128)",
  message:
    "serviceSelectors and aggregationLength are mutually exclusive, can only be used together with default aggregationLength (32) and aggregationLengthV6 (128)",
};

export const OWN_NODE_ONE_BY_ONE: CelRule = {
  rule:
    "!has(self.preferOwnNode) || !self.preferOwnNode || " +
    "(self.aggregationLength == 32 && self.aggregationLengthV6 == 128)",
  message:
    "preferOwnNode and aggregationLength are mutually exclusive: the addresses of one prefix go by one node. Leave aggregationLength and aggregationLengthV6 out, or preferOwnNode",
};

/** Of both families' advertisements. */
export const PREFER_OWN_NODE =
  "SpreadLB's own: for each address of a Service routers prefer another node, by MED; every node announces it still, and " +
  "takes over where the preferred one is gone. Absent or false: routers spread flows over all nodes.";

const aggregation = (longest: number, family: string) =>
  Type.Optional(
    Type.Integer({
      format: "int32",
      minimum: 1,
      maximum: longest,
      default: longest,
      description: `The prefix length in which ${family} addresses are announced.`,
    }),
  );

export const bgpAdvertisementSpec = withRules(
  Type.Object(
    {
      aggregationLength: aggregation(AGGREGATION_DEFAULT.IPv4, "IPv4"),
      aggregationLengthV6: aggregation(AGGREGATION_DEFAULT.IPv6, "IPv6"),
      localPref: Type.Optional(
        Type.Integer({
          format: "int64",
          minimum: 0,
          maximum: 0xffffffff,
          description: "LOCAL_PREF, for peers of the same AS: RFC 4271 section 5.1.5.",
        }),
      ),
      communities: Type.Optional(
        withRules(
          Type.Array(
            withRules(
              Type.String({
                maxLength: COMMUNITY_LENGTH_MAX,
                description: "65000:100, large:65000:1:2, or a name that a Community defines.",
              }),
              [COMMUNITY_RULE],
            ),
            { maxItems: COMMUNITIES_MAX, description: "Communities of the announcement." },
          ),
          [EACH_ONCE],
        ),
      ),
      ...poolChoice,
      nodeSelectors: Type.Optional(
        labelSelectors("Labels of the nodes that announce: one match is enough. Empty: all nodes."),
      ),
      preferOwnNode: Type.Optional(Type.Boolean({ description: PREFER_OWN_NODE })),
      peers: Type.Optional(nameList("The BGPPeers that are told, by name. Empty: all.")),
      serviceSelectors: Type.Optional(
        labelSelectors("Labels of the Services that it is for: one match is enough. Empty: all."),
      ),
    },
    { description: "What is announced to whom." },
  ),
  [SERVICES_ONE_BY_ONE, OWN_NODE_ONE_BY_ONE],
);

export type BGPAdvertisementSpec = Static<typeof bgpAdvertisementSpec>;
export type BGPAdvertisement = Manifest<BGPAdvertisementSpec>;

/** Reads a manifest: types and bounds. What the rules say, compileAll says of the value. */
export const parseBgpAdvertisement = lazyValidator<BGPAdvertisement>(
  objectSchema(BGP_ADVERTISEMENT_KIND, bgpAdvertisementSpec, false),
);

export const bgpAdvertisementCrd = unwrittenCrd({
  kind: BGP_ADVERTISEMENT_KIND,
  plural: BGP_ADVERTISEMENT_PLURAL,
  description: "Which nodes announce the addresses of which pools to which BGP peers.",
  spec: bgpAdvertisementSpec,
  columns: [
    { name: "IPAddressPools", type: "string", jsonPath: ".spec.ipAddressPools" },
    { name: "IPAddressPool Selectors", type: "string", jsonPath: ".spec.ipAddressPoolSelectors" },
    { name: "Peers", type: "string", jsonPath: ".spec.peers" },
    { name: "Node Selectors", type: "string", jsonPath: ".spec.nodeSelectors", priority: 10 },
  ],
});
