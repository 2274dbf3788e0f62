/**
 * Where the API server keeps the kinds of MetalLB that only say how things are. Pure.
 */
import {
  CONFIGURATION_STATE_KIND,
  CONFIGURATION_STATE_PLURAL,
  type ConfigurationState,
} from "../classes/metallb/configuration-state.ts";
import { METALLB_GROUP, METALLB_VERSION } from "../classes/metallb/kinds.ts";
import {
  SERVICE_L2_STATUS_KIND,
  SERVICE_L2_STATUS_PLURAL,
  type ServiceL2Status,
} from "../classes/metallb/service-l2-status.ts";
import { defineResource } from "../kube/resource.ts";

const METALLB = { group: METALLB_GROUP, version: METALLB_VERSION, namespaced: true } as const;

export const SERVICE_L2_STATUSES = defineResource<ServiceL2Status>({
  ...METALLB,
  kind: SERVICE_L2_STATUS_KIND,
  plural: SERVICE_L2_STATUS_PLURAL,
});

export const CONFIGURATION_STATES = defineResource<ConfigurationState>({
  ...METALLB,
  kind: CONFIGURATION_STATE_KIND,
  plural: CONFIGURATION_STATE_PLURAL,
});
