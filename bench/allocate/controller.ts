/**
 * What a pass of the controller's whole mind costs: all Services anew, nothing to do, one Service's change.
 *
 * The cluster is the tests' model of an API server: every pass is made of a snapshot, and its writes come back as news.
 * There are pools, each for the Services with its label and with an advertisement of its own, nodes whose speakers are heard
 * of and hold what they should, and MetalLB's status kinds. A change is a Service that comes, that wants another address, whose
 * endpoints wander, or that goes. Each of the passes until nothing is left to do is measured alone; all of them together are
 * what the change costs.
 */
import { Listed } from "../../src/base/listed.ts";
import { PLAN_OPTIONS } from "../../src/controller/plan.ts";
import type { Write } from "../../src/controller/writes.ts";
import { PRESENCE_RENEW_MS } from "../../src/multi-ip/presence.ts";
import type { VirtualIP } from "../../src/multi-ip/resource.ts";
import { ModelCluster, type ServiceWishes } from "../../test/controller/model-cluster.ts";
import { cpuMs, measured } from "./figures.ts";

export interface ControllerShape {
  readonly services: number;
  readonly nodes: number;
  readonly changes: number;
}

export interface ControllerFigures {
  /** Everything is in place, and the controller has just begun: one after the other, of controllers that know nothing. */
  readonly fullsMs: readonly number[];
  /** The same where nothing was given yet. */
  readonly emptiesMs: readonly number[];
  /** Nothing has changed since the pass before. */
  readonly idleMs: number;
  /** Of each pass that a change has made. */
  readonly passesMs: readonly number[];
  /** Of all passes that a change has made together, by what has changed. */
  readonly changesMs: ReadonlyMap<Change, readonly number[]>;
}

export type Change = "made" | "one address more" | "endpoints elsewhere" | "deleted";

const POOLS = 50;
const NAMESPACE = "metallb-system";
/** Past all that the planner waits for in the beginning. */
const LATER_MS = 2 * Math.max(PLAN_OPTIONS.settlingTimeMs, PLAN_OPTIONS.lookTimeMs);
const IDLE_PASSES = 20;
const FULL_PASSES = 5;

export function measureController({
  services,
  nodes,
  changes,
}: ControllerShape): ControllerFigures {
  const cluster = emptyCluster(services, nodes);
  for (let n = 0; n < services; n++) addService(cluster, `service-${n}`, n);
  const emptiesMs = fullPasses(cluster);
  settle(cluster);
  const fullsMs = fullPasses(cluster);
  pass(cluster, LATER_MS);
  settle(cluster);
  const idleMs = cpuMs(() => {
    repeat(IDLE_PASSES, () => cluster.plan());
  });
  const passesMs: number[] = [];
  const changesMs = new Map<Change, number[]>();
  const measure = (change: Change, work: () => void) => {
    work();
    const timesMs = settle(cluster);
    passesMs.push(...timesMs);
    const known = changesMs.get(change) ?? [];
    changesMs.set(change, [...known, timesMs.reduce((sum, ms) => sum + ms, 0)]);
  };
  repeat(changes, (n) => {
    const name = `guest-${n}`;
    const policy = n % 2 === 0 ? "Cluster" : "Local";
    if (policy === "Local") cluster.setEndpoints(name, endpointsOf(n, nodes));
    measure("made", () => {
      addService(cluster, name, n * 7, { policy });
    });
    measure("one address more", () => {
      addService(cluster, name, n * 7, { policy, count: 2 });
    });
    if (policy === "Local") {
      measure("endpoints elsewhere", () => {
        cluster.setEndpoints(name, endpointsOf(n + 2, nodes));
      });
    }
    measure("deleted", () => {
      cluster.services.delete(`default/${name}`);
      cluster.slices.delete(`default/${name}`);
    });
  });
  return { emptiesMs, fullsMs, idleMs: idleMs / IDLE_PASSES, passesMs, changesMs };
}

/** Of controllers that have never seen the world, nor anything in it. Nothing is written. */
function fullPasses(cluster: ModelCluster): number[] {
  return Array.from({ length: FULL_PASSES }, () => {
    cluster.restartController();
    for (const objects of Object.values(cluster) as unknown[]) {
      if (objects instanceof Listed) renew(objects as Listed<object>);
    }
    return cpuMs(() => cluster.plan());
  });
}

/** The same as other objects: what follows from one alone is kept with it. */
function renew(objects: Listed<object>): void {
  for (const [key, object] of objects) objects.set(key, { ...object });
}

/** On three nodes, others for each number. */
function endpointsOf(n: number, nodes: number): string[] {
  return [0, 1, 2].map((i) => `node-${(n + 5 * i) % nodes}`);
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
function addService(
  cluster: ModelCluster,
  name: string,
  n: number,
  wishes: Pick<ServiceWishes, "policy" | "count"> = {},
): void {
  const pair = `pair-${Math.floor(n / (20 * POOLS))}-${n % POOLS}`;
  cluster.addService(name, {
    ...wishes,
    labels: { pool: `pool-${n % POOLS}` },
    ports: [80 + (n % (20 * POOLS))],
    annotations: n % 10 === 0 ? { "metallb.io/allow-shared-ip": pair } : {},
  });
}

/** Passes until nothing is left to do, now or in a moment, with what speakers report meanwhile. @returns what each has cost */
function settle(cluster: ModelCluster): number[] {
  const timesMs: number[] = [];
  for (;;) {
    const made = measured(() => cluster.plan());
    timesMs.push(made.ms);
    const { writes, wakeAtMs } = made.result;
    for (const write of writes) cluster.apply(write);
    cluster.report(writtenBy(writes, cluster));
    if (writes.length > 0) continue;
    if (wakeAtMs === null || wakeAtMs > cluster.nowMs + PLAN_OPTIONS.countIntervalMs)
      return timesMs;
    pass(cluster, wakeAtMs - cluster.nowMs);
  }
}

/** All nodes answer all the time: a walk through every VirtualIP after each pass would only make the next pass a slower one. */
function writtenBy(writes: readonly Write[], { virtualIps }: ModelCluster): VirtualIP[] {
  return writes.flatMap((write) => {
    if (write.kind !== "create-virtual-ip" && write.kind !== "update-virtual-ip") return [];
    const { metadata } = write.kind === "create-virtual-ip" ? write.object : write.before;
    const written = virtualIps.get(metadata.name);
    return written === undefined ? [] : [written];
  });
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
