/** MetalLB's pools in the controller: who is served by them, which nodes are ranked, what the objects say. */
import { expect } from "chai";
import type { BGPAdvertisement } from "../../src/classes/metallb/bgp-advertisement.ts";
import { emptyMemory } from "../../src/controller/memory.ts";
import { manifest } from "../classes/metallb/cases.ts";
import { ModelCluster } from "./model-cluster.ts";

const LB = { lb: "" };
const SELECTED = { nodeSelectors: [{ matchLabels: LB }] };

/** Three nodes with speakers, two of them labelled. */
function cluster(): ModelCluster {
  const model = new ModelCluster();
  for (const [name, labels] of [
    ["n1", LB],
    ["n2", LB],
    ["n3", {}],
  ] as const) {
    model.addNode(name, labels);
    model.hear(name);
  }
  return model;
}

function withPool(): ModelCluster {
  const model = cluster();
  model.addPool("prod", { addresses: ["192.0.2.10-192.0.2.19"] });
  model.addAdvertisement("lb", SELECTED);
  return model;
}

const READY = "spreadlb.io/Ready";
const BOUND = "network.deckhouse.io/load-balancer-class";

describe("controller: pools", () => {
  it("a Service that names no class: addresses of the pool, on the nodes that the advertisement selects", () => {
    const model = withPool();
    model.addService("web", { count: 2 });
    model.converge();
    expect(model.addresses("web")).to.deep.equal(["192.0.2.10", "192.0.2.11"]);
    const specs = model.addresses("web").map((ip) => model.virtualIp(ip)?.spec);
    expect(specs.map((spec) => [spec?.pool, spec?.class])).to.deep.equal([
      ["prod", null],
      ["prod", null],
    ]);
    expect(specs.map((spec) => [...(spec?.rank ?? [])].sort())).to.deep.equal([
      ["n1", "n2"],
      ["n1", "n2"],
    ]);
    expect(new Set(specs.map((spec) => spec?.rank[0])).size).to.equal(2);
    expect(model.condition("web", READY)).to.match(/^True/);
    expect(model.condition("web", BOUND)).to.equal(undefined);
    expect(model.converge()).to.deep.equal([]);
  });

  const untouched = [
    { name: "of another implementation's class", wishes: { loadBalancerClass: "other.io/lb" } },
    { name: "of another type", wishes: { type: "ClusterIP" } },
  ] as const;
  for (const { name, wishes } of untouched) {
    it(`a Service ${name} is left alone`, () => {
      const model = withPool();
      model.addService("web", wishes);
      model.converge();
      expect(model.virtualIps.size).to.equal(0);
      expect(model.service("web").status?.conditions).to.equal(undefined);
    });
  }

  it("a Service that is bound to a class that is gone waits for it", () => {
    const model = cluster();
    model.addClass("edge", { addressPool: ["198.51.100.1"] });
    model.addService("web", {
      annotations: { "network.deckhouse.io/metal-load-balancer-class": "edge" },
    });
    model.converge();
    expect(model.addresses("web")).to.deep.equal(["198.51.100.1"]);
    model.addPool("prod", { addresses: ["192.0.2.10"] });
    model.addAdvertisement("lb");
    model.classes.delete("edge");
    model.converge();
    expect(model.addresses("web")).to.deep.equal([]);
    expect(model.condition("web", READY)).to.match(/^False ClassUnknown/);
    model.addClass("edge", { addressPool: ["198.51.100.1"] });
    model.converge();
    expect(model.addresses("web")).to.deep.equal(["198.51.100.1"]);
  });

  it("a pool that takes over the addresses of a class that is gone keeps them, also when the class is made anew", () => {
    for (const isDefault of [false, true]) {
      const model = cluster();
      model.addClass("edge", { addressPool: ["192.0.2.10/31"], isDefault });
      model.addService("web", {
        annotations: isDefault ? {} : { "network.deckhouse.io/metal-load-balancer-class": "edge" },
      });
      model.converge();
      expect(model.condition("web", BOUND)).to.match(/: edge$/);
      model.addService("web");
      model.addPool("prod", { addresses: ["192.0.2.10/31"] });
      model.addAdvertisement("lb");
      model.classes.delete("edge");
      model.converge();
      expect(model.condition("web", BOUND)).to.equal(undefined);
      model.addClass("edge", { addressPool: ["192.0.2.10/31"], isDefault });
      expect(model.converge().filter(({ kind }) => kind.endsWith("virtual-ip"))).to.deep.equal([]);
      expect(model.addresses("web")).to.deep.equal(["192.0.2.10"]);
    }
  });

  it("the same before any status says so: its claims are all of the pool", () => {
    const model = cluster();
    model.addClass("edge", { addressPool: ["192.0.2.10/31"] });
    model.addService("web", {
      annotations: { "network.deckhouse.io/metal-load-balancer-class": "edge" },
    });
    model.converge();
    model.addService("web");
    model.addPool("prod", { addresses: ["192.0.2.10/31"] });
    model.classes.delete("edge");
    for (const write of model.plan().writes)
      if (write.kind === "update-virtual-ip") model.apply(write);
    model.addClass("edge", { addressPool: ["192.0.2.10/31"] });
    model.converge();
    expect(model.addresses("web")).to.deep.equal(["192.0.2.10"]);
    expect(model.condition("web", BOUND)).to.equal(undefined);
  });

  it("somebody wipes the status of a Service with an address of a pool: no default class takes it over", () => {
    const model = withPool();
    model.addService("web");
    model.converge();
    model.addClass("edge", { addressPool: ["198.51.100.0/30"], isDefault: true });
    model.wipeStatus("web");
    model.converge();
    expect(model.addresses("web")).to.deep.equal(["192.0.2.10"]);
  });

  it("a default class serves before pools, and takes nothing over from them", () => {
    const model = withPool();
    model.addService("old");
    model.converge();
    model.addClass("edge", { addressPool: ["198.51.100.0/30"], isDefault: true });
    model.addService("new");
    model.converge();
    expect([model.addresses("old"), model.addresses("new")]).to.deep.equal([
      ["192.0.2.10"],
      ["198.51.100.0"],
    ]);
    expect(model.condition("old", BOUND)).to.equal(undefined);
    model.addService("old", {
      annotations: { "network.deckhouse.io/metal-load-balancer-class": "edge" },
    });
    model.converge();
    expect(model.addresses("old")).to.deep.equal(["198.51.100.1"]);
  });

  it("a pool by its name, before the default class, also where the pool comes later", () => {
    for (const isThere of [true, false]) {
      const model = withPool();
      model.addClass("edge", { addressPool: ["198.51.100.0/30"], isDefault: true });
      if (isThere) model.addPool("later", { addresses: ["203.0.113.1"] });
      model.addService("web", { annotations: { "metallb.io/address-pool": "later" } });
      model.converge();
      if (!isThere) expect(model.condition("web", READY)).to.match(/^False PoolUnknown/);
      model.addPool("later", { addresses: ["203.0.113.1"] });
      model.converge();
      expect(model.addresses("web")).to.deep.equal(["203.0.113.1"]);
      expect(model.condition("web", BOUND)).to.equal(undefined);
    }
  });

  it("an address of a pool by name, before the default class; one of the class, and one of nobody, from the class", () => {
    const model = withPool();
    model.addClass("edge", { addressPool: ["198.51.100.0/30"], isDefault: true });
    const asking = (ip: string) => ({ annotations: { "metallb.io/loadBalancerIPs": ip } });
    model.addService("annotated", asking("192.0.2.15"));
    model.addService("field", { loadBalancerIP: "192.0.2.16" });
    model.addService("own", asking("198.51.100.2"));
    model.addService("nowhere", asking("203.0.113.1"));
    model.converge();
    const names = ["annotated", "field", "own", "nowhere"];
    expect(names.map((name) => model.addresses(name).join())).to.deep.equal([
      ...["192.0.2.15", "192.0.2.16", "198.51.100.2", ""],
    ]);
    expect(model.condition("nowhere", BOUND)).to.match(/: edge$/);
  });

  it("the name of a pool moves nobody out of the default class, and counts for nothing where there are no pools", () => {
    const model = cluster();
    model.addClass("edge", { addressPool: ["198.51.100.0/30"], isDefault: true });
    const named = { annotations: { "metallb.io/address-pool": "prod" } };
    const status = { loadBalancer: { ingress: [{ ip: "198.51.100.2" }] } };
    model.addService("old", named);
    model.converge();
    model.addPool("prod", { addresses: ["192.0.2.10-192.0.2.19"] });
    model.addService("adopted", { ...named, status });
    model.converge();
    expect(model.addresses("old")).to.deep.equal(["198.51.100.0"]);
    expect(model.addresses("adopted")).to.deep.equal(["198.51.100.2"]);
    model.wipeStatus("old");
    model.converge();
    expect(model.addresses("old")).to.deep.equal(["198.51.100.0"]);
  });

  it("addresses that Services have from before are kept, with and without a default class", () => {
    for (const isDefault of [false, true]) {
      const model = withPool();
      model.addClass("edge", { addressPool: ["198.51.100.0/30"], isDefault });
      const ingress = (ip: string) => ({ status: { loadBalancer: { ingress: [{ ip }] } } });
      model.addService("web", ingress("192.0.2.15"));
      model.addService("other", ingress("192.0.2.10"));
      model.converge();
      expect([model.addresses("web"), model.addresses("other")]).to.deep.equal([
        ["192.0.2.15"],
        ["192.0.2.10"],
      ]);
    }
  });

  it("a pool without an advertisement: the address is given and claimed, nobody answers, and the Service says why", () => {
    const model = cluster();
    model.addPool("prod", { addresses: ["192.0.2.10"] });
    model.addService("web");
    model.converge();
    expect(model.addresses("web")).to.deep.equal(["192.0.2.10"]);
    expect(model.virtualIp("192.0.2.10")?.spec.rank).to.deep.equal([]);
    expect(model.condition("web", READY)).to.match(/^False NotAdvertised/);
    model.addAdvertisement("lb", SELECTED);
    model.converge();
    expect(model.virtualIp("192.0.2.10")?.spec.rank).to.have.length(2);
    expect(model.condition("web", READY)).to.match(/^True/);
    model.l2Advertisements.delete("lb");
    model.converge();
    expect(model.addresses("web")).to.deep.equal(["192.0.2.10"]);
    expect(model.virtualIp("192.0.2.10")?.spec.rank).to.deep.equal([]);
  });

  it("an advertisement for some Services: the others' addresses are answered elsewhere", () => {
    const model = cluster();
    model.addPool("prod", { addresses: ["192.0.2.10-192.0.2.19"] });
    model.addAdvertisement("gold", {
      ...SELECTED,
      serviceSelectors: [{ matchLabels: { tier: "gold" } }],
      interfaces: ["eth1"],
    });
    model.addAdvertisement("rest", {
      nodeSelectors: [{ matchExpressions: [{ key: "lb", operator: "DoesNotExist" }] }],
      serviceSelectors: [{ matchExpressions: [{ key: "tier", operator: "DoesNotExist" }] }],
    });
    model.addService("gold", { labels: { tier: "gold" } });
    model.addService("plain");
    model.addService("lead", { labels: { tier: "lead" } });
    model.converge();
    const spec = (name: string) => model.virtualIp(model.addresses(name)[0] ?? "")?.spec;
    expect([...(spec("gold")?.rank ?? [])].sort()).to.deep.equal(["n1", "n2"]);
    expect(spec("gold")?.interfaces).to.deep.equal(["eth1"]);
    expect(spec("plain")?.rank).to.deep.equal(["n3"]);
    expect(spec("plain")?.interfaces).to.deep.equal([]);
    expect(spec("lead")?.rank).to.deep.equal([]);
    expect(model.condition("lead", READY)).to.match(/^False NotAdvertised/);
    model.addService("gold");
    model.addService("plain", { labels: { tier: "gold" } });
    const [gold, plain] = [model.addresses("gold"), model.addresses("plain")];
    model.addService("gold", { labels: {} });
    model.converge();
    expect(spec("gold")?.rank).to.deep.equal(["n3"]);
    expect([...(spec("plain")?.rank ?? [])].sort()).to.deep.equal(["n1", "n2"]);
    expect([model.addresses("gold"), model.addresses("plain")]).to.deep.equal([gold, plain]);
  });

  it("a pool for namespaces with a label: the label comes, and so does the address", () => {
    const model = cluster();
    model.addPool("prod", {
      addresses: ["192.0.2.10"],
      serviceAllocation: { namespaceSelectors: [{ matchLabels: { lb: "yes" } }] },
    });
    model.addAdvertisement("lb");
    model.addService("web");
    model.converge();
    expect(model.condition("web", READY)).to.match(/^False NoPool/);
    model.addNamespace("default", { lb: "yes" });
    model.converge();
    expect(model.addresses("web")).to.deep.equal(["192.0.2.10"]);
  });

  const membersOf = (model: ModelCluster) =>
    [...model.nodes.values()].flatMap(({ metadata: { name, labels } }) =>
      labels?.["l2-load-balancer.network.deckhouse.io/member"] === "" ? [name] : [],
    );

  it("nodes that an advertisement selects wear the member label, the others do not", () => {
    const model = withPool();
    model.converge();
    expect(membersOf(model)).to.deep.equal(["n1", "n2"]);
  });

  it("also those that announce the pool to routers, beside others that answer on the segment", () => {
    const model = withPool();
    const nodeSelectors = [{ matchLabels: { "kubernetes.io/hostname": "n3" } }];
    const advertisement = manifest("BGPAdvertisement", "tor", { nodeSelectors });
    model.others = { bgpAdvertisements: [advertisement as BGPAdvertisement] };
    model.addNode("n3", { "kubernetes.io/hostname": "n3" });
    model.addNode("n4", {});
    model.addService("web");
    model.converge();
    expect(membersOf(model)).to.deep.equal(["n1", "n2", "n3"]);
    const [address = ""] = model.addresses("web");
    expect([...(model.virtualIp(address)?.spec.rank ?? [])].sort()).to.deep.equal(["n1", "n2"]);
  });

  it("an address that routers alone are told of has no rank: a node that goes or comes is no news, and the Service keeps it", () => {
    const model = withPool();
    model.l2Advertisements.clear();
    const advertisement = manifest("BGPAdvertisement", "tor", {});
    model.others = { bgpAdvertisements: [advertisement as BGPAdvertisement] };
    model.addService("web");
    model.converge();
    const [address = ""] = model.addresses("web");
    const { mode, rank } = model.virtualIp(address)?.spec ?? {};
    expect([mode, rank]).to.deep.equal(["BGP", []]);
    const presence = model.presences.get("n1");
    model.presences.delete("n1");
    expect(model.converge().filter(({ kind }) => kind.includes("virtual-ip"))).to.deep.equal([]);
    if (presence !== undefined) model.presences.set("n1", presence);
    expect(model.converge().filter(({ kind }) => kind.includes("virtual-ip"))).to.deep.equal([]);
    expect(model.addresses("web")).to.deep.equal([address]);
    // Answered on the segment again, it is ranked.
    model.addAdvertisement("segment");
    model.converge();
    expect(model.virtualIp(address)?.spec.rank).to.have.length(3);
  });

  it("the last pool is deleted: the promise goes, then the claim; a Service that was never ours is forgotten", () => {
    const model = withPool();
    model.addService("web");
    model.converge();
    model.ipAddressPools.clear();
    model.converge();
    expect([model.addresses("web"), model.virtualIps.size]).to.deep.equal([[], 0]);
    expect(model.converge()).to.deep.equal([]);
  });

  it("an address whose Service is without an endpoint stays where it is: kube-proxy refuses, and no client waits", () => {
    const model = withPool();
    model.addService("web");
    model.setEndpoints("web", ["n1"]);
    model.converge();
    const [address = ""] = model.addresses("web");
    const before = model.virtualIp(address)?.spec;
    expect(before?.rank).to.have.length(2);
    model.setEndpoints("web", []);
    expect(model.converge()).to.deep.equal([]);
    expect(model.virtualIp(address)?.spec).to.deep.equal(before);
  });

  it("the controller restarts: nothing is written", () => {
    const model = withPool();
    model.addService("web", { count: 2 });
    model.converge();
    model.memory = emptyMemory();
    expect(model.converge()).to.deep.equal([]);
  });
});
