/** Shared addresses in the controller: one VirtualIP with several Services, what becomes of it, where it is ranked. */
import { expect } from "chai";
import { CLASS_ANNOTATION } from "../../src/classes/annotations.ts";
import { ModelCluster, type ServiceWishes } from "./model-cluster.ts";

const KEY = { annotations: { "metallb.io/allow-shared-ip": "k" } };

function cluster(addresses: readonly string[] = ["192.0.2.10-192.0.2.19"]): ModelCluster {
  const model = new ModelCluster();
  for (const name of ["n1", "n2", "n3"]) {
    model.addNode(name);
    model.hear(name);
  }
  model.addPool("prod", { addresses: [...addresses] });
  model.addAdvertisement("lb");
  return model;
}

function usersOf(model: ModelCluster, address: string): string[] {
  const users = model.virtualIp(address)?.spec.services ?? [];
  return users.map(({ namespace, name, index }) => `${namespace}/${name} ${index}`);
}

function addressesOf(model: ModelCluster, key: string): string[] {
  const ingress = model.services.get(key)?.status?.loadBalancer?.ingress ?? [];
  return ingress.map(({ ip = "?" }) => ip);
}

const READY = "spreadlb.io/Ready";

describe("controller: shared addresses", () => {
  it("two Services in two namespaces: one VirtualIP that names both, and both statuses", () => {
    const model = cluster();
    model.addService("web", { ...KEY, ports: [80] });
    model.addService("dns", { ...KEY, ports: [53], namespace: "infra" });
    model.converge();
    expect([...model.virtualIps.keys()]).to.deep.equal(["192-0-2-10"]);
    expect(usersOf(model, "192.0.2.10")).to.deep.equal(["default/web 0", "infra/dns 0"]);
    expect(addressesOf(model, "infra/dns")).to.deep.equal(["192.0.2.10"]);
    expect(model.addresses("web")).to.deep.equal(["192.0.2.10"]);
    expect(model.converge()).to.deep.equal([]);
  });

  it("one lists it and the VirtualIP names the other alone: it is listed all the time, and named too", () => {
    const model = cluster();
    model.addService("web", { ...KEY, ports: [80] });
    model.converge();
    const status = { loadBalancer: { ingress: [{ ip: "192.0.2.10" }] } };
    model.addService("dns", { ...KEY, ports: [53], status });
    const withdrawn = model
      .plan()
      .writes.filter((write) => write.kind === "service-status" && write.status.loadBalancer);
    expect(withdrawn).to.deep.equal([]);
    model.converge();
    expect(usersOf(model, "192.0.2.10")).to.deep.equal(["default/dns 0", "default/web 0"]);
    expect(model.addresses("dns")).to.deep.equal(["192.0.2.10"]);
  });

  it("one of them is deleted: the other keeps the address, where it is", () => {
    const model = cluster();
    model.addService("web", { ...KEY, ports: [80] });
    model.addService("dns", { ...KEY, ports: [53] });
    model.converge();
    const rank = model.virtualIp("192.0.2.10")?.spec.rank;
    model.services.delete("default/web");
    model.converge();
    expect(usersOf(model, "192.0.2.10")).to.deep.equal(["default/dns 0"]);
    expect(model.virtualIp("192.0.2.10")?.spec.rank).to.deep.equal(rank);
    model.services.delete("default/dns");
    model.converge();
    expect(model.virtualIps.size).to.equal(0);
  });

  it("the younger one's ports change into the older one's: it leaves, the older one is not touched", () => {
    const model = cluster();
    model.addService("web", { ...KEY, ports: [80] });
    model.addService("dns", { ...KEY, ports: [53] });
    model.converge();
    const before = model.service("web");
    model.addService("dns", { ...KEY, ports: [53, 80] });
    const writes = model.converge();
    expect(model.addresses("dns")).to.deep.equal(["192.0.2.11"]);
    expect(model.service("web")).to.equal(before);
    expect(usersOf(model, "192.0.2.10")).to.deep.equal(["default/web 0"]);
    const told = writes.flatMap((write) => (write.kind === "service-status" ? write.events : []));
    expect(told.map(({ reason }) => reason)).to.include("AddressNotShared");
  });

  it("the older one's key goes: the younger one leaves", () => {
    const model = cluster();
    model.addService("web", { ...KEY, ports: [80] });
    model.addService("dns", { ...KEY, ports: [53] });
    model.converge();
    model.addService("web", { ports: [80] });
    model.converge();
    expect([model.addresses("web"), model.addresses("dns")]).to.deep.equal([
      ["192.0.2.10"],
      ["192.0.2.11"],
    ]);
  });

  it("nobody joins as long as a status still lists the address for one that had to leave", () => {
    const model = cluster();
    model.addService("web", { ...KEY, ports: [80] });
    model.addService("dns", { ...KEY, ports: [53] });
    model.converge();
    model.addService("dns", { ports: [53] });
    model.addService("new", { ...KEY, ports: [53] });
    const seen = new Set<string>();
    for (let pass = 0; pass < 12; pass++) {
      for (const write of model.plan().writes) model.apply(write);
      const [dns, late] = [model.addresses("dns"), model.addresses("new")];
      expect(
        dns.some((ip) => late.includes(ip)),
        `${String(dns)} ${String(late)}`,
      ).to.equal(false);
      seen.add(String(late));
      model.nowMs += 500;
    }
    expect(model.addresses("dns")).to.not.deep.equal(["192.0.2.10"]);
    expect(seen.size).to.be.greaterThan(0);
  });

  it("Local: only nodes with endpoints of all of them, and one selector", () => {
    const model = cluster();
    const local: ServiceWishes = { ...KEY, policy: "Local", selector: { app: "dns" } };
    model.addService("tcp", { ...local, ports: [53] });
    model.addService("udp", { ...local, ports: [54] });
    model.addService("other", { ...local, ports: [55], selector: { app: "x" } });
    for (const name of ["tcp", "udp", "other"]) model.setEndpoints(name, ["n2", "n3"]);
    model.setEndpoints("udp", ["n1", "n2"]);
    model.converge();
    expect(model.addresses("tcp")).to.deep.equal(model.addresses("udp"));
    expect(model.addresses("other")).to.not.deep.equal(model.addresses("tcp"));
    expect(model.virtualIp(model.addresses("tcp")[0] ?? "")?.spec.rank).to.deep.equal(["n2"]);
  });

  it("several addresses each, one of them shared: each Service has its own on different nodes", () => {
    const model = cluster();
    model.addService("a", { ...KEY, ports: [80], count: 2 });
    model.addService("b", { ...KEY, ports: [81], count: 3 });
    model.converge();
    expect(model.addresses("b").slice(0, 2)).to.deep.equal(model.addresses("a"));
    const first = (ip: string) => model.virtualIp(ip)?.spec.rank[0];
    expect(new Set(model.addresses("b").map(first)).size).to.equal(3);
  });

  it("a full pool: who may share gets in, and a request for a taken address says why not", () => {
    const model = cluster(["192.0.2.10"]);
    model.addService("a", { ...KEY, ports: [80] });
    model.addService("b", { ...KEY, ports: [80] });
    model.addService("c", { ...KEY, ports: [81] });
    model.converge();
    const wants = { "network.deckhouse.io/load-balancer-ips": "192.0.2.10" };
    model.addService("d", { annotations: { ...KEY.annotations, ...wants }, ports: [80, 82] });
    model.addService("e", { annotations: wants, ports: [83] });
    model.converge();
    expect(model.addresses("c")).to.deep.equal(["192.0.2.10"]);
    expect(model.condition("b", READY)).to.match(/PoolExhausted/);
    expect(model.condition("d", READY)).to.match(
      /the Service default\/a holds it, and both use TCP\/80/,
    );
    expect(model.condition("e", READY)).to.match(
      /default\/a holds it, and their sharing keys differ/,
    );
  });

  it("somebody wipes the statuses of two that share an address of a class: both stay with it", () => {
    const model = cluster();
    model.addClass("edge", { addressPool: ["198.51.100.0/30"] });
    const annotations = { ...KEY.annotations, [CLASS_ANNOTATION]: "edge" };
    for (const [name, port] of [["web", 80] as const, ["dns", 53] as const]) {
      model.addService(name, { annotations, ports: [port] });
    }
    model.converge();
    for (const [name, port] of [["web", 80] as const, ["dns", 53] as const]) {
      model.addService(name, { ...KEY, ports: [port] });
      model.wipeStatus(name);
    }
    model.converge();
    const addresses = [model.addresses("web"), model.addresses("dns")];
    expect(addresses).to.deep.equal([["198.51.100.0"], ["198.51.100.0"]]);
  });

  it("the controller restarts, all memory lost: nothing is written", () => {
    const model = cluster();
    model.addService("a", { ...KEY, ports: [80], count: 2 });
    model.addService("b", { ...KEY, ports: [81], count: 2 });
    model.converge();
    model.restartController();
    expect(model.converge()).to.deep.equal([]);
  });

  for (const [what, key, has] of [
    ["with its key, keeps it", "k", ["192.0.2.15"]],
    ["without its key, goes to the default class", "", ["198.51.100.0"]],
  ] as const) {
    it(`what the status lists, and another has of a pool, beside a default class: who lists it ${what}`, () => {
      const model = cluster();
      const status = { loadBalancer: { ingress: [{ ip: "192.0.2.15" }] } };
      model.addService("b", { ...KEY, ports: [80], status });
      model.converge();
      model.addClass("edge", { addressPool: ["198.51.100.0/30"], isDefault: true });
      const annotations = { "metallb.io/allow-shared-ip": key };
      model.addService("a", { annotations, ports: [81], status });
      model.converge();
      expect(model.addresses("a")).to.deep.equal(has);
      expect(model.addresses("b")).to.deep.equal(["192.0.2.15"]);
    });
  }

  it("addresses that another balancer let them share are kept shared", () => {
    const model = cluster();
    const status = { loadBalancer: { ingress: [{ ip: "192.0.2.15" }] } };
    model.addService("a", { ...KEY, ports: [80], status });
    model.addService("b", { ...KEY, ports: [81], status });
    model.converge();
    expect(usersOf(model, "192.0.2.15")).to.deep.equal(["default/a 0", "default/b 0"]);
    expect([model.addresses("a"), model.addresses("b")]).to.deep.equal([
      ["192.0.2.15"],
      ["192.0.2.15"],
    ]);
  });
});
