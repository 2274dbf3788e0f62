/**
 * Where the API server keeps what a speaker says of its node in a kind of MetalLB. Pure.
 */
import { METALLB_GROUP, METALLB_VERSION } from "../classes/metallb/kinds.ts";
import {
  SERVICE_BGP_STATUS_KIND,
  SERVICE_BGP_STATUS_PLURAL,
  type ServiceBGPStatus,
} from "../classes/metallb/service-bgp-status.ts";
import { defineResource } from "../kube/resource.ts";

export const SERVICE_BGP_STATUSES = defineResource<ServiceBGPStatus>({
  ...{ group: METALLB_GROUP, version: METALLB_VERSION, namespaced: true },
  kind: SERVICE_BGP_STATUS_KIND,
  plural: SERVICE_BGP_STATUS_PLURAL,
});
