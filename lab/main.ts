/**
 * The demonstration: one Service, N addresses on N nodes; a node dies, the rest stays.
 *
 * Read first: cluster.ts. Neighbours: run.mjs is the front door (arguments, set-up); verdict.ts judges
 * what is seen here.
 */

import { setTimeout as pause } from "node:timers/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { startCluster, type Cluster } from "./cluster.ts";
import { NODE_LABELS } from "./objects.ts";
import { SEGMENT_POOL_IPV4, SEGMENT_POOL_IPV6 } from "./plan.ts";
import type { Probe, ProbeWindow } from "./probe.ts";
import { stopEverything } from "./shutdown.ts";
import { table } from "./table.ts";
import {
  judgeCut,
  judgeDoubled,
  judgeReturn,
  judgeSingle,
  judgeSpread,
  nameOf,
  type Holders,
} from "./verdict.ts";
import { messageOf, waitFor } from "./wait.ts";

const COUNT_ANNOTATION = "network.deckhouse.io/l2-load-balancer-external-ips-count";
const NODE_LABEL = "node-role.kubernetes.io/loadbalancer";
const STEADY_MS = 1500;
/** After the cut all addresses answer again; then the probe goes on for this long. */
const AFTER_CUT_MS = 1000;
/** How long after the mend we look whether something jumps back. */
const WATCH_RETURN_MS = 5000;
const INTERRUPTED = 130;
const SIGNAL_MS_MAX = 200;

export interface Options {
  readonly keep: boolean;
  readonly nodes: number;
}

export type Step = <T>(
  title: string,
  work: (progress: (text: string) => void) => Promise<T>,
) => Promise<T>;

interface Service {
  readonly name: string;
  readonly count: number;
  readonly addresses: readonly string[];
}

/** @returns the exit status: 0 when every promise was kept, 1 when not, 130 after Ctrl-C */
export async function demonstrate(options: Options, step: Step): Promise<number> {
  const interrupted = new Promise<number>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.once(signal, () => {
        resolve(INTERRUPTED);
      });
    }
  });
  const startMs = performance.now();
  let cluster: Cluster | undefined;
  const run = async () => {
    const started = await step(`cluster of ${options.nodes} nodes`, (log) =>
      startCluster({ nodes: options.nodes, log }),
    );
    cluster = started;
    const wrong = await show(started, step).catch((error: unknown) => [messageOf(error)]);
    // Ctrl-C reaches what we started as well: that it ended is then no finding, and may be heard of first.
    if (
      wrong.length > 0 &&
      (await Promise.race([interrupted, pause(SIGNAL_MS_MAX)])) !== undefined
    ) {
      return INTERRUPTED;
    }
    if (wrong.length > 0) say(logTails(started));
    for (const sentence of wrong) say(`WRONG: ${sentence}`);
    if (wrong.length === 0) say("Every promise was kept.");
    const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
    say(`${wrong.length === 0 ? "passed" : "failed"} after ${seconds} s`);
    if (options.keep) {
      say(howToUse(started));
      const awake = setInterval(() => undefined, 60_000); // A signal alone holds no event loop.
      await interrupted;
      clearInterval(awake);
    }
    return wrong.length === 0 ? 0 : 1;
  };
  try {
    const status = await Promise.race([run(), interrupted]);
    if (status === INTERRUPTED) say("\ninterrupted");
    return status;
  } finally {
    await step("everything taken down", async () => {
      await cluster?.stop();
      await stopEverything(); // What was just being started when Ctrl-C came.
    });
  }
}

/** @returns what was wrong, sentence by sentence */
async function show(cluster: Cluster, step: Step): Promise<string[]> {
  await step("SpreadLB: a controller, and a speaker on every node", () => startSpreadLb(cluster));
  const services = await step("a class, a Service with 3 addresses per family, one beside it", () =>
    createServices(cluster),
  );
  const addresses = services.flatMap((service) => service.addresses);
  await step("every address is with the node that the plan names", () => settled(cluster));
  const answers = await step("HTTP over every address", () => cluster.waitForTraffic(addresses));
  const holders = await step("who answers", () => cluster.whoHas(addresses));
  const seen = await cluster.neighbours("client");
  say(
    table(
      ["address", "service", "MAC that the client sees", "node", "HTTP"],
      addresses.map((address, index) => [
        address,
        services.find((service) => service.addresses.includes(address))?.name ?? "",
        seen.get(address) ?? "none",
        cluster.hostOfMac(seen.get(address) ?? "none"),
        answers[index]?.body ?? "",
      ]),
    ),
  );
  const wrong = services.flatMap(({ name, addresses: own }) => judgeSpread(name, own, holders));
  const cut = holders.get(addresses[0] ?? "")?.[0];
  if (cut === undefined) return [...wrong, "There is no holder to cut off"];
  return [...wrong, ...(await showCut(cluster, step, cut, holders))];
}

async function startSpreadLb(cluster: Cluster): Promise<void> {
  await cluster.applyCrds();
  const nodes = cluster.plan.nodes.map((node) => cluster.startSpeaker(node.name));
  await Promise.all([cluster.startController(), ...nodes]);
}

