/**
 * The API server as far as a plan can tell: objects with versions, writes with preconditions, what it does by itself.
 *
 * Nothing of the controller is replaced by it: a plan is made of its snapshot, and the plan's writes are applied to it,
 * all, some or in another order. Speakers are as dutiful as asked for.
 */
import { expect } from "chai";
import { NO_MANIFESTS, type Manifests } from "../../src/classes/compile.ts";
import type { IpFamily } from "../../src/base/ip.ts";
import { Listed } from "../../src/base/listed.ts";
import type { IPAddressPool } from "../../src/classes/metallb/ip-address-pool.ts";
import type { ConfigurationState } from "../../src/classes/metallb/configuration-state.ts";
import type { L2Advertisement } from "../../src/classes/metallb/l2-advertisement.ts";
import type { ServiceL2Status } from "../../src/classes/metallb/service-l2-status.ts";
import type { MetalLoadBalancerClass } from "../../src/classes/resource.ts";
import { COUNT_ANNOTATION } from "../../src/classes/annotations.ts";
import { HEARD_NOBODY, hearOne, type Hearing } from "../../src/controller/looking.ts";
import { emptyMemory, type PlanMemory } from "../../src/controller/memory.ts";
import type { Presence } from "../../src/controller/nodes.ts";
import { plan, PLAN_OPTIONS, type Plan } from "../../src/controller/plan.ts";
import { Standing } from "../../src/controller/standing.ts";
import { MEMBER_LABEL } from "../../src/controller/resources.ts";
import type { Snapshot } from "../../src/controller/world.ts";
import { mergePatched, without } from "./model-maps.ts";
import { writeKey, type Write } from "../../src/controller/writes.ts";
import { isoSeconds } from "../../src/kube/patches.ts";
import { keyOf, type KubeObject } from "../../src/kube/resource.ts";
import type { EndpointSlice, Namespace, Node, Service } from "../../src/kube/types.ts";
import { formatInterfaces } from "../../src/multi-ip/interfaces.ts";
import {
  INTERFACES_ANNOTATION,
  REJOINED_ANNOTATION,
  STOPPING_ANNOTATION,
} from "../../src/multi-ip/presence.ts";
import type { MoveReason, VirtualIP } from "../../src/multi-ip/resource.ts";

export const START_MS = Date.parse("2026-01-01T00:00:00Z");

export interface ServiceWishes {
  readonly count?: number | string;
  readonly loadBalancerClass?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly families?: readonly string[];
  readonly ipFamilyPolicy?: string;
  readonly loadBalancerIP?: string;
  readonly policy?: "Local" | "Cluster";
  readonly type?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly status?: Service["status"];
  readonly namespace?: string;
  readonly ports?: readonly number[];
  readonly selector?: Readonly<Record<string, string>>;
}

/** @returns a copy of a map, the other way round; what is none, as it is */
function turned(field: unknown): unknown {
  if (!(field instanceof Map)) return field;
  const copy: Map<unknown, unknown> = field instanceof Listed ? new Listed() : new Map();
  for (const [key, value] of [...(field as Map<unknown, unknown>)].reverse()) copy.set(key, value);
  return copy;
}

export class ModelCluster {
  readonly services = new Listed<Service>();
  readonly classes = new Listed<MetalLoadBalancerClass>();
  readonly ipAddressPools = new Listed<IPAddressPool>();
  readonly l2Advertisements = new Listed<L2Advertisement>();
  /** What else people write, as it is. */
  others: Partial<Manifests> = {};
  readonly told = new Map<string, readonly string[]>();
  readonly namespaces = new Listed<Namespace>();
  readonly nodes = new Listed<Node>();
  readonly slices = new Listed<EndpointSlice>();
  readonly virtualIps = new Listed<VirtualIP>();
  readonly presences = new Listed<Presence>();
  readonly claiming = new Listed<VirtualIP>();
  readonly l2Statuses = new Listed<ServiceL2Status>();
  readonly states = new Listed<ConfigurationState>();
  /** Where the kinds of MetalLB live; null: the API server does not know them. */
  metallbNamespace: string | null = null;
  memory: PlanMemory = emptyMemory();
  nowMs = 0;
  ignoreExcludeLabel = false;
  /** As `--lb-class`. */
  lbClass = "";
  /** Whether each plan is held against one that knows nothing of the passes before. */
  isChecked = false;
  #version = 0;
  #hearing: Hearing = HEARD_NOBODY;

