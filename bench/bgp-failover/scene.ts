/**
 * 500 flows of a client behind the router to one Service, whose traffic stays local: the node that answers is the one that the
 * router has chosen, and none waits for an endpoint on another.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Flows, type FlowWindow } from "../../lab/flows.ts";
import { ipBatch } from "../../lab/network.ts";
import { start } from "../../lab/process.ts";
import { startRouter, type BfdTiming, type Router } from "../../lab/routers/router.ts";
import { waitFor } from "../../lab/wait.ts";
import { service } from "../../test/e2e/spread-cluster.ts";
import { BgpWorld, NODES_ASN, ROUTER_ASN } from "../bgp/world.ts";

export const FLOWS = 500;
const BEHIND = { network: "10.75.0.0/24", router: "10.75.0.1", client: "10.75.0.2" } as const;
/** Between two datagrams of a flow; together they are one each 200 µs, and one each 800 µs of a node's share. */
const INTERVAL = "100ms";
/** A session that has just come up is left alone for so long. */
const STEADY_MS = 1000;
const BACK_MS_MAX = 120_000;

export class Scene {
  readonly world: BgpWorld;
  readonly address: string;
  #flows: Flows;

  static async start(bfd: BfdTiming): Promise<Scene> {
    const world = await BgpWorld.start({ nodes: 4, router: "frr", bfd });
    try {
      const address = await serve(world);
      await addClient(world);
      return new Scene(world, address, await startFlows(world, address));
    } catch (error) {
      await world.cluster.printLogs();
      await world.stop();
      throw error;
    }
  }

  private constructor(world: BgpWorld, address: string, flows: Flows) {
    this.world = world;
    this.address = address;
    this.#flows = flows;
  }

  get nodes(): readonly string[] {
    return this.world.cluster.lab.plan.nodes.map(({ name }) => name);
  }

  /** Other flows, from other ports. */
  async renewFlows(): Promise<void> {
    await this.#flows.stop();
    this.#flows = await startFlows(this.world, this.address);
  }

  /** Begins a window of the flows. @returns the one that ends */
  mark(name: string): Promise<FlowWindow> {
    return this.#flows.mark(name);
  }

  /** Resolves when the router's kernel sends nothing to the node any more. To be asked before. */
  left(node: string): Promise<number> {
    const { watch } = this.world;
    const hops = this.world.hopsWithout(node);
    return watch.until(() => watch.countOf(hops) === 1, { what: `${node} to be no next hop` });
  }

  /** Resolves when all nodes are next hops, and have been for a while. */
  async untilSteady(): Promise<void> {
    const { watch, hops } = this.world;
    const what = "all nodes to be next hops";
    await watch.until(() => watch.countOf(hops) === 1, { what, timeoutMs: BACK_MS_MAX });
    // BGP is up before BFD is, which begins with a packet a second.
    await waitFor(
      async () => {
        const sessions = await this.world.router.bfdSessions();
        return sessions.length === hops.length && sessions.every(({ state }) => state === "up");
      },
      { what: "BFD with every node", timeoutMs: 30_000 },
    );
    await sleep(STEADY_MS);
  }

  /** In place of our speakers FRR on some nodes, which announces the same address. @returns what gives them back */
  async replaceSpeakers(nodes: readonly string[], bfd: BfdTiming): Promise<() => Promise<void>> {
    const { cluster, directory } = this.world;
    const { client } = cluster.lab.plan;
    await Promise.all(nodes.map(async (node) => cluster.speakers.get(node)?.stop("SIGTERM")));
    const routers: Router[] = [];
    for (const { name, namespace: netns, ipv4 } of nodes.map((node) => cluster.lab.node(node))) {
      const router = await startRouter("frr", {
        ...{ netns, directory, name: `frr-${name}`, asn: NODES_ASN, routerId: ipv4 },
        announces: [`${this.address}/32`],
        peers: [{ address: client.ipv4, asn: ROUTER_ASN, bfd }],
      });
      routers.push(router);
    }
    await this.untilSteady();
    return async () => {
      for (const router of routers) await router.stop();
      await Promise.all(nodes.map((node) => cluster.startSpeaker(node)));
      await this.untilSteady();
    };
  }

  async stop(): Promise<void> {
    await this.#flows.stop();
    await this.world.stop();
  }
}

/** @returns the address of a Service that all nodes announce */
async function serve(world: BgpWorld): Promise<string> {
  const { cluster, watch, hops } = world;
  const routed = watch.until(() => watch.countOf(hops) === 1, { what: "the Service's route" });
  const ports = [{ name: "udp", protocol: "UDP", port: 80, targetPort: 8080 }];
  await cluster.apply(service("flows", { spec: { externalTrafficPolicy: "Local", ports } }));
  await routed;
  const [address = ""] = await cluster.addressesOf("flows", 1);
  return address;
}

function behindOf({ cluster }: BgpWorld): string {
  return `${cluster.lab.plan.prefix}behind`;
}

/** A host behind the router. */
async function addClient(world: BgpWorld): Promise<void> {
  const { lab } = world.cluster;
  const { client, nodes } = lab.plan;
  const behind = behindOf(world);
  await ipBatch([
    `netns add ${behind}`,
    `link add behind netns ${client.namespace} type veth peer name eth0 netns ${behind}`,
  ]);
  await ipBatch(
    [`address add ${BEHIND.router}/24 dev behind`, "link set behind up"],
    client.namespace,
  );
  await ipBatch(
    [
      "link set lo up",
      `address add ${BEHIND.client}/24 dev eth0`,
      "link set eth0 up",
      `route add default via ${BEHIND.router}`,
    ],
    behind,
  );
  await lab.exec("client", ["sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"]);
  const back = `route add ${BEHIND.network} via ${client.ipv4}`;
  await Promise.all(nodes.map(({ namespace }) => ipBatch([back], namespace)));
}

async function startFlows(world: BgpWorld, address: string): Promise<Flows> {
  const { lab } = world.cluster;
  const argv = [lab.tools, "flows", "-flows", `${FLOWS}`, "-interval", INTERVAL, address];
  const process = await start(["ip", "netns", "exec", behindOf(world), ...argv], {
    ...{ name: "flows", logFile: `${lab.directory}/flows.log`, pipes: true },
  });
  const flows = new Flows(process);
  // kube-proxy takes a while to know of the Service.
  await waitFor(async () => (await flows.mark("begin")).lost === 0, {
    ...{ what: "an answer to every datagram", timeoutMs: 30_000 },
  });
  return flows;
}
