/**
 * Builds the network of a lab cluster: namespaces, switches, links, addresses, routes.
 *
 * The switch of the segment and that of the management network are bridges in namespaces of their
 * own, so the machine's own network is left alone; every port is named for the host behind it.
 * Neighbours: plan.ts has the names and addresses, faults.ts breaks what is built here.
 */

import { existsSync, readdirSync } from "node:fs";
import {
  MANAGEMENT_LINK,
  POD_LINK,
  podAddresses,
  type ControllerPlan,
  type HostPlan,
  type NetworkPlan,
  type NodePlan,
} from "./plan.ts";
import { run } from "./process.ts";

const NETNS_DIRECTORY = "/run/netns";

/** Addresses usable at once (no duplicate address detection), nothing learned from routers. */
const HOST_SYSCTLS = {
  "net/ipv6/conf/all/accept_dad": 0,
  "net/ipv6/conf/default/accept_dad": 0,
  "net/ipv6/conf/default/dad_transmits": 0,
  "net/ipv6/conf/default/router_solicitations": 0,
  "net/ipv6/conf/default/accept_ra": 0,
  "net/ipv6/conf/default/accept_redirects": 0,
  "net/ipv4/conf/default/accept_redirects": 0,
  "net/ipv4/conf/all/rp_filter": 0,
  "net/ipv4/conf/default/rp_filter": 0,
};

const NODE_SYSCTLS = {
  ...HOST_SYSCTLS,
  "net/ipv4/ip_forward": 1,
  "net/ipv6/conf/all/forwarding": 1,
  "net/ipv6/conf/default/forwarding": 1,
  // Traffic enters and leaves by the same link, on purpose: no redirects.
  "net/ipv4/conf/all/send_redirects": 0,
  "net/ipv4/conf/default/send_redirects": 0,
  // Thousands of connections a second that end by a reset: 10 s each would fill the table.
  "net/netfilter/nf_conntrack_tcp_timeout_close": 1,
};

const SWITCH_SYSCTLS = {
  "net/ipv6/conf/all/disable_ipv6": 1,
  "net/ipv6/conf/default/disable_ipv6": 1,
  "net/bridge/bridge-nf-call-iptables": 0,
  "net/bridge/bridge-nf-call-ip6tables": 0,
  "net/bridge/bridge-nf-call-arptables": 0,
};

export interface NetworkOptions {
  /** MLD and IGMP snooping on the segment's switch. */
  readonly multicastSnooping: boolean;
}

export async function buildNetwork(plan: NetworkPlan, options: NetworkOptions): Promise<void> {
  const { segmentNamespace, managementNamespace, nodes, client, observer } = plan;
  const hosts = [...nodes, client, observer];
  const switches = [segmentNamespace, managementNamespace];
  const pods = nodes.map((node) => node.podNamespace);
  const all = [...switches, ...hosts.map((host) => host.namespace), ...pods];
  await ipBatch(all.map((namespace) => `netns add ${namespace}`));
  const snooping = options.multicastSnooping ? 1 : 0;
  await Promise.all([
    makeSwitch(segmentNamespace, snooping),
    makeSwitch(managementNamespace, 0),
    ...nodes.map((node) => setSysctls(node.namespace, NODE_SYSCTLS)),
    ...[client.namespace, observer.namespace, ...pods].map((namespace) =>
      setSysctls(namespace, HOST_SYSCTLS),
    ),
  ]);
  await ipBatch([
    ...hosts.map((host) => segmentLink(host, segmentNamespace)),
    ...nodes.flatMap((node) => [
      managementLink(node.namespace, managementNamespace, node.name),
      `link add ${POD_LINK} netns ${node.namespace} type veth peer name eth0 netns ${node.podNamespace}`,
    ]),
  ]);
  await Promise.all([
    ipBatch(
      hosts.map((host) => `link set ${host.name} up master switch`),
      segmentNamespace,
    ),
    ipBatch(
      nodes.map((node) => `link set ${node.name} up master switch`),
      managementNamespace,
    ),
    ...hosts.map((host) => ipBatch(hostLines(host), host.namespace)),
  ]);
  await Promise.all(
    nodes.flatMap((node) => [
      ipBatch(nodeLines(node, nodes), node.namespace),
      ipBatch(podLines(node), node.podNamespace),
    ]),
  );
}

