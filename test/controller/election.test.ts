/** What advertisements say of nodes, beside selecting them: interfaces that they must have, and preferences. */
import { expect } from "chai";
import { isRejoin } from "../../src/controller/nodes.ts";
import { READY_CONDITION } from "../../src/controller/resources.ts";
import { ModelCluster } from "./model-cluster.ts";

const on = (...nodes: string[]) => ({
  nodeSelectors: nodes.map((node) => ({ matchLabels: { name: node } })),
});

/** Three nodes whose speakers say which interfaces they have; null: one says nothing. */
function cluster(interfaces: readonly (readonly string[] | null)[]): ModelCluster {
  const model = new ModelCluster();
  interfaces.forEach((names, i) => {
    const node = `n${i + 1}`;
    model.addNode(node, { name: node });
    model.hear(node, names === null ? {} : { interfaces: names });
  });
  model.addPool("prod", { addresses: ["192.0.2.10-192.0.2.19"] });
  return model;
}

const specOf = (model: ModelCluster) => model.virtualIp("192.0.2.10")?.spec;
const ranked = (model: ModelCluster) => [...(specOf(model)?.rank ?? [])].sort().join(" ");

describe("controller: interfaces of an advertisement", () => {
  const rows = [
    {
      name: "who has none of them is no candidate",
      interfaces: [["eth0"], ["eth0", "eth1"], ["eth2"]],
      advertisements: [{ interfaces: ["eth1", "eth2"] }],
      want: "n2 n3",
    },
    {
      name: "of a node that does not say, nothing is held against it",
      interfaces: [["eth0"], null, ["eth1"]],
      advertisements: [{ interfaces: ["eth1"] }],
      want: "n2 n3",
    },
    {
      name: "nor is an interface that nobody tells of, for it comes and goes with Pods",
      interfaces: [["eth0"], ["eth0"], ["eth0"]],
      advertisements: [{ interfaces: ["cni0"] }],
      want: "n1 n2 n3",
    },
    {
      name: "another advertisement that names none lets it in",
      interfaces: [["eth0"], ["eth1"], ["eth0"]],
      advertisements: [{ interfaces: ["eth1"] }, on("n1")],
      want: "n1 n2",
    },
    {
      name: "nobody has it: nobody is ranked",
      interfaces: [["eth0"], ["eth0"], ["eth0"]],
      advertisements: [{ interfaces: ["bond7"] }],
      want: "",
    },
  ];
  for (const { name, interfaces, advertisements, want } of rows) {
    it(name, () => {
      const model = cluster(interfaces);
      advertisements.forEach((spec, i) => {
        model.addAdvertisement(`lb${i}`, spec);
      });
      model.addService("web");
      model.converge();
      expect(ranked(model)).to.equal(want);
    });
  }

  it("nobody has it: the Service keeps the address, and says which interface; it is gone when a node gets one", () => {
    const model = cluster([["eth0"], ["eth0"]]);
    model.addAdvertisement("lb", { interfaces: ["bond7", "bond8"] });
    model.addService("web");
    model.converge();
    const said = 'No node of pool "prod" has an interface "bond7" or "bond8"';
    const ready = () => model.condition("web", READY_CONDITION);
    expect(ready()).to.include(`False NoInterface: ${said}`);
    expect(model.addresses("web")).to.deep.equal(["192.0.2.10"]);
    expect(model.converge()).to.deep.equal([]);
    model.hear("n2", { interfaces: ["eth0", "bond8"] });
    model.converge();
    expect(ready()).to.include("True AddressesAssigned");
    expect(ranked(model)).to.equal("n2");
  });

  it("a class names one that nobody has: its Service says so", () => {
    const model = cluster([["eth0"]]);
    model.addClass("edge", { addressPool: ["198.51.100.0/29"], l2: { interfaces: ["bond7"] } });
    model.addService("web", { loadBalancerClass: "edge" });
    const events = model.converge().flatMap((write) => ("events" in write ? write.events : []));
    expect(events.map(({ reason }) => reason)).to.deep.equal(["NoInterface"]);
    expect(model.condition("web", READY_CONDITION)).to.include("False NoInterface");
    model.hear("n1", { interfaces: ["bond7"] });
    model.converge();
    expect(model.addresses("web")).to.deep.equal(["198.51.100.0"]);
    expect(model.virtualIp("198.51.100.0")?.spec).to.deep.include({
      interfaces: ["bond7"],
      rank: ["n1"],
    });
  });

  it("an advertisement names one of the usual excluded: a node without it is no candidate", () => {
    const model = cluster([
      ["lo", "eth0", "vxlan.calico", "cali1a2b3c", "veth7"],
      ["lo", "eth0"],
    ]);
    model.addAdvertisement("lb", { interfaces: ["vxlan.calico"] });
    model.addService("web");
    model.converge();
    expect(ranked(model)).to.equal("n1");
    expect(model.presences.get("n1")?.lease.metadata.annotations).to.deep.equal({
      "spreadlb.io/interfaces": "eth0,lo,vxlan.calico",
    });
    const before = model.presences.get("n1")?.lease.metadata.annotations;
    model.hear("n1", { interfaces: ["veth9", "vxlan.calico", "lxc0", "lo", "eth0"] });
    expect(model.presences.get("n1")?.lease.metadata.annotations).to.deep.equal(before);
  });

  const untold = [
    { name: "of a Pod, which comes and goes", named: "veth7", has: ["lo", "eth0"] },
    { name: "where an older speaker tells of none of them", named: "vxlan.calico", has: ["eth0"] },
  ];
  for (const { name, named, has } of untold) {
    it(`an excluded one ${name}: nothing is held against a node`, () => {
      const model = cluster([has, has]);
      model.addAdvertisement("lb", { interfaces: [named] });
      model.addService("web");
      model.converge();
      expect(ranked(model)).to.equal("n1 n2");
    });
  }

  it("a node that loses it hands over, and the cause is named; it is news at once", () => {
    const model = cluster([["eth1"], ["eth1"], ["eth1"]]);
    model.addAdvertisement("lb", { interfaces: ["eth1"] });
    model.addService("web");
    model.converge();
    const first = specOf(model)?.rank[0] ?? "";
    const before = model.presences.get(first)?.lease;
    model.hear(first, { interfaces: ["eth0"] });
    expect(isRejoin(before, model.presences.get(first)?.lease)).to.equal(true);
    model.converge();
    expect(specOf(model)?.rank).to.have.length(2).and.not.include(first);
    expect(specOf(model)?.cause).to.equal("interface-lost");
  });

  for (const order of ["ab", "ba"]) {
    it(`a shared address wants the interfaces of all that share it (${order})`, () => {
      const model = cluster([["eth0", "eth1"], ["eth0"], ["eth1"]]);
      const [left = "", right = ""] = order;
      const one = (app: string) => ({ serviceSelectors: [{ matchLabels: { app } }] });
      model.addAdvertisement("left", { interfaces: ["eth0"], ...one(left) });
      model.addAdvertisement("right", { interfaces: ["eth1"], ...one(right) });
      const annotations = { "metallb.io/allow-shared-ip": "one" };
      model.addService("a", { labels: { app: "a" }, annotations, ports: [80] });
      model.addService("b", { labels: { app: "b" }, annotations, ports: [81] });
      model.converge();
      expect(specOf(model)?.services.map(({ name }) => name)).to.deep.equal(["a", "b"]);
      expect(ranked(model)).to.equal("n1");
    });
  }

  it("each node answers on those of the advertisements that select it", () => {
    const model = cluster([["eth0"], ["eth1"], ["eth0", "eth1"]]);
    model.addAdvertisement("left", { interfaces: ["eth0"], ...on("n1", "n3") });
    model.addAdvertisement("right", { interfaces: ["eth1"], ...on("n2", "n3") });
    model.addService("web");
    model.converge();
    expect(specOf(model)?.interfaces).to.deep.equal(["eth0", "eth1"]);
    const own = [...(specOf(model)?.nodeInterfaces ?? [])];
    expect(own.sort((a, b) => a.node.localeCompare(b.node))).to.deep.equal([
      { node: "n1", interfaces: ["eth0"] },
      { node: "n2", interfaces: ["eth1"] },
    ]);
    expect(model.converge()).to.deep.equal([]);
    model.addAdvertisement("left", { interfaces: ["eth0", "eth1"] });
    model.addAdvertisement("right", { interfaces: ["eth1"] });
    model.converge();
    expect(specOf(model)).to.deep.include({ interfaces: ["eth0", "eth1"], nodeInterfaces: [] });
    expect(model.converge()).to.deep.equal([]);
  });
});

