/**
 * One node with a whole speaker, FRR where the client is and BIRD where the observer is: each has a session of BGP and of BFD with the node, and the
 * two watch each other by BFD.
 *
 * Neighbours: work.ts keeps them busy, ../bfd-busy.ts counts.
 */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Guardian } from "../../lab/guardian.ts";
import type { HostPlan } from "../../lab/plan.ts";
import { startRouter, type BfdTiming, type Router } from "../../lab/routers/router.ts";
import { waitFor } from "../../lab/wait.ts";
import { KubeClient } from "../../src/kube/io/client.ts";
import { metallb, SpreadCluster } from "../../test/e2e/spread-cluster.ts";
import { BFD_EAR, BfdEar } from "../bgp/bfd-ear.ts";
import { NODES_ASN, POOL, ROUTER_ASN } from "../bgp/world.ts";

const COLLECT_GARBAGE = new URL("collect-garbage.mjs", import.meta.url).href;
const WAIT_MS_MAX = 120_000;

/** Of a speaker; or none of them. */
export const THREADS = ["main", "frames", "bfd", "none"] as const;
export type Thread = (typeof THREADS)[number];

/** Who may lose whom. */
export const PAIRS = [
  { name: "ours and FRR", isOurs: true },
  { name: "ours and BIRD", isOurs: true },
  { name: "BIRD and FRR", isOurs: false },
] as const;

interface Parts {
  readonly cluster: SpreadCluster;
  readonly frr: Router;
  readonly bird: Router;
  readonly client: KubeClient;
  readonly ears: Readonly<Record<"atFrr" | "atBird", BfdEar>>;
  readonly guardian: Guardian;
}

export class Scene {
  readonly cluster: SpreadCluster;
  readonly client: KubeClient;
  readonly #parts: Parts;

  /** Resolves when every session is up. @param collecting threads of the speaker that collect all of their garbage twice a second */
  static async start(bfd: BfdTiming, collecting: readonly Thread[]): Promise<Scene> {
    const speakerEnvironment = {
      NODE_OPTIONS: `--import ${COLLECT_GARBAGE}`,
      COLLECT_GARBAGE: collecting.join(),
    };
    const cluster = await SpreadCluster.start({ nodes: 1, speakerEnvironment });
    try {
      const directory = await mkdtemp(join(tmpdir(), "spreadlb-routers-"));
      const guardian = new Guardian({ directories: [directory] });
      const { client: atFrr, observer: atBird } = cluster.lab.plan;
      const router = (kind: "frr" | "bird", own: HostPlan, other: HostPlan) =>
        startRouter(kind, {
          ...{ netns: own.namespace, directory, asn: ROUTER_ASN, routerId: own.ipv4 },
          peers: cluster.lab.plan.nodes.map(({ ipv4 }) => {
            return { address: ipv4, asn: NODES_ASN, passive: true, bfd };
          }),
          bfdPeers: [{ ...bfd, address: other.ipv4, interface: "eth0" }],
        });
      const ear = async (host: "client" | "observer") =>
        new BfdEar(await cluster.lab.spawn(host, BFD_EAR, { name: `${host}'s ear`, pipes: true }));
      const scene = new Scene({
        ...{ cluster, guardian },
        frr: await router("frr", atFrr, atBird),
        bird: await router("bird", atBird, atFrr),
        client: await KubeClient.connect({ kubeconfig: cluster.lab.kubeconfig }),
        ears: { atFrr: await ear("client"), atBird: await ear("observer") },
      });
      await scene.#configure(bfd);
      return scene;
    } catch (error) {
      await cluster.printLogs();
      await cluster.stop();
      throw error;
    }
  }

  private constructor(parts: Parts) {
    this.cluster = parts.cluster;
    this.client = parts.client;
    this.#parts = parts;
  }

