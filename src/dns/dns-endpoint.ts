/**
 * DNSEndpoint, `externaldns.k8s.io/v1alpha1`: the names of one Service, for an external-dns with `--source=crd`. Pure.
 *
 * Read first: https://kubernetes-sigs.github.io/external-dns/latest/docs/sources/crd/.
 * One object for each Service and publisher; a label says whose it is, and what has none, or another, is never touched.
 * Left out: its status (external-dns's), records of other types, `setIdentifier` and `providerSpecific`.
 * Neighbours: endpoint-desk.ts decides which there are to be; ../controller/io/endpoint-jobs.ts writes them.
 */
import { canonical } from "../classes/check/loose.ts";
import { compareText, stableHash } from "../base/hash.ts";
import { parseIp, type Ip } from "../base/ip.ts";
import {
  apiVersionOf,
  defineResource,
  type KubeObject,
  type ObjectMeta,
} from "../kube/resource.ts";
import type { DnsName } from "./name.ts";
import { ADDRESS_TYPES, markText, type AddressType } from "./ownership.ts";
import type { DNSPublisherSpec } from "./resource.ts";
import type { PublishedName, PublishedSet } from "./transaction.ts";

export interface Endpoint {
  readonly dnsName?: string;
  readonly recordType?: string;
  readonly recordTTL?: number;
  readonly targets?: readonly string[];
}

export interface DNSEndpoint extends KubeObject {
  readonly spec?: { readonly endpoints?: readonly Endpoint[] } | undefined;
}

export const DNS_ENDPOINTS = defineResource<DNSEndpoint>({
  group: "externaldns.k8s.io",
  version: "v1alpha1",
  kind: "DNSEndpoint",
  plural: "dnsendpoints",
  namespaced: true,
});

/** Whose it is: the publisher. */
export const PUBLISHER_LABEL = "spreadlb.io/dns-publisher";
/** `namespace/name`. */
export const SERVICE_ANNOTATION = "spreadlb.io/service";
const MANAGED_BY = { "app.kubernetes.io/managed-by": "spreadlb" };
const LABEL_CHARS_MAX = 63;
const NAME_CHARS_MAX = 253;

/** Names are as long as a value of a label may be, or are cut, with a hash. */
export function publisherMark(publisher: string): string {
  return shortened(publisher, LABEL_CHARS_MAX);
}

function shortened(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  const hash = stableHash(text).toString(16).padStart(8, "0");
  return `${text.slice(0, lengthMax - hash.length - 1).replace(/[^a-z0-9]+$/, "")}-${hash}`;
}

export interface EndpointPlace {
  readonly publisher: string;
  /** `namespace/name`. */
  readonly service: string;
  /** Null: it is not there any more, as far as is known. */
  readonly uid: string | null;
}

/** @returns the object as it should be; endpoints in their order */
export function endpointObject(
  { publisher, service, uid }: EndpointPlace,
  { namespace: home, labels = {} }: NonNullable<DNSPublisherSpec["dnsEndpoint"]>,
  endpoints: readonly Endpoint[],
): DNSEndpoint {
  const [namespace = "", name = ""] = service.split("/");
  const { apiVersion, kind } = {
    apiVersion: apiVersionOf(DNS_ENDPOINTS),
    kind: DNS_ENDPOINTS.kind,
  };
  const isOwned = uid !== null && (home === undefined || home === namespace);
  const metadata: ObjectMeta = {
    name: shortened(`${name}.${namespace}.${publisher}`, NAME_CHARS_MAX),
    namespace: home ?? namespace,
    labels: { ...labels, ...MANAGED_BY, [PUBLISHER_LABEL]: publisherMark(publisher) },
    annotations: { [SERVICE_ANNOTATION]: service },
    // An owner lives in the same namespace: elsewhere nobody but us takes the object away.
    ...(isOwned ? { ownerReferences: [{ apiVersion: "v1", kind: "Service", name, uid }] } : {}),
  };
  return { apiVersion, kind, metadata, spec: { endpoints } };
}

/** @returns whether all is there that should be; labels and owners of others do not matter */
export function isAsWanted(object: DNSEndpoint, wanted: DNSEndpoint): boolean {
  const { labels = {}, annotations = {}, ownerReferences = [] } = object.metadata;
  const want = wanted.metadata;
  const has = (all: Readonly<Record<string, string>>, some: ObjectMeta["labels"]) =>
    Object.entries(some ?? {}).every(([key, value]) => all[key] === value);
  return (
    canonical(object.spec?.endpoints ?? []) === canonical(wanted.spec?.endpoints ?? []) &&
    has(labels, want.labels) &&
    has(annotations, want.annotations) &&
    (want.ownerReferences ?? []).every(({ uid }) => ownerReferences.some((it) => it.uid === uid))
  );
}

/** @returns `namespace/name` of the Service; "" where somebody took that away */
export function serviceOfObject({ metadata }: DNSEndpoint): string {
  return metadata.annotations?.[SERVICE_ANNOTATION] ?? "";
}

export function namesIn({ spec }: DNSEndpoint): readonly string[] {
  return [...new Set((spec?.endpoints ?? []).map(({ dnsName = "" }) => dnsName))];
}

/** @returns by name the types of its records */
export function typesByName({ spec }: DNSEndpoint): ReadonlyMap<string, readonly string[]> {
  const types = new Map<string, string[]>();
  for (const { dnsName = "", recordType = "" } of spec?.endpoints ?? []) {
    types.set(dnsName, [...(types.get(dnsName) ?? []), recordType]);
  }
  return types;
}

/** @returns what the object has of a name, as a name server would tell it */
export function publishedIn(
  object: DNSEndpoint | undefined,
  name: DnsName | string,
  { mark, service }: { readonly mark: string; readonly service: string },
): PublishedName {
  const setOf = (type: AddressType): PublishedSet => {
    const all = (object?.spec?.endpoints ?? []).filter(
      ({ dnsName, recordType }) => dnsName === name && recordType === type,
    );
    const addresses = all
      .flatMap(({ targets = [] }) => targets)
      .flatMap((target): Ip | Ip[] => parseIp(target) ?? [])
      .sort(compareText);
    const ttlSeconds = Math.max(0, ...all.map(({ recordTTL = 0 }) => recordTTL));
    return { addresses, ttlSeconds, marks: all.length === 0 ? [] : [markText(mark, service)] };
  };
  const [A, AAAA] = ADDRESS_TYPES.map(setOf);
  const none: PublishedSet = { addresses: [], ttlSeconds: 0, marks: [] };
  return { isAlias: false, sets: { A: A ?? none, AAAA: AAAA ?? none } };
}
