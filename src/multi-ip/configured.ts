/**
 * Where the API server keeps what people write: the kinds of MetalLB, and Deckhouse's. Pure.
 *
 * Neighbours: kind.ts has our own; the controller watches all of these, the speakers those of BGP.
 */
import {
  METAL_PEER_KIND,
  METAL_PEER_PLURAL,
  type MetalLoadBalancerBGPPeer,
} from "../classes/deckhouse/bgp-peer.ts";
import {
  CONFIGURATION_KIND,
  CONFIGURATION_PLURAL,
  type MetalLoadBalancerConfiguration,
} from "../classes/deckhouse/configuration.ts";
import { DECKHOUSE_GROUP, DECKHOUSE_VERSION } from "../classes/deckhouse/kinds.ts";
import {
  METAL_POOL_KIND,
  METAL_POOL_PLURAL,
  type MetalLoadBalancerPool,
} from "../classes/deckhouse/pool.ts";
import {
  BFD_PROFILE_KIND,
  BFD_PROFILE_PLURAL,
  type BFDProfile,
} from "../classes/metallb/bfd-profile.ts";
import {
  BGP_ADVERTISEMENT_KIND,
  BGP_ADVERTISEMENT_PLURAL,
  type BGPAdvertisement,
} from "../classes/metallb/bgp-advertisement.ts";
import {
  BGP_PEER_KIND,
  BGP_PEER_PLURAL,
  BGP_PEER_VERSION,
  type BGPPeer,
} from "../classes/metallb/bgp-peer.ts";
import { COMMUNITY_KIND, COMMUNITY_PLURAL, type Community } from "../classes/metallb/community.ts";
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
import {
  CLASS_GROUP,
  CLASS_KIND,
  CLASS_PLURAL,
  CLASS_VERSION,
  type MetalLoadBalancerClass,
} from "../classes/resource.ts";
import { defineResource, type KubeObject } from "../kube/resource.ts";

export const METAL_LOAD_BALANCER_CLASSES = defineResource<MetalLoadBalancerClass>({
  group: CLASS_GROUP,
  version: CLASS_VERSION,
  kind: CLASS_KIND,
  plural: CLASS_PLURAL,
  namespaced: false,
});

export const IP_ADDRESS_POOLS = ofMetallb<IPAddressPool>(
  IP_ADDRESS_POOL_KIND,
  IP_ADDRESS_POOL_PLURAL,
);
export const L2_ADVERTISEMENTS = ofMetallb<L2Advertisement>(
  L2_ADVERTISEMENT_KIND,
  L2_ADVERTISEMENT_PLURAL,
);
export const BGP_ADVERTISEMENTS = ofMetallb<BGPAdvertisement>(
  BGP_ADVERTISEMENT_KIND,
  BGP_ADVERTISEMENT_PLURAL,
);
export const BGP_PEERS = ofMetallb<BGPPeer>(BGP_PEER_KIND, BGP_PEER_PLURAL, BGP_PEER_VERSION);
export const BFD_PROFILES = ofMetallb<BFDProfile>(BFD_PROFILE_KIND, BFD_PROFILE_PLURAL);
export const COMMUNITIES = ofMetallb<Community>(COMMUNITY_KIND, COMMUNITY_PLURAL);

export const METAL_POOLS = ofDeckhouse<MetalLoadBalancerPool>(METAL_POOL_KIND, METAL_POOL_PLURAL);
export const METAL_PEERS = ofDeckhouse<MetalLoadBalancerBGPPeer>(
  METAL_PEER_KIND,
  METAL_PEER_PLURAL,
);
export const CONFIGURATIONS = ofDeckhouse<MetalLoadBalancerConfiguration>(
  CONFIGURATION_KIND,
  CONFIGURATION_PLURAL,
);

/** All besides the classes, by the name under which `Manifests` has their objects. */
export const CONFIGURED = {
  ipAddressPools: IP_ADDRESS_POOLS,
  l2Advertisements: L2_ADVERTISEMENTS,
  bgpAdvertisements: BGP_ADVERTISEMENTS,
  bgpPeers: BGP_PEERS,
  bfdProfiles: BFD_PROFILES,
  communities: COMMUNITIES,
  metalPools: METAL_POOLS,
  metalPeers: METAL_PEERS,
  configurations: CONFIGURATIONS,
} as const;

function ofMetallb<T extends KubeObject>(kind: string, plural: string, version = METALLB_VERSION) {
  return defineResource<T>({ group: METALLB_GROUP, version, kind, plural, namespaced: true });
}

function ofDeckhouse<T extends KubeObject>(kind: string, plural: string) {
  const where = { group: DECKHOUSE_GROUP, version: DECKHOUSE_VERSION };
  return defineResource<T>({ ...where, kind, plural, namespaced: false });
}
