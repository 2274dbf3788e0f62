/** A lab cluster with SpreadLB running in it, and the questions that end-to-end tests ask. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startCluster, type Cluster, type Fetched } from "../../lab/cluster.ts";
import { SEGMENT_POOL_IPV4, SEGMENT_POOL_IPV6 } from "../../lab/plan.ts";
import type { LabProcess } from "../../lab/process.ts";
import { waitFor } from "../../lab/wait.ts";
import type { VirtualIP } from "../../src/multi-ip/resource.ts";

const COUNT = "network.deckhouse.io/l2-load-balancer-external-ips-count";
export const WANTED = "network.deckhouse.io/load-balancer-ips";

export interface ServiceOptions {
  readonly count?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: object;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export interface SeenService {
  readonly addresses: readonly string[];
  readonly conditions: ReadonlyMap<string, Condition>;
}

/** Skips where the lab cannot run, and says so. */
export function needsRoot(context: Mocha.Context): void {
  if (process.getuid?.() === 0) return;
  console.log("      skipped: the lab makes network namespaces and needs root");
  context.skip();
}

export function edgeClass(name = "edge", spec: object = {}): object {
  return {
    apiVersion: "network.deckhouse.io/v1alpha1",
    kind: "MetalLoadBalancerClass",
    metadata: { name },
    spec: { isDefault: true, addressPool: [SEGMENT_POOL_IPV4, SEGMENT_POOL_IPV6], ...spec },
  };
}

/** An object of MetalLB, where its manifests put it. */
export function metallb(kind: string, name: string, spec: object): object {
  const metadata = { name, namespace: "metallb-system" };
  return { apiVersion: "metallb.io/v1beta1", kind, metadata, spec };
}

export function service(name: string, options: ServiceOptions = {}): object {
  const count = options.count === undefined ? {} : { [COUNT]: String(options.count) };
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "default", annotations: { ...count, ...options.annotations } },
    spec: {
      type: "LoadBalancer",
      selector: { app: "web" },
      ports: [{ port: 80, targetPort: 8080 }],
      ...options.spec,
    },
  };
}

interface ClusterFlags {
  readonly controllerFlags?: readonly string[];
  readonly speakerFlags?: readonly string[];
  /** The address of the one that controllers ask; else they have the machine's. */
  readonly resolver?: (lab: Cluster) => string;
  /** Instead of the one that deploy/ gives it. */
  readonly speakerCapabilities?: readonly string[];
  /** Beside this process's own. */
  readonly speakerEnvironment?: Readonly<Record<string, string>>;
}

export class SpreadCluster {
  readonly lab: Cluster;
  readonly controllers: LabProcess[] = [];
  readonly speakers = new Map<string, LabProcess>();
  readonly #options: ClusterFlags;

  /** The lab, our CRDs, `controllers` controllers and a speaker on each node, all ready. */
  static async start(
    options: ClusterFlags & { readonly nodes: number; readonly controllers?: number },
  ): Promise<SpreadCluster> {
    const lab = await startCluster({ nodes: options.nodes });
    const cluster = new SpreadCluster(lab, options);
    try {
      await lab.applyCrds();
      for (let i = 0; i < (options.controllers ?? 1); i++) await cluster.startController();
      await Promise.all(lab.plan.nodes.map(({ name }) => cluster.startSpeaker(name)));
      await cluster.untilSpeakersAreHeardOf();
    } catch (error) {
      await lab.stop();
      throw error;
    }
    return cluster;
  }

  /** A lab as it is: nothing of ours runs there yet. */
  static over(lab: Cluster): SpreadCluster {
    return new SpreadCluster(lab, {});
  }

  private constructor(lab: Cluster, options: ClusterFlags) {
    this.lab = lab;
    this.#options = options;
  }

  stop(): Promise<void> {
    return this.lab.stop();
  }

  /** What the controllers and speakers said last: for the report of a test that failed. */
  async printLogs(linesMax = 15): Promise<void> {
    for (const { name, running } of [...this.controllers, ...this.speakers.values()]) {
      const text = await readFile(join(this.lab.directory, `${name}.log`), "utf8").catch(() => "");
      console.log(`--- ${name} (${running ? "running" : "ended"})`);
      console.log(text.trimEnd().split("\n").slice(-linesMax).join("\n"));
    }
  }

  async startController(): Promise<LabProcess> {
    const { controllerFlags, resolver } = this.#options;
    const resolvConf = resolver && join(this.lab.directory, "controller.resolv.conf");
    if (resolvConf !== undefined) {
      await writeFile(resolvConf, `nameserver ${resolver?.(this.lab) ?? ""}\n`);
    }
    const controller = await this.lab.startController(controllerFlags, resolvConf);
    this.controllers.push(controller);
    return controller;
  }

