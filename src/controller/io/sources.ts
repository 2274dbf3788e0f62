/**
 * Everything that a plan reads, kept up to date: one reflector per resource. Both replicas keep theirs warm.
 */
import type { Logger } from "pino";
import type { KubeObject, ResourceType } from "../../kube/resource.ts";
import {
  ENDPOINT_SLICES,
  LEASES,
  NAMESPACES,
  NODES,
  SERVICES,
  type EndpointSlice,
  type Lease,
  type Namespace,
  type Node,
  type Service,
} from "../../kube/types.ts";
import type { KubeClient } from "../../kube/io/client.ts";
import { startReflector, type Reflector, type ReflectorMetrics } from "../../kube/io/reflector.ts";
import type { ConfigurationState } from "../../classes/metallb/configuration-state.ts";
import type { IPAddressPool } from "../../classes/metallb/ip-address-pool.ts";
import type { ServiceL2Status } from "../../classes/metallb/service-l2-status.ts";
import type { MetalLoadBalancerClass } from "../../classes/resource.ts";
import { DNS_PUBLISHERS } from "../../dns/kind.ts";
import type { DNSPublisher } from "../../dns/resource.ts";
import { VIRTUAL_IPS } from "../../multi-ip/kind.ts";
import { PRESENCE_LABEL } from "../../multi-ip/presence.ts";
import type { VirtualIP } from "../../multi-ip/resource.ts";
import {
  concernsUs,
  isNewsOfNamespace,
  isNewsOfNode,
  pruneNamespace,
  pruneNode,
  ofOurConcern,
  pruneService,
  without,
} from "../prune.ts";
import { METAL_LOAD_BALANCER_CLASSES } from "../../multi-ip/configured.ts";
import { pruneSlice, serviceOfSlice } from "../../kube/serving.ts";
import { isLocal, type Snapshot } from "../world.ts";
import { startConfigured } from "./configured-sources.ts";
import { Presences } from "./presences.ts";
import { startStatuses } from "./status-sources.ts";
import { Told } from "./told.ts";

export interface SourcesOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  /** Where MetalLB's objects live. */
  readonly metallbNamespace: string;
  readonly log: Logger;
  readonly metrics: ReflectorMetrics;
  /** Something changed that a plan may depend on. */
  readonly onNews: () => void;
  /** Something changed that only the names of Services depend on. */
  readonly onNameNews: () => void;
}

export interface Sources {
  /** Resolves when everything that addresses depend on was listed once. */
  readonly synced: Promise<void>;
  snapshot(): Omit<Snapshot, "claiming">;
  /** The resources whose first list is not complete yet. */
  missing(): readonly string[];
  /** The resources whose API server does not answer at the moment. */
  unwatched(): readonly string[];
  /**
   * Whether it answers for none of them. After a restart of the API server the watch of a kind without objects may be silent
   * for a minute before anything shows that it stands.
   */
  cutOff(): boolean;
  /** Takes the answers to writes, ahead of the watch. */
  readonly feed: {
    readonly service: (object: Service) => void;
    readonly node: (object: Node) => void;
    readonly virtualIp: (object: VirtualIP) => void;
    /** Deleted by us: the API server has confirmed it, the watch may tell later. */
    readonly virtualIpDeleted: (object: VirtualIP) => void;
    readonly class: (object: MetalLoadBalancerClass) => void;
    readonly ipAddressPool: (object: IPAddressPool) => void;
    readonly serviceL2Status: (object: ServiceL2Status) => void;
    readonly configurationState: (object: ConfigurationState) => void;
    readonly metallbStatusDeleted: (object: KubeObject) => void;
    /** Events were sent: what is wrong with an object that has no condition of ours. */
    readonly told: (key: string, sentences: readonly string[]) => void;
  };
  stop(): Promise<void>;
}

