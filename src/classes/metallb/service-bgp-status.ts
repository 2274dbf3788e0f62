/**
 * ServiceBGPStatus, `metallb.io/v1beta1`: to which peers a node announces a Service. Pure.
 *
 * Left out: objects of it, until there are BGP sessions.
 */
import { Type } from "../../base/schema.ts";
import { immutableText, SERVICE_COLUMNS, statusCrd } from "./status-kinds.ts";

const PEERS_MAX = 256;

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

export const serviceBgpStatusCrd = statusCrd({
  kind: "ServiceBGPStatus",
  plural: "servicebgpstatuses",
  description: "To which BGP peers a node announces the addresses of a Service.",
  status,
  columns: [{ name: "Node", type: "string", jsonPath: ".status.node" }, ...SERVICE_COLUMNS],
});
