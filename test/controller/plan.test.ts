/**
 * The plan as scripts: a world, what happens to it, and the whole of what is written.
 */
import { expect } from "chai";
import { ADDRESSES_ANNOTATION, CLASS_ANNOTATION } from "../../src/classes/annotations.ts";
import type { Ip } from "../../src/base/ip.ts";
import type { Write } from "../../src/controller/writes.ts";
import { emptyMemory } from "../../src/controller/memory.ts";
import { fourNodes, outline, type ModelCluster } from "./model-cluster.ts";

const READY = "spreadlb.io/Ready";
const ASSIGNED = "AllPublicIPsAssigned";
const BOUND = "network.deckhouse.io/load-balancer-class";

/** A cluster at rest with one Service of three addresses. */
function webOfThree(): ModelCluster {
  const cluster = fourNodes();
  cluster.addService("web", { count: 3 });
  cluster.converge();
  cluster.report();
  return cluster;
}

/** What is written about Services and addresses; counters of classes and labels have tests of their own. */
function essence(writes: readonly Write[]): string[] {
  return outline(writes.filter(({ kind }) => !["class-status", "node-label"].includes(kind)));
}

function events(writes: readonly Write[]): string[] {
  return writes.flatMap((write) =>
    "events" in write ? write.events.map(({ type, reason }) => `${type} ${reason}`) : [],
  );
}

/** One for each address: its first node may hold it no longer. */
const MOVED_AWAY = Array<string>(3).fill("Normal PlannedMove");

interface Script {
  readonly name: string;
  readonly change: (cluster: ModelCluster) => void;
  readonly writes: readonly string[];
  readonly events: readonly string[];
  readonly addresses: readonly string[];
  readonly ready?: string;
}

const WEB = ["192.0.2.0", "192.0.2.1", "192.0.2.2"];
const status = "service-status service/default/web";
const act = (verb: string, ...numbers: number[]) =>
  numbers.map((number) => `${verb}-virtual-ip virtualip/192-0-2-${number}`);

