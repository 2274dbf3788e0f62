/**
 * The world kept up to date: what the last snapshot had too is not looked at again. Pure in what it says: the same world as a
 * new observer would make of the snapshot, whatever was seen before (test/controller/standing.property.test.ts).
 *
 * What it gives is valid until the next snapshot, for its maps are changed in place. Manifests whose status alone has
 * changed compile to the very same classes, and nodes that are as they were stay the same objects, so that who goes on from
 * here can tell by identity that nothing has changed.
 * Neighbours: listing.ts finds what came and went; world.ts has the shapes; desk.ts goes on from the news.
 */
import { compareText } from "../base/hash.ts";
import type { Ip, IpFamily } from "../base/ip.ts";
import { Links } from "../base/links.ts";
import { isEqualList } from "../base/lists.ts";
import { compileAll, NO_MANIFESTS, type Manifests } from "../classes/compile.ts";
import type { Labels } from "../classes/label-selector.ts";
import type { ClassModel, Compiled } from "../classes/model.ts";
import { keyOf, type KubeObject } from "../kube/resource.ts";
import type { EndpointSlice, Namespace, Service } from "../kube/types.ts";
import type { VirtualIP } from "../multi-ip/resource.ts";
import { Listing } from "./listing.ts";
import { Losses } from "./losses.ts";
import { clusterNodes, type ClusterNode, type NodeOptions } from "./nodes.ts";
import { onceForEach } from "../base/once.ts";
import { servingNodes, serviceOfSlice, type ServingNodes } from "../kube/serving.ts";
import { claimedAddress, classNodes, isLocal } from "./world.ts";
import type { ClaimedAddress, ClassNodes, Snapshot, World } from "./world.ts";

/** What is another than it was. */
export interface News {
  /** Keys of Services: of themselves, their endpoints, or their namespaces. */
  readonly services: ReadonlySet<string>;
  /** Addresses whose VirtualIP is another. */
  readonly addresses: ReadonlySet<Ip>;
}

const FAMILIES: readonly IpFamily[] = ["IPv4", "IPv6"];

