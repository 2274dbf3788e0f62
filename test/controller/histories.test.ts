/**
 * Random histories: Services, classes, nodes, endpoints and speakers come, change and go; the controller is restarted
 * at any point, after any part of its writes, in any order. After every single write the rules hold.
 */
import { expect } from "chai";
import fc from "fast-check";
import { COUNT_ANNOTATION, ADDRESSES_ANNOTATION } from "../../src/classes/annotations.ts";
import { writeKey, type Write } from "../../src/controller/writes.ts";
import { keyOf } from "../../src/kube/resource.ts";
import { ModelCluster } from "./model-cluster.ts";

const NODES = ["n1", "n2", "n3", "n4", "n5"];
const SERVICES = ["a", "b", "c", "d", "e"];
const POOLS: readonly string[][] = [
  ["192.0.2.0/29"],
  ["192.0.2.0/30", "2001:db8::/126"],
  ["192.0.2.2-192.0.2.9"],
  ["not a range"],
  [],
];

type Event =
  | {
      readonly kind: "service";
      readonly name: string;
      readonly count: string;
      readonly wish: number;
    }
  | { readonly kind: "cluster-ip" | "delete" | "wipe" | "foreign"; readonly name: string }
  | {
      readonly kind: "class";
      readonly pool: number;
      readonly labelled: boolean;
      readonly name: string;
    }
  | { readonly kind: "class-deleted"; readonly name: string }
  | { readonly kind: "node"; readonly name: string; readonly labelled: boolean }
  | { readonly kind: "node-deleted" | "hear" | "silent"; readonly name: string }
  | { readonly kind: "endpoints"; readonly name: string; readonly nodes: readonly string[] }
  | { readonly kind: "time"; readonly ms: number }
  | { readonly kind: "report" | "restart" };

interface Step {
  readonly event: Event;
  /** How many of the pass's writes get through before the next event, and in which order. */
  readonly writes: number;
  readonly backwards: boolean;
  /** How many creations are sent and done only some steps later, even when the controller has restarted meanwhile. */
  readonly late: number;
}

/** Creations on their way to the API server. */
interface Sent {
  readonly write: Write;
  steps: number;
}

const name = fc.constantFrom(...SERVICES);
const node = fc.constantFrom(...NODES);
const className = fc.constantFrom("edge", "inner");
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("service" as const),
      name,
      count: fc.constantFrom("1", "2", "3", "4", "0", "abc"),
      wish: fc.nat(5),
    }),
  },
  fc.record({
    kind: fc.constantFrom("cluster-ip", "delete", "wipe", "foreign"),
    name,
  }) as fc.Arbitrary<Event>,
  fc.record({
    kind: fc.constant("class" as const),
    name: className,
    pool: fc.nat(POOLS.length - 1),
    labelled: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("class-deleted" as const), name: className }),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("node" as const),
      name: node,
      labelled: fc.boolean(),
    }),
  },
  fc.record({
    kind: fc.constantFrom("node-deleted", "hear", "silent"),
    name: node,
  }) as fc.Arbitrary<Event>,
  fc.record({ kind: fc.constant("endpoints" as const), name, nodes: fc.subarray(NODES) }),
  fc.record({ kind: fc.constant("time" as const), ms: fc.constantFrom(100, 2000, 16_000, 70_000) }),
  fc.record({ kind: fc.constantFrom("report", "restart") }) as fc.Arbitrary<Event>,
);
const step: fc.Arbitrary<Step> = fc.record({
  event,
  writes: fc.nat(6),
  backwards: fc.boolean(),
  late: fc.nat(2),
});
const history = fc.array(step, { minLength: 1, maxLength: 25 });

function begin(): ModelCluster {
  const cluster = new ModelCluster();
  cluster.isChecked = true;
  cluster.addClass("edge", { isDefault: true, addressPool: [...(POOLS[0] ?? [])] });
  for (const one of NODES.slice(0, 3)) {
    cluster.addNode(one, { lb: "" });
    cluster.hear(one);
  }
  return cluster;
}