  async #configure({ transmitMs, receiveMs, multiplier }: BfdTiming): Promise<void> {
    const { client, observer } = this.cluster.lab.plan;
    const profile = { transmitInterval: transmitMs, receiveInterval: receiveMs };
    await this.cluster.apply(
      metallb("IPAddressPool", "routed", { addresses: [POOL] }),
      metallb("BGPAdvertisement", "all", {}),
      metallb("BFDProfile", "fast", { ...profile, detectMultiplier: multiplier }),
      ...[client, observer].map(({ name, ipv4 }) => ({
        ...metallb("BGPPeer", name, {
          ...{ myASN: NODES_ASN, peerASN: ROUTER_ASN, peerAddress: ipv4 },
          ...{ bfdProfile: "fast", holdTime: "90s" },
        }),
        apiVersion: "metallb.io/v1beta2",
      })),
    );
    await waitFor(
      async () => {
        for (const router of [this.#parts.frr, this.#parts.bird]) {
          const [bgp, watched] = [await router.sessions(), await router.bfdSessions()];
          const isUp =
            bgp.every(({ state }) => state === "established") &&
            watched.length === 2 &&
            watched.every(({ state }) => state === "up");
          if (!isUp) throw new Error(`${router.kind}: ${JSON.stringify({ bgp, watched })}`);
        }
        return true;
      },
      { what: "every session of BGP and BFD", timeoutMs: WAIT_MS_MAX },
    );
  }

  /** Resolves when both routers have so many prefixes. */
  async untilRouted(prefixes: number): Promise<void> {
    await waitFor(
      async () => {
        const sessions = [
          ...(await this.#parts.frr.sessions()),
          ...(await this.#parts.bird.sessions()),
        ];
        return sessions.every(({ received }) => received === prefixes);
      },
      { what: `${prefixes} prefixes in both routers`, timeoutMs: WAIT_MS_MAX },
    );
  }

  /** How often each pair has gone down so far, in the order of PAIRS. */
  async timesDown(): Promise<number[]> {
    const { nodes, client, observer } = this.cluster.lab.plan;
    const { body } = await this.cluster.ask(nodes[0]?.name ?? "", "/metrics");
    const ours = [client, observer].map(({ ipv4 }) => downsOf(body, ipv4));
    const shown = JSON.parse(await this.#parts.frr.command("show bfd peers counters json")) as {
      readonly peer: string;
      readonly "session-down": number;
    }[];
    const theirs = shown.find(({ peer }) => peer === observer.ipv4)?.["session-down"];
    if (theirs === undefined) throw new Error("FRR says nothing of BIRD");
    return [...ours, theirs];
  }

  /** Between two packets since then, in milliseconds: of those that ours, and the other router, have sent to each. */
  intervals(sinceMs: number): {
    readonly ours: readonly number[];
    readonly theirs: readonly number[];
  } {
    const { nodes, client, observer } = this.cluster.lab.plan;
    const { atFrr, atBird } = this.#parts.ears;
    const of = (neighbour: string, ear: BfdEar) => ear.intervals(neighbour, sinceMs, Infinity);
    const node = nodes[0]?.ipv4 ?? "";
    return {
      ours: [...of(node, atFrr), ...of(node, atBird)],
      theirs: [...of(observer.ipv4, atFrr), ...of(client.ipv4, atBird)],
    };
  }

  async stop(): Promise<void> {
    const { client, ears, frr, bird, guardian } = this.#parts;
    await client.close();
    await Promise.all([ears.atFrr.stop(), ears.atBird.stop(), frr.stop(), bird.stop()]);
    await this.cluster.stop();
    await guardian.clean();
  }
}

/** @param metrics a speaker's, as Prometheus reads them */
function downsOf(metrics: string, peer: string): number {
  const line = new RegExp(
    `^metallb_bfd_session_down_events{peer="${peer.replaceAll(".", "\\.")}[":].*} (\\d+)$`,
    "m",
  );
  const [, downs] = line.exec(metrics) ?? [];
  if (downs === undefined) throw new Error(`The speaker says nothing of BFD with ${peer}`);
  return Number(downs);
}
