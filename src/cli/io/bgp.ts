/**
 * Runs `spreadlb bgp`: fetches, shows, leaves.
 */
import { NODE_BGP_STATUSES } from "../../bgp/resource.ts";
import { ENDPOINT_SLICES, LEASES, NODES } from "../../kube/types.ts";
import { VIRTUAL_IPS } from "../../multi-ip/kind.ts";
import { PRESENCE_LABEL } from "../../multi-ip/presence.ts";
import { isWithin, type AskedPrefix, type BgpFlags, type BgpQuestion } from "../bgp.ts";
import { viewRoutes, type RoutedCluster } from "../bgp-routes.ts";
import { bgpNodes, type BgpCluster } from "../bgp-sessions.ts";
import { prefixRows, routeRows, sessionRows, troubleLines } from "../bgp-view.ts";
import { EXIT_FAILED, type Output } from "../command-line.ts";
import { unknownNode } from "../drain-view.ts";
import { nearestAddresses } from "../subject.ts";
import { renderTable } from "../table.ts";
import { withCluster, type Cluster } from "./cluster.ts";
import { CommandFailure } from "./failure.ts";
import { listIfKnown, listManifests } from "./manifests.ts";
import { bold } from "./terminal.ts";

interface Showing {
  readonly flags: BgpFlags;
  readonly output: Output;
}

/** @returns the exit status; a cluster without routers is no failure */
export async function runCommand(question: BgpQuestion, showing: Showing): Promise<number> {
  const { flags, output } = showing;
  const cluster = await withCluster(flags, (api) => fetchCluster(api, question, flags));
  const { node } = flags;
  if (node !== undefined && !cluster.nodes.some(({ metadata }) => metadata.name === node)) {
    throw new CommandFailure(unknownNode(node, cluster.nodes));
  }
  if (!hasPeers(cluster)) {
    output.err(
      "No router is spoken to: there is no BGPPeer, and no MetalLoadBalancerBGPPeer; docs/bgp.md says how to begin.\n",
    );
  }
  if (question.kind === "sessions") return showSessions(cluster, showing);
  return showRoutes(cluster, question.asked, showing);
}

function hasPeers({ bgpPeers, metalPeers }: BgpCluster): boolean {
  return bgpPeers.length + metalPeers.length > 0;
}

async function fetchCluster(
  api: Cluster,
  { kind }: BgpQuestion,
  { metallbNamespace }: BgpFlags,
): Promise<RoutedCluster> {
  if (kind === "routes") return fetchRouted(api, metallbNamespace);
  return { ...(await fetchSessions(api, metallbNamespace)), virtualIps: [], slices: [] };
}

async function fetchSessions(api: Cluster, metallbNamespace: string): Promise<BgpCluster> {
  const [statuses, nodes, leases, manifests] = await Promise.all([
    listIfKnown(api, NODE_BGP_STATUSES),
    api.list(NODES),
    api.list(LEASES, PRESENCE_LABEL),
    listManifests(api, metallbNamespace),
  ]);
  return { ...manifests, statuses, nodes, leases, nowMs: Date.now() };
}

/** All that says which routers are told what. */
export async function fetchRouted(api: Cluster, metallbNamespace: string): Promise<RoutedCluster> {
  const [sessions, virtualIps, slices] = await Promise.all([
    fetchSessions(api, metallbNamespace),
    api.list(VIRTUAL_IPS),
    api.list(ENDPOINT_SLICES),
  ]);
  return { ...sessions, virtualIps, slices };
}

function showSessions(cluster: BgpCluster, { flags, output }: Showing): number {
  const sessions = bgpNodes(cluster)
    .flatMap((each) => each.sessions)
    .filter(({ node }) => flags.node === undefined || node === flags.node);
  if (flags.output === "json") {
    output.out(`${JSON.stringify({ sessions }, null, 2)}\n`);
    return 0;
  }
  const how = { wide: flags.output === "wide", nowMs: cluster.nowMs };
  if (sessions.length > 0) printTable(sessionRows(sessions, how), output);
  else if (hasPeers(cluster)) {
    output.err(
      "No node speaks to a router: the nodeSelectors of the peers select none with a speaker; see them, and whether the DaemonSet's pods are there.\n",
    );
  }
  const lines = troubleLines(sessions, how);
  if (lines.length > 0) output.out(`\n${lines.join("")}`);
  return 0;
}

function showRoutes(
  cluster: RoutedCluster,
  asked: AskedPrefix | null,
  { flags, output }: Showing,
): number {
  const isAsked = asked === null ? null : isWithin.bind(null, asked.prefix);
  const { node, ignoreExcludeLb: ignoreExcludeLabel } = flags;
  const routes = viewRoutes(cluster, { isAsked, node, ignoreExcludeLabel });
  if (asked !== null && routes.length === 0) {
    output.err(`spreadlb: ${nothingIn(asked, cluster, flags.node)}\n`);
    return EXIT_FAILED;
  }
  if (flags.output === "json") {
    output.out(`${JSON.stringify({ routes }, null, 2)}\n`);
    return 0;
  }
  if (routes.length === 0) return 0;
  const inFull = asked !== null || flags.output === "wide";
  printTable(inFull ? routeRows(routes) : prefixRows(routes), output);
  return 0;
}

/** A sentence without its full stop. */
function nothingIn(
  { prefix, ip }: AskedPrefix,
  { virtualIps }: RoutedCluster,
  node: string | undefined,
): string {
  const all = virtualIps.map(({ spec }) => spec.address);
  if (all.some((each) => isWithin(prefix, each))) {
    const where = node === undefined ? "no node runs a speaker" : `no speaker runs on ${node}`;
    return `nobody announces ${prefix}: ${where}; see whether the DaemonSet's pods are there`;
  }
  if (ip === null) return `no address of ours is in ${prefix}; there are ${all.length} in all`;
  const near = nearestAddresses(ip, all);
  const there = near.length === 0 ? "there is none of its family" : `near it: ${near.join(", ")}`;
  return `${ip} is no address of ours; ${there}`;
}

function printTable(rows: readonly (readonly string[])[], output: Output): void {
  const text = renderTable(rows);
  const headEnd = text.indexOf("\n");
  output.out(bold(text.slice(0, headEnd)) + text.slice(headEnd));
}
