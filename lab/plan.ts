/**
 * The addresses, names and links of a lab cluster. Pure.
 *
 *   segment     10.77.0.0/24   fd77::/64      nodes .1 …, client .100, observer .101; the virtual addresses
 *   management  10.76.0.0/24                  API server .1, nodes .11 …, controllers .201 …
 *   pods        10.78.N.0/24   fd78:0:0:N::/64
 *   services    10.79.0.0/16   fd79::/108
 */

export const NODES_MAX = 40;
export const SEGMENT_POOL_IPV4 = "10.77.0.200-10.77.0.250";
export const SEGMENT_POOL_IPV6 = "fd77::1000/120";
/** Excluded from announcing by the usual defaults, as the management network of a node would be. */
export const MANAGEMENT_LINK = "veth-mgmt";
export const POD_LINK = "veth-pod";

export interface HostPlan {
  /** "n1", "client", "observer": the name of its port on the switch, too. */
  readonly name: string;
  readonly namespace: string;
  readonly mac: string;
  readonly ipv4: string;
  readonly ipv6: string;
}

export interface NodePlan extends HostPlan {
  readonly podNamespace: string;
  readonly managementIpv4: string;
  readonly podIpv4Cidr: string;
  readonly podIpv6Cidr: string;
  readonly podGatewayIpv4: string;
  readonly podGatewayIpv6: string;
}

export interface ControllerPlan {
  readonly namespace: string;
  readonly managementIpv4: string;
}

export interface NetworkPlan {
  readonly prefix: string;
  readonly segmentNamespace: string;
  readonly managementNamespace: string;
  readonly nodes: readonly NodePlan[];
  readonly client: HostPlan;
  readonly observer: HostPlan;
}

export function planNetwork(prefix: string, nodeCount: number): NetworkPlan {
  const numbers = Array.from({ length: nodeCount }, (_, index) => index + 1);
  return {
    prefix,
    segmentNamespace: `${prefix}switch`,
    managementNamespace: `${prefix}mgmt`,
    nodes: numbers.map((number) => planNode(prefix, number)),
    client: planHost(prefix, "client", 100),
    observer: planHost(prefix, "observer", 101),
  };
}

export function planController(prefix: string, number: number): ControllerPlan {
  return { namespace: `${prefix}c${number}`, managementIpv4: `10.76.0.${200 + number}` };
}

function planHost(prefix: string, name: string, number: number): HostPlan {
  return {
    name,
    namespace: prefix + name,
    mac: `02:77:00:00:00:${number.toString(16).padStart(2, "0")}`,
    ipv4: `10.77.0.${number}`,
    ipv6: `fd77::${number.toString(16)}`,
  };
}

function planNode(prefix: string, number: number): NodePlan {
  const hex = number.toString(16);
  return {
    ...planHost(prefix, `n${number}`, number),
    podNamespace: `${prefix}n${number}-pods`,
    managementIpv4: `10.76.0.${10 + number}`,
    podIpv4Cidr: `10.78.${number}.0/24`,
    podIpv6Cidr: `fd78:0:0:${hex}::/64`,
    podGatewayIpv4: `10.78.${number}.1`,
    podGatewayIpv6: `fd78:0:0:${hex}::1`,
  };
}

/** The addresses of the k-th Pod (from 0) of a node. */
export function podAddresses(node: NodePlan, k: number): { ipv4: string; ipv6: string } {
  const host = k + 2;
  return {
    ipv4: node.podGatewayIpv4.replace(/1$/, String(host)),
    ipv6: node.podGatewayIpv6.replace(/1$/, host.toString(16)),
  };
}
