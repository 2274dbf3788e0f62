/**
 * MetalLoadBalancerPool, `network.deckhouse.io/v1alpha1`: addresses that are announced by BGP. Pure.
 *
 * Neighbours: compile.ts makes a class of the model of it; configuration.ts says who announces it.
 */
import { Type, lazyValidator, type Static } from "../../base/schema.ts";
import { objectSchema, poolOffer } from "../metallb/kinds.ts";
import { deckhouseCrd, type DeckhouseManifest } from "./kinds.ts";

export const METAL_POOL_KIND = "MetalLoadBalancerPool";
export const METAL_POOL_PLURAL = "metalloadbalancerpools";

export const metalPoolSpec = Type.Object(poolOffer, { description: "What the pool offers." });

export type MetalLoadBalancerPool = DeckhouseManifest<Static<typeof metalPoolSpec>>;

/** Reads a manifest: types and bounds. What the rules say, compileAll says of the value. */
export const parseMetalPool = lazyValidator<MetalLoadBalancerPool>(
  objectSchema(METAL_POOL_KIND, metalPoolSpec, true),
);

export const metalPoolCrd = deckhouseCrd({
  kind: METAL_POOL_KIND,
  plural: METAL_POOL_PLURAL,
  shortNames: ["mlbp"],
  description:
    "Addresses that Services of type LoadBalancer get, announced as a configuration says.",
  spec: metalPoolSpec,
  columns: [
    { name: "Auto Assign", type: "boolean", jsonPath: ".spec.autoAssign" },
    { name: "Addresses", type: "string", jsonPath: ".spec.addresses" },
  ],
});
