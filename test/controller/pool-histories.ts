/**
 * Random histories of worlds of pools: Services that share and ask for addresses by name, pools with selectors of Services and
 * namespaces, labels that come and go, two families, preferences of nodes; and how much of each plan is written.
 *
 * Read by standing.property.test.ts and addresses.property.test.ts. class-histories.ts adds classes; histories.test.ts has classes
 * alone.
 */
import fc from "fast-check";
import { ADDRESSES_ANNOTATION, COUNT_ANNOTATION } from "../../src/classes/annotations.ts";
import type { Write } from "../../src/controller/writes.ts";
import { POOLS as FOUR_POOLS } from "../classes/pools.ts";
import { ModelCluster, type ServiceWishes } from "./model-cluster.ts";

export const SERVICES = ["a", "b", "c", "d", "e", "f"] as const;
const NODES = ["n1", "n2", "n3", "n4"] as const;

export const POOLS = {
  ...FOUR_POOLS,
  e: {
    addresses: ["192.0.2.2-192.0.2.5", "192.0.2.24/31"],
    serviceAllocation: { namespaceSelectors: [{ matchLabels: { team: "x" } }] },
  },
};

const ADVERTISEMENTS = [
  {},
  { ipAddressPools: ["a", "d"], nodeSelectors: [{ matchLabels: { lb: "" } }] },
  { serviceSelectors: [{ matchLabels: { tier: "gold" } }], interfaces: ["eth1"] },
  {
    ipAddressPools: ["b", "c", "e"],
    preferredNodeSelectors: [{ weight: 5, preference: { matchLabels: { lb: "" } } }],
  },
];

const address = fc.constantFrom(
  ...["192.0.2.0", "192.0.2.3", "192.0.2.8", "192.0.2.12", "192.0.2.16", "2001:db8::", "10.0.0.1"],
);
const service = fc.constantFrom(...SERVICES);
const node = fc.constantFrom(...NODES);
const pool = fc.constantFrom(...(Object.keys(POOLS) as (keyof typeof POOLS)[]));

export type Change = (cluster: ModelCluster) => void;

/** @returns the change; a counterexample shows it by this text */
export function named(text: string, change: Change): Change {
  return Object.assign(change, { [fc.toStringMethod]: () => text });
}

export const wish = fc.record({
  name: service,
  namespace: fc.constantFrom("default", "default", "x"),
  count: fc.constantFrom("1", "1", "2", "3", "x"),
  list: fc.array<string>(address, { maxLength: 2 }),
  families: fc.constantFrom(["IPv4"], ["IPv4"], ["IPv4", "IPv6"], ["IPv6", "IPv4"]),
  ipFamilyPolicy: fc.constantFrom("PreferDualStack", "RequireDualStack"),
  key: fc.constantFrom("", "k", "k", "l"),
  port: fc.constantFrom(80, 81),
  policy: fc.constantFrom<"Cluster" | "Local">("Cluster", "Cluster", "Local"),
  app: fc.constantFrom("own", "common"),
  gold: fc.boolean(),
  pool: fc.constantFrom<string | null>(null, null, null, "a", "c", "nowhere"),
  type: fc.constantFrom("LoadBalancer", "LoadBalancer", "LoadBalancer", "ClusterIP"),
  status: fc.option(address, { freq: 5 }),
});

export type Wish = typeof wish extends fc.Arbitrary<infer T> ? T : never;

export function granted({ name, app, pool: named, status, ...wishes }: Wish): ServiceWishes {
  const { namespace, type, count, families, ipFamilyPolicy, policy, list, key, port } = wishes;
  return {
    ...{ namespace, type, count, families, policy },
    ipFamilyPolicy: families.length > 1 ? ipFamilyPolicy : "SingleStack",
    selector: { app: app === "own" ? name : app },
    ports: [port],
    labels: wishes.gold ? { tier: "gold" } : {},
    annotations: {
      ...(list.length > 0 ? { [ADDRESSES_ANNOTATION]: list.join() } : {}),
      ...(key === "" ? {} : { "metallb.io/allow-shared-ip": key }),
      ...(named === null ? {} : { "metallb.io/address-pool": named }),
      [COUNT_ANNOTATION]: count,
    },
    ...(status === null ? {} : { status: { loadBalancer: { ingress: [{ ip: status }] } } }),
  };
}

const wishes = wish.map((one) =>
  named(JSON.stringify(one), (cluster) => {
    cluster.addService(one.name, granted(one));
  }),
);

