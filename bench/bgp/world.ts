/**
 * A cluster whose nodes speak BGP with one real router, which is also where the client is: where its kernel sends a packet is
 * where the client's goes.
 */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Guardian } from "../../lab/guardian.ts";
import {
  startRouter,
  type BfdTiming,
  type Router,
  type RouterKind,
} from "../../lab/routers/router.ts";
import { waitFor } from "../../lab/wait.ts";
import { KubeClient } from "../../src/kube/io/client.ts";
import { metallb, SpreadCluster } from "../../test/e2e/spread-cluster.ts";
import { RouteWatch } from "./route-watch.ts";

export const NODES_ASN = 64_600;
export const ROUTER_ASN = 64_501;
/** For benchmarks of networks: RFC 2544. */
export const POOL = "198.18.0.0/19";
/** The same: RFC 5180. */
export const POOL_IPV6 = "2001:2::/112";

export type Family = "ipv4" | "ipv6";

export interface BgpWorldOptions {
  readonly nodes: number;
  readonly router: Extract<RouterKind, "bird" | "frr">;
  /** Of the sessions and of what is announced in them; IPv4 by default. */
  readonly family?: Family;
  /** Of both ends; without it there is no BFD. */
  readonly bfd?: BfdTiming;
}

interface Parts {
  readonly family: Family;
  readonly router: Router;
  readonly directory: string;
  readonly guardian: Guardian;
  readonly watch: RouteWatch;
  readonly client: KubeClient;
}

export class BgpWorld {
  readonly cluster: SpreadCluster;
  readonly router: Router;
  /** For routers' files, which others than root are to read. */
  readonly directory: string;
  readonly family: Family;
  readonly watch: RouteWatch;
  /** With connections that are kept: what is asked for is asked for at once. */
  readonly client: KubeClient;

  static async start(options: BgpWorldOptions): Promise<BgpWorld> {
    const cluster = await SpreadCluster.start({ nodes: options.nodes });
    try {
      const directory = await mkdtemp(join(tmpdir(), "spreadlb-routers-"));
      const guardian = new Guardian({ directories: [directory] });
      const router = await startTor(cluster, directory, options);
      const argv = ["ip", "-ts", "-o", "monitor", "route"];
      const monitor = { name: "route monitor", pipes: true };
      const watch = new RouteWatch(await cluster.lab.spawn("client", argv, monitor));
      const client = await KubeClient.connect({ kubeconfig: cluster.lab.kubeconfig });
      const { family = "ipv4" } = options;
      const world = new BgpWorld(cluster, { family, router, directory, guardian, watch, client });
      await world.#configure(options);
      return world;
    } catch (error) {
      await cluster.printLogs();
      await cluster.stop();
      throw error;
    }
  }

  readonly #guardian: Guardian;

  private constructor(cluster: SpreadCluster, parts: Parts) {
    this.cluster = cluster;
    this.family = parts.family;
    this.router = parts.router;
    this.directory = parts.directory;
    this.watch = parts.watch;
    this.client = parts.client;
    this.#guardian = parts.guardian;
  }

  /** All nodes' addresses, as next hops. */
  get hops(): readonly string[] {
    return this.hopsWithout("");
  }

  hopsWithout(name: string): readonly string[] {
    const nodes = this.cluster.lab.plan.nodes.filter((node) => node.name !== name);
    return nodes.map((node) => node[this.family]);
  }

  async #configure({ bfd }: BgpWorldOptions): Promise<void> {
    const { client } = this.cluster.lab.plan;
    const profile = {
      transmitInterval: bfd?.transmitMs,
      receiveInterval: bfd?.receiveMs,
      detectMultiplier: bfd?.multiplier,
    };
    const peer = { myASN: NODES_ASN, peerASN: ROUTER_ASN, peerAddress: client[this.family] };
    const watched = bfd === undefined ? {} : { bfdProfile: "fast" };
    await this.cluster.apply(
      metallb("IPAddressPool", "routed", { addresses: [POOL, POOL_IPV6] }),
      metallb("BGPAdvertisement", "all", {}),
      ...(bfd === undefined ? [] : [metallb("BFDProfile", "fast", profile)]),
      {
        ...metallb("BGPPeer", "tor", { ...peer, ...watched, holdTime: "90s" }),
        apiVersion: "metallb.io/v1beta2",
      },
    );
    await this.untilEstablished();
  }

  async untilEstablished(): Promise<void> {
    await waitFor(
      async () => {
        const sessions = await this.router.sessions();
        return sessions.every(({ state }) => state === "established");
      },
      { what: "a session with every node", timeoutMs: 30_000 },
    );
  }

  /** A figure of each node's speaker, of all its sessions. */
  async counted(metric: string): Promise<number[]> {
    const { nodes } = this.cluster.lab.plan;
    return Promise.all(nodes.map(({ name }) => this.cluster.metric(name, `${metric}{`)));
  }

  async stop(): Promise<void> {
    await this.client.close();
    await this.watch.stop();
    await this.router.stop();
    await this.cluster.stop();
    await this.#guardian.clean();
  }
}

async function startTor(
  { lab }: SpreadCluster,
  directory: string,
  { router, family = "ipv4", bfd }: BgpWorldOptions,
): Promise<Router> {
  const { client, nodes } = lab.plan;
  const hash = "echo 1 > /proc/sys/net/ipv4/fib_multipath_hash_policy";
  await lab.exec("client", ["sh", "-c", hash]);
  return startRouter(router, {
    ...{ netns: client.namespace, directory, asn: ROUTER_ASN, routerId: client.ipv4 },
    installsRoutes: true,
    peers: nodes.map((node) => ({
      ...{ address: node[family], asn: NODES_ASN, passive: true },
      ...(bfd === undefined ? {} : { bfd }),
    })),
  });
}
