/**
 * On which nodes a Service has an endpoint that serves: what `externalTrafficPolicy: Local` needs. Pure.
 *
 * Read first: KEP-1669 (proxy terminating endpoints): an endpoint that terminates still serves until it is gone.
 * `publishNotReadyAddresses` needs nothing here: the slices then say that all endpoints are ready.
 */
import type { IpFamily } from "../base/ip.ts";
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

/** By family: kube-proxy sends what comes for an address to endpoints of its family alone. */
export type ServingNodes = Readonly<Record<IpFamily, ReadonlySet<string>>>;

/** @returns the nodes with an endpoint that serves, of all slices of a Service */
export function servingNodes(slices: readonly EndpointSlice[]): ServingNodes {
  const serving = { IPv4: new Set<string>(), IPv6: new Set<string>() };
  for (const { addressType, endpoints } of slices) {
    if (addressType !== "IPv4" && addressType !== "IPv6") continue;
    for (const { nodeName, ...endpoint } of endpoints ?? []) {
      if (nodeName !== undefined && isServing(endpoint)) serving[addressType].add(nodeName);
    }
  }
  return serving;
}

/** What is not said counts as true, and `serving` says more than a `ready` that is missing. */
export function isServing({ conditions }: Pick<Endpoint, "conditions">): boolean {
  const { ready, serving } = conditions ?? {};
  return serving === true || (ready ?? serving ?? true);
}