  get nowIso(): string {
    return isoSeconds(START_MS + this.nowMs);
  }

  addClass(name: string, spec: MetalLoadBalancerClass["spec"]): void {
    const before = this.classes.get(name);
    const metadata = before?.metadata ?? this.#created({ name });
    this.#put(this.classes, { ...before, metadata, ...(spec ? { spec } : {}) });
  }

  addPool(name: string, spec: IPAddressPool["spec"] & object, labels = {}): void {
    const before = this.ipAddressPools.get(name);
    const metadata = before?.metadata ?? this.#created({ name, labels });
    this.#put(this.ipAddressPools, { ...before, metadata, spec });
  }

  addAdvertisement(name: string, spec: L2Advertisement["spec"] & object = {}): void {
    const before = this.l2Advertisements.get(name);
    const metadata = before?.metadata ?? this.#created({ name });
    this.#put(this.l2Advertisements, { ...before, metadata, spec });
  }

  addNamespace(name: string, labels: Readonly<Record<string, string>>): void {
    this.#put(this.namespaces, { metadata: this.#created({ name, labels }) });
  }

  addNode(name: string, labels: Readonly<Record<string, string>> = {}, more: Partial<Node> = {}) {
    const before = this.nodes.get(name);
    const member = before?.metadata.labels?.[MEMBER_LABEL];
    const all = member === undefined ? labels : { ...labels, [MEMBER_LABEL]: member };
    const metadata = { ...(before?.metadata ?? this.#created({ name })), labels: all };
    this.#put(this.nodes, { ...more, metadata });
  }

  /** The speaker of a node starts, or renews its Lease. */
  hear(
    node: string,
    more: {
      readonly acquireTime?: string;
      readonly renewTime?: string;
      /** When it was back after others had taken over from it. */
      readonly rejoinedAt?: string | undefined;
      /** Which interfaces it has. */
      readonly interfaces?: readonly string[];
    } = {},
  ): void {
    const before = this.presences.get(node)?.lease;
    const said = Object.entries(before?.metadata.annotations ?? {});
    const { rejoinedAt } = more;
    const spec = {
      holderIdentity: node,
      leaseDurationSeconds: 15,
      acquireTime: more.acquireTime ?? before?.spec?.acquireTime ?? this.nowIso,
      renewTime: more.renewTime ?? this.nowIso,
    };
    const annotations = {
      ...Object.fromEntries(said.filter(([name]) => name !== STOPPING_ANNOTATION)),
      ...(rejoinedAt === undefined ? {} : { [REJOINED_ANNOTATION]: rejoinedAt }),
      ...(more.interfaces && { [INTERFACES_ANNOTATION]: formatInterfaces(more.interfaces) }),
    };
    const lease = { metadata: { name: `spreadlb-speaker-${node}`, annotations }, spec };
    this.presences.set(node, { lease, heardAtMs: this.nowMs });
    this.#hearing = hearOne(this.#hearing, this.nowMs);
  }

  /** The speaker of a node marks its Lease: it is about to stop. */
  announceEnd(node: string): void {
    const presence = this.presences.get(node);
    if (presence === undefined) return;
    const { metadata: before } = presence.lease;
    const annotations = { ...before.annotations, [STOPPING_ANNOTATION]: "now" };
    const metadata = { ...before, annotations };
    this.presences.set(node, { ...presence, lease: { ...presence.lease, metadata } });
  }

  addService(name: string, wishes: ServiceWishes = {}): void {
    const { namespace = "default", ports = [80], selector = { app: name } } = wishes;
    const key = `${namespace}/${name}`;
    const before = this.services.get(key);
    const { count, loadBalancerClass, families = ["IPv4"], policy = "Cluster" } = wishes;
    const annotations = {
      ...(count === undefined ? {} : { [COUNT_ANNOTATION]: String(count) }),
      ...wishes.annotations,
    };
    const status = wishes.status ?? before?.status;
    const type = wishes.type ?? "LoadBalancer";
    // What the API server does when a Service is no load balancer any more.
    const kept = type === "LoadBalancer" ? status : without(status, "loadBalancer");
    this.#put(this.services, {
      metadata: {
        ...(before?.metadata ?? this.#created({ name, namespace })),
        annotations,
        ...(wishes.labels === undefined ? {} : { labels: wishes.labels }),
      },
      spec: {
        type,
        ipFamilies: families,
        ipFamilyPolicy:
          wishes.ipFamilyPolicy ?? (families.length > 1 ? "RequireDualStack" : "SingleStack"),
        ...(wishes.loadBalancerIP === undefined ? {} : { loadBalancerIP: wishes.loadBalancerIP }),
        ...(loadBalancerClass === undefined ? {} : { loadBalancerClass }),
        externalTrafficPolicy: policy,
        selector,
        ports: ports.map((port) => ({ protocol: "TCP", port })),
      },
      ...(kept ? { status: kept } : {}),
    });
  }

  wipeStatus(name: string): void {
    const { metadata, spec } = this.service(name);
    this.#put(this.services, { metadata, ...(spec ? { spec } : {}) });
  }

  /** Endpoints of a Service that serve, one of each family for each node named. */
  setEndpoints(service: string, nodes: readonly string[]): void {
    this.setEndpointsOf("IPv4", service, nodes);
    this.setEndpointsOf("IPv6", service, nodes);
  }

  /** Its slice of a family; the one of IPv4 is called as the Service is. */
  setEndpointsOf(family: IpFamily, service: string, nodes: readonly string[]): void {
    this.#put(this.slices, {
      metadata: {
        name: family === "IPv4" ? service : `${service}-${family}`,
        namespace: "default",
        labels: { "kubernetes.io/service-name": service },
      },
      addressType: family,
      endpoints: nodes.map((nodeName) => ({ addresses: ["10.0.0.1"], nodeName })),
    });
  }

  service(name: string): Service {
    const service = this.services.get(`default/${name}`);
    if (service === undefined) throw new Error(`no Service ${name}`);
    return service;
  }

  addresses(name: string): string[] {
    const ingress = this.service(name).status?.loadBalancer?.ingress ?? [];
    return ingress.map(({ ip = "?" }) => ip);
  }

  condition(name: string, type: string): string | undefined {
    const found = this.service(name).status?.conditions?.find((one) => one.type === type);
    return found && `${found.status} ${found.reason}: ${found.message}`;
  }

  virtualIp(address: string): VirtualIP | undefined {
    return [...this.virtualIps.values()].find(({ spec }) => spec.address === address);
  }

  /**
   * What the speakers report who hold what they are ranked first for, and can be heard; of what routers choose, nothing.
   *
   * @param written the VirtualIPs that may be told of otherwise than before
   */
  report(written: Iterable<VirtualIP> = this.virtualIps.values()): void {
    for (const before of written) {
      if (before.spec.mode === "BGP") continue;
      const { rank, generation } = before.spec;
      const holder = rank.find((node) => this.#isHeard(node)) ?? null;
      const { status } = before;
      if (status?.holder === holder && status.generation === generation) continue;
      const from = status?.holder ?? null;
      const why = from !== null && this.#isHeard(from) ? "plan" : "node-lost";
      const reason: MoveReason = from === null ? "first" : why;
      const moved = holder !== from && holder !== null;
      const move = moved ? { lastMove: { from, to: holder, at: this.nowIso, reason } } : {};
      this.#put(this.virtualIps, { ...before, status: { ...status, holder, generation, ...move } });
    }
  }

  snapshot(): Snapshot {
    return {
      ...NO_MANIFESTS,
      ...this.others,
      told: this.told,
      services: this.services.list,
      classes: this.classes.list,
      ipAddressPools: this.ipAddressPools.list,
      l2Advertisements: this.l2Advertisements.list,
      namespaces: this.namespaces.list,
      nodes: this.nodes.list,
      slices: this.slices.list,
      virtualIps: this.virtualIps.list,
      presences: this.presences.list,
      hearing: this.#hearing,
      claiming: this.claiming.list,
      metallbStatuses:
        this.metallbNamespace === null
          ? null
          : {
              namespace: this.metallbNamespace,
              l2: this.l2Statuses.list,
              states: this.states.list,
            },
    };
  }

  plan(): Plan {
    const options = {
      ...PLAN_OPTIONS,
      ignoreExcludeLabel: this.ignoreExcludeLabel,
      lbClass: this.lbClass,
      nowMs: this.nowMs,
      nowIso: this.nowIso,
    };
    const made = plan(this.snapshot(), this.memory, options);
    if (this.isChecked) {
      const anew = plan(this.snapshot(), { ...this.memory, standing: new Standing() }, options);
      expect(said(made)).to.deep.equal(said(anew));
    }
    this.memory = made.memory;
    return made;
  }

  /** Plans and writes until nothing is to do, now or in a moment; @returns every write, in order */
  converge(passesMax = 30): Write[] {
    const done: Write[] = [];
    const endMs = this.nowMs + 2 * PLAN_OPTIONS.waitTimeMs;
    for (let pass = 0; pass < passesMax; pass++) {
      const { writes, wakeAtMs } = this.plan();
      for (const write of writes) if (this.apply(write)) done.push(write);
      if (writes.length > 0) continue;
      if (wakeAtMs === null || wakeAtMs > endMs) return done;
      this.nowMs = wakeAtMs;
    }
    throw new Error(`still writing after ${passesMax} passes`);
  }

  /** @returns the same objects at the same time, listed the other way round, and a controller that has just begun */
  restarted(): ModelCluster {
    const copy = new ModelCluster();
    for (const [name, field] of Object.entries(this) as [string, unknown][]) {
      Object.assign(copy, { [name]: turned(field) });
    }
    copy.#version = this.#version;
    copy.#hearing = this.#hearing;
    copy.restartController();
    return copy;
  }

  restartController(): void {
    this.claiming.clear();
    this.memory = emptyMemory();
  }

  /** @returns false where the API server refuses: another version, another object, none */
  apply(write: Write): boolean {
    switch (write.kind) {
      case "create-virtual-ip": {
        if (this.virtualIps.has(write.object.metadata.name)) return false;
        const metadata = this.#created(write.object.metadata);
        this.#put(this.virtualIps, { ...write.object, metadata });
        return true;
      }
      case "update-virtual-ip":
        return this.#patch(this.virtualIps, write.before, (object) => ({
          ...object,
          spec: { ...object.spec, ...write.spec },
        }));
      case "delete-virtual-ip":
        return this.virtualIps.delete(write.before.metadata.name);
      case "service-status":
        return this.#patch(this.services, write.before, (object) => {
          const ingress = write.status.loadBalancer?.ingress;
          const listed = ingress?.map((entry) => ({ ...entry, ipMode: "VIP" }));
          return {
            ...object,
            metadata: {
              ...object.metadata,
              annotations: mergePatched(object.metadata.annotations, write.annotations),
            },
            status: {
              ...object.status,
              ...(ingress === undefined ? {} : { loadBalancer: listed ? { ingress: listed } : {} }),
              ...(write.status.conditions ? { conditions: write.status.conditions } : {}),
            },
          };
        });
      case "node-label": {
        const labels = without(write.before.metadata.labels, MEMBER_LABEL);
        const all = { ...labels, ...(write.member ? { [MEMBER_LABEL]: "" } : {}) };
        return this.#patch(this.nodes, write.before, (object) => ({
          ...object,
          metadata: { ...object.metadata, labels: all },
        }));
      }
      case "class-status":
        return this.#patch(this.classes, write.before, (object) => ({
          ...object,
          status: { ...object.status, ...write.status },
        }));
      case "manifest-status":
        return this.#replaceOther(write.before, write.status);
      case "tell":
        this.told.set(write.key, write.sentences);
        return true;
      case "create-metallb-status": {
        const objects: Map<string, KubeObject> = this.#statusObjects(write.of);
        if (objects.has(keyOf(write.object))) return false;
        this.#put(objects, { ...write.object, metadata: this.#created(write.object.metadata) });
        return true;
      }
      case "metallb-status": {
        const objects = this.#statusObjects(write.of);
        return this.#patch(objects, write.before, (object) => ({
          ...object,
          status: { ...object.status, ...write.status },
        }));
      }
      case "delete-metallb-status":
        return this.#statusObjects(write.of).delete(keyOf(write.before));
    }
  }

  #statusObjects(kind: string): Map<string, KubeObject & { readonly status?: object }> {
    if (kind === "ServiceL2Status") return this.l2Statuses;
    return kind === "ConfigurationState" ? this.states : this.ipAddressPools;
  }

  #replaceOther(before: KubeObject, status: object): boolean {
    const replaced = (objects: readonly KubeObject[]) =>
      objects.map((object) => (object === before ? { ...object, status } : object));
    const lists = Object.entries(this.others).map(([name, list]) => [name, replaced(list)]);
    this.others = Object.fromEntries(lists) as Partial<Manifests>;
    return true;
  }

  #isHeard(node: string): boolean {
    const presence = this.presences.get(node);
    return presence !== undefined && this.nowMs - presence.heardAtMs < 15_000;
  }

  #patch<T extends KubeObject>(
    objects: Map<string, T>,
    before: T,
    change: (object: T) => T,
  ): boolean {
    const object = objects.get(keyOf(before));
    if (object?.metadata.resourceVersion !== before.metadata.resourceVersion) return false;
    if (object === undefined) return false;
    this.#put(objects, change(object));
    return true;
  }

  #put<T extends KubeObject>(objects: Map<string, T>, object: T): void {
    const resourceVersion = String(++this.#version);
    objects.set(keyOf(object), { ...object, metadata: { ...object.metadata, resourceVersion } });
  }

  #created(metadata: KubeObject["metadata"]) {
    this.#version++;
    const creationTimestamp = isoSeconds(START_MS + this.#version * 1000);
    return { ...metadata, uid: `uid-${this.#version}`, creationTimestamp };
  }
}

/** What is new in a plan, for comparison: all of it but the world and what stands from other passes. */
function said({ writes, memory, wakeAtMs, figures }: Plan) {
  const [remembered, shown] = [
    { ...memory, standing: null },
    { ...figures, world: null },
  ];
  return { writes, wakeAtMs, memory: remembered, figures: shown };
}

/** Four nodes whose speakers are heard of, and a class over all of them. */
export function fourNodes(
  addressPool: readonly string[] = ["192.0.2.0/28", "2001:db8::/124"],
): ModelCluster {
  const cluster = new ModelCluster();
  cluster.addClass("edge", { isDefault: true, addressPool: [...addressPool] });
  for (const name of ["n1", "n2", "n3", "n4"]) {
    cluster.addNode(name);
    cluster.hear(name);
  }
  return cluster;
}

/** "kind key", for tables. */
export function outline(writes: readonly Write[]): string[] {
  return writes.map((write) => `${write.kind} ${writeKey(write)}`);
}
