/**
 * ServiceBGPStatus, `metallb.io/v1beta1`: to which peers a node announces a Service. Pure.
 *
 * Written by each speaker for its own node, one object for each Service that it announces (../../speaker/service-peers.ts).
 */
import { Type, type Static } from "../../base/schema.ts";
import type { Manifest } from "./kinds.ts";
import { immutableText, SERVICE_COLUMNS, statusCrd } from "./status-kinds.ts";

export const SERVICE_BGP_STATUS_KIND = "ServiceBGPStatus";
export const SERVICE_BGP_STATUS_PLURAL = "servicebgpstatuses";

export const PEERS_MAX = 256;

const status = Type.Object(
  {
    node: Type.Optional(immutableText("The node that announces.")),
    serviceName: Type.Optional(immutableText("Name of the Service.")),
    serviceNamespace: Type.Optional(immutableText("Namespace of the Service.")),
    peers: Type.Optional(
      Type.Array(Type.String({ maxLength: 253 }), {
        maxItems: PEERS_MAX,
        description: "Names of the BGPPeers to which it announces.",
      }),
    ),
  },
  { description: "Who announces to whom." },
);

export type ServiceBGPStatus = Manifest<object, Static<typeof status>>;

export const serviceBgpStatusCrd = statusCrd({
  kind: SERVICE_BGP_STATUS_KIND,
  plural: SERVICE_BGP_STATUS_PLURAL,
  description: "To which BGP peers a node announces the addresses of a Service.",
  status,
  columns: [{ name: "Node", type: "string", jsonPath: ".status.node" }, ...SERVICE_COLUMNS],
});