/** A namespace for a controller, on the management network only. */
export async function addControllerHost(
  plan: NetworkPlan,
  controller: ControllerPlan,
): Promise<void> {
  const port = controller.namespace.slice(plan.prefix.length);
  await ipBatch([
    `netns add ${controller.namespace}`,
    managementLink(controller.namespace, plan.managementNamespace, port),
  ]);
  await ipBatch([`link set ${port} up master switch`], plan.managementNamespace);
  await ipBatch(
    [
      "link set lo up",
      `address add ${controller.managementIpv4}/24 dev ${MANAGEMENT_LINK}`,
      `link set ${MANAGEMENT_LINK} up`,
    ],
    controller.namespace,
  );
}

/** Gives the k-th Pod of a node its addresses. */
export async function addPodAddresses(node: NodePlan, k: number): Promise<void> {
  const { ipv4, ipv6 } = podAddresses(node, k);
  await ipBatch(
    [`address replace ${ipv4}/24 dev eth0`, `address replace ${ipv6}/64 dev eth0 nodad`],
    node.podNamespace,
  );
}

/** The namespaces that exist now and start with the prefix. */
export function namespacesOf(prefix: string): string[] {
  if (!existsSync(NETNS_DIRECTORY)) return [];
  return readdirSync(NETNS_DIRECTORY).filter((name) => name.startsWith(prefix));
}

/** Deletes the namespaces of clusters whose process is dead; their names carry its id (cluster.ts). */
export async function sweepNamespaces(): Promise<void> {
  const dead = namespacesOf("slb").filter((name) => {
    const pid = /^slb([0-9a-z]+)\.[0-9]+-/.exec(name)?.[1];
    return pid !== undefined && !existsSync(`/proc/${Number.parseInt(pid, 36)}`);
  });
  for (const name of dead) await run(["ip", "netns", "delete", name]).catch(() => undefined);
}

/** Runs many `ip` commands at once, in a namespace or in the machine's own. */
export async function ipBatch(lines: readonly string[], namespace?: string): Promise<void> {
  if (lines.length === 0) return;
  const scope = namespace === undefined ? [] : ["-n", namespace];
  await run(["ip", ...scope, "-batch", "-"], { stdin: `${lines.join("\n")}\n` });
}

async function makeSwitch(namespace: string, snooping: number): Promise<void> {
  // Without spanning tree and forward delay a port forwards at once.
  const kind = `type bridge stp_state 0 forward_delay 0 mcast_snooping ${snooping}`;
  await setSysctls(namespace, SWITCH_SYSCTLS);
  await ipBatch(["link set lo up", `link add switch ${kind}`, "link set switch up"], namespace);
}

async function setSysctls(namespace: string, values: Record<string, number>): Promise<void> {
  const script = Object.entries(values)
    // What a kernel does not have (no conntrack, no bridge filter yet) needs no setting.
    .map(([key, value]) => `[ ! -e /proc/sys/${key} ] || echo ${value} > /proc/sys/${key}`)
    .join("\n");
  await run(["ip", "netns", "exec", namespace, "sh", "-e"], { stdin: script });
}

function segmentLink(host: HostPlan, segmentNamespace: string): string {
  return `link add eth0 netns ${host.namespace} address ${host.mac} type veth peer name ${host.name} netns ${segmentNamespace}`;
}

function managementLink(namespace: string, managementNamespace: string, port: string): string {
  return `link add ${MANAGEMENT_LINK} netns ${namespace} type veth peer name ${port} netns ${managementNamespace}`;
}

function hostLines(host: HostPlan): string[] {
  return [
    "link set lo up",
    `address add ${host.ipv4}/24 dev eth0`,
    `address add ${host.ipv6}/64 dev eth0 nodad`,
    "link set eth0 up",
  ];
}

function nodeLines(node: NodePlan, nodes: readonly NodePlan[]): string[] {
  const others = nodes.filter((other) => other !== node);
  return [
    `address add ${node.managementIpv4}/24 dev ${MANAGEMENT_LINK}`,
    `link set ${MANAGEMENT_LINK} up`,
    `address add ${node.podGatewayIpv4}/24 dev ${POD_LINK}`,
    `address add ${node.podGatewayIpv6}/64 dev ${POD_LINK} nodad`,
    `link set ${POD_LINK} up`,
    ...others.flatMap((other) => [
      `route add ${other.podIpv4Cidr} via ${other.ipv4}`,
      `route add ${other.podIpv6Cidr} via ${other.ipv6}`,
    ]),
  ];
}

function podLines(node: NodePlan): string[] {
  const { ipv4, ipv6 } = podAddresses(node, 0);
  return [
    "link set lo up",
    `address add ${ipv4}/24 dev eth0`,
    `address add ${ipv6}/64 dev eth0 nodad`,
    "link set eth0 up",
    `route add default via ${node.podGatewayIpv4}`,
    `route add default via ${node.podGatewayIpv6}`,
  ];
}
