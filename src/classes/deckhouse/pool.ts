/**
 * MetalLoadBalancerPool, `network.deckhouse.io/v1alpha1`: addresses that are announced by BGP. Pure.
 *
 * Neighbours: compile.ts makes a class of the model of it; configuration.ts says who announces it.
 */
import { buildCrd } from "../../base/crd.ts";
import { Type, lazyValidator, type Static } from "../../base/schema.ts";
import { addressList } from "../lists.ts";
import { objectSchema } from "../metallb/kinds.ts";
import {
  DECKHOUSE_GROUP,
  DECKHOUSE_LABELS,
  DECKHOUSE_VERSION,
  READY_COLUMNS,
  readyStatus,
  type DeckhouseManifest,
} from "./kinds.ts";

export const METAL_POOL_KIND = "MetalLoadBalancerPool";
export const METAL_POOL_PLURAL = "metalloadbalancerpools";

export const metalPoolSpec = Type.Object(
  {
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
  },
  { description: "What the pool offers." },
);

export type MetalLoadBalancerPool = DeckhouseManifest<Static<typeof metalPoolSpec>>;

/** Reads a manifest: types and bounds. What the rules say, compileAll says of the value. */
export const parseMetalPool = lazyValidator<MetalLoadBalancerPool>(
  objectSchema(METAL_POOL_KIND, metalPoolSpec, true),
);

export const metalPoolCrd = buildCrd({
  group: DECKHOUSE_GROUP,
  version: DECKHOUSE_VERSION,
  kind: METAL_POOL_KIND,
  plural: METAL_POOL_PLURAL,
  singular: "metalloadbalancerpool",
  shortNames: ["mlbp"],
  scope: "Cluster",
  description:
    "Addresses that Services of type LoadBalancer get, announced as a configuration says.",
  spec: metalPoolSpec,
  status: readyStatus,
  columns: [
    { name: "Auto Assign", type: "boolean", jsonPath: ".spec.autoAssign" },
    { name: "Addresses", type: "string", jsonPath: ".spec.addresses" },
    ...READY_COLUMNS,
  ],
  labels: DECKHOUSE_LABELS,
});