export const others = fc.oneof(
  fc.tuple(service, fc.constantFrom("default", "x")).map(([name, namespace]) =>
    named(`delete ${namespace}/${name}`, (cluster) => {
      cluster.services.delete(`${namespace}/${name}`);
    }),
  ),
  fc.tuple(service, fc.subarray([...NODES])).map(([name, nodes]) =>
    named(`endpoints of ${name}: ${nodes.join()}`, (cluster) => {
      cluster.setEndpoints(name, nodes);
    }),
  ),
  fc.tuple(pool, fc.boolean()).map(([name, isThere]) =>
    named(`pool ${name}${isThere ? "" : " is deleted"}`, (cluster) => {
      if (isThere) cluster.addPool(name, POOLS[name]);
      else cluster.ipAddressPools.delete(name);
    }),
  ),
  fc.tuple(pool, pool).map(([name, other]) =>
    named(`pool ${name} as ${other}`, (cluster) => {
      cluster.addPool(name, POOLS[other]);
    }),
  ),
  fc.nat(ADVERTISEMENTS.length - 1).map((n) =>
    named(`ad-${n} comes or goes`, (cluster) => {
      if (cluster.l2Advertisements.has(`ad-${n}`)) cluster.l2Advertisements.delete(`ad-${n}`);
      else cluster.addAdvertisement(`ad-${n}`, ADVERTISEMENTS[n]);
    }),
  ),
  fc.boolean().map((isLabelled) =>
    named(`namespace x${isLabelled ? "" : " without its label"}`, (cluster) => {
      cluster.namespaces.delete("x");
      cluster.addNamespace("x", isLabelled ? { team: "x" } : {});
    }),
  ),
  fc.tuple(node, fc.boolean()).map(([name, isLabelled]) =>
    named(`node ${name}${isLabelled ? " with lb" : ""}`, (cluster) => {
      cluster.addNode(name, isLabelled ? { lb: "" } : {});
    }),
  ),
  node.map((name) =>
    named(`node ${name} is deleted`, (cluster) => {
      cluster.nodes.delete(name);
    }),
  ),
  fc.tuple(node, fc.subarray(["eth0", "eth1"])).map(([name, interfaces]) =>
    named(`${name} is heard, with ${interfaces.join()}`, (cluster) => {
      cluster.hear(name, { interfaces });
    }),
  ),
  node.map((name) =>
    named(`${name} is not heard`, (cluster) => {
      cluster.presences.delete(name);
    }),
  ),
  node.map((name) =>
    named(`${name} is about to stop`, (cluster) => {
      cluster.announceEnd(name);
    }),
  ),
  fc.nat(30).map((n) =>
    named(`VirtualIP no. ${n} is deleted`, (cluster) => {
      const [name] = [...cluster.virtualIps.keys()].slice(n);
      if (name !== undefined) cluster.virtualIps.delete(name);
    }),
  ),
  fc.constantFrom("", "example.com/lb").map((lbClass) =>
    named(`--lb-class=${lbClass}`, (cluster) => {
      cluster.lbClass = lbClass;
    }),
  ),
  fc.constant(
    named("the controller restarts", (cluster) => {
      cluster.restartController();
    }),
  ),
);

const passing = fc.oneof(
  fc.constantFrom(100, 2000, 16_000, 70_000).map((ms) =>
    named(`${ms} ms`, (cluster) => {
      cluster.nowMs += ms;
    }),
  ),
  fc.constant(
    named("all are heard", (cluster) => {
      for (const name of cluster.presences.keys()) cluster.hear(name);
    }),
  ),
  fc.constant(
    named("speakers report", (cluster) => {
      cluster.report();
    }),
  ),
);

interface Step {
  readonly change: Change;
  /** How many of the writes get through. */
  readonly writes: number;
  readonly backwards: boolean;
  /** Whether the speakers take up what is planned. */
  readonly reports: boolean;
}

export type History = readonly Step[];

/** @param changes to Services, and to other things */
export function historiesOf(
  lengthMax: number,
  changes: { readonly [of in "services" | "others"]: fc.Arbitrary<Change> } = {
    ...{ services: wishes, others },
  },
): fc.Arbitrary<History> {
  const step: fc.Arbitrary<Step> = fc.record({
    change: fc.oneof(
      { weight: 4, arbitrary: changes.services },
      { weight: 3, arbitrary: changes.others },
      { weight: 2, arbitrary: passing },
    ),
    writes: fc.nat(8),
    backwards: fc.boolean(),
    reports: fc.boolean(),
  });
  return fc.array(step, { minLength: 5, maxLength: lengthMax });
}

/** The pools that there are at the beginning. */
export const worlds = fc.subarray(Object.keys(POOLS) as (keyof typeof POOLS)[], { minLength: 1 });

/** Some pools and one advertisement for all of them, a Service, three nodes that are heard of. */
export function begin(pools: readonly (keyof typeof POOLS)[]): ModelCluster {
  const cluster = new ModelCluster();
  cluster.metallbNamespace = "metallb-system";
  cluster.addNamespace("metallb-system", {});
  cluster.addNamespace("x", { team: "x" });
  for (const name of pools) cluster.addPool(name, POOLS[name]);
  cluster.addAdvertisement("ad-0", ADVERTISEMENTS[0]);
  cluster.addService("f", { namespace: "x" });
  for (const name of NODES.slice(0, 3)) {
    cluster.addNode(name);
    cluster.hear(name);
  }
  return cluster;
}

interface Watch {
  /** Before anything of it is written. */
  readonly planned?: (writes: readonly Write[]) => void;
  readonly written?: (write: Write) => void;
}

/** Something happens, a pass is made, and some of it is written. */
export function play(
  cluster: ModelCluster,
  { change, writes, backwards, reports }: Step,
  { planned, written }: Watch = {},
): void {
  change(cluster);
  const all = cluster.plan().writes;
  planned?.(all);
  const order = backwards ? all.toReversed() : all;
  for (const write of order.slice(0, writes)) {
    cluster.apply(write);
    written?.(write);
  }
  if (reports) cluster.report();
}
