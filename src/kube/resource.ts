/**
 * What the Kubernetes API holds, as plain JSON, and where it holds it. Pure.
 *
 * Read first: https://kubernetes.io/docs/reference/using-api/api-concepts/ ("Resource URIs").
 * Only the fields that this program reads or writes are typed; times are strings, as on the wire,
 * so that a listed object and a watched one are of one shape.
 * Neighbours: store.ts keeps such objects; io/client.ts fetches them.
 */

/** Optional fields may be undefined, so that `{ name, namespace: other.metadata.namespace }` works. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly generation?: number | undefined;
  readonly creationTimestamp?: string | undefined;
  readonly deletionTimestamp?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly ownerReferences?: readonly OwnerReference[] | undefined;
  readonly finalizers?: readonly string[] | undefined;
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean | undefined;
  readonly blockOwnerDeletion?: boolean | undefined;
}

export interface KubeObject {
  readonly apiVersion?: string | undefined;
  readonly kind?: string | undefined;
  readonly metadata: ObjectMeta;
}

/** Which object: a namespaced resource needs both. */
export interface ObjectRef {
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** One resource of the API. `T` is the type of its objects; `objectType` never holds a value. */
export interface ResourceType<T extends KubeObject> {
  /** "" for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly objectType?: T;
}

/** @returns the same, bound to the type of its objects: `defineResource<VirtualIP>({ … })` */
export function defineResource<T extends KubeObject>(
  type: Omit<ResourceType<T>, "objectType">,
): ResourceType<T> {
  return type;
}

/** @returns "v1" or "group/version", as objects carry it */
export function apiVersionOf(type: ResourceType<KubeObject>): string {
  return type.group === "" ? type.version : `${type.group}/${type.version}`;
}

/**
 * @param namespace undefined for a cluster-scoped resource, or for all namespaces in a list
 * @returns the path under the API server's root, each part escaped
 */
export function pathOf(
  type: ResourceType<KubeObject>,
  { namespace, name, subresource }: Partial<ObjectRef> & { readonly subresource?: string } = {},
): string {
  const parts = [type.group === "" ? "api" : "apis"];
  if (type.group !== "") parts.push(type.group);
  parts.push(type.version);
  if (type.namespaced && namespace !== undefined) parts.push("namespaces", namespace);
  parts.push(type.plural);
  if (name !== undefined) parts.push(name);
  if (subresource !== undefined) parts.push(subresource);
  return `/${parts.map(encodeURIComponent).join("/")}`;
}

/** @returns "namespace/name", or "name" for what is cluster-scoped: the key in stores and queues */
export function keyOf({ metadata: { namespace, name } }: KubeObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** @returns the reverse of keyOf: names hold no slash */
export function refOf(key: string): ObjectRef {
  const slash = key.indexOf("/");
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
