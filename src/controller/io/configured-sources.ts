/**
 * Watches what people write besides classes. None of the kinds has to be there: a cluster without one has no objects of it.
 */
import type { Manifests } from "../../classes/compile.ts";
import type { IPAddressPool } from "../../classes/metallb/ip-address-pool.ts";
import type { Change } from "../../kube/store.ts";
import type { KubeObject, ResourceType } from "../../kube/resource.ts";
import type { Reflector } from "../../kube/io/reflector.ts";
import {
  BFD_PROFILES,
  BGP_ADVERTISEMENTS,
  BGP_PEERS,
  COMMUNITIES,
  CONFIGURATIONS,
  IP_ADDRESS_POOLS,
  L2_ADVERTISEMENTS,
  METAL_PEERS,
  METAL_POOLS,
} from "../configured.ts";

interface Wishes {
  readonly namespace?: string;
  readonly isOptional: true;
  readonly onChange: (change: Change<KubeObject>) => void;
}

export type StartReflector = <T extends KubeObject>(
  type: ResourceType<T>,
  wishes: Wishes,
) => Reflector<T>;

type Lists = Omit<Manifests, "classes">;

export function startConfigured(
  start: StartReflector,
  { metallbNamespace, onNews }: { readonly metallbNamespace: string; readonly onNews: () => void },
) {
  const everywhere = { isOptional: true, onChange: onNews } as const;
  const inOne = { ...everywhere, namespace: metallbNamespace };
  const reflectors = {
    ipAddressPools: start(IP_ADDRESS_POOLS, inOne),
    l2Advertisements: start(L2_ADVERTISEMENTS, inOne),
    bgpAdvertisements: start(BGP_ADVERTISEMENTS, inOne),
    bgpPeers: start(BGP_PEERS, inOne),
    bfdProfiles: start(BFD_PROFILES, inOne),
    communities: start(COMMUNITIES, inOne),
    metalPools: start(METAL_POOLS, everywhere),
    metalPeers: start(METAL_PEERS, everywhere),
    configurations: start(CONFIGURATIONS, everywhere),
  };
  return {
    /** By the plural of each. */
    reflectors: [
      [IP_ADDRESS_POOLS.plural, reflectors.ipAddressPools],
      [L2_ADVERTISEMENTS.plural, reflectors.l2Advertisements],
      [BGP_ADVERTISEMENTS.plural, reflectors.bgpAdvertisements],
      [BGP_PEERS.plural, reflectors.bgpPeers],
      [BFD_PROFILES.plural, reflectors.bfdProfiles],
      [COMMUNITIES.plural, reflectors.communities],
      [METAL_POOLS.plural, reflectors.metalPools],
      [METAL_PEERS.plural, reflectors.metalPeers],
      [CONFIGURATIONS.plural, reflectors.configurations],
    ] as const,
    /** The answer to a write of its status, ahead of the watch. */
    feedPool: (object: IPAddressPool) => {
      reflectors.ipAddressPools.upsert(object);
    },
    lists: (): Lists => ({
      ipAddressPools: reflectors.ipAddressPools.store.list(),
      l2Advertisements: reflectors.l2Advertisements.store.list(),
      bgpAdvertisements: reflectors.bgpAdvertisements.store.list(),
      bgpPeers: reflectors.bgpPeers.store.list(),
      bfdProfiles: reflectors.bfdProfiles.store.list(),
      communities: reflectors.communities.store.list(),
      metalPools: reflectors.metalPools.store.list(),
      metalPeers: reflectors.metalPeers.store.list(),
      configurations: reflectors.configurations.store.list(),
    }),
  };
}