describe("controller: preferences of an advertisement", () => {
  const prefers = (weight: number, node: string) => ({
    weight,
    preference: { matchLabels: { name: node } },
  });

  it("the preferred node is first, however many it has; the addresses of a Service are on different nodes all the same", () => {
    const model = cluster([null, null, null]);
    model.addAdvertisement("lb", { preferredNodeSelectors: [prefers(50, "n2"), prefers(1, "n3")] });
    for (const name of ["a", "b", "c"]) model.addService(name);
    model.addService("wide", { count: 2 });
    model.converge();
    const heads = [...model.virtualIps.values()].map(({ spec }) => spec.rank.slice(0, 2).join(" "));
    expect(heads.slice(0, 3)).to.deep.equal(["n2 n3", "n2 n3", "n2 n3"]);
    const wide = model.addresses("wide").map((address) => model.virtualIp(address)?.spec.rank[0]);
    expect(wide.sort()).to.deep.equal(["n2", "n3"]);
  });

  it("weights of several advertisements add up, of those that select the node", () => {
    const model = cluster([null, null, null]);
    model.addAdvertisement("x", { preferredNodeSelectors: [prefers(30, "n1"), prefers(40, "n2")] });
    model.addAdvertisement("y", { preferredNodeSelectors: [prefers(20, "n1")] });
    model.addAdvertisement("z", {
      ...on("n3"),
      preferredNodeSelectors: [prefers(100, "n2")],
    });
    model.addService("web");
    model.converge();
    expect(specOf(model)?.rank).to.deep.equal(["n1", "n2", "n3"]);
  });

  it("what works is not moved for a new preference before the cluster has settled, then one at a time", () => {
    const model = cluster([null, null, null]);
    model.addAdvertisement("lb");
    for (const name of ["a", "b", "c"]) model.addService(name);
    model.converge();
    model.report();
    model.addAdvertisement("lb", { preferredNodeSelectors: [prefers(50, "n2")] });
    model.converge();
    const firsts = () => [...model.virtualIps.values()].map(({ spec }) => spec.rank[0]).sort();
    expect(firsts()).to.deep.equal(["n1", "n2", "n3"]);
    for (let second = 0; second < 100; second++) {
      model.nowMs += 1000;
      if (second % 5 === 0) for (const node of ["n1", "n2", "n3"]) model.hear(node);
      for (const write of model.plan().writes) model.apply(write);
      model.report();
    }
    expect(firsts()).to.deep.equal(["n2", "n2", "n2"]);
    const causes = [...model.virtualIps.values()].map(({ spec }) => spec.cause);
    expect(causes.filter((cause) => cause === "preference")).to.have.length(2);
  });
});