const SCRIPTS: readonly Script[] = [
  {
    name: "nothing happens: nothing is written",
    change: () => undefined,
    writes: [],
    events: [],
    addresses: WEB,
  },
  {
    name: "the controller restarts: nothing is written",
    change: (cluster) => {
      cluster.restartController();
    },
    writes: [],
    events: [],
    addresses: WEB,
  },
  {
    name: "two more: claimed first, promised in one write, at the end; second places are evened out",
    change: (cluster) => {
      cluster.addService("web", { count: 5 });
    },
    writes: [...act("create", 3, 4), ...act("update", 0, 1, 2), status],
    events: ["Normal IPAllocated"],
    addresses: [...WEB, "192.0.2.3", "192.0.2.4"],
  },
  {
    name: "two fewer: the promise goes first, then the claims",
    change: (cluster) => {
      cluster.addService("web", { count: 1 });
    },
    writes: [status, ...act("delete", 1, 2)],
    events: ["Normal IPAllocated"],
    addresses: ["192.0.2.0"],
  },
  {
    name: "the status is wiped: the same addresses, nothing else is written",
    change: (cluster) => {
      cluster.wipeStatus("web");
    },
    writes: [status],
    events: ["Normal IPAllocated"],
    addresses: WEB,
  },
  {
    name: "the VirtualIPs are gone: adopted from the status, which stays as it is",
    change: (cluster) => {
      cluster.virtualIps.clear();
    },
    writes: act("create", 0, 1, 2),
    events: [],
    addresses: WEB,
  },
  {
    name: "a VirtualIP without a Service: removed",
    change: (cluster) => {
      const [before] = cluster.virtualIps.values();
      if (before === undefined) throw new Error("no VirtualIP");
      const services = [{ namespace: "default", name: "gone", index: 0 }];
      const spec = { ...before.spec, address: "192.0.2.9" as typeof before.spec.address, services };
      cluster.virtualIps.set("192-0-2-9", { metadata: { name: "192-0-2-9" }, spec });
    },
    writes: act("delete", 9),
    events: [],
    addresses: WEB,
  },
  {
    name: "the class is deleted: the promise goes, then the claims; the Service knows why",
    change: (cluster) => {
      cluster.classes.delete("edge");
    },
    writes: [status, ...act("delete", 0, 1, 2)],
    events: ["Warning ClassMissing"],
    addresses: [],
    ready: "False ClassMissing",
  },
  {
    name: "no node is eligible: the promise goes, the claims stay with empty ranks",
    change: (cluster) => {
      for (const name of ["n1", "n2", "n3", "n4"]) {
        cluster.addNode(name, { "node.kubernetes.io/exclude-from-external-load-balancers": "" });
      }
    },
    writes: [...act("update", 0, 1, 2), status],
    events: [...MOVED_AWAY, "Warning NoNodes"],
    addresses: [],
    ready: "False NoNodes",
  },
  {
    name: "no speaker has a Lease any more: told, and nothing moves",
    change: (cluster) => {
      cluster.presences.clear();
    },
    writes: [status],
    events: ["Warning NoSpeaker"],
    addresses: WEB,
    ready: "False NoSpeaker",
  },
  {
    name: "Local without a serving endpoint: nobody is ranked, the promise stays",
    change: (cluster) => {
      cluster.addService("web", { count: 3, policy: "Local" });
    },
    writes: [...act("update", 0, 1, 2), status],
    events: [...MOVED_AWAY, "Warning NoServingEndpoint"],
    addresses: WEB,
    ready: "False NoServingEndpoint",
  },
  {
    name: "the pool leaves an address out: another takes its place, the index stays",
    change: (cluster) => {
      cluster.addClass("edge", { isDefault: true, addressPool: ["192.0.2.1-192.0.2.3"] });
    },
    writes: [...act("create", 3), status, ...act("delete", 0), status],
    events: ["Warning ClearAssignment", "Normal IPAllocated"],
    addresses: ["192.0.2.3", "192.0.2.1", "192.0.2.2"],
  },
  {
    name: "the pool is too small: what is there stays, the rest is told",
    change: (cluster) => {
      cluster.addClass("edge", { isDefault: true, addressPool: ["192.0.2.0-192.0.2.2"] });
      cluster.addService("web", { count: 5 });
    },
    writes: [status],
    events: ["Warning AllocationFailed"],
    addresses: WEB,
    ready: "False PoolExhausted",
  },
  {
    name: "a count that cannot be read: nothing is taken away",
    change: (cluster) => {
      cluster.addService("web", { count: "abc" });
    },
    writes: [status],
    events: ["Warning CountInvalid"],
    addresses: WEB,
    ready: "False CountInvalid",
  },
  {
    name: "an annotation names an unknown class after it was bound: the binding counts",
    change: (cluster) => {
      cluster.addService("web", { count: 3, annotations: { [CLASS_ANNOTATION]: "nowhere" } });
    },
    writes: [],
    events: [],
    addresses: WEB,
  },
  {
    name: "another address is requested: claimed, promised in its place, then the old one is free",
    change: (cluster) => {
      cluster.addService("web", { count: 3, annotations: { [ADDRESSES_ANNOTATION]: "192.0.2.7" } });
    },
    writes: [...act("create", 7), ...act("update", 1, 2), status, ...act("delete", 0)],
    events: ["Normal IPAllocated"],
    addresses: ["192.0.2.7", "192.0.2.1", "192.0.2.2"],
  },
];

