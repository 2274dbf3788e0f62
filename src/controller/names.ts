/**
 * The Services as publishers of names see them: what they promise and have claimed, and who holds it. Pure.
 *
 * Neighbours: held.ts knows since when nobody does; ../dns/service-names.ts goes on from here.
 */
import { parseIp, type Ip } from "../base/ip.ts";
import type { NamedService } from "../dns/service-names.ts";
import type { DNSPublisher } from "../dns/resource.ts";
import type { WantedAddress } from "../dns/record-sets.ts";
import { keyOf } from "../kube/resource.ts";
import type { Held } from "./held.ts";
import { claimedAddress, type Snapshot } from "./world.ts";

type Seen = Pick<Snapshot, "services" | "namespaces" | "virtualIps">;

const NO_LABELS = {};
const CLUSTER_NAMESPACE = "kube-system";

export function namedServices(
  { services, namespaces, virtualIps }: Seen,
  held: Pick<Held, "sinceMs" | "unheardSinceMs">,
): NamedService[] {
  const labels = new Map(namespaces.map(({ metadata }) => [metadata.name, metadata.labels]));
  const users = new Map<Ip, readonly string[]>();
  for (const object of virtualIps) {
    const claimed = claimedAddress(object);
    if (claimed !== null) users.set(claimed.ip, claimed.services);
  }
  return services.flatMap((service): NamedService[] => {
    const { name, namespace = "", annotations, creationTimestamp = "" } = service.metadata;
    if (service.spec?.type !== "LoadBalancer") return [];
    const key = keyOf(service);
    const listed = service.status?.loadBalancer?.ingress ?? [];
    const addresses = listed
      .flatMap(({ ip }) => parseIp(ip ?? "") ?? [])
      .flatMap((ip): WantedAddress[] => {
        const unheldSinceMs = held.sinceMs(ip);
        const unheardSinceMs = held.unheardSinceMs(ip);
        const claimedFor = users.get(ip) ?? [];
        if (claimedFor.includes(key)) {
          const address = { ip, unheldSinceMs };
          return [unheardSinceMs === null ? address : { ...address, unheardSinceMs }];
        }
        return claimedFor.length > 0 ? [] : [{ ip, unheldSinceMs, isUnclaimed: true }];
      });
    return [
      {
        ...{ key, namespace, name, addresses, createdAt: creationTimestamp },
        annotations: annotations ?? {},
        labels: service.metadata.labels ?? NO_LABELS,
        namespaceLabels: labels.get(namespace) ?? NO_LABELS,
      },
    ];
  });
}

/**
 * The mark on the names of a publisher: its own, or one that no other publisher of any cluster has.
 *
 * @returns null while the cluster's id is not known
 */
export function ownerIdOf(
  { metadata, spec }: DNSPublisher,
  { namespaces }: Pick<Snapshot, "namespaces">,
): string | null {
  if (spec.ownerId !== undefined) return spec.ownerId;
  const cluster = namespaces.find(({ metadata: { name } }) => name === CLUSTER_NAMESPACE);
  const uid = cluster?.metadata.uid;
  return uid === undefined ? null : `${metadata.name}.${uid}`;
}
