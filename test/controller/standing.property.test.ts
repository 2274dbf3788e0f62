/**
 * What stands from other passes changes no plan: after any events, in any order, each plan is the one that would be made by a
 * controller that sees the world for the first time, with the same memory of times and plan numbers.
 *
 * The model cluster compares the two in each pass (`isChecked`). Here are worlds of pools with selectors of Services and
 * namespaces, shared addresses, two families and preferences; histories.test.ts does the same with classes.
 */
import { expect } from "chai";
import fc from "fast-check";
import { ADDRESSES_ANNOTATION, COUNT_ANNOTATION } from "../../src/classes/annotations.ts";
import { POOLS as FOUR_POOLS } from "../classes/pools.ts";
import { ModelCluster } from "./model-cluster.ts";

const SERVICES = ["a", "b", "c", "d", "e", "f"] as const;
const NODES = ["n1", "n2", "n3", "n4"] as const;

const POOLS = {
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

type Change = (cluster: ModelCluster) => void;

const wishes = fc
  .record({
    name: service,
    namespace: fc.constantFrom("default", "default", "x"),
    count: fc.constantFrom("1", "1", "2", "3", "x"),
    list: fc.array(address, { maxLength: 2 }),
    families: fc.constantFrom(["IPv4"], ["IPv4"], ["IPv4", "IPv6"], ["IPv6", "IPv4"]),
    ipFamilyPolicy: fc.constantFrom("PreferDualStack", "RequireDualStack"),
    key: fc.constantFrom("", "k", "k", "l"),
    port: fc.constantFrom(80, 81),
    policy: fc.constantFrom("Cluster", "Cluster", "Local"),
    gold: fc.boolean(),
    pool: fc.constantFrom(null, null, null, "a", "c", "nowhere"),
    type: fc.constantFrom("LoadBalancer", "LoadBalancer", "LoadBalancer", "ClusterIP"),
    status: fc.option(address, { freq: 5 }),
  })
  .map((wish): Change => (cluster) => {
    cluster.addService(wish.name, {
      namespace: wish.namespace,
      type: wish.type,
      count: wish.count,
      families: wish.families,
      ipFamilyPolicy: wish.families.length > 1 ? wish.ipFamilyPolicy : "SingleStack",
      policy: wish.policy,
      ports: [wish.port],
      labels: wish.gold ? { tier: "gold" } : {},
      annotations: {
        ...(wish.list.length > 0 ? { [ADDRESSES_ANNOTATION]: wish.list.join() } : {}),
        ...(wish.key === "" ? {} : { "metallb.io/allow-shared-ip": wish.key }),
        ...(wish.pool === null ? {} : { "metallb.io/address-pool": wish.pool }),
        [COUNT_ANNOTATION]: wish.count,
      },
      ...(wish.status === null
        ? {}
        : { status: { loadBalancer: { ingress: [{ ip: wish.status }] } } }),
    });
  });

const others = fc.oneof(
  fc
    .tuple(service, fc.constantFrom("default", "x"))
    .map(([name, namespace]): Change => (cluster) => {
      cluster.services.delete(`${namespace}/${name}`);
    }),
  fc.tuple(service, fc.subarray([...NODES])).map(([name, nodes]): Change => (cluster) => {
    cluster.setEndpoints(name, nodes);
  }),
  fc.tuple(pool, fc.boolean()).map(([name, isThere]): Change => (cluster) => {
    if (isThere) cluster.addPool(name, POOLS[name]);
    else cluster.ipAddressPools.delete(name);
  }),
  fc.tuple(pool, pool).map(([name, other]): Change => (cluster) => {
    cluster.addPool(name, POOLS[other]);
  }),
  fc.nat(ADVERTISEMENTS.length - 1).map((n): Change => (cluster) => {
    if (cluster.l2Advertisements.has(`ad-${n}`)) cluster.l2Advertisements.delete(`ad-${n}`);
    else cluster.addAdvertisement(`ad-${n}`, ADVERTISEMENTS[n]);
  }),
  fc.boolean().map((isLabelled): Change => (cluster) => {
    cluster.namespaces.delete("x");
    cluster.addNamespace("x", isLabelled ? { team: "x" } : {});
  }),
  fc.tuple(node, fc.boolean()).map(([name, isLabelled]): Change => (cluster) => {
    cluster.addNode(name, isLabelled ? { lb: "" } : {});
  }),
  node.map((name): Change => (cluster) => {
    cluster.nodes.delete(name);
  }),
  fc.tuple(node, fc.subarray(["eth0", "eth1"])).map(([name, interfaces]): Change => (cluster) => {
    cluster.hear(name, { interfaces });
  }),
  node.map((name): Change => (cluster) => {
    cluster.presences.delete(name);
  }),
  node.map((name): Change => (cluster) => {
    cluster.announceEnd(name);
  }),
  fc.nat(30).map((n): Change => (cluster) => {
    const [name] = [...cluster.virtualIps.keys()].slice(n);
    if (name !== undefined) cluster.virtualIps.delete(name);
  }),
  fc.constantFrom("", "example.com/lb").map((lbClass): Change => (cluster) => {
    cluster.lbClass = lbClass;
  }),
  fc.constant((cluster: ModelCluster) => {
    cluster.restartController();
  }),
);

const passing = fc.oneof(
  fc.constantFrom(100, 2000, 16_000, 70_000).map((ms): Change => (cluster) => {
    cluster.nowMs += ms;
  }),
  fc.constant((cluster: ModelCluster) => {
    for (const name of cluster.presences.keys()) cluster.hear(name);
  }),
  fc.constant((cluster: ModelCluster) => {
    cluster.report();
  }),
);

const step = fc.record({
  change: fc.oneof(
    { weight: 4, arbitrary: wishes },
    { weight: 3, arbitrary: others },
    { weight: 2, arbitrary: passing },
  ),
  /** How many of the writes get through. */
  writes: fc.nat(8),
  backwards: fc.boolean(),
  /** Whether the speakers take up what is planned. */
  reports: fc.boolean(),
});

const worlds = fc.subarray(Object.keys(POOLS) as (keyof typeof POOLS)[], { minLength: 1 });

describe("controller: what stands from other passes", function () {
  this.timeout(300_000);

  it("changes no plan, whatever happened in whatever order", () => {
    fc.assert(
      fc.property(worlds, fc.array(step, { minLength: 5, maxLength: 25 }), (pools, steps) => {
        const cluster = new ModelCluster();
        cluster.isChecked = true;
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
        for (const { change, writes, backwards, reports } of steps) {
          change(cluster);
          const planned = cluster.plan().writes;
          const order = backwards ? planned.toReversed() : planned;
          for (const write of order.slice(0, writes)) cluster.apply(write);
          if (reports) cluster.report();
        }
        cluster.plan();
      }),
      { numRuns: 1000 },
    );
  });

  it("is worked out anew after ten minutes, and not before", () => {
    const cluster = new ModelCluster();
    const first = cluster.plan().memory.standing;
    cluster.nowMs += 599_999;
    expect(cluster.plan().memory.standing).to.equal(first);
    cluster.nowMs += 1;
    expect(cluster.plan().memory.standing).not.to.equal(first);
  });
});
