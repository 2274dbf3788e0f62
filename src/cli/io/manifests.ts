/**
 * Reads what people write of classes, pools, advertisements and peers. None of the kinds has to be there: a cluster without
 * one has no objects of it.
 */
import type { Manifests } from "../../classes/compile.ts";
import { CONFIGURED, METAL_LOAD_BALANCER_CLASSES } from "../../multi-ip/configured.ts";
import { ApiError } from "../../kube/api-error.ts";
import type { KubeObject, ResourceType } from "../../kube/resource.ts";
import type { Cluster } from "./cluster.ts";

/** @returns all objects that are obeyed: of MetalLB's kinds those of its namespace alone */
export async function listManifests(
  cluster: Pick<Cluster, "list">,
  metallbNamespace: string,
): Promise<Manifests> {
  const kinds = Object.entries(CONFIGURED) as [keyof typeof CONFIGURED, ResourceType<KubeObject>][];
  const [classes, ...lists] = await Promise.all([
    listIfKnown(cluster, METAL_LOAD_BALANCER_CLASSES),
    ...kinds.map(async ([list, type]) => {
      const objects = await listIfKnown(cluster, type);
      const isObeyed = ({ metadata }: KubeObject) =>
        !type.namespaced || metadata.namespace === metallbNamespace;
      return [list, objects.filter(isObeyed)] as const;
    }),
  ]);
  return { classes, ...Object.fromEntries(lists) } as Manifests;
}

/** A cluster without the kind has none of it. */
export async function listIfKnown<T extends KubeObject>(
  cluster: Pick<Cluster, "list">,
  type: ResourceType<T>,
  labelSelector?: string,
): Promise<readonly T[]> {
  try {
    return await cluster.list(type, labelSelector);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return [];
    throw error;
  }
}
