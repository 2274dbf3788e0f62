/** DNSPublishers that are taken, and such that are refused: by the API server and by lint alike. */

const TSIG = { keyName: "spreadlb" };
const RFC2136 = { server: "192.0.2.53", tsig: TSIG };
const ZONES = ["lb.example.org"];

export function publisherOf(spec: object): object {
  const apiVersion = "spreadlb.io/v1alpha1";
  return { apiVersion, kind: "DNSPublisher", metadata: { name: "lan" }, spec };
}

export const GOOD: readonly { readonly name: string; readonly spec: object }[] = [
  { name: "the least", spec: { zones: ZONES, rfc2136: { tsig: TSIG } } },
  {
    name: "a server of IPv6",
    spec: { zones: ZONES, rfc2136: { server: "2001:db8::53", tsig: TSIG } },
  },
  { name: "DNSEndpoints", spec: { zones: ZONES, dnsEndpoint: {} } },
  {
    name: "DNSEndpoints of one namespace, with labels",
    spec: {
      zones: ZONES,
      dnsEndpoint: { namespace: "dns", labels: { "example.org/audience": "lan" } },
      template: "{{name}}.lb.example.org",
    },
  },
  {
    name: "everything",
    spec: {
      zones: [...ZONES, "2.0.192.in-addr.arpa", "_tcp.example"],
      abandonedZones: ["lb.example.net"],
      rfc2136: {
        ...{ server: "192.0.2.53", port: 5353, tcpOnly: true },
        tsig: { keyName: "Key-1.example.", algorithm: "hmac-sha512", secretName: "other" },
      },
      serviceSelector: { matchLabels: { dns: "yes" } },
      namespaceSelector: { matchExpressions: [{ key: "team", operator: "Exists" }] },
      template: "*.{{name}}-x.{{namespace}}.lb.example.org",
      ...{ ttlSeconds: 1, withdrawAfterSeconds: 1, updateIntervalSeconds: 1 },
      ...{ resyncIntervalSeconds: 10, ownerId: "cluster-1" },
    },
  },
];

/** With `inSchema` false it is a rule in CEL, which the API server alone knows. */
export const BAD: readonly { name: string; spec: object; says: string; inSchema?: boolean }[] = [
  { name: "no zone", spec: { zones: [], rfc2136: RFC2136 }, says: "spec.zones" },
  {
    name: "no way out",
    spec: { zones: ZONES },
    ...{ says: "spec needs one way out: rfc2136 or dnsEndpoint", inSchema: false },
  },
  {
    name: "two ways out",
    spec: { zones: ZONES, rfc2136: RFC2136, dnsEndpoint: {} },
    ...{ says: "spec needs one way out: rfc2136 or dnsEndpoint", inSchema: false },
  },
  {
    name: "a namespace that is none",
    spec: { zones: ZONES, dnsEndpoint: { namespace: "Dns" } },
    says: "spec.dnsEndpoint.namespace",
  },
  { name: "no key", spec: { zones: ZONES, rfc2136: {} }, says: "spec.rfc2136.tsig" },
  {
    name: "a zone in capitals",
    spec: { zones: ["LB.example"], rfc2136: RFC2136 },
    says: "spec.zones[0]",
  },
  {
    name: "a zone with a dot at the end",
    spec: { zones: ["lb.example."], rfc2136: RFC2136 },
    says: "spec.zones[0]",
  },
  {
    name: "a server by name",
    spec: { zones: ZONES, rfc2136: { server: "ns.example.org", tsig: TSIG } },
    ...{ says: "must be an IP address", inSchema: false },
  },
  {
    name: "an algorithm that must not be used",
    spec: { zones: ZONES, rfc2136: { tsig: { keyName: "k", algorithm: "hmac-md5" } } },
    says: "spec.rfc2136.tsig.algorithm",
  },
  {
    name: "a template with another variable",
    spec: { zones: ZONES, rfc2136: RFC2136, template: "{{cluster}}.lb.example.org" },
    ...{ says: "must be a name with {{name}} and {{namespace}}", inSchema: false },
  },
  {
    name: "a template outside of the zones",
    spec: { zones: ZONES, rfc2136: RFC2136, template: "{{name}}.example.org" },
    ...{ says: "spec.template must be in one of spec.zones", inSchema: false },
  },
  {
    name: "a zone that is abandoned and in use",
    spec: { zones: ZONES, abandonedZones: ZONES, rfc2136: RFC2136 },
    ...{ says: "spec.abandonedZones must have no zone of spec.zones", inSchema: false },
  },
  {
    name: "an abandoned zone where nothing is deleted in zones",
    spec: { zones: ZONES, abandonedZones: ["lb.example.net"], dnsEndpoint: {} },
    ...{ says: "spec.abandonedZones is for rfc2136", inSchema: false },
  },
  {
    name: "a TTL of none",
    spec: { zones: ZONES, rfc2136: RFC2136, ttlSeconds: 0 },
    says: "spec.ttlSeconds",
  },
  {
    name: "an owner that would break the mark",
    spec: { zones: ZONES, rfc2136: RFC2136, ownerId: "a,b" },
    says: "spec.ownerId",
  },
];
