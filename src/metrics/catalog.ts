/**
 * Every metric in one table: name, kind, labels, which process has it, one sentence with the unit. Pure.
 *
 * Names that begin with `metallb_` are MetalLB's, with its labels and meaning, because people's dashboards
 * and alerts ask for them; some break the naming rules (a gauge called `_total`), and stay as they are.
 * Ours begin with `spreadlb_` and keep the rules of prometheus.io "Metric and label naming".
 * A process shows only what it counts: an alert on `metallb_…_config_loaded_bool == 0` must not meet a zero
 * of a process that never loads one.
 * Neighbours: io/metrics.ts makes the objects that count; docs.ts writes docs/metrics.md from this table.
 */

import { BGP_CATALOG } from "./bgp-catalog.ts";
import type { Component, MetricSpec } from "./spec.ts";

export type * from "./spec.ts";

const CONTROLLER = ["controller"] as const;
const SPEAKER = ["speaker"] as const;
const BOTH = ["controller", "speaker"] as const;

export const CATALOG = {
  allocatorAddresses: {
    name: "metallb_allocator_addresses_total",
    kind: "gauge",
    of: CONTROLLER,
    labels: ["pool"],
    help: "What the pool (or the class with its own pool) could hand out, both families, in addresses",
  },
  allocatorIpv4Addresses: {
    name: "metallb_allocator_ipv4_addresses_total",
    kind: "gauge",
    of: CONTROLLER,
    labels: ["pool"],
    help: "What the pool could hand out of IPv4, in addresses",
  },
  allocatorIpv6Addresses: {
    name: "metallb_allocator_ipv6_addresses_total",
    kind: "gauge",
    of: CONTROLLER,
    labels: ["pool"],
    help: "What the pool could hand out of IPv6, in addresses",
  },
  allocatorAddressesInUse: {
    name: "metallb_allocator_addresses_in_use_total",
    kind: "gauge",
    of: CONTROLLER,
    labels: ["pool"],
    help: "What Services use of the pool, a shared one counted once, both families, in addresses",
  },
  allocatorIpv4AddressesInUse: {
    name: "metallb_allocator_ipv4_addresses_in_use_total",
    kind: "gauge",
    of: CONTROLLER,
    labels: ["pool"],
    help: "What Services use of the pool's IPv4, in addresses",
  },
  allocatorIpv6AddressesInUse: {
    name: "metallb_allocator_ipv6_addresses_in_use_total",
    kind: "gauge",
    of: CONTROLLER,
    labels: ["pool"],
    help: "What Services use of the pool's IPv6, in addresses",
  },
  allocatorServices: {
    name: "metallb_allocator_services_allocated_total",
    kind: "gauge",
    of: CONTROLLER,
    labels: ["pool"],
    help: "Services that have addresses of the pool (MetalLB has the name and never sets it), in Services",
  },
  k8sClientUpdates: {
    name: "metallb_k8s_client_updates_total",
    kind: "counter",
    of: BOTH,
    labels: [],
    help: "Changes from the API server that were worked through, in changes",
  },
  k8sClientUpdateErrors: {
    name: "metallb_k8s_client_update_errors_total",
    kind: "counter",
    of: BOTH,
    labels: [],
    help: "Changes from the API server whose work failed and was put off, in changes",
  },
  k8sClientConfigLoaded: {
    name: "metallb_k8s_client_config_loaded_bool",
    kind: "gauge",
    of: BOTH,
    labels: [],
    help: "Whether a configuration was loaded at least once, as 1 or 0",
  },
  k8sClientConfigStale: {
    name: "metallb_k8s_client_config_stale_bool",
    kind: "gauge",
    of: BOTH,
    labels: [],
    help: "Whether a part of the configuration cannot be used, more than the name of what is not there, as 1 or 0",
  },
  speakerAnnounced: {
    name: "metallb_speaker_announced",
    kind: "gauge",
    of: SPEAKER,
    labels: ["service", "protocol", "node", "ip"],
    help: "Which addresses this node answers for or tells routers of, and for which Service, always 1",
  },
  layer2RequestsReceived: {
    name: "metallb_layer2_requests_received",
    kind: "counter",
    of: SPEAKER,
    labels: ["ip"],
    help: "ARP and NDP requests for an address that this node holds, in frames",
  },
  layer2ResponsesSent: {
    name: "metallb_layer2_responses_sent",
    kind: "counter",
    of: SPEAKER,
    labels: ["ip"],
    help: "ARP and NDP answers for an address that this node holds, in frames",
  },
  layer2GratuitousSent: {
    name: "metallb_layer2_gratuitous_sent",
    kind: "counter",
    of: SPEAKER,
    labels: ["ip"],
    help: "Gratuitous ARP and unsolicited NDP frames that announce an address, in frames",
  },
  buildInfo: {
    name: "spreadlb_build_info",
    kind: "gauge",
    of: BOTH,
    labels: ["version", "node_version"],
    help: "The version of this program and of Node.js underneath, always 1",
  },
  leader: {
    name: "spreadlb_leader",
    kind: "gauge",
    of: CONTROLLER,
    labels: [],
    help: "Whether this replica holds the lease and plans, as 1 or 0",
  },
  services: {
    name: "spreadlb_services",
    kind: "gauge",
    of: CONTROLLER,
    labels: ["state"],
    help: "Services of our classes by state (ready: all addresses assigned; waiting: not all), in Services",
  },
  virtualIps: {
    name: "spreadlb_virtualips",
    kind: "gauge",
    of: BOTH,
    labels: [],
    help: "VirtualIP objects known to this process, in objects",
  },
  problems: {
    name: "spreadlb_problems",
    kind: "gauge",
    of: CONTROLLER,
    labels: ["code"],
    help: "What stands wrong in Services and classes by error code (docs/errors.md), in problems",
  },
  planDuration: {
    name: "spreadlb_plan_duration_seconds",
    kind: "histogram",
    of: CONTROLLER,
    labels: [],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    help: "Time that one pass of the plan takes, without its writes, in seconds",
  },
  planGeneration: {
    name: "spreadlb_plan_generation",
    kind: "gauge",
    of: BOTH,
    labels: [],
    help: "The newest plan generation known to this process, in plans since the first",
  },
  admissionReviews: {
    name: "spreadlb_admission_reviews_total",
    kind: "counter",
    of: CONTROLLER,
    labels: ["verdict"],
    help: "Changes that the API server asked about (allowed, refused; unchecked: not all was listed yet), in changes",
  },
  conversions: {
    name: "spreadlb_conversion_reviews_total",
    kind: "counter",
    of: CONTROLLER,
    labels: [],
    help: "Lists of BGPPeers that were converted between v1beta1 and v1beta2, in requests",
  },
  webhookCertificateExpiry: {
    name: "spreadlb_webhook_certificate_expiry_seconds",
    kind: "gauge",
    of: CONTROLLER,
    labels: [],
    help: "When the certificate that the webhook of this replica serves runs out, from 1970 on, in seconds",
  },
  plannedMoves: {
    name: "spreadlb_planned_moves_total",
    kind: "counter",
    of: CONTROLLER,
    labels: ["reason"],
    help: "Addresses that the plan gave to another node than before, by reason, in moves",
  },
  writes: {
    name: "spreadlb_writes_total",
    kind: "counter",
    of: BOTH,
    labels: ["kind", "outcome"],
    help: "Writes to the API server by object kind and outcome (ok, conflict, gone, error), in requests",
  },
  watchRestarts: {
    name: "spreadlb_watch_restarts_total",
    kind: "counter",
    of: BOTH,
    labels: ["resource", "reason"],
    help: "Watches that ended and were opened again, by resource and reason, in watches",
  },
  addressesHeld: {
    name: "spreadlb_addresses_held",
    kind: "gauge",
    of: SPEAKER,
    labels: [],
    help: "What this node answers for now, in addresses",
  },
  moves: {
    name: "spreadlb_moves_total",
    kind: "counter",
    of: SPEAKER,
    labels: ["reason"],
    help: "Addresses that this node took over, by reason (the words of VirtualIP status.lastMove), in moves",
  },
  gateOpen: {
    name: "spreadlb_gate_open",
    kind: "gauge",
    of: SPEAKER,
    labels: [],
    help: "Whether this node can forward, as its kube-proxy says (see --gate), as 1 or 0",
  },
  conflicts: {
    name: "spreadlb_conflicts_total",
    kind: "counter",
    of: SPEAKER,
    labels: ["ip"],
    help: "Frames in which another claims an address that is ours to answer (RFC 5227 section 2.4), in frames",
  },
  verifications: {
    name: "spreadlb_verifications_total",
    kind: "counter",
    of: SPEAKER,
    labels: ["result"],
    help: "Questions on the wire, with those that were repeated one, by what was found (ok, silent, wrong-node, stranger, several), in requests",
  },
  dnsNames: {
    name: "spreadlb_dns_names",
    kind: "gauge",
    of: CONTROLLER,
    labels: ["publisher", "state"],
    help: "Names of a DNSPublisher: wanted, and of these published as they are wanted, in names",
  },
  dnsRequests: {
    name: "spreadlb_dns_requests_total",
    kind: "counter",
    of: CONTROLLER,
    labels: ["publisher", "kind", "outcome"],
    help: "What name servers were asked for (read: all records of a name, update), or the API server (apply, delete: a DNSEndpoint), by outcome (ok, or the kind of the failure), in requests",
  },
  framesDropped: {
    name: "spreadlb_frames_dropped_total",
    kind: "counter",
    of: SPEAKER,
    labels: ["reason"],
    help: "Frames that were read and not understood, by the name of the fault, in frames",
  },
  heartbeatsSent: {
    name: "spreadlb_heartbeats_sent_total",
    kind: "counter",
    of: SPEAKER,
    labels: [],
    help: "Heartbeats sent to other speakers, in datagrams",
  },
  heartbeatsReceived: {
    name: "spreadlb_heartbeats_received_total",
    kind: "counter",
    of: SPEAKER,
    labels: [],
    help: "Heartbeats of other speakers that were signed and fresh, in datagrams",
  },
  heartbeatFaults: {
    name: "spreadlb_heartbeats_faults_total",
    kind: "counter",
    of: SPEAKER,
    labels: ["fault"],
    help: "Datagrams refused on the heartbeat port, by the name of the fault, in datagrams",
  },
  peersKnown: {
    name: "spreadlb_peers_known",
    kind: "gauge",
    of: SPEAKER,
    labels: [],
    help: "Other speakers that this one should hear, in nodes",
  },
  peersAlive: {
    name: "spreadlb_peers_alive",
    kind: "gauge",
    of: SPEAKER,
    labels: [],
    help: "Other speakers that this one hears, in nodes",
  },
  ...BGP_CATALOG,
} as const satisfies Record<string, MetricSpec>;

export type MetricKey = keyof typeof CATALOG;

/** @returns the metrics that a process shows, in the order of the table */
export function metricsOf(component: Component): readonly (readonly [MetricKey, MetricSpec])[] {
  const all = Object.entries(CATALOG) as [MetricKey, MetricSpec][];
  return all.filter(([, spec]) => spec.of.includes(component));
}