function happen(cluster: ModelCluster, one: Event): void {
  switch (one.kind) {
    case "service": {
      const before = cluster.services.get(`default/${one.name}`)?.spec;
      // The API server lets nobody set or change the class of what is a load balancer already.
      const isFixed = before?.type === "LoadBalancer";
      const loadBalancerClass = one.wish === 4 ? "inner" : undefined;
      const chosen = isFixed ? before.loadBalancerClass : loadBalancerClass;
      cluster.addService(one.name, {
        count: one.count,
        families: one.wish === 1 ? ["IPv6", "IPv4"] : ["IPv4"],
        policy: one.wish === 2 ? "Local" : "Cluster",
        ...(one.wish === 3 ? { annotations: { [ADDRESSES_ANNOTATION]: "192.0.2.3" } } : {}),
        ...(chosen === undefined ? {} : { loadBalancerClass: chosen }),
      });
      break;
    }
    case "cluster-ip":
      if (cluster.services.has(`default/${one.name}`)) {
        cluster.addService(one.name, { type: "ClusterIP" });
      }
      break;
    case "delete":
      cluster.services.delete(`default/${one.name}`);
      break;
    case "wipe":
      if (cluster.services.has(`default/${one.name}`)) cluster.wipeStatus(one.name);
      break;
    case "foreign":
      if (!cluster.services.has("default/foreign")) {
        const ingress = [{ ip: "192.0.2.1" }];
        const status = { loadBalancer: { ingress } };
        cluster.addService("foreign", { loadBalancerClass: "example.com/lb", status });
      }
      break;
    case "class":
      cluster.addClass(one.name, {
        isDefault: one.name === "edge",
        addressPool: [...(POOLS[one.pool] ?? [])],
        ...(one.labelled ? { nodeSelector: { lb: "" } } : {}),
      });
      break;
    case "class-deleted":
      cluster.classes.delete(one.name);
      break;
    case "node":
      cluster.addNode(one.name, one.labelled ? { lb: "" } : {});
      break;
    case "node-deleted":
      cluster.nodes.delete(one.name);
      break;
    case "hear":
      cluster.hear(one.name);
      break;
    case "silent":
      cluster.presences.delete(one.name);
      break;
    case "endpoints":
      cluster.setEndpoints(one.name, one.nodes);
      break;
    case "time":
      cluster.nowMs += one.ms;
      break;
    case "report":
      cluster.report();
      break;
    case "restart":
      cluster.restartController();
  }
}

/** Addresses in statuses, by Service. */
function promises(cluster: ModelCluster): Map<string, string[]> {
  const all = [...cluster.services.values()].filter(({ metadata }) => metadata.name !== "foreign");
  return new Map(
    all.map((service) => [
      keyOf(service),
      (service.status?.loadBalancer?.ingress ?? []).map(({ ip = "" }) => ip),
    ]),
  );
}

function expectRules(cluster: ModelCluster): void {
  const owners = new Map<string, string>();
  for (const [key, addresses] of promises(cluster)) {
    for (const address of addresses) {
      expect(owners.has(address), `${address} is promised to ${key} and another`).to.equal(false);
      owners.set(address, key);
      const users = cluster
        .virtualIp(address)
        ?.spec.services.map((use) => `${use.namespace}/${use.name}`);
      expect(users, `${address} of ${key} is claimed`).to.include(key);
    }
  }
}

/** Plans once; applies the first writes, or the last in reverse, with the rules checked after each. */
function pass(
  cluster: ModelCluster,
  { writes, backwards, late }: Omit<Step, "event">,
  sent: Sent[],
): void {
  arrive(cluster, sent);
  const planned: readonly Write[] = cluster.plan().writes;
  const order = backwards ? planned.toReversed() : planned;
  for (const write of order.slice(0, writes)) {
    if (isSent(write, sent)) continue; // It is under way: the controller does not send it twice.
    cluster.apply(write);
    expectRules(cluster);
  }
  for (const write of order.slice(writes)) {
    if (write.kind !== "create-virtual-ip" || isSent(write, sent)) continue;
    if (sent.length >= late) break;
    sent.push({ write, steps: 2 + late });
    cluster.claiming.set(writeKey(write), write.object);
  }
}

function isSent(write: Write, sent: readonly Sent[]): boolean {
  return sent.some((other) => writeKey(other.write) === writeKey(write));
}

function arrive(cluster: ModelCluster, sent: Sent[], isEnd = false): void {
  for (const one of sent.splice(0)) {
    one.steps -= 1;
    if (one.steps > 0 && !isEnd) {
      sent.push(one);
      continue;
    }
    cluster.apply(one.write);
    cluster.claiming.delete(writeKey(one.write));
    expectRules(cluster);
  }
}

function run(cluster: ModelCluster, steps: readonly Step[]): void {
  const sent: Sent[] = [];
  for (const { event: one, ...part } of steps) {
    happen(cluster, one);
    pass(cluster, part, sent);
  }
  arrive(cluster, sent, true);
}