  /** What a Deployment does: as many controllers as that are running, each ready to lead. */
  async haveControllers(count: number): Promise<void> {
    while (this.controllers.filter(({ running }) => running).length < count) {
      await this.startController();
    }
    const running = this.controllers.filter((controller) => controller.running);
    await Promise.all(running.map((controller) => this.#untilReady(controller)));
  }

  #untilReady(controller: LabProcess): Promise<boolean> {
    const url = "http://127.0.0.1:7472/readyz";
    return controller.until(async () => (await this.lab.get(controller.name, url)).status === 200, {
      what: `${controller.name} was ready`,
      timeoutMs: 20_000,
    });
  }

  async startSpeaker(node: string): Promise<void> {
    const { speakerFlags: flags, speakerCapabilities: capabilities } = this.#options;
    const options = { capabilities, environment: this.#options.speakerEnvironment };
    this.speakers.set(node, await this.lab.startSpeaker(node, flags, options));
  }

  /** Asks a speaker over HTTP, on its own node. @param path such as `/metrics` */
  ask(node: string, path: string): Promise<Fetched> {
    return this.lab.get(node, `http://127.0.0.1:7473${path}`);
  }

  /** @returns the sum of a speaker's series of that name, of those with such labels where any are named */
  async metric(node: string, name: string, labels = ""): Promise<number> {
    const { body } = await this.ask(node, "/metrics");
    const lines = body.split("\n").filter((line) => line.startsWith(name) && line.includes(labels));
    return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  }

  apply(...objects: readonly object[]): Promise<void> {
    return this.lab.apply(objects);
  }

  async delete(path: string): Promise<void> {
    await this.lab.api("DELETE", path);
  }

  async virtualIps(): Promise<readonly VirtualIP[]> {
    const path = "/apis/spreadlb.io/v1alpha1/virtualips";
    const list = (await this.lab.api("GET", path)) as { items: VirtualIP[] };
    return list.items;
  }

  async service(name: string): Promise<SeenService> {
    const path = `/api/v1/namespaces/default/services/${name}`;
    const object = (await this.lab.api("GET", path)) as {
      status?: { loadBalancer?: { ingress?: { ip: string }[] }; conditions?: Condition[] };
    };
    const conditions = object.status?.conditions ?? [];
    return {
      addresses: (object.status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip),
      conditions: new Map(conditions.map((condition) => [condition.type, condition])),
    };
  }

  /** Waits until the Service's status lists that many addresses. */
  async addressesOf(name: string, count: number, timeoutMs = 10_000): Promise<readonly string[]> {
    return waitFor(
      async () => {
        const { addresses } = await this.service(name);
        return addresses.length === count && addresses;
      },
      { what: `${count} addresses of Service ${name}`, timeoutMs },
    );
  }

  /** Waits until each address is answered by exactly one node; returns which. */
  async holders(addresses: readonly string[], timeoutMs = 10_000): Promise<Map<string, string>> {
    return waitFor(
      async () => {
        const answers = await this.lab.whoHas(addresses);
        const single = new Map<string, string>();
        for (const [address, nodes] of answers) {
          if (nodes.length !== 1) throw new Error(`${address}: ${nodes.join(" and ") || "nobody"}`);
          single.set(address, nodes[0] ?? "");
        }
        return single;
      },
      { what: "one answer for every address", timeoutMs },
    );
  }

  /** Waits until nobody answers for any of the addresses; returns how long that took. */
  async silence(addresses: readonly string[], timeoutMs = 5000): Promise<number> {
    const startedMs = performance.now();
    await waitFor(
      async () => {
        const answers = await this.lab.whoHas(addresses, 100);
        return [...answers.values()].every((nodes) => nodes.length === 0);
      },
      { what: `silence of ${addresses.join(", ")}`, timeoutMs, intervalMs: 10 },
    );
    return performance.now() - startedMs;
  }

  /** Waits until every speaker that was started is ready. */
  async untilSpeakersAreHeardOf(): Promise<void> {
    const path =
      "/apis/coordination.k8s.io/v1/namespaces/spreadlb-system/leases?labelSelector=spreadlb.io/speaker=";
    await waitFor(
      async () => {
        const list = (await this.lab.api("GET", path)) as { items: unknown[] };
        return list.items.length === this.speakers.size;
      },
      { what: "every speaker's Lease", timeoutMs: 20_000 },
    );
  }
}

/** How many of the addresses each node holds, most first. */
export function countsOf(holders: Iterable<string>): number[] {
  const counts = new Map<string, number>();
  for (const node of holders) counts.set(node, (counts.get(node) ?? 0) + 1);
  return [...counts.values()].sort((a, b) => b - a);
}
