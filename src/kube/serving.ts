/**
 * On which nodes a Service has an endpoint that serves: what `externalTrafficPolicy: Local` needs. Pure.
 *
 * Read first: KEP-1669 (proxy terminating endpoints): an endpoint that terminates still serves until it is gone.
 * `publishNotReadyAddresses` needs nothing here: the slices then say that all endpoints are ready.
 */
import type { Endpoint, EndpointSlice } from "./types.ts";

export const SERVICE_NAME_LABEL = "kubernetes.io/service-name";

/** @returns "namespace/name" of the slice's Service, or undefined for a slice of something else */
export function serviceOfSlice(slice: EndpointSlice): string | undefined {
  const name = slice.metadata.labels?.[SERVICE_NAME_LABEL];
  return name === undefined ? undefined : `${slice.metadata.namespace ?? ""}/${name}`;
}

/** Of a slice, which names every address, whose it is and where it serves. */
export function pruneSlice(slice: EndpointSlice): EndpointSlice {
  const { apiVersion, kind, metadata, addressType, endpoints } = slice;
  const { name, namespace, uid, resourceVersion, labels = {} } = metadata;
  const service = labels[SERVICE_NAME_LABEL];
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid,
      resourceVersion,
      ...(service === undefined ? {} : { labels: { [SERVICE_NAME_LABEL]: service } }),
    },
    addressType,
    endpoints: (endpoints ?? []).map(({ nodeName, conditions }) => ({
      addresses: [],
      ...(nodeName === undefined ? {} : { nodeName }),
      ...(conditions === undefined ? {} : { conditions }),
    })),
  };
}

/**
 * @param matters whether anybody asks for the Service of this key
 * @returns the nodes with a serving endpoint, by the Service's key; a Service without one is absent
 */
export function servingNodes(
  slices: readonly EndpointSlice[],
  matters: (service: string) => boolean,
): Map<string, Set<string>> {
  const serving = new Map<string, Set<string>>();
  for (const slice of slices) {
    const service = serviceOfSlice(slice);
    if (service === undefined || !matters(service)) continue;
    for (const { nodeName, ...endpoint } of slice.endpoints ?? []) {
      if (nodeName === undefined || !isServing(endpoint)) continue;
      const nodes = serving.get(service);
      if (nodes === undefined) serving.set(service, new Set([nodeName]));
      else nodes.add(nodeName);
    }
  }
  return serving;
}

/** What is not said counts as true, and `serving` says more than a `ready` that is missing. */
export function isServing({ conditions }: Pick<Endpoint, "conditions">): boolean {
  const { ready, serving } = conditions ?? {};
  return serving === true || (ready ?? serving ?? true);
}
