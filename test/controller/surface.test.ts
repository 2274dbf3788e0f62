/** What Services say in MetalLB's words, and what is said back: annotations, families, classes, types, Events. */
import { expect } from "chai";
import type { Write } from "../../src/controller/writes.ts";
import { ModelCluster } from "./model-cluster.ts";

const READY = "spreadlb.io/Ready";
const FROM = ["metallb.io/ip-allocated-from-pool", "metallb.universe.tf/ip-allocated-from-pool"];
const V4 = ["192.0.2.10-192.0.2.19"];
const BOTH = [...V4, "2001:db8::10-2001:db8::19"];
const DUAL = ["IPv4", "IPv6"] as const;

/** Two nodes with speakers, a pool, and an advertisement for all. */
function withPool(addresses: readonly string[] = V4): ModelCluster {
  const model = new ModelCluster();
  for (const name of ["n1", "n2"]) {
    model.addNode(name);
    model.hear(name);
  }
  model.addPool("prod", { addresses: [...addresses] });
  model.addAdvertisement("all");
  return model;
}

function told(writes: readonly Write[]): string[] {
  return writes.flatMap((write) =>
    write.kind === "service-status"
      ? write.events.map(({ type, reason, message }) => `${type} ${reason}: ${message}`)
      : [],
  );
}

function allocatedFrom(model: ModelCluster, name: string) {
  const { annotations = {} } = model.service(name).metadata;
  return FROM.map((key) => annotations[key]);
}

describe("controller: what Services say", () => {
  it("an address by MetalLB's annotation and by spec.loadBalancerIP", () => {
    const model = withPool();
    model.addService("a", { annotations: { "metallb.io/loadBalancerIPs": "192.0.2.15" } });
    model.addService("b", { loadBalancerIP: "192.0.2.16" });
    model.converge();
    expect(model.addresses("a")).to.deep.equal(["192.0.2.15"]);
    expect(model.addresses("b")).to.deep.equal(["192.0.2.16"]);
  });

  it("a class does not read spec.loadBalancerIP, as Deckhouse's do not", () => {
    const model = withPool();
    model.addClass("edge", { isDefault: true, addressPool: ["198.51.100.0/30"] });
    model.addService("a", { loadBalancerIP: "203.0.113.1" });
    model.converge();
    expect(model.addresses("a")).to.deep.equal(["198.51.100.0"]);
    expect(model.condition("a", READY)).to.match(/^True/);
  });

  it("a pool by its name, before the default class, though it gives nothing unasked", () => {
    const model = withPool();
    model.addClass("edge", { isDefault: true, addressPool: ["198.51.100.0/30"] });
    model.addPool("vip", { addresses: ["203.0.113.1"], autoAssign: false });
    model.addService("a", { annotations: { "metallb.io/address-pool": "vip" } });
    model.converge();
    expect(model.addresses("a")).to.deep.equal(["203.0.113.1"]);
    expect(allocatedFrom(model, "a")).to.deep.equal(["vip", "vip"]);
  });

  it("another pool by its name: its address is given first, then the old one goes, and the annotation follows", () => {
    const model = withPool();
    model.addPool("vip", { addresses: ["203.0.113.1-203.0.113.2"] });
    model.addService("a");
    model.converge();
    model.addService("a", { annotations: { "metallb.io/address-pool": "vip" } });
    const listed: string[] = [];
    for (let pass = 0; pass < 20; pass++) {
      for (const write of model.plan().writes) model.apply(write);
      model.nowMs += 1000;
      listed.push(model.addresses("a").join());
    }
    expect(listed).to.not.include("");
    expect(model.addresses("a")).to.deep.equal(["203.0.113.1"]);
    expect(allocatedFrom(model, "a")).to.deep.equal(["vip", "vip"]);
  });

  it("two by name with a count that nobody can read: the first is given, once, and then there is rest", () => {
    const model = withPool();
    model.addService("a");
    model.converge();
    const wishes = { "metallb.io/loadBalancerIPs": "192.0.2.15,192.0.2.10" };
    model.addService("a", { count: "many", annotations: wishes });
    model.converge();
    expect(model.addresses("a")).to.deep.equal(["192.0.2.15"]);
  });

  it("one by name, and more of them: the one that it has stays, though half of the plan was written alone", () => {
    const model = withPool();
    model.addService("a");
    model.converge();
    const annotations = { "metallb.io/loadBalancerIPs": "192.0.2.15" };
    model.addService("a", { count: 2, annotations });
    const [made] = model.plan().writes.filter(({ kind }) => kind === "create-virtual-ip");
    if (made !== undefined) model.apply(made);
    const listed: string[][] = [];
    for (let pass = 0; pass < 5; pass++) {
      for (const write of model.plan().writes)
        if (model.apply(write)) listed.push(model.addresses("a"));
    }
    for (const addresses of listed) expect(addresses).to.include("192.0.2.10");
    expect(model.addresses("a")).to.deep.equal(["192.0.2.15", "192.0.2.10"]);
  });

  it("an unknown pool: what it has stays, one Event, no complaint beside it", () => {
    const model = withPool();
    model.addService("a");
    model.converge();
    model.addService("a", { annotations: { "metallb.io/address-pool": "pord" } });
    model.addService("b", { annotations: { "metallb.io/address-pool": "pord" } });
    const why =
      'There is no pool "pord". Name an existing pool in the annotation, one whose serviceAllocation fits the Service.';
    const line = `Warning AllocationFailed: ${why}`;
    expect(told(model.converge())).to.deep.equal([line, line]);
    expect(model.addresses("a")).to.deep.equal(["192.0.2.10"]);
    expect(model.addresses("b")).to.deep.equal([]);
    expect(model.condition("b", READY)).to.equal(`False PoolUnknown: ${why}`);
    model.restartController();
    expect(model.converge()).to.deep.equal([]);
  });

  it("a name that is out of use works, and is told in one Event for good", () => {
    const model = withPool();
    model.addService("a", { annotations: { "metallb.universe.tf/address-pool": "prod" } });
    const hint =
      "Service uses deprecated annotation metallb.universe.tf/address-pool, which is metallb.io/address-pool now. " +
      "Rename the annotation; until then it works as it is.";
    const events = told(model.converge());
    expect(events.filter((one) => one === `Warning deprecatedAnnotation: ${hint}`)).to.have.length(
      1,
    );
    expect(model.condition("a", READY)).to.equal(
      `True AddressesAssigned: The address is assigned · ${hint}`,
    );
    model.restartController();
    expect(model.converge()).to.deep.equal([]);
    model.addService("a", {
      count: 2,
      annotations: { "metallb.universe.tf/address-pool": "prod" },
    });
    expect(told(model.converge()).filter((one) => one.includes("deprecated"))).to.deep.equal([]);
  });
});