async function createServices(cluster: Cluster): Promise<Service[]> {
  await cluster.apply([
    {
      apiVersion: "network.deckhouse.io/v1alpha1",
      kind: "MetalLoadBalancerClass",
      metadata: { name: "edge" },
      spec: {
        isDefault: true,
        type: "L2",
        addressPool: [SEGMENT_POOL_IPV4, SEGMENT_POOL_IPV6],
        nodeSelector: { [NODE_LABEL]: NODE_LABELS[NODE_LABEL] },
      },
    },
    serviceObject("web", 3),
    serviceObject("beside", 1),
  ]);
  return Promise.all([addressesOf(cluster, "web", 3), addressesOf(cluster, "beside", 1)]);
}

function serviceObject(name: string, count: number): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "default", annotations: { [COUNT_ANNOTATION]: String(count) } },
    spec: {
      type: "LoadBalancer",
      selector: { app: "web" },
      ports: [{ port: 80, targetPort: 8080 }],
      ipFamilyPolicy: "RequireDualStack",
    },
  };
}

/** Waits until the Service's status lists `count` addresses of each family. */
async function addressesOf(cluster: Cluster, name: string, count: number): Promise<Service> {
  const addresses = await waitFor(
    async () => {
      const service = (await cluster.api("GET", `/api/v1/namespaces/default/services/${name}`)) as {
        status: { loadBalancer?: { ingress?: { ip: string }[] } };
      };
      const ips = (service.status.loadBalancer?.ingress ?? []).map((ingress) => ingress.ip);
      return ips.length === 2 * count && ips;
    },
    { what: `Service ${name} to get ${2 * count} addresses`, timeoutMs: 20_000 },
  );
  return { name, count, addresses };
}

/** Waits until the speakers have begun, one after another, and each has taken what is its own. */
async function settled(cluster: Cluster): Promise<void> {
  const isSettled = async () => {
    const { items } = (await cluster.api("GET", "/apis/spreadlb.io/v1alpha1/virtualips")) as {
      items: { spec: { rank: string[] }; status?: { holder: string | null } }[];
    };
    return items.every(({ spec, status }) => status?.holder === spec.rank[0]);
  };
  await waitFor(isSettled, { what: "the speakers to follow the plan", timeoutMs: 10_000 });
}

async function showCut(
  cluster: Cluster,
  step: Step,
  cut: string,
  before: Holders,
): Promise<string[]> {
  const addresses = [...before.keys()];
  const probe = await cluster.startProbe(addresses);
  await step(`probe of every address every 5 ms, nothing cut yet`, () => sleep(STEADY_MS));
  const steady = await probe.mark("cut");
  await step(`${cut} cut off; the rest of the segment goes on`, () => cutOff(cluster, probe, cut));
  const during = await probe.mark("mend");
  const after = await cluster.whoHas(addresses);
  const wrong = [...judgeSingle(addresses, after), ...judgeCut(cut, before, after, during)];
  const watch = await cluster.startWatch(addresses);
  await step(`${cut} mended; does anything jump back?`, async () => {
    await cluster.mendNode(cut);
    await sleep(WATCH_RETURN_MS);
  });
  const watched = await watch.stop();
  const mended = await probe.stop();
  const end = await cluster.whoHas(addresses);
  const row = (window: ProbeWindow, address: string) =>
    window.addresses.find((probed) => probed.address === address)?.longestSilence.ms ?? NaN;
  const ms = (value: number) => `${value.toFixed(0)} ms`;
  say(
    table(
      ["address", "before", "after the cut", "mended", "silence: steady", "cut", "mended"],
      addresses.map((address) => [
        address,
        nameOf(before, address),
        nameOf(after, address),
        nameOf(end, address),
        ms(row(steady, address)),
        ms(row(during, address)),
        ms(row(mended, address)),
      ]),
    ),
  );
  const doubled = Math.max(0, ...watched.addresses.map((address) => address.manyMsMax));
  say(
    `Two answers for one address while ${cut} came back: ${doubled === 0 ? "never" : ms(doubled)}`,
  );
  const pauses = [steady, during, mended].map((window) => ms(window.pauseMsMax)).join(", ");
  say(`The probe itself was late by at most (steady, cut, mended): ${pauses}`);
  return [...wrong, ...judgeReturn(after, end), ...judgeDoubled(cut, doubled)];
}

/** Cuts a node off and waits until every address answers again, and a little longer. */
async function cutOff(cluster: Cluster, probe: Probe, node: string): Promise<void> {
  await cluster.cutNode(node);
  await sleep(200); // Nothing has failed over yet; the silences below have begun.
  const answersAgain = async () =>
    (await probe.report()).addresses.every(
      ({ longestSilence }) => !longestSilence.open || longestSilence.ms < 100,
    );
  await waitFor(answersAgain, { what: "all addresses to answer again" }).catch(() => undefined);
  await sleep(AFTER_CUT_MS);
}

function logTails(cluster: Cluster): string {
  return cluster
    .logs(/^(controller|speaker)/)
    .map(({ name, text }) => {
      const tail = text.trimEnd().split("\n").slice(-12);
      return `--- ${name}\n${tail.join("\n")}`;
    })
    .join("\n");
}

function howToUse(cluster: Cluster): string {
  const { plan, controlPlane } = cluster;
  return `
The cluster stays up until Ctrl-C.

  export KUBECONFIG=${cluster.kubeconfig}
  ${controlPlane.binaries.kubectl} get vip
  bin/spreadlb status --kubeconfig ${cluster.kubeconfig}
  ip netns exec ${plan.client.namespace} curl -s http://10.77.0.200/
  ip -n ${plan.client.namespace} neighbour
  ip -n ${plan.segmentNamespace} link set n1 down      # pull n1's cable; "up" mends it
  ls ${cluster.directory}/*.log
`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
