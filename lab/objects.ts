/** The Kubernetes objects that stand for the lab's nodes and backends, as a kubelet would write them. Pure. */

import type { NodePlan } from "./plan.ts";

/** Label of every lab node, for the nodeSelector of a class. */
export const NODE_LABELS = {
  "kubernetes.io/os": "linux",
  "node-role.kubernetes.io/loadbalancer": "",
};

export function nodeObject(node: NodePlan, labels: Readonly<Record<string, string>>) {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: node.name,
      labels: { "kubernetes.io/hostname": node.name, ...NODE_LABELS, ...labels },
    },
    spec: { podCIDR: node.podIpv4Cidr, podCIDRs: [node.podIpv4Cidr, node.podIpv6Cidr] },
  };
}

/** @param internal the network of its InternalIP, where speakers hear each other */
export function nodeStatus(
  node: NodePlan,
  ready: boolean,
  internal: "segment" | "management" = "segment",
) {
  const at = new Date(0).toISOString();
  const internalIps = internal === "segment" ? [node.ipv4, node.ipv6] : [node.managementIpv4];
  const condition = (type: string, status: boolean, reason: string) => ({
    type,
    status: status ? "True" : "False",
    reason,
    lastTransitionTime: at,
  });
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: node.name },
    status: {
      addresses: [
        ...internalIps.map((address) => ({ type: "InternalIP", address })),
        { type: "Hostname", address: node.name },
      ],
      conditions: [
        condition("Ready", ready, ready ? "KubeletReady" : "KubeletNotReady"),
        condition("NetworkUnavailable", false, "RouteCreated"),
      ],
    },
  };
}

export interface PodPlan {
  readonly name: string;
  readonly namespace: string;
  readonly nodeName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ipv4: string;
  readonly ipv6: string;
  readonly port: number;
}

export function podObject(pod: PodPlan) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: pod.name, namespace: pod.namespace, labels: pod.labels },
    spec: {
      nodeName: pod.nodeName,
      containers: [{ name: "web", image: "lab", ports: [{ containerPort: pod.port }] }],
      terminationGracePeriodSeconds: 0,
    },
  };
}

export function podStatus(pod: PodPlan, ready: boolean) {
  const status = ready ? "True" : "False";
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: pod.name, namespace: pod.namespace },
    status: {
      phase: "Running",
      podIP: pod.ipv4,
      podIPs: [{ ip: pod.ipv4 }, { ip: pod.ipv6 }],
      conditions: [
        { type: "Ready", status },
        { type: "ContainersReady", status },
      ],
    },
  };
}