describe("controller: the pool that the addresses are of", () => {
  it("stands in the annotations with the address, in one write, and goes with it", () => {
    const model = withPool();
    model.addService("a");
    const writes = model.converge().filter(({ kind }) => kind === "service-status");
    expect(writes).to.have.length(1);
    expect(allocatedFrom(model, "a")).to.deep.equal(["prod", "prod"]);
    model.ipAddressPools.clear();
    model.converge();
    expect(model.addresses("a")).to.deep.equal([]);
    expect(allocatedFrom(model, "a")).to.deep.equal([undefined, undefined]);
  });

  it("a Service that got no address has none", () => {
    const model = withPool(["192.0.2.10"]);
    model.addService("a");
    model.addService("b");
    model.converge();
    expect(model.addresses("b")).to.deep.equal([]);
    expect(allocatedFrom(model, "b")).to.deep.equal([undefined, undefined]);
  });

  it("is that of the pool which has the address now: a pool is renamed", () => {
    const model = withPool();
    model.addService("a");
    model.converge();
    model.ipAddressPools.clear();
    model.addPool("live", { addresses: [...V4] });
    model.converge();
    expect(model.addresses("a")).to.deep.equal(["192.0.2.10"]);
    expect(allocatedFrom(model, "a")).to.deep.equal(["live", "live"]);
  });

  it("a Service of a class has none, nor what MetalLB left there", () => {
    const model = withPool();
    model.addClass("edge", { addressPool: ["198.51.100.0/30"] });
    model.addService("a", {
      loadBalancerClass: "edge",
      annotations: { "metallb.io/ip-allocated-from-pool": "old" },
    });
    model.converge();
    expect(allocatedFrom(model, "a")).to.deep.equal([undefined, undefined]);
  });

  it("somebody takes it away: it comes again, and nothing else is written", () => {
    const model = withPool();
    model.addService("a");
    model.converge();
    model.addService("a");
    expect(model.converge().map(({ kind }) => kind)).to.deep.equal(["service-status"]);
    expect(allocatedFrom(model, "a")).to.deep.equal(["prod", "prod"]);
  });
});

