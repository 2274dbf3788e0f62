/**
 * Watches MetalLB's kinds that only say how things are: what was written there is read back, so that it is written once.
 * A cluster may lack them.
 */
import type { ConfigurationState } from "../../classes/metallb/configuration-state.ts";
import type { ServiceL2Status } from "../../classes/metallb/service-l2-status.ts";
import type { Reflector } from "../../kube/io/reflector.ts";
import type { KubeObject } from "../../kube/resource.ts";
import type { Change } from "../../kube/store.ts";
import { without } from "../prune.ts";
import { CONFIGURATION_STATES, SERVICE_L2_STATUSES } from "../status-kinds.ts";
import type { MetallbStatuses } from "../world.ts";
import type { StartReflector } from "./configured-sources.ts";

export interface StatusSourcesOptions {
  readonly metallbNamespace: string;
  readonly onNews: () => void;
  /** The API server does not know the kind of this plural. */
  readonly isUndefined: (plural: string) => boolean;
}

export function startStatuses(
  start: StartReflector,
  { metallbNamespace: namespace, onNews, isUndefined }: StatusSourcesOptions,
) {
  const deletedUids = new Set<string>();
  const wishes = {
    namespace,
    isOptional: true,
    onChange: ({ before, after }: Change<KubeObject>) => {
      if (after === undefined) deletedUids.delete(before?.metadata.uid ?? "");
      onNews();
    },
  } as const;
  const l2: Reflector<ServiceL2Status> = start(SERVICE_L2_STATUSES, wishes);
  const states: Reflector<ConfigurationState> = start(CONFIGURATION_STATES, wishes);
  const reflectors = [
    [SERVICE_L2_STATUSES.plural, l2],
    [CONFIGURATION_STATES.plural, states],
  ] as const;
  return {
    /** By the plural of each. */
    reflectors,
    statuses: (): MetallbStatuses | null => {
      if (reflectors.some(([plural, { store }]) => !store.synced || isUndefined(plural)))
        return null;
      return {
        namespace,
        l2: without(l2.store.list(), deletedUids),
        states: without(states.store.list(), deletedUids),
      };
    },
    feedL2: (object: ServiceL2Status) => {
      l2.upsert(object);
    },
    feedState: (object: ConfigurationState) => {
      states.upsert(object);
    },
    /** Deleted by us: the API server has confirmed it, the watch may tell later. */
    deleted: ({ metadata: { name, uid = "" } }: KubeObject) => {
      const key = `${namespace}/${name}`;
      const known = [l2, states].map(({ store }) => store.get(key)?.metadata.uid);
      if (known.includes(uid)) deletedUids.add(uid);
    },
  };
}
