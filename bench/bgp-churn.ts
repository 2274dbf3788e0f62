/**
 * `npm run bench:bgp-churn`: many Services made, changed and deleted in random order, and three real routers that are told of it.
 *
 * Each of --services N (1000) Services is made, of IPv4, of IPv6 or of both, then changed one to three times (a label that brings a community, a policy and a
 * selector that leave no node to announce it, and back), and one in two is deleted; what happens to different Services happens in any
 * order, --at-once N (16) requests at a time. There are --nodes N (4) nodes, and a session of both families with each router. In the end BIRD, FRR and GoBGP must have just the routes that the API server's objects
 * say, and no session may have been reset. Exit status 1 where one was, or a router has anything else. Needs root, a build, and the
 * routers. `--seed N` for the same order again.
 */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Guardian } from "../lab/guardian.ts";
import { count, readOptions } from "../lab/options.ts";
import { startRouter, type Router, type RouterKind } from "../lab/routers/router.ts";
import { stopOnSignals } from "../lab/shutdown.ts";
import { table } from "../lab/table.ts";
import { waitFor } from "../lab/wait.ts";
import { KubeClient } from "../src/kube/io/client.ts";
import { SERVICES } from "../src/kube/types.ts";
import { metallb, SpreadCluster } from "../test/e2e/spread-cluster.ts";
import { NODES_ASN, POOL, POOL_IPV6, ROUTER_ASN } from "./bgp/world.ts";
import { churn, lineOf, wantedRoutes } from "./bgp/churn.ts";
import { lookAtSessions, resetsBetween } from "./bgp/resets.ts";

const { services, nodes, atOnce, seed } = readOptions(
  "bench:bgp-churn",
  "Services made, changed and deleted in random order, and what three routers have in the end.",
  {
    services: count("Services", 1000),
    nodes: count("nodes", 4),
    atOnce: count("requests at a time", 16),
    seed: count("of the order", 1, 0),
  },
);

const KINDS: readonly RouterKind[] = ["bird", "frr", "gobgp"];
const WAIT_MS_MAX = 60_000;

stopOnSignals();
const directory = await mkdtemp(join(tmpdir(), "spreadlb-routers-"));
const guardian = new Guardian({ directories: [directory] });
const cluster = await SpreadCluster.start({ nodes });
const routers: Router[] = [];
try {
  for (const kind of KINDS) routers.push(await start(kind));
  await cluster.apply(
    metallb("IPAddressPool", "routed", { addresses: [POOL, POOL_IPV6] }),
    metallb("BGPAdvertisement", "all", {}),
    metallb("BGPAdvertisement", "gold", {
      serviceSelectors: [{ matchLabels: { tier: "gold" } }],
      communities: [`${NODES_ASN}:7`],
    }),
    ...KINDS.map((kind) => peer(kind)),
  );
  const before = await waitFor(
    async () => {
      const sessions = await lookAtSessions(cluster);
      const up = [...sessions.values()].filter(({ isUp }) => isUp);
      return up.length === nodes * KINDS.length && sessions;
    },
    { what: "a session with every router on every node", timeoutMs: WAIT_MS_MAX },
  );
  const client = await KubeClient.connect({ kubeconfig: cluster.lab.kubeconfig });
  const beganMs = performance.now();
  const done = await churn(client, { services, atOnce, seed });
  const endedMs = performance.now();
  const wanted = await waitFor(
    async () => {
      const { items } = await client.list(SERVICES, { namespace: "default" });
      return wantedRoutes(items, cluster.lab.plan.nodes);
    },
    { what: "an address of every Service that is left", timeoutMs: WAIT_MS_MAX },
  );
  const rows = await Promise.all(routers.map((router) => settled(router, wanted, endedMs)));
  const resets = resetsBetween(before, await lookAtSessions(cluster));
  console.log(
    `${done.made} Services made, ${done.changed} changes, ${done.deleted} deleted in ${seconds(endedMs - beganMs)} s (seed ${seed}); ${wanted.length / nodes} prefixes are wanted in the end.`,
  );
  console.log(table(["router", "has just these", "after the last answer"], rows));
  console.log(`${before.size} sessions, reset ${resets} times`);
  if (resets > 0) process.exitCode = 1;
  await client.close();
} catch (error) {
  await cluster.printLogs();
  throw error;
} finally {
  for (const router of routers) await router.stop();
  await cluster.stop();
  await guardian.clean();
}

/** Each has an address of its own beside the client's, and a port. */
function endOf(kind: RouterKind): { readonly address: string; readonly port: number } {
  const number = KINDS.indexOf(kind);
  return { address: `10.77.0.${110 + number}`, port: 179 + 1000 * number };
}

async function start(kind: RouterKind): Promise<Router> {
  const { client, nodes: neighbours } = cluster.lab.plan;
  const { address, port } = endOf(kind);
  await cluster.lab.exec("client", ["ip", "addr", "add", `${address}/32`, "dev", "lo"]);
  return startRouter(kind, {
    ...{ netns: client.namespace, directory, asn: ROUTER_ASN, routerId: address, port },
    peers: neighbours.map(({ ipv4 }) => ({
      address: ipv4,
      asn: NODES_ASN,
      source: address,
      passive: true,
    })),
  });
}

function peer(kind: RouterKind): object {
  const { address, port } = endOf(kind);
  const spec = { myASN: NODES_ASN, peerASN: ROUTER_ASN, peerAddress: address, peerPort: port };
  return {
    ...metallb("BGPPeer", kind, { ...spec, dualStackAddressFamily: true, holdTime: "90s" }),
    apiVersion: "metallb.io/v1beta2",
  };
}

async function settled(
  router: Router,
  wanted: readonly string[],
  endedMs: number,
): Promise<string[]> {
  let lines: readonly string[] = [];
  try {
    await waitFor(
      async () => {
        lines = (await router.paths()).map(lineOf).sort();
        return lines.join("\n") === wanted.join("\n");
      },
      { what: `the wanted routes in ${router.kind}`, timeoutMs: WAIT_MS_MAX },
    );
    return [router.kind, "yes", `${seconds(performance.now() - endedMs)} s`];
  } catch {
    process.exitCode = 1;
    const lacks = wanted.filter((line) => !lines.includes(line));
    const others = lines.filter((line) => !wanted.includes(line));
    console.error(`${router.kind} lacks ${lacks.length}: ${lacks.slice(0, 5).join("; ")}`);
    console.error(`${router.kind} has besides ${others.length}: ${others.slice(0, 5).join("; ")}`);
    return [router.kind, "no", "-"];
  }
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
