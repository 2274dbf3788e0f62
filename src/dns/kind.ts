/**
 * Where the API server keeps DNSPublishers. Pure.
 *
 * Neighbour: resource.ts has the schema, and ajv with it.
 */
import { defineResource } from "../kube/resource.ts";
import type { DNSPublisher } from "./resource.ts";

export const DNS_PUBLISHERS = defineResource<DNSPublisher>({
  group: "spreadlb.io",
  version: "v1alpha1",
  kind: "DNSPublisher",
  plural: "dnspublishers",
  namespaced: false,
});
