/** What tests of names in DNS have in common: Services whose addresses are for one node each, and what is told of a publisher. */
import { waitFor } from "../../lab/wait.ts";
import type { DNSPublisherStatus } from "../../src/dns/resource.ts";
import { metallb, WANTED, type SpreadCluster } from "./spread-cluster.ts";

/** Of name servers, and of the Secret of publishers. */
export const KEY = {
  name: "spreadlb",
  algorithm: "hmac-sha256",
  secretBase64: "c3ByZWFkbGItZG5zLWtleQ==",
} as const;
export const PUBLISHERS = "/apis/spreadlb.io/v1alpha1/dnspublishers";
export const HOSTNAME = "external-dns.alpha.kubernetes.io/hostname";
export const TTL = "external-dns.alpha.kubernetes.io/ttl";

const PATIENCE_MS = 60_000;

/** With just these addresses, which others of its kind may have, too. */
export function sharedService(
  name: string,
  port: number,
  addresses: readonly string[],
  annotations: object = {},
): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name,
      namespace: "default",
      labels: { name },
      annotations: {
        [WANTED]: addresses.join(),
        "network.deckhouse.io/l2-load-balancer-external-ips-count": String(addresses.length),
        "metallb.io/allow-shared-ip": "web",
        ...annotations,
      },
    },
    spec: { type: "LoadBalancer", selector: { app: "web" }, ports: [{ port, targetPort: 8080 }] },
  };
}

/** On these nodes, for the Service of that name. */
export function advertisement(name: string, nodes: readonly string[]): object {
  const matchExpressions = [{ key: "kubernetes.io/hostname", operator: "In", values: nodes }];
  return metallb("L2Advertisement", name, {
    nodeSelectors: [{ matchExpressions }],
    serviceSelectors: [{ matchLabels: { name } }],
  });
}

/** When a speaker renewed its Lease last: milliseconds since 1970. */
export async function renewedMs({ lab }: SpreadCluster, node: string): Promise<number> {
  const leases = "/apis/coordination.k8s.io/v1/namespaces/spreadlb-system/leases";
  const { spec } = (await lab.api("GET", `${leases}/spreadlb-speaker-${node}`)) as {
    spec: { renewTime: string };
  };
  return Date.parse(spec.renewTime);
}

export async function statusOf(
  { lab }: SpreadCluster,
  publisher: string,
): Promise<DNSPublisherStatus> {
  const found = await lab.api("GET", `${PUBLISHERS}/${publisher}`);
  return (found as { status?: DNSPublisherStatus }).status ?? {};
}

/** The publisher's condition Ready has the reason. */
export function untilReason(
  cluster: SpreadCluster,
  publisher: string,
  reason: string,
): Promise<DNSPublisherStatus> {
  return waitFor(
    async () => {
      const status = await statusOf(cluster, publisher);
      const ready = status.conditions?.find(({ type }) => type === "Ready");
      if (ready?.reason === reason) return status;
      throw new Error(`it is ${ready?.reason ?? "unknown"}: ${ready?.message ?? ""}`);
    },
    { what: `${publisher} to be ${reason}`, timeoutMs: PATIENCE_MS },
  );
}

/** An Event. */
export interface Told {
  readonly reason: string;
  readonly note: string;
  readonly regarding: { readonly kind: string; readonly name: string };
}

/** @param about `KIND/NAME` */
export function untilTold({ lab }: SpreadCluster, reason: string, about: string): Promise<Told> {
  return waitFor(
    async () => {
      const path = "/apis/events.k8s.io/v1/events";
      const { items } = (await lab.api("GET", path)) as { items: Told[] };
      return items.find(
        (each) =>
          each.reason === reason && `${each.regarding.kind}/${each.regarding.name}` === about,
      );
    },
    { what: `an Event ${reason} on ${about}`, timeoutMs: PATIENCE_MS },
  );
}
