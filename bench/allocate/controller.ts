/**
 * What a pass of the controller's whole mind costs: all Services anew, nothing to do, one Service's change.
 *
 * The cluster is the tests' model of an API server: every pass is made of a snapshot, and its writes come back as news.
 * There are pools, each for the Services with its label and with an advertisement of its own, nodes whose speakers are heard
 * of and hold what they should, and MetalLB's status kinds. A change is a Service that comes, or goes, and each of the passes
 * until nothing is left to do is measured alone.
 */
import { PLAN_OPTIONS } from "../../src/controller/plan.ts";
import { PRESENCE_RENEW_MS } from "../../src/multi-ip/presence.ts";
import { ModelCluster } from "../../test/controller/model-cluster.ts";
import { cpuMs, measured } from "./figures.ts";

export interface ControllerShape {
  readonly services: number;
  readonly nodes: number;
  readonly changes: number;
}

export interface ControllerFigures {
  /** Everything is in place, and the controller has just begun. */
  readonly fullMs: number;
  /** Nothing was given yet. */
  readonly emptyMs: number;
  /** Nothing has changed since the pass before. */
  readonly idleMs: number;
  /** Of each pass that one change has made. */
  readonly changesMs: readonly number[];
}

const POOLS = 50;
const NAMESPACE = "metallb-system";
/** Past all that the planner waits for in the beginning. */
const LATER_MS = 2 * Math.max(PLAN_OPTIONS.settlingTimeMs, PLAN_OPTIONS.lookTimeMs);
const IDLE_PASSES = 20;

export function measureController({
  services,
  nodes,
  changes,
}: ControllerShape): ControllerFigures {
  const cluster = emptyCluster(services, nodes);
  for (let n = 0; n < services; n++) addService(cluster, `service-${n}`, n);
  const emptyMs = cpuMs(() => cluster.plan());
  settle(cluster);
  cluster.restartController();
  const fullMs = cpuMs(() => cluster.plan());
  pass(cluster, LATER_MS);
  settle(cluster);
  const idleMs = cpuMs(() => {
    repeat(IDLE_PASSES, () => cluster.plan());
  });
  const changesMs: number[] = [];
  repeat(changes, (n) => {
    const name = `guest-${n}`;
    addService(cluster, name, n * 7);
    settle(cluster, changesMs);
    cluster.services.delete(`default/${name}`);
    settle(cluster, changesMs);
  });
  return { emptyMs, fullMs, idleMs: idleMs / IDLE_PASSES, changesMs };
}

function emptyCluster(services: number, nodes: number): ModelCluster {
  const cluster = new ModelCluster();
  cluster.metallbNamespace = NAMESPACE;
  cluster.addNamespace(NAMESPACE, {});
  cluster.addNamespace("default", {});
  repeat(nodes, (n) => {
    cluster.addNode(`node-${n}`);
  });
  const size = Math.max(4, Math.floor((services * 2) / POOLS));
  repeat(POOLS, (n) => {
    cluster.addPool(`pool-${n}`, {
      addresses: [`10.${n}.0.0-10.${n}.${(size - 1) >> 8}.${(size - 1) & 255}`],
      serviceAllocation: {
        priority: 1,
        serviceSelectors: [{ matchLabels: { pool: `pool-${n}` } }],
      },
    });
    cluster.addAdvertisement(`advertisement-${n}`, { ipAddressPools: [`pool-${n}`] });
  });
  hearAll(cluster);
  return cluster;
}

/** One in ten shares its address with another. */
function addService(cluster: ModelCluster, name: string, n: number): void {
  const pair = `pair-${Math.floor(n / (20 * POOLS))}-${n % POOLS}`;
  cluster.addService(name, {
    labels: { pool: `pool-${n % POOLS}` },
    ports: [80 + (n % (20 * POOLS))],
    annotations: n % 10 === 0 ? { "metallb.io/allow-shared-ip": pair } : {},
  });
}

/** Passes until nothing is left to do, now or in a moment, with what speakers report meanwhile. */
function settle(cluster: ModelCluster, timesMs: number[] = []): void {
  for (;;) {
    const made = measured(() => cluster.plan());
    timesMs.push(made.ms);
    const { writes, wakeAtMs } = made.result;
    for (const write of writes) cluster.apply(write);
    cluster.report();
    if (writes.length > 0) continue;
    if (wakeAtMs === null || wakeAtMs > cluster.nowMs + PLAN_OPTIONS.countIntervalMs) return;
    pass(cluster, wakeAtMs - cluster.nowMs);
  }
}

/** Time, in which speakers are heard of. */
function pass(cluster: ModelCluster, ms: number): void {
  const endMs = cluster.nowMs + ms;
  while (cluster.nowMs < endMs) {
    cluster.nowMs = Math.min(endMs, cluster.nowMs + PRESENCE_RENEW_MS);
    hearAll(cluster);
  }
}

function hearAll(cluster: ModelCluster): void {
  for (const name of cluster.nodes.keys()) cluster.hear(name);
}

function repeat(count: number, work: (n: number) => void): void {
  for (let n = 0; n < count; n++) work(n);
}
