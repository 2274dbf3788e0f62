/**
 * The metrics of sessions with routers: MetalLB's names, of its native and its FRR mode. Pure data.
 *
 * Neighbours: catalog.ts has all the others, and the rules for names.
 */
import type { MetricSpec } from "./spec.ts";

const SPEAKER = ["speaker"] as const;
const OF_PEER = ["peer", "vrf"] as const;

export const BGP_CATALOG = {
  bgpSessionUp: {
    name: "metallb_bgp_session_up",
    kind: "gauge",
    of: SPEAKER,
    labels: OF_PEER,
    help: "Whether the session with the router is established, as 1 or 0",
  },
  bgpAnnouncedPrefixes: {
    name: "metallb_bgp_announced_prefixes_total",
    kind: "gauge",
    of: SPEAKER,
    labels: OF_PEER,
    help: "What the router has been told, in prefixes",
  },
  bgpPendingPrefixes: {
    name: "metallb_bgp_pending_prefixes_total",
    kind: "gauge",
    of: SPEAKER,
    labels: OF_PEER,
    help: "What the router is to be told and has not been yet, in prefixes",
  },
  bgpUpdates: {
    name: "metallb_bgp_updates_total",
    kind: "counter",
    of: SPEAKER,
    labels: OF_PEER,
    help: "UPDATE messages sent, in messages",
  },
  bgpUpdatesReceived: {
    name: "metallb_bgp_updates_total_received",
    kind: "counter",
    of: SPEAKER,
    labels: OF_PEER,
    help: "UPDATE messages received, in messages",
  },
  bgpOpensSent: {
    name: "metallb_bgp_opens_sent",
    kind: "counter",
    of: SPEAKER,
    labels: OF_PEER,
    help: "OPEN messages sent, in messages",
  },
  bgpOpensReceived: {
    name: "metallb_bgp_opens_received",
    kind: "counter",
    of: SPEAKER,
    labels: OF_PEER,
    help: "OPEN messages received, in messages",
  },
  bgpNotificationsSent: {
    name: "metallb_bgp_notifications_sent",
    kind: "counter",
    of: SPEAKER,
    labels: OF_PEER,
    help: "NOTIFICATION messages sent, in messages",
  },
  bgpKeepalivesSent: {
    name: "metallb_bgp_keepalives_sent",
    kind: "counter",
    of: SPEAKER,
    labels: OF_PEER,
    help: "KEEPALIVE messages sent, in messages",
  },
  bgpKeepalivesReceived: {
    name: "metallb_bgp_keepalives_received",
    kind: "counter",
    of: SPEAKER,
    labels: OF_PEER,
    help: "KEEPALIVE messages received, in messages",
  },
  bgpRouteRefreshSent: {
    name: "metallb_bgp_route_refresh_sent",
    kind: "counter",
    of: SPEAKER,
    labels: OF_PEER,
    help: "ROUTE-REFRESH messages sent, in messages",
  },
  bgpSent: {
    name: "metallb_bgp_total_sent",
    kind: "counter",
    of: SPEAKER,
    labels: OF_PEER,
    help: "Messages sent, in messages",
  },
  bgpReceived: {
    name: "metallb_bgp_total_received",
    kind: "counter",
    of: SPEAKER,
    labels: OF_PEER,
    help: "Messages received, in messages",
  },
  bfdSessionUp: {
    name: "metallb_bfd_session_up",
    kind: "gauge",
    of: SPEAKER,
    labels: OF_PEER,
    help: "Whether BFD says that the router is there, as 1 or 0",
  },
  bfdControlPacketInput: {
    name: "metallb_bfd_control_packet_input",
    kind: "counter",
    of: SPEAKER,
    labels: OF_PEER,
    help: "Control packets received, in packets",
  },
  bfdControlPacketOutput: {
    name: "metallb_bfd_control_packet_output",
    kind: "counter",
    of: SPEAKER,
    labels: OF_PEER,
    help: "Control packets sent, in packets",
  },
  bfdSessionUpEvents: {
    name: "metallb_bfd_session_up_events",
    kind: "counter",
    of: SPEAKER,
    labels: OF_PEER,
    help: "How often BFD said that the router is there, in events",
  },
  bfdSessionDownEvents: {
    name: "metallb_bfd_session_down_events",
    kind: "counter",
    of: SPEAKER,
    labels: OF_PEER,
    help: "How often BFD said that the router is gone, in events",
  },
  bgpListening: {
    name: "spreadlb_bgp_listening",
    kind: "gauge",
    of: SPEAKER,
    labels: ["family", "vrf"],
    help: "Whether routers can dial this node, where `--bgp-listen-port` says that they may, as 1 or 0",
  },
} as const satisfies Record<string, MetricSpec>;