describe("controller: plan", () => {
  for (const script of SCRIPTS) {
    it(script.name, () => {
      const cluster = webOfThree();
      script.change(cluster);
      const writes = cluster.converge();
      expect(essence(writes)).to.deep.equal(script.writes);
      expect(events(writes)).to.deep.equal(script.events);
      expect(cluster.addresses("web")).to.deep.equal(script.addresses);
      expect(cluster.condition("web", READY)).to.contain(script.ready ?? "True AddressesAssigned");
      cluster.restartController();
      expect(events(cluster.converge()), "told once").to.deep.equal([]);
    });
  }

  it("keeps a Service to the class of its claims when its status is wiped, whatever it asks for by now", () => {
    const cluster = fourNodes();
    cluster.addClass("other", { addressPool: ["198.51.100.0/28"] });
    cluster.addService("web", { count: 2 });
    cluster.converge();
    const before = cluster.addresses("web");
    cluster.addService("web", { count: 2, annotations: { [CLASS_ANNOTATION]: "other" } });
    cluster.wipeStatus("web");
    cluster.converge();
    expect(cluster.addresses("web")).to.deep.equal(before);
  });

  it("keeps a Service to the class that is there, where half of its way from one that is gone was written", () => {
    const cluster = fourNodes();
    cluster.addService("web", { count: 2 });
    cluster.converge();
    const before = cluster.addresses("web");
    for (const [name, object] of cluster.virtualIps) {
      if (object.spec.address !== before.at(-1)) continue;
      cluster.virtualIps.set(name, { ...object, spec: { ...object.spec, class: "gone" } });
    }
    cluster.addClass("edge", { isDefault: false, addressPool: ["192.0.2.0/28"] });
    cluster.wipeStatus("web");
    cluster.converge();
    expect(cluster.addresses("web")).to.deep.equal(before);
  });

  it("keeps a Service to the class of its claims where its status still says one that is gone", () => {
    const cluster = webOfThree();
    const before = cluster.addresses("web");
    const { status, ...rest } = cluster.service("web");
    const conditions = (status?.conditions ?? []).map((one) =>
      one.type === BOUND ? { ...one, message: "gone" } : one,
    );
    cluster.services.set("default/web", { ...rest, status: { ...status, conditions } });
    cluster.addClass("edge", { isDefault: false, addressPool: ["192.0.2.0/28"] });
    cluster.converge();
    expect(cluster.addresses("web")).to.deep.equal(before);
  });

  it("writes Deckhouse's conditions to the letter", () => {
    const cluster = webOfThree();
    expect(cluster.condition("web", BOUND)).to.equal("True LoadBalancerClassBound: edge");
    expect(cluster.condition("web", ASSIGNED)).to.equal(
      "True AllIPsAssigned: 3 of 3 public IPs were assigned",
    );
    cluster.classes.delete("edge");
    cluster.converge();
    expect(cluster.condition("web", ASSIGNED)).to.equal(
      "False NotAllIPsAssigned: 0 of 3 public IPs were assigned",
    );
  });

  it("lists the first family by index, then the second", () => {
    const cluster = fourNodes();
    cluster.addService("dual", { count: 2, families: ["IPv6", "IPv4"] });
    cluster.converge();
    expect(cluster.addresses("dual")).to.deep.equal([
      ...["2001:db8::", "2001:db8::1"],
      ...["192.0.2.0", "192.0.2.1"],
    ]);
    expect(cluster.condition("dual", ASSIGNED)).to.match(/: 4 of 4 public IPs/);
  });

  it("lists no address before one that is still being claimed: a list grows at its end", () => {
    const cluster = fourNodes();
    cluster.addService("web", { count: 3 });
    const { writes } = cluster.plan();
    const [late, ...others] = writes.filter(({ kind }) => kind === "create-virtual-ip");
    if (late?.kind !== "create-virtual-ip") throw new Error("no claim is made");
    const first = late.object.spec.address;
    for (const write of others) cluster.apply(write);
    const listed = () => cluster.addresses("web");
    cluster.claiming.set(late.object.metadata.name, late.object);
    for (let pass = 0; pass < 5; pass++) {
      for (const write of cluster.plan().writes)
        if (write.kind === "service-status") cluster.apply(write);
      cluster.nowMs += 1000;
    }
    const [before, { index }] = [listed(), late.object.spec.services[0] ?? { index: -1 }];
    expect(before).to.deep.equal(["192.0.2.0", "192.0.2.1", "192.0.2.2"].slice(0, index));
    cluster.claiming.clear();
    cluster.apply(late);
    cluster.converge();
    expect(listed().indexOf(first)).to.equal(index);
    expect(listed()).to.have.length(3);
  });

  it("keeps to what it is claiming while new Services come before it", () => {
    const cluster = fourNodes();
    cluster.addService("z", { count: 2 });
    const sent = cluster.plan().writes.filter(({ kind }) => kind === "create-virtual-ip");
    for (const write of sent) {
      if (write.kind === "create-virtual-ip") {
        cluster.claiming.set(write.object.metadata.name, write.object);
      }
    }
    cluster.addService("a");
    const { metadata, ...rest } = cluster.service("a");
    const older = { ...metadata, creationTimestamp: "2025-01-01T00:00:00Z" };
    cluster.services.set("default/a", { ...rest, metadata: older });
    const users = cluster.plan().writes.flatMap((write) => {
      if (write.kind !== "create-virtual-ip") return [];
      const { address, services } = write.object.spec;
      return services.map(({ name, index }) => `${address} ${name} ${index}`);
    });
    expect(users).to.deep.equal(["192.0.2.0 z 0", "192.0.2.1 z 1", "192.0.2.2 a 0"]);
    cluster.claiming.clear();
    for (const write of sent) cluster.apply(write);
    cluster.converge();
    expect(cluster.addresses("z")).to.deep.equal(["192.0.2.0", "192.0.2.1"]);
    expect(cluster.addresses("a")).to.deep.equal(["192.0.2.2"]);
  });

  it("gives up the claim that came twice for one index, never the promised one", () => {
    const cluster = fourNodes();
    cluster.addService("first", { count: 2 });
    cluster.converge();
    cluster.addService("web");
    cluster.converge();
    cluster.services.delete("default/first");
    cluster.converge();
    const promised = cluster.virtualIp("192.0.2.2");
    if (promised === undefined) throw new Error("no VirtualIP");
    // A creation that was sent long ago and is done only now.
    const spec = { ...promised.spec, address: "192.0.2.0" as Ip, generation: 1 };
    const object = { ...promised, metadata: { name: "192-0-2-0" }, spec };
    cluster.apply({ kind: "create-virtual-ip", object });
    expect(essence(cluster.converge())).to.deep.equal(act("delete", 0));
    expect(cluster.addresses("web")).to.deep.equal(["192.0.2.2"]);
  });

  const KEY = { annotations: { "metallb.io/allow-shared-ip": "k" } };
  for (const { title, annotations, has } of [
    { title: "leaves", annotations: KEY.annotations, has: "192.0.2.0" },
    { title: "does not leave", annotations: undefined, has: "192.0.2.1" },
  ]) {
    it(`${title} a Service where its status says, beside one that shares it and is about to go`, () => {
      const cluster = fourNodes();
      cluster.addService("web", { ...KEY, ports: [80] });
      cluster.converge();
      const promised = cluster.virtualIp("192.0.2.0");
      if (promised === undefined) throw new Error("no VirtualIP");
      const moved = { ...KEY.annotations, "metallb.io/loadBalancerIPs": "192.0.2.2" };
      cluster.addService("web", { annotations: moved, ports: [80] });
      cluster.converge();
      expect(cluster.addresses("web")).to.deep.equal(["192.0.2.2"]);
      // Where it was before is not given up yet.
      const object = { ...promised, metadata: { name: "192-0-2-0" } };
      cluster.apply({ kind: "create-virtual-ip", object });
      const status = { loadBalancer: { ingress: [{ ip: "192.0.2.0" }] } };
      cluster.addService("shop", { ...(annotations && { annotations }), ports: [81], status });
      const writes = cluster.converge();
      expect(cluster.addresses("shop")).to.deep.equal([has]);
      expect(JSON.stringify(writes)).not.to.include("web twice");
      expect(cluster.virtualIp("192.0.2.0")?.spec.services.map(({ name }) => name)).to.deep.equal(
        has === "192.0.2.0" ? ["shop"] : undefined,
      );
    });
  }

  it("does not wait for ever for a claim that cannot be made", () => {
    const cluster = fourNodes();
    cluster.addService("web", { count: 2 });
    const refuse = () => {
      const { writes } = cluster.plan();
      const other = writes.filter((write) => outline([write])[0] !== act("create", 1)[0]);
      for (const write of other) cluster.apply(write);
    };
    refuse();
    refuse();
    expect(cluster.addresses("web")).to.deep.equal([]);
    cluster.nowMs += 1000;
    refuse();
    expect(cluster.addresses("web")).to.deep.equal(["192.0.2.0"]);
    expect(cluster.condition("web", READY)).to.match(/^False AddressesPending: 1 of 2/);
  });

  it("serves a Service that becomes a ClusterIP no more, and leaves others' conditions", () => {
    const cluster = webOfThree();
    const lastTransitionTime = cluster.nowIso;
    const said = { status: "True", reason: "Yes", message: "" } as const;
    const theirs = { type: "example.com/Theirs", ...said, lastTransitionTime };
    const before = cluster.service("web").status;
    const conditions = [...(before?.conditions ?? []), theirs];
    cluster.addService("web", { type: "ClusterIP", status: { ...before, conditions } });
    expect(essence(cluster.converge())).to.deep.equal([...act("delete", 0, 1, 2), status]);
    expect(cluster.service("web").status).to.deep.equal({ conditions: [theirs] });
  });

  it("lets go of a Service that is being deleted and held back by another's finalizer", () => {
    const cluster = webOfThree();
    const { metadata, ...rest } = cluster.service("web");
    const going = { ...metadata, finalizers: ["example.com/x"], deletionTimestamp: cluster.nowIso };
    cluster.services.set("default/web", { ...rest, metadata: going });
    expect(essence(cluster.converge())).to.deep.equal([status, ...act("delete", 0, 1, 2)]);
    expect(cluster.addresses("web")).to.deep.equal([]);
  });

  it("leaves alone a Service of a foreign class that another program gave Deckhouse's conditions", () => {
    const cluster = fourNodes();
    const said = { status: "True", reason: "Yes", message: "", lastTransitionTime: cluster.nowIso };
    const conditions = [{ ...said, type: ASSIGNED, status: "True" as const }];
    cluster.addService("foreign", { loadBalancerClass: "example.com/lb", status: { conditions } });
    expect(essence(cluster.converge())).to.deep.equal([]);
  });

  it("leaves alone a Service that no class is for and that was never ours", () => {
    const cluster = fourNodes();
    cluster.addClass("edge", { isDefault: false, addressPool: ["192.0.2.0/28"] });
    cluster.addService("cloud", { status: { loadBalancer: { ingress: [{ ip: "203.0.113.1" }] } } });
    cluster.addService("foreign", { loadBalancerClass: "example.com/lb" });
    expect(essence(cluster.converge())).to.deep.equal([]);
  });

  it("serves the Services of a deleted class again when it is made anew", () => {
    const cluster = webOfThree();
    cluster.classes.delete("edge");
    cluster.converge();
    cluster.addClass("edge", { isDefault: true, addressPool: ["192.0.2.0/28"] });
    cluster.converge();
    expect(cluster.addresses("web")).to.deep.equal(WEB);
    expect(cluster.condition("web", READY)).to.match(/^True/);
  });

  it("returns the same addresses when the nodes return", () => {
    const cluster = webOfThree();
    const selected = {
      isDefault: true,
      addressPool: ["192.0.2.0/28"],
      nodeSelector: { lb: "yes" },
    };
    cluster.addClass("edge", selected);
    cluster.converge();
    expect(cluster.addresses("web")).to.deep.equal([]);
    cluster.addNode("n2", { lb: "yes" });
    cluster.converge();
    expect(cluster.addresses("web")).to.deep.equal(WEB);
    expect(cluster.virtualIp("192.0.2.1")?.spec.rank).to.deep.equal(["n2"]);
  });

  it("gives a freed address to the one who waits for it", () => {
    const cluster = fourNodes(["192.0.2.0/31"]);
    cluster.addService("first", { count: 2 });
    cluster.converge();
    cluster.addService("second");
    cluster.converge();
    expect(cluster.condition("second", READY)).to.match(/^False PoolExhausted/);
    cluster.services.delete("default/first");
    cluster.converge();
    expect(cluster.addresses("second")).to.deep.equal(["192.0.2.0"]);
  });

  it("labels the nodes that a class selects, and no others", () => {
    const cluster = fourNodes();
    const selected = {
      isDefault: true,
      addressPool: ["192.0.2.0/28"],
      nodeSelector: { lb: "yes" },
    };
    cluster.addClass("edge", selected);
    cluster.addNode("n3", { lb: "yes" });
    const label = (writes: readonly Write[]) =>
      writes.flatMap((write) =>
        write.kind === "node-label" ? [`${write.before.metadata.name} ${write.member}`] : [],
      );
    expect(label(cluster.converge())).to.deep.equal(["n3 true"]);
    const excluded = { "node.kubernetes.io/exclude-from-external-load-balancers": "" };
    cluster.addNode("n3", { lb: "yes", ...excluded });
    expect(label(cluster.converge()), "able or not").to.deep.equal([]);
    cluster.addNode("n3", {});
    expect(label(cluster.converge())).to.deep.equal(["n3 false"]);
  });

  it("an excluded node answers as others do where the controller is told so", () => {
    const cluster = fourNodes();
    const excluded = { "node.kubernetes.io/exclude-from-external-load-balancers": "" };
    for (const node of ["n1", "n2", "n3", "n4"]) cluster.addNode(node, excluded);
    cluster.addService("web");
    cluster.converge();
    expect(cluster.addresses("web")).to.deep.equal([]);
    cluster.ignoreExcludeLabel = true;
    cluster.converge();
    expect(cluster.addresses("web")).to.have.length(1);
    expect(cluster.virtualIp("192.0.2.0")?.spec.rank).to.have.length(4);
  });

  it("says on the class what is wrong with it, once, and how full it is", () => {
    const cluster = fourNodes();
    cluster.addClass("bad", { addressPool: ["192.0.2.9-192.0.2.1", "198.51.100.0/31"] });
    cluster.addService("web", { loadBalancerClass: "bad" });
    expect(events(cluster.converge())).to.deep.equal([
      "Warning RangeInvalid",
      "Normal IPAllocated",
    ]);
    const { conditions, free, nodes, services } = cluster.classes.get("bad")?.status ?? {};
    expect({ free, nodes, services }).to.deep.equal({ free: "1 IPv4", nodes: 4, services: 1 });
    expect(
      conditions?.map(({ type, status: is, reason }) => `${type} ${is} ${reason}`),
    ).to.deep.equal(["Ready False RangeInvalid"]);
    cluster.restartController();
    expect(events(cluster.converge())).to.deep.equal([]);
  });

  it("numbers its plans upwards, also when the newest VirtualIP is deleted", () => {
    const cluster = webOfThree();
    const newest = Math.max(...[...cluster.virtualIps.values()].map(({ spec }) => spec.generation));
    cluster.addService("other");
    cluster.converge();
    expect(cluster.virtualIp("192.0.2.3")?.spec.generation).to.equal(newest + 1);
    cluster.services.delete("default/other");
    cluster.converge();
    cluster.addService("third");
    cluster.converge();
    expect(cluster.virtualIp("192.0.2.3")?.spec.generation).to.equal(newest + 2);
    cluster.memory = emptyMemory(1_000_000);
    cluster.addService("fourth");
    cluster.converge();
    expect(cluster.virtualIp("192.0.2.4")?.spec.generation).to.equal(1_000_001);
  });
});