describe("controller: Events in MetalLB's words", () => {
  const assigned = (list: string, what = "IP") =>
    `Normal IPAllocated: Assigned ${what} [${list}] of pool "prod"`;

  it("given, more given, some taken back", () => {
    const model = withPool();
    model.addService("a");
    expect(told(model.converge())).to.deep.equal([assigned('"192.0.2.10"')]);
    model.addService("a", { count: 3 });
    expect(told(model.converge())).to.deep.equal([
      assigned('"192.0.2.11" "192.0.2.12"', "additional IP"),
    ]);
    model.addService("a", { count: 2 });
    expect(told(model.converge())).to.deep.equal([assigned('"192.0.2.10" "192.0.2.11"')]);
  });

  const reasons = [
    {
      name: "the pool is full",
      wishes: { count: 11 },
      want: "AllocationFailed",
      ready: "PoolExhausted",
    },
    {
      name: "an address of no pool",
      wishes: { loadBalancerIP: "203.0.113.1" },
      want: "AllocationFailed",
      ready: "AddressOutsidePool",
    },
    {
      name: "an address that is none",
      wishes: { loadBalancerIP: "web" },
      want: "LoadBalancerFailed",
      ready: "AddressInvalid",
    },
    {
      name: "a family that the pool has not",
      wishes: { families: DUAL },
      want: "AllocationFailed",
      ready: "PoolFamilyMissing",
    },
  ] as const;
  for (const { name, wishes, want, ready } of reasons) {
    it(`${name}: ${want}, once, also over a restart; the condition says ${ready}`, () => {
      const model = withPool();
      model.addService("a", wishes);
      const warnings = (writes: readonly Write[]) =>
        told(writes).filter((one) => one.startsWith("Warning"));
      expect(warnings(model.converge()).map((one) => one.split(/[ :]/)[1])).to.deep.equal([want]);
      expect(model.condition("a", READY)).to.match(new RegExp(`^False ${ready}`));
      model.restartController();
      expect(told(model.converge())).to.deep.equal([]);
    });
  }
});

