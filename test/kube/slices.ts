/** Slices of endpoints for tests: who serves a Service, and where. */
import type { EndpointSlice } from "../../src/kube/types.ts";

/** The only slice of a Service in `default`. @param nodes of an endpoint each, ready */
export function slice(service: string, nodes: readonly string[]): EndpointSlice {
  return {
    metadata: {
      ...{ namespace: "default", name: `${service}-1` },
      labels: { "kubernetes.io/service-name": service },
    },
    addressType: "IPv4",
    endpoints: nodes.map((nodeName) => ({ addresses: [], nodeName, conditions: { ready: true } })),
  };
}
