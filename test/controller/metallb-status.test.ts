/** MetalLB's objects that say how things are: who answers, how full a pool is, whether all can be used. */
import { expect } from "chai";
import type { Write } from "../../src/controller/writes.ts";
import { ModelCluster } from "./model-cluster.ts";

const NAMESPACE = "metallb-system";

/** Two nodes with speakers, a pool, an advertisement for all, and the kinds and the namespace of MetalLB. */
function withPool(): ModelCluster {
  const model = new ModelCluster();
  model.metallbNamespace = NAMESPACE;
  model.addNamespace(NAMESPACE, {});
  for (const name of ["n1", "n2"]) {
    model.addNode(name);
    model.hear(name);
  }
  model.addPool("prod", { addresses: ["192.0.2.10-192.0.2.19", "2001:db8::10"] });
  model.addAdvertisement("all");
  return model;
}

/** Speakers answer, the controller writes, until nothing is new. */
function settle(model: ModelCluster): Write[] {
  const writes = model.converge();
  model.report();
  return [...writes, ...model.converge()];
}

function l2(model: ModelCluster): string[] {
  return [...model.l2Statuses.values()]
    .map(({ status }) => {
      const on = (status?.interfaces ?? []).map(({ name }) => name).join();
      return `${status?.serviceNamespace}/${status?.serviceName} ${status?.node} [${on}]`;
    })
    .sort();
}

function assigned(writes: readonly Write[]): string[] {
  return writes.flatMap((write) =>
    write.kind === "create-metallb-status"
      ? (write.events ?? []).map(({ reason, message }) => `${reason}: ${message}`)
      : [],
  );
}

describe("controller: ServiceL2Status", () => {
  it("one for each node that answers, with MetalLB's labels; the Service is told once", () => {
    const model = withPool();
    model.addService("web", { count: 2 });
    const told = assigned(settle(model));
    expect(l2(model)).to.deep.equal(["default/web n1 []", "default/web n2 []"]);
    expect(told.sort()).to.deep.equal([
      'nodeAssigned: announcing from node "n1" with protocol "layer2"',
      'nodeAssigned: announcing from node "n2" with protocol "layer2"',
    ]);
    for (const { metadata, status } of model.l2Statuses.values()) {
      expect(metadata.name).to.match(/^l2-[0-9a-f]{16}$/);
      expect(metadata.namespace).to.equal(NAMESPACE);
      expect(metadata.labels).to.include({
        "metallb.io/node": status?.node,
        "metallb.io/service-name": "web",
        "metallb.io/service-namespace": "default",
      });
    }
    model.restartController();
    expect(model.converge()).to.deep.equal([]);
  });

  it("a node whose name is too long for a label has none, and no state of its speaker", () => {
    const model = new ModelCluster();
    model.metallbNamespace = NAMESPACE;
    model.addNamespace(NAMESPACE, {});
    const long = `n${"0".repeat(63)}.example.org`;
    for (const name of [long, "n2"]) {
      model.addNode(name);
      model.hear(name);
    }
    model.addPool("prod", { addresses: ["192.0.2.10-192.0.2.19"] });
    model.addAdvertisement("all");
    model.addService("web", { count: 2 });
    settle(model);
    expect(l2(model)).to.deep.equal(["default/web n2 []"]);
    expect([...model.states.keys()].sort()).to.deep.equal([
      ...["controller", "speaker-n2"].map((name) => `${NAMESPACE}/${name}`),
    ]);
  });

  it("the holder changes: the new one comes, the old one goes", () => {
    const model = withPool();
    model.addService("web");
    settle(model);
    const [holder = ""] = l2(model).map((line) => line.split(" ")[1] ?? "");
    model.addNode(holder, { "node.kubernetes.io/exclude-from-external-load-balancers": "" });
    settle(model);
    const other = holder === "n1" ? "n2" : "n1";
    expect(l2(model)).to.deep.equal([`default/web ${other} []`]);
  });

  it("the interfaces of the advertisement are named, and follow it", () => {
    const model = withPool();
    model.addAdvertisement("all", { interfaces: ["eth1", "eth0"] });
    model.addService("web");
    settle(model);
    expect(l2(model)[0]).to.match(/\[eth1,eth0\]$/);
    model.addAdvertisement("all", {});
    settle(model);
    expect(l2(model)[0]).to.match(/\[\]$/);
  });

  it("the Service goes: so does its object", () => {
    const model = withPool();
    model.addService("web");
    settle(model);
    model.services.clear();
    settle(model);
    expect(l2(model)).to.deep.equal([]);
  });

  it("one that somebody deletes or spoils comes again", () => {
    const model = withPool();
    model.addService("web");
    settle(model);
    const before = l2(model);
    model.l2Statuses.clear();
    settle(model);
    expect(l2(model)).to.deep.equal(before);
    const [[key = "", object] = []] = model.l2Statuses;
    if (object === undefined) throw new Error("no object");
    model.l2Statuses.set(key, { ...object, status: { ...object.status, node: "n9" } });
    settle(model);
    expect(l2(model)).to.deep.equal(before);
  });

  it("one that MetalLB left of a Service of ours goes; one of a stranger's Service stays", () => {
    const model = withPool();
    model.addService("web");
    for (const [name, serviceName] of [
      ["l2-abcde", "web"],
      ["l2-fghij", "other"],
    ] as const) {
      model.l2Statuses.set(`${NAMESPACE}/${name}`, {
        metadata: { name, namespace: NAMESPACE },
        status: { node: "n7", serviceName, serviceNamespace: "default" },
      });
    }
    settle(model);
    expect(l2(model).filter((line) => line.includes("n7"))).to.deep.equal(["default/other n7 []"]);
  });

  it("a Service of a class has none", () => {
    const model = withPool();
    model.addClass("edge", { addressPool: ["198.51.100.0/30"] });
    model.addService("web", { loadBalancerClass: "edge" });
    settle(model);
    expect(l2(model)).to.deep.equal([]);
  });

  const absent = [
    { name: "the API server does not know the kinds", namespace: null },
    { name: "there is no such namespace", namespace: "elsewhere" },
  ];
  for (const { name, namespace } of absent) {
    it(`nothing is written where ${name}`, () => {
      const model = withPool();
      model.metallbNamespace = namespace;
      model.addService("web");
      const kinds = settle(model).flatMap((write) => ("of" in write ? [write.of] : []));
      expect(new Set(kinds)).to.deep.equal(new Set(["IPAddressPool"]));
    });
  }
});

