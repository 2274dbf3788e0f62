/**
 * What the controller keeps of objects, and which changes are worth a new plan. Pure.
 *
 * Thousands of objects are kept: only what a plan reads stays, in objects of one shape per kind.
 */
import { isOurAnnotation } from "../classes/annotations.ts";
import { sharingKeyOf } from "../classes/sharing.ts";
import { isNameAnnotation } from "../dns/annotations.ts";
import type { KubeObject, ObjectMeta } from "../kube/resource.ts";
import type { Change } from "../kube/store.ts";
import type { Namespace, Node, Service, ServicePort } from "../kube/types.ts";
import { DRAINED_ANNOTATION } from "../multi-ip/node-marks.ts";
import { OUT_OF_SERVICE_TAINT } from "./leaving.ts";
import { onceForEach } from "../base/once.ts";
import { READY_CONDITION } from "./resources.ts";

const NODE_CONDITIONS: readonly string[] = ["Ready", "NetworkUnavailable"];
const NODE_ANNOTATIONS: readonly string[] = [DRAINED_ANNOTATION];
const NODE_TAINTS: readonly string[] = [OUT_OF_SERVICE_TAINT];

export function pruneService({ apiVersion, kind, metadata, spec, status }: Service): Service {
  const kept = pick(metadata.annotations, (key) => isOurAnnotation(key) || isNameAnnotation(key));
  const meta = { ...identity(metadata), annotations: kept };
  const type = spec?.type ?? "ClusterIP";
  const base = { apiVersion, kind, metadata: meta };
  if (type !== "LoadBalancer") return { ...base, spec: { type }, ...(status ? { status } : {}) };
  const { ipFamilies, ipFamilyPolicy, clusterIPs, loadBalancerClass, loadBalancerIP } = spec ?? {};
  const { externalTrafficPolicy } = spec ?? {};
  return {
    ...base,
    metadata: { ...meta, labels: metadata.labels },
    spec: {
      type,
      ...(ipFamilies ? { ipFamilies } : {}),
      ...(ipFamilyPolicy ? { ipFamilyPolicy } : {}),
      ...(clusterIPs ? { clusterIPs } : {}),
      ...(loadBalancerClass ? { loadBalancerClass } : {}),
      ...(loadBalancerIP ? { loadBalancerIP } : {}),
      ...(externalTrafficPolicy ? { externalTrafficPolicy } : {}),
      ...(sharingKeyOf(kept) === "" ? {} : sharedParts(spec)),
    },
    ...(status ? { status } : {}),
  };
}

/** What decides with whom it shares an address: kept of the few that want to. */
function sharedParts({ selector, ports }: Service["spec"] & object = {}): Service["spec"] {
  return {
    ...(selector ? { selector } : {}),
    ...(ports ? { ports: ports.map(({ protocol, port }) => portOf(protocol, port)) } : {}),
  };
}

function portOf(protocol: string | undefined, port: number): ServicePort {
  return protocol === undefined ? { port } : { protocol, port };
}

export function pruneNamespace({ apiVersion, kind, metadata }: Namespace): Namespace {
  return { apiVersion, kind, metadata: { ...identity(metadata), labels: metadata.labels } };
}

/** Its labels say which pools its Services may use. */
export function isNewsOfNamespace({ before, after }: Change<Namespace>): boolean {
  return JSON.stringify(before?.metadata.labels) !== JSON.stringify(after?.metadata.labels);
}

export function pruneNode({ apiVersion, kind, metadata, spec, status }: Node): Node {
  const taints = (spec?.taints ?? [])
    .filter(({ key }) => NODE_TAINTS.includes(key))
    .map(({ key, effect }) => ({ key, effect }));
  const conditions = (status?.conditions ?? [])
    .filter(({ type }) => NODE_CONDITIONS.includes(type))
    .map(({ type, status: value }) => ({ type, status: value }));
  return {
    apiVersion,
    kind,
    metadata: {
      ...identity(metadata),
      labels: metadata.labels,
      annotations: pick(metadata.annotations, (key) => NODE_ANNOTATIONS.includes(key)),
    },
    spec: { unschedulable: spec?.unschedulable === true, taints },
    status: {
      conditions,
      // A pool that holds one of them is warned of.
      addresses: (status?.addresses ?? []).map(({ type, address }) => ({ type, address })),
    },
  };
}

/** True for what may be ours: all other Services of the cluster are no part of the world. */
export function concernsUs(service: Service | undefined): boolean {
  if (service === undefined) return false;
  if (service.spec?.type === "LoadBalancer") return true;
  return service.status?.conditions?.some(({ type }) => type === READY_CONDITION) ?? false;
}

/** @returns those that may be ours; of the very same list the very same one */
export const ofOurConcern = onceForEach((services: readonly Service[]) =>
  services.filter(concernsUs),
);

/** @returns the list without those of these uids: they are deleted, and the watch has not told yet */
export function without<T extends KubeObject>(
  objects: readonly T[],
  uids: ReadonlySet<string>,
): readonly T[] {
  if (uids.size === 0) return objects;
  return objects.filter(({ metadata: { uid = "" } }) => !uids.has(uid));
}

/** A node's heartbeat changes its version and nothing that matters. */
export function isNewsOfNode({ before, after }: Change<Node>): boolean {
  return JSON.stringify(weigh(before)) !== JSON.stringify(weigh(after));
}

function weigh(node: Node | undefined): unknown {
  if (node === undefined) return null;
  const { labels, annotations, deletionTimestamp, uid } = node.metadata;
  return [uid, labels, annotations, deletionTimestamp, node.spec, node.status?.conditions];
}

function identity(metadata: ObjectMeta): ObjectMeta {
  const { name, namespace, uid, resourceVersion, creationTimestamp, deletionTimestamp } = metadata;
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    uid,
    resourceVersion,
    creationTimestamp,
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
  };
}

function pick(
  map: Readonly<Record<string, string>> | undefined,
  isKept: (key: string) => boolean,
): Readonly<Record<string, string>> | undefined {
  const kept = Object.entries(map ?? {}).filter(([key]) => isKept(key));
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}