export class Observer {
  readonly #services = new Map<string, Service>();
  readonly #claimed = new Map<Ip, ClaimedAddress>();
  readonly #claiming = new Map<Ip, ClaimedAddress>();
  readonly #malformed = new Set<VirtualIP>();
  readonly #serving = new Map<string, ServingNodes>();
  /** Slices, and the Services that they are of. */
  readonly #slices = new Links<EndpointSlice, string>();
  readonly #namespaceLabels = new Map<string, Labels>();
  readonly #losses = new Losses();
  readonly #listings = {
    services: new Listing<Service>(),
    slices: new Listing<EndpointSlice>(),
    namespaces: new Listing<Namespace>(),
    virtualIps: new Listing<VirtualIP>(),
    claiming: new Listing<VirtualIP>(),
  };
  #manifests: Manifests = NO_MANIFESTS;
  #compiled: Compiled = compileAll(NO_MANIFESTS);
  #nodes: readonly ClusterNode[] = [];
  #classes: ReadonlyMap<string, ClassNodes> = new Map();

  observe(snapshot: Snapshot, options: NodeOptions): { world: World; news: News } {
    const services = new Set<string>();
    const addresses = new Set<Ip>();
    this.#seeServices(snapshot, services);
    this.#seeVirtualIps(snapshot, addresses);
    this.#compile(snapshot);
    this.#seeNodes(snapshot, options);
    const world: World = {
      services: this.#services,
      classObjects: byKey(snapshot.classes),
      manifests: snapshot,
      told: snapshot.told,
      compiled: this.#compiled,
      namespaceLabels: this.#namespaceLabels,
      classes: this.#classes,
      nodeObjects: inOrder(snapshot.nodes),
      nodes: this.#nodes,
      serving: this.#serving,
      claimed: this.#claimed,
      claiming: this.#claiming,
      malformed: byKey([...this.#malformed]),
    };
    return { world, news: { services, addresses } };
  }

  #seeServices(snapshot: Snapshot, news: Set<string>): void {
    const services = this.#listings.services.turn(snapshot.services);
    for (const service of services.gone) this.#services.delete(noted(keyOf(service), news));
    for (const service of services.come) this.#services.set(noted(keyOf(service), news), service);
    for (const key of [...news, ...this.#seeSlices(snapshot)]) {
      if (this.#seeServing(key)) news.add(key);
    }
    const namespaces = this.#listings.namespaces.turn(snapshot.namespaces);
    const renamed = new Set<string>();
    for (const { metadata } of namespaces.gone) {
      this.#namespaceLabels.delete(noted(metadata.name, renamed));
    }
    for (const { metadata } of namespaces.come) {
      this.#namespaceLabels.set(noted(metadata.name, renamed), metadata.labels ?? {});
    }
    if (renamed.size === 0) return;
    for (const [key, { metadata }] of this.#services) {
      if (renamed.has(metadata.namespace ?? "")) news.add(key);
    }
  }

  /** @returns the keys of Services whose endpoints are others than before */
  #seeSlices(snapshot: Snapshot): ReadonlySet<string> {
    const touched = new Set<string>();
    const slices = this.#listings.slices.turn(snapshot.slices);
    for (const slice of slices.gone) {
      touched.add(serviceOfSlice(slice) ?? "");
      this.#slices.set(slice, []);
    }
    for (const slice of slices.come) {
      this.#slices.set(slice, [noted(serviceOfSlice(slice) ?? "", touched)]);
    }
    return touched;
  }

  /** Endpoints matter to Services that are answered for where they are. @returns whether they are elsewhere than before */
  #seeServing(key: string): boolean {
    const before = this.#serving.get(key);
    const nodes = isLocal(this.#services.get(key))
      ? servingNodes([...this.#slices.of(key)])
      : undefined;
    if (nodes === undefined) this.#serving.delete(key);
    else this.#serving.set(key, nodes);
    return !isServedAlike(before, nodes);
  }

  #seeVirtualIps(snapshot: Snapshot, news: Set<Ip>): void {
    const { gone, come } = this.#listings.virtualIps.turn(snapshot.virtualIps);
    for (const object of gone) {
      this.#malformed.delete(object);
      this.#losses.forget(object);
      const ip = claimedAddress(object)?.ip;
      if (ip !== undefined) this.#claimed.delete(noted(ip, news));
    }
    for (const object of come) {
      const read = claimedAddress(object);
      this.#losses.see(object);
      if (read === null) this.#malformed.add(object);
      else this.#claimed.set(noted(read.ip, news), read);
    }
    const claiming = this.#listings.claiming.turn(snapshot.claiming);
    for (const object of claiming.gone) noteOf(object, news);
    for (const object of claiming.come) noteOf(object, news);
    this.#claiming.clear();
    for (const object of snapshot.claiming) {
      const read = claimedAddress(object);
      if (read !== null && !this.#claimed.has(read.ip)) this.#claiming.set(read.ip, read);
    }
  }

  #compile(manifests: Manifests): void {
    const names = Object.keys(NO_MANIFESTS) as (keyof Manifests)[];
    const isSame = names.every((name) => isSameList(this.#manifests[name], manifests[name]));
    this.#manifests = manifests;
    if (!isSame) this.#compiled = compileAll(manifests);
  }

  #seeNodes(snapshot: Snapshot, options: NodeOptions): void {
    const { nodes, presences } = snapshot;
    const known = new Map(this.#nodes.map((node) => [node.name, node]));
    const seen = clusterNodes({ nodes, presences, virtualIps: this.#losses.latest() }, options);
    const kept = seen.map((node) => {
      const before = known.get(node.name);
      return before !== undefined && (before === node || isSameNode(before, node)) ? before : node;
    });
    const isSame = isEqualList(kept, this.#nodes);
    if (!isSame) this.#nodes = kept;
    const { classes } = this.#compiled;
    if (isSame && modelsOf.get(this.#classes) === classes) return;
    this.#classes = new Map(
      [...classes].map(([key, model]) => [key, classNodes(model, model.ways, this.#nodes)]),
    );
    modelsOf.set(this.#classes, classes);
  }
}

/** Of what classes with their nodes were made. */
const modelsOf = new WeakMap<ReadonlyMap<string, ClassNodes>, ReadonlyMap<string, ClassModel>>();

/** @returns the world as one look shows it */
export function observe(snapshot: Snapshot, options: NodeOptions): World {
  return new Observer().observe(snapshot, options).world;
}

function noted<T>(item: T, news: Set<T>): T {
  news.add(item);
  return item;
}

function noteOf(object: VirtualIP, news: Set<Ip>): void {
  const ip = claimedAddress(object)?.ip;
  if (ip !== undefined) news.add(ip);
}

function isSameList(before: readonly KubeObject[], now: readonly KubeObject[]): boolean {
  if (before === now) return true;
  if (before.length !== now.length) return false;
  return now.every((object, i) => {
    const known = before[i] as KubeObject;
    return object === known || writtenIn(object) === writtenIn(known);
  });
}

/** What people write: our own words in the status make no other classes. */
const writtenIn = onceForEach((object: KubeObject): string => {
  const metadata = { ...object.metadata, resourceVersion: "", managedFields: null };
  return JSON.stringify({ ...object, metadata, status: null });
});

/** All facts of a node count, also those that are added one day. */
function isSameNode(a: ClusterNode, b: ClusterNode): boolean {
  const facts = Object.keys(b) as (keyof ClusterNode)[];
  return facts.every((fact) => a[fact] === b[fact] || textOf(a[fact]) === textOf(b[fact]));
}

function textOf(fact: ClusterNode[keyof ClusterNode]): string {
  return JSON.stringify(fact instanceof Set ? [...fact] : fact);
}

/** A list is the same one until something in it changes. */
const inOrder = onceForEach((nodes: Snapshot["nodes"]) => byKey(nodes));

function byKey<T extends KubeObject>(objects: readonly T[]): T[] {
  return objects
    .map((object) => ({ object, key: keyOf(object) }))
    .sort((a, b) => compareText(a.key, b.key))
    .map(({ object }) => object);
}

function isServedAlike(a: ServingNodes | undefined, b: ServingNodes | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return FAMILIES.every(
    (family) =>
      a[family].size === b[family].size && [...a[family]].every((node) => b[family].has(node)),
  );
}
