/**
 * IPAddressPool, `metallb.io/v1beta1`: addresses, and to which Services they may be given. Pure.
 *
 * Neighbours: compile.ts makes a class of the model of it; offers.ts says which Services it fits.
 */
import { buildCrd } from "../../base/crd.ts";
import { Type, lazyValidator, type Static } from "../../base/schema.ts";
import { labelSelectors } from "../label-selector.ts";
import { nameList } from "../lists.ts";
import { METALLB_GROUP, METALLB_VERSION, objectSchema, poolOffer, type Manifest } from "./kinds.ts";

export const IP_ADDRESS_POOL_KIND = "IPAddressPool";
export const IP_ADDRESS_POOL_PLURAL = "ipaddresspools";

const serviceAllocation = Type.Object(
  {
    priority: Type.Optional(
      Type.Integer({
        description: "Which pool is tried first: 1 before 2; 0, also where absent, comes last.",
      }),
    ),
    namespaces: Type.Optional(nameList("Namespaces whose Services may have the addresses.")),
    namespaceSelectors: Type.Optional(
      labelSelectors("The same, by labels of the namespace: one that matches is enough."),
    ),
    serviceSelectors: Type.Optional(
      labelSelectors("Labels of the Services that may have the addresses: one match is enough."),
    ),
  },
  { description: "Which Services may have addresses of the pool; absent: all." },
);

export const ipAddressPoolSpec = Type.Object(
  {
    ...poolOffer,
    serviceAllocation: Type.Optional(serviceAllocation),
  },
  { description: "What the pool offers." },
);

const count = (description: string) => Type.Integer({ format: "int64", description });

export const ipAddressPoolStatus = Type.Object(
  {
    assignedIPv4: count("IPv4 addresses that Services hold."),
    assignedIPv6: count("IPv6 addresses that Services hold."),
    availableIPv4: count("IPv4 addresses left."),
    availableIPv6: count("IPv6 addresses left."),
  },
  { description: "How full the pool is; written by the controller alone." },
);

export type IPAddressPoolSpec = Static<typeof ipAddressPoolSpec>;
export type IPAddressPool = Manifest<IPAddressPoolSpec, Static<typeof ipAddressPoolStatus>>;

/** Reads a manifest: types and bounds. What the rules say, compileAll says of the value. */
export const parseIpAddressPool = lazyValidator<IPAddressPool>(
  objectSchema(IP_ADDRESS_POOL_KIND, ipAddressPoolSpec, true),
);

export const ipAddressPoolCrd = buildCrd({
  group: METALLB_GROUP,
  version: METALLB_VERSION,
  kind: IP_ADDRESS_POOL_KIND,
  plural: IP_ADDRESS_POOL_PLURAL,
  singular: "ipaddresspool",
  scope: "Namespaced",
  description:
    "Addresses that Services of type LoadBalancer get, answered as the advertisements that select the pool say.",
  spec: ipAddressPoolSpec,
  status: ipAddressPoolStatus,
  columns: [
    { name: "Auto Assign", type: "boolean", jsonPath: ".spec.autoAssign" },
    { name: "Avoid Buggy IPs", type: "boolean", jsonPath: ".spec.avoidBuggyIPs" },
    { name: "Addresses", type: "string", jsonPath: ".spec.addresses" },
  ],
});