export function startSources(options: SourcesOptions): Sources {
  const { onNews } = options;
  const presences = new Presences();
  const told = new Told();
  const deletedUids = new Set<string>();
  const unwatched = new Set<string>();
  const listings: Promise<void>[] = [];
  const undefinedKinds = new Set<string>();
  const start = starter(options, { unwatched, undefinedKinds, listings });
  const services = start<Service>(SERVICES, {
    prune: pruneService,
    onChange: ({ before, after }) => {
      if (concernsUs(before) || concernsUs(after)) onNews();
    },
  });
  const nodes = start<Node>(NODES, {
    prune: pruneNode,
    onChange: (change) => {
      if (isNewsOfNode(change)) onNews();
    },
  });
  const slices = start<EndpointSlice>(ENDPOINT_SLICES, {
    prune: pruneSlice,
    onChange: ({ before, after }) => {
      const slice = after ?? before;
      const service = slice === undefined ? undefined : serviceOfSlice(slice);
      if (service !== undefined && isLocal(services.store.get(service))) onNews();
    },
  });
  const classes = start<MetalLoadBalancerClass>(METAL_LOAD_BALANCER_CLASSES, { onChange: onNews });
  const configured = startConfigured(start, options);
  const isUndefined = (plural: string) => undefinedKinds.has(plural);
  const statuses = startStatuses(start, { ...options, isUndefined });
  const namespaces = start<Namespace>(NAMESPACES, {
    prune: pruneNamespace,
    onChange: (change) => {
      if (isNewsOfNamespace(change)) onNews();
    },
  });
  // Names alone wait for it: where it may not be read, as with the rights of before, addresses are given and moved as ever.
  const publishers = startReflector<DNSPublisher>({
    ...{ client: options.client, log: options.log, metrics: options.metrics },
    ...{ type: DNS_PUBLISHERS, onChange: options.onNameNews },
  });
  const virtualIps = start<VirtualIP>(VIRTUAL_IPS, {
    onChange: ({ before, after }) => {
      if (after === undefined) deletedUids.delete(before?.metadata.uid ?? "");
      onNews();
    },
  });
  const leases = start<Lease>(LEASES, {
    namespace: options.namespace,
    labelSelector: PRESENCE_LABEL,
    onChange: (change) => {
      if (presences.apply(change, performance.now())) onNews();
    },
    onSynced: () => {
      presences.listed();
    },
  });
  const all: readonly (readonly [string, AnyReflector])[] = [
    [SERVICES.plural, services],
    [NODES.plural, nodes],
    [ENDPOINT_SLICES.plural, slices],
    [METAL_LOAD_BALANCER_CLASSES.plural, classes],
    ...configured.reflectors,
    ...statuses.reflectors,
    [NAMESPACES.plural, namespaces],
    [VIRTUAL_IPS.plural, virtualIps],
    [LEASES.plural, leases],
  ];
  return {
    synced: Promise.all(listings).then(() => undefined),
    snapshot: () => ({
      services: ofOurConcern(services.store.list()),
      nodes: nodes.store.list(),
      slices: slices.store.list(),
      classes: classes.store.list(),
      ...configured.lists(),
      namespaces: namespaces.store.list(),
      virtualIps: without(virtualIps.store.list(), deletedUids),
      presences: presences.list(),
      hearing: presences.hearing,
      metallbStatuses: statuses.statuses(),
      told: told.all,
      dnsPublishers: publishers.store.list(),
    }),
    missing: () =>
      all
        .filter(([plural, { store }]) => !store.synced && !undefinedKinds.has(plural))
        .map(([plural]) => plural),
    unwatched: () => [...unwatched],
    cutOff: () => unwatched.size > 0 && unwatched.size >= all.length - undefinedKinds.size,
    feed: {
      service: (object) => {
        services.upsert(object);
      },
      node: (object) => {
        nodes.upsert(object);
      },
      virtualIp: (object) => {
        virtualIps.upsert(object);
      },
      virtualIpDeleted: ({ metadata: { name, uid = "" } }) => {
        if (virtualIps.store.get(name)?.metadata.uid === uid) deletedUids.add(uid);
      },
      class: (object) => {
        classes.upsert(object);
      },
      ipAddressPool: configured.feedPool,
      serviceL2Status: statuses.feedL2,
      configurationState: statuses.feedState,
      metallbStatusDeleted: statuses.deleted,
      told: (key, sentences) => {
        told.set(key, sentences);
      },
    },
    stop: async () => {
      const ended = all.map(([, reflector]) => reflector.stop());
      await Promise.all([...ended, publishers.stop()]);
    },
  };
}

/** What is alike in all of them. */
interface AnyReflector {
  readonly store: { readonly synced: boolean };
  stop(): Promise<void>;
}

type Wishes<T extends KubeObject> = Pick<
  Parameters<typeof startReflector<T>>[0],
  "namespace" | "labelSelector" | "prune" | "onChange" | "onSynced"
> & {
  /** True where the cluster may not have the kind: then it has no objects of it. */
  readonly isOptional?: boolean;
};

interface Ledger {
  readonly unwatched: Set<string>;
  /** Optional kinds that the API server does not know. */
  readonly undefinedKinds: Set<string>;
  readonly listings: Promise<void>[];
}

const NOT_FOUND = 404;

function starter(
  { client, log, metrics }: SourcesOptions,
  { unwatched, undefinedKinds, listings }: Ledger,
) {
  return <T extends KubeObject>(
    type: ResourceType<T>,
    { isOptional = false, ...wishes }: Wishes<T>,
  ): Reflector<T> => {
    let isListed = (): void => undefined;
    listings.push(
      new Promise((resolve) => {
        isListed = resolve;
      }),
    );
    const onSynced = () => {
      wishes.onSynced?.();
      isListed();
    };
    return startReflector({
      ...wishes,
      ...{ client, type, log, metrics, onSynced },
      onHealth: (isHealthy, status) => {
        const isUndefined = isOptional && status === NOT_FOUND;
        if (isUndefined) undefinedKinds.add(type.plural);
        else undefinedKinds.delete(type.plural);
        if (isHealthy || isUndefined) unwatched.delete(type.plural);
        else unwatched.add(type.plural);
        if (isUndefined) onSynced();
      },
    });
  };
}
