/**
 * L2Advertisement, `metallb.io/v1beta1`: which nodes answer ARP and NDP for the addresses of which pools. Pure.
 *
 * An advertisement that names no pool and selects none is for all pools; one that selects no node is for all nodes.
 * Neighbours: compile.ts makes a way of the model of it.
 */
import { Type, lazyValidator, type Static } from "../../base/schema.ts";
import { labelSelector, labelSelectors } from "../label-selector.ts";
import { interfaceList } from "../lists.ts";
import { type Manifest, objectSchema, poolChoice, unwrittenCrd } from "./kinds.ts";

export const L2_ADVERTISEMENT_KIND = "L2Advertisement";
export const L2_ADVERTISEMENT_PLURAL = "l2advertisements";

const PREFERENCES_MAX = 64;

const preferredNodeSelector = Type.Object(
  {
    weight: Type.Integer({
      format: "int32",
      minimum: 1,
      maximum: 100,
      description: "How much the preference counts.",
    }),
    preference: labelSelector("Labels of the nodes that are preferred."),
  },
  { description: "A wish: where no node that has the labels can answer, another does." },
);

export const l2AdvertisementSpec = Type.Object(
  {
    ...poolChoice,
    nodeSelectors: Type.Optional(
      labelSelectors("Labels of the nodes that may answer: one match is enough. Empty: all nodes."),
    ),
    serviceSelectors: Type.Optional(
      labelSelectors("Labels of the Services that it is for: one match is enough. Empty: all."),
    ),
    interfaces: Type.Optional(
      interfaceList("Interfaces that answer. Empty: all but those of container networks."),
    ),
    preferredNodeSelectors: Type.Optional(
      Type.Array(preferredNodeSelector, {
        maxItems: PREFERENCES_MAX,
        description: "Nodes that should answer rather than others, by labels and weights.",
      }),
    ),
  },
  { description: "What is answered where." },
);

export type L2AdvertisementSpec = Static<typeof l2AdvertisementSpec>;
export type L2Advertisement = Manifest<L2AdvertisementSpec>;

/** Reads a manifest: types and bounds. */
export const parseL2Advertisement = lazyValidator<L2Advertisement>(
  objectSchema(L2_ADVERTISEMENT_KIND, l2AdvertisementSpec, false),
);

export const l2AdvertisementCrd = unwrittenCrd({
  kind: L2_ADVERTISEMENT_KIND,
  plural: L2_ADVERTISEMENT_PLURAL,
  description: "Which nodes answer ARP and NDP for the addresses of which pools.",
  spec: l2AdvertisementSpec,
  columns: [
    { name: "IPAddressPools", type: "string", jsonPath: ".spec.ipAddressPools" },
    { name: "IPAddressPool Selectors", type: "string", jsonPath: ".spec.ipAddressPoolSelectors" },
    { name: "Interfaces", type: "string", jsonPath: ".spec.interfaces" },
    { name: "Node Selectors", type: "string", jsonPath: ".spec.nodeSelectors", priority: 10 },
  ],
});
