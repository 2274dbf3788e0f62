/**
 * ServiceL2Status, `metallb.io/v1beta1`: which node answers for addresses of a Service. Pure.
 *
 * Written by the controller from VirtualIPs, one object for each Service and node (../../controller/metallb-status.ts).
 */
import { Type, type Static } from "../../base/schema.ts";
import type { Manifest } from "./kinds.ts";
import { immutableText, SERVICE_COLUMNS, statusCrd } from "./status-kinds.ts";

export const SERVICE_L2_STATUS_KIND = "ServiceL2Status";
export const SERVICE_L2_STATUS_PLURAL = "servicel2statuses";

/** As many as a VirtualIP names. */
const INTERFACES_MAX = 64;

const status = Type.Object(
  {
    node: Type.Optional(immutableText("The node that answers.")),
    serviceName: Type.Optional(immutableText("Name of the Service.")),
    serviceNamespace: Type.Optional(immutableText("Namespace of the Service.")),
    interfaces: Type.Optional(
      Type.Array(
        Type.Object({
          name: Type.Optional(Type.String({ maxLength: 64, description: "Its name." })),
        }),
        {
          maxItems: INTERFACES_MAX,
          description: "Where it answers; none: on all interfaces.",
        },
      ),
    ),
  },
  { description: "Who answers; written by the controller alone." },
);

export type ServiceL2Status = Manifest<object, Static<typeof status>>;

export const serviceL2StatusCrd = statusCrd({
  kind: SERVICE_L2_STATUS_KIND,
  plural: SERVICE_L2_STATUS_PLURAL,
  description: "Which node answers for addresses of a Service in its layer 2 network.",
  status,
  columns: [
    { name: "Allocated Node", type: "string", jsonPath: ".status.node" },
    ...SERVICE_COLUMNS,
  ],
});