describe("controller: dual stack", () => {
  const V4_ADDRESS = "192.0.2.10";
  const V6_ADDRESS = "2001:db8::10";
  const single = { families: ["IPv4"], ipFamilyPolicy: "SingleStack" };
  const prefer = { families: DUAL, ipFamilyPolicy: "PreferDualStack" };
  const require = { families: DUAL, ipFamilyPolicy: "RequireDualStack" };
  const preferInSingle = { families: ["IPv4"], ipFamilyPolicy: "PreferDualStack" };
  const statusOf = (...ips: string[]) => ({
    loadBalancer: { ingress: ips.map((ip) => ({ ip, ipMode: "VIP" })) },
  });
  const rows = [
    { name: "single, then prefer", steps: [single, prefer], want: [V4_ADDRESS, V6_ADDRESS] },
    { name: "single, then require", steps: [single, require], want: [V4_ADDRESS, V6_ADDRESS] },
    { name: "prefer, then require", steps: [prefer, require], want: [V4_ADDRESS, V6_ADDRESS] },
    { name: "require, then prefer", steps: [require, prefer], want: [V4_ADDRESS, V6_ADDRESS] },
    { name: "require, then single", steps: [require, single], want: [V4_ADDRESS] },
    { name: "prefer, then single", steps: [prefer, single], want: [V4_ADDRESS] },
    {
      name: "there and back again",
      steps: [single, prefer, require, prefer, single, require],
      want: [V4_ADDRESS, V6_ADDRESS],
    },
    {
      name: "prefer in a cluster of one family: one address, and no churn",
      steps: [preferInSingle],
      want: [V4_ADDRESS],
    },
    {
      name: "prefer, IPv6 first",
      steps: [{ ...prefer, families: ["IPv6", "IPv4"] }],
      want: [V6_ADDRESS, V4_ADDRESS],
    },
    {
      name: "IPv6 first, adopted as MetalLB has written it",
      steps: [{ ...prefer, families: ["IPv6", "IPv4"], status: statusOf(V4_ADDRESS, V6_ADDRESS) }],
      want: [V4_ADDRESS, V6_ADDRESS],
    },
    { name: "single in IPv6", steps: [{ ...single, families: ["IPv6"] }], want: [V6_ADDRESS] },
  ];
  for (const { name, steps, want } of rows) {
    it(`${name}: ${want.join(" and ")}`, () => {
      const model = withPool(BOTH);
      for (const step of steps) {
        model.addService("a", step);
        model.converge();
      }
      expect(model.addresses("a")).to.deep.equal(want);
      expect(model.condition("a", READY)).to.match(/^True/);
      expect(model.converge()).to.deep.equal([]);
    });
  }

  it("prefer on a pool of one family: one address, not a word; the pool gets the other: so does the Service", () => {
    const model = withPool(V4);
    model.addService("a", prefer);
    model.converge();
    expect(model.addresses("a")).to.deep.equal([V4_ADDRESS]);
    expect(model.condition("a", READY)).to.match(/^True/);
    expect(model.converge()).to.deep.equal([]);
    model.addPool("prod", { addresses: [...BOTH] });
    model.converge();
    expect(model.addresses("a")).to.deep.equal([V4_ADDRESS, V6_ADDRESS]);
  });

  it("require on a pool of one family: what works stays, and it is told what is missing", () => {
    const model = withPool(V4);
    model.addService("a", single);
    model.converge();
    model.addService("a", require);
    model.converge();
    expect(model.addresses("a")).to.deep.equal([V4_ADDRESS]);
    expect(model.condition("a", READY)).to.match(/^False PoolFamilyMissing/);
    model.addService("a", prefer);
    model.converge();
    expect(model.addresses("a")).to.deep.equal([V4_ADDRESS]);
    expect(model.condition("a", READY)).to.match(/^True/);
  });

  it("require, and another pool has both: it goes there with both of its addresses, and stays", () => {
    const model = withPool(V4);
    model.addService("a", single);
    model.converge();
    model.addPool("second", { addresses: ["192.0.2.20-192.0.2.21", "2001:db8::20/127"] });
    model.converge();
    model.addService("a", require);
    model.converge();
    expect(model.addresses("a")).to.deep.equal(["192.0.2.20", "2001:db8::20"]);
    expect(model.virtualIps.size).to.equal(2);
    expect(model.condition("a", READY)).to.match(/^True/);
    expect(model.converge()).to.deep.equal([]);
  });

  it("the pool loses a family: that address goes, the other stays", () => {
    const model = withPool(BOTH);
    model.addService("a", prefer);
    model.converge();
    model.addPool("prod", { addresses: [...V4] });
    model.converge();
    expect(model.addresses("a")).to.deep.equal([V4_ADDRESS]);
  });
});

describe("controller: whose Services the pools serve", () => {
  it("--lb-class: those that name it, and no others, as with MetalLB", () => {
    const model = withPool();
    model.lbClass = "metallb";
    model.addService("named", { loadBalancerClass: "metallb" });
    model.addService("plain");
    model.addService("other", { loadBalancerClass: "example.com/lb" });
    const written = model.converge().filter(({ kind }) => kind === "service-status");
    expect(written).to.have.length(1);
    expect(model.addresses("named")).to.deep.equal(["192.0.2.10"]);
    expect([model.addresses("plain"), model.addresses("other")]).to.deep.equal([[], []]);
  });

  it("a Service that is no load balancer any more gives all back; it may come again", () => {
    const model = withPool();
    model.addService("a");
    model.converge();
    model.addService("a", { type: "ClusterIP" });
    model.converge();
    expect([model.virtualIps.size, model.addresses("a")]).to.deep.equal([0, []]);
    expect(model.service("a").status?.conditions ?? []).to.deep.equal([]);
    expect(allocatedFrom(model, "a")).to.deep.equal([undefined, undefined]);
    model.addService("a");
    model.converge();
    expect(model.addresses("a")).to.deep.equal(["192.0.2.10"]);
    expect(model.condition("a", READY)).to.match(/^True/);
  });
});
