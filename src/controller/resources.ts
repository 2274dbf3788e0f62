/**
 * Names on the objects that the controller writes, and where the API server keeps the classes. Pure.
 *
 * Read first: reference of Deckhouse's `metallb` module: its conditions are read by people and programs,
 * so their texts are exact.
 */
import {
  CLASS_GROUP,
  CLASS_KIND,
  CLASS_PLURAL,
  CLASS_VERSION,
  type MetalLoadBalancerClass,
} from "../classes/resource.ts";
import {
  IP_ADDRESS_POOL_KIND,
  IP_ADDRESS_POOL_PLURAL,
  type IPAddressPool,
} from "../classes/metallb/ip-address-pool.ts";
import { METALLB_GROUP, METALLB_VERSION } from "../classes/metallb/kinds.ts";
import {
  L2_ADVERTISEMENT_KIND,
  L2_ADVERTISEMENT_PLURAL,
  type L2Advertisement,
} from "../classes/metallb/l2-advertisement.ts";
import { defineResource } from "../kube/resource.ts";

export const METAL_LOAD_BALANCER_CLASSES = defineResource<MetalLoadBalancerClass>({
  group: CLASS_GROUP,
  version: CLASS_VERSION,
  kind: CLASS_KIND,
  plural: CLASS_PLURAL,
  namespaced: false,
});

export const IP_ADDRESS_POOLS = defineResource<IPAddressPool>({
  group: METALLB_GROUP,
  version: METALLB_VERSION,
  kind: IP_ADDRESS_POOL_KIND,
  plural: IP_ADDRESS_POOL_PLURAL,
  namespaced: true,
});

export const L2_ADVERTISEMENTS = defineResource<L2Advertisement>({
  group: METALLB_GROUP,
  version: METALLB_VERSION,
  kind: L2_ADVERTISEMENT_KIND,
  plural: L2_ADVERTISEMENT_PLURAL,
  namespaced: true,
});

/** True; the message is the class's name and nothing else: it is read back as data. */
export const BOUND_CONDITION = "network.deckhouse.io/load-balancer-class";
export const ASSIGNED_CONDITION = "AllPublicIPsAssigned";
/** Ours: whether all is well, and if not, the way out. */
export const READY_CONDITION = "spreadlb.io/Ready";
export const OUR_CONDITIONS = [BOUND_CONDITION, ASSIGNED_CONDITION, READY_CONDITION] as const;

/** On the condition of a class. */
export const CLASS_READY_CONDITION = "Ready";

/** On every node that a class selects, with the value "": speakers' DaemonSets select it. */
export const MEMBER_LABEL = "l2-load-balancer.network.deckhouse.io/member";