describe("controller: the status of a pool", () => {
  const pool = (model: ModelCluster) => model.ipAddressPools.get("prod")?.status;

  it("counts what is assigned and what is left, of each family", () => {
    const model = withPool();
    settle(model);
    expect(pool(model)).to.deep.equal({
      ...{ assignedIPv4: 0, assignedIPv6: 0, availableIPv4: 10, availableIPv6: 1 },
    });
    model.addService("web", { families: ["IPv4", "IPv6"] });
    settle(model);
    expect(pool(model)).to.deep.equal({
      ...{ assignedIPv4: 1, assignedIPv6: 1, availableIPv4: 9, availableIPv6: 0 },
    });
  });

  it("what somebody else wrote there is put right", () => {
    const model = withPool();
    settle(model);
    const before = model.ipAddressPools.get("prod");
    if (before === undefined) throw new Error("no pool");
    const wrong = { assignedIPv4: 7, assignedIPv6: 7, availableIPv4: 7, availableIPv6: 7 };
    model.ipAddressPools.set("prod", { ...before, status: wrong });
    settle(model);
    expect(pool(model)?.availableIPv4).to.equal(10);
  });

  it("a pool without end counts as far as JSON is exact", () => {
    const model = withPool();
    model.addPool("prod", { addresses: ["2001:db8::/64"] });
    settle(model);
    expect(pool(model)?.availableIPv6).to.equal(Number.MAX_SAFE_INTEGER);
  });
});

describe("controller: ConfigurationState", () => {
  const state = (model: ModelCluster, name: string) =>
    model.states.get(`${NAMESPACE}/${name}`)?.status;

  it("one for the controller and one for each speaker, all valid", () => {
    const model = withPool();
    settle(model);
    expect([...model.states.keys()].sort()).to.deep.equal([
      ...["controller", "speaker-n1", "speaker-n2"].map((name) => `${NAMESPACE}/${name}`),
    ]);
    const { metadata } = model.states.get(`${NAMESPACE}/speaker-n1`) ?? {};
    expect(metadata?.labels).to.include({
      "metallb.io/component-type": "speaker",
      "metallb.io/node-name": "n1",
    });
    const { result, errorSummary, conditions } = state(model, "controller") ?? {};
    expect([result, errorSummary]).to.deep.equal(["Valid", ""]);
    expect(conditions?.map(({ type, status, reason }) => [type, status, reason])).to.deep.equal([
      ["poolReconcilerValid", "True", "Reconciled"],
    ]);
  });

  it("a pool that cannot be used makes all invalid, an advertisement the speakers; mended, all is valid again", () => {
    const model = withPool();
    const tor = { metadata: { name: "tor" }, spec: { communities: ["64512:x"] } };
    model.others = { bgpAdvertisements: [tor] };
    settle(model);
    expect(state(model, "controller")?.result).to.equal("Valid");
    expect(state(model, "speaker-n1")?.result).to.equal("Invalid");
    expect(state(model, "speaker-n1")?.errorSummary).to.match(/^BGPAdvertisement\/tor: .*64512:x/);
    model.others = {};
    model.addPool("bad", { addresses: ["192.0.2.300"] });
    settle(model);
    expect(state(model, "controller")?.result).to.equal("Invalid");
    expect(state(model, "speaker-n2")?.result).to.equal("Invalid");
    const [condition] = state(model, "speaker-n2")?.conditions ?? [];
    expect([condition?.type, condition?.status, condition?.reason]).to.deep.equal([
      ...["configReconcilerValid", "False", "ConfigurationError"],
    ]);
    model.ipAddressPools.delete("bad");
    settle(model);
    expect(state(model, "speaker-n2")?.result).to.equal("Valid");
    expect(model.converge()).to.deep.equal([]);
  });

  it("the name of what is not there makes nothing invalid, and is not among what does", () => {
    const model = withPool();
    model.addAdvertisement("all", { ipAddressPools: ["pord"] });
    settle(model);
    expect(state(model, "speaker-n1")?.result).to.equal("Valid");
    expect(state(model, "speaker-n1")?.errorSummary).to.equal("");
    model.addPool("bad", { addresses: ["192.0.2.300"] });
    settle(model);
    expect(state(model, "speaker-n1")?.errorSummary)
      .to.match(/^IPAddressPool\/bad: /)
      .and.not.contain("pord");
  });

  it("the last pool goes: nothing of ours is left", () => {
    const model = withPool();
    model.addService("web");
    settle(model);
    model.ipAddressPools.clear();
    settle(model);
    expect([model.states.size, model.l2Statuses.size]).to.deep.equal([0, 0]);
  });
});