describe("controller: random histories", function () {
  this.timeout(120_000);

  it("never promise what is not claimed, nor one address twice, and come to rest", () => {
    fc.assert(
      fc.property(history, (steps) => {
        const cluster = begin();
        run(cluster, steps);
        cluster.converge();
        expectRules(cluster);
        cluster.restartController();
        expect(cluster.plan().writes, "a restart finds nothing to do").to.deep.equal([]);
      }),
      { numRuns: 200 },
    );
  });

  it("leave no claim without a Service, and no promise that nobody may answer", () => {
    fc.assert(
      fc.property(history, (steps) => {
        const cluster = begin();
        run(cluster, steps);
        cluster.converge();
        for (const { spec } of cluster.virtualIps.values()) {
          for (const { namespace, name: service } of spec.services) {
            const owner = cluster.services.get(`${namespace}/${service}`);
            expect(owner?.spec?.type, spec.address).to.equal("LoadBalancer");
          }
          expect(spec.rank.every((one) => cluster.nodes.has(one))).to.equal(true);
          const [user] = spec.services;
          const isListed = cluster.addresses(user?.name ?? "").includes(spec.address);
          const { policy } = {
            policy: cluster.service(user?.name ?? "").spec?.externalTrafficPolicy,
          };
          if (policy !== "Local") expect(isListed, spec.address).to.equal(spec.rank.length > 0);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("keep every address at its index while others come, go and fail (P5)", () => {
    fc.assert(
      fc.property(history, (steps) => {
        const cluster = begin();
        cluster.addService("kept", { count: 2 });
        cluster.converge();
        const before = cluster.addresses("kept");
        expect(before).to.have.length(2);
        // All that is not done to its own class, nodes or itself.
        const others = steps.filter(
          ({ event: { kind } }) =>
            !["class", "class-deleted", "node", "node-deleted"].includes(kind),
        );
        const sent: Sent[] = [];
        for (const { event: one, ...part } of others) {
          happen(cluster, one);
          pass(cluster, part, sent);
          expect(cluster.addresses("kept")).to.deep.equal(before);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("grow at the end and shrink from the end (P5)", () => {
    const counts = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(counts, fc.boolean(), (wishes, restart) => {
        const cluster = begin();
        let before: string[] = [];
        for (const count of wishes) {
          cluster.addService("a", { count });
          if (restart) cluster.restartController();
          cluster.converge();
          const after = cluster.addresses("a");
          const common = Math.min(before.length, after.length);
          expect(after.slice(0, common)).to.deep.equal(before.slice(0, common));
          expect(after).to.have.length(count);
          before = after;
        }
      }),
      { numRuns: 100 },
    );
  });

  it("bring back the same addresses from VirtualIPs alone, and from statuses alone", () => {
    fc.assert(
      fc.property(history, fc.boolean(), (steps, fromStatuses) => {
        const cluster = begin();
        run(cluster, steps);
        cluster.converge();
        const before = promises(cluster);
        cluster.restartController();
        if (fromStatuses) cluster.virtualIps.clear();
        else for (const service of SERVICES) happen(cluster, { kind: "wipe", name: service });
        cluster.converge();
        for (const [key, addresses] of before) {
          const service = cluster.services.get(key);
          if (service === undefined) continue;
          // A status has no gaps: what was at a gap's place moves up, and the last place is given anew.
          const after = cluster.addresses(service.metadata.name);
          expect(after.slice(0, addresses.length)).to.deep.equal(addresses);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("do not touch a foreign Service (K3)", () => {
    fc.assert(
      fc.property(history, (steps) => {
        const cluster = begin();
        happen(cluster, { kind: "foreign", name: "" });
        const before = cluster.service("foreign");
        run(cluster, steps);
        cluster.converge();
        expect(cluster.service("foreign")).to.equal(before);
      }),
      { numRuns: 200 },
    );
  });

  it("take no working address for a request that cannot be met (K2)", () => {
    const bad = fc.constantFrom(
      { [COUNT_ANNOTATION]: "0" },
      { [COUNT_ANNOTATION]: "-1" },
      { [COUNT_ANNOTATION]: "abc" },
      { [COUNT_ANNOTATION]: "10000" },
      { [ADDRESSES_ANNOTATION]: "10.9.9.9" },
      { [ADDRESSES_ANNOTATION]: "2001:db8::1" },
      { [ADDRESSES_ANNOTATION]: "nonsense,192.0.2.300" },
      { [ADDRESSES_ANNOTATION]: "192.0.2.0" },
      { "network.deckhouse.io/metal-load-balancer-class": "nowhere" },
    );
    fc.assert(
      fc.property(bad, fc.boolean(), (annotations, restart) => {
        const cluster = begin();
        cluster.addService("first");
        cluster.addService("a", { count: 1 });
        cluster.converge();
        const before = cluster.addresses("a");
        cluster.addService("a", { annotations });
        if (restart) cluster.restartController();
        cluster.converge();
        expect(cluster.addresses("a")).to.deep.equal(before);
        if (!("network.deckhouse.io/metal-load-balancer-class" in annotations)) {
          expect(cluster.condition("a", "spreadlb.io/Ready")).to.match(/^False /);
        }
      }),
      { numRuns: 100 },
    );
  });
});
