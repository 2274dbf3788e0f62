/** MetalLB's manifests on the wire: pools give the addresses, advertisements say which nodes answer for them. */
import { expect } from "chai";
import { waitFor } from "../../lab/wait.ts";
import { edgeClass, metallb, needsRoot, service, SpreadCluster } from "./spread-cluster.ts";

const POOLS = "/apis/metallb.io/v1beta1/namespaces/metallb-system/ipaddresspools";

const L2_STATUSES = "/apis/metallb.io/v1beta1/namespaces/metallb-system/servicel2statuses";

describe("end to end: pools and advertisements of MetalLB", function () {
  this.timeout(120_000);
  let cluster: SpreadCluster;
  let started: SpreadCluster | undefined;

  before(async function () {
    needsRoot(this);
    started = cluster = await SpreadCluster.start({ nodes: 4 });
    for (const node of ["n1", "n2", "n3"]) {
      await cluster.lab.kubectl(["label", "node", node, "example.org/lb="]);
    }
    await cluster.apply(
      metallb("IPAddressPool", "prod", { addresses: ["10.77.0.200-10.77.0.205"] }),
      metallb("IPAddressPool", "asked", { addresses: ["10.77.0.210/31"], autoAssign: false }),
      metallb("IPAddressPool", "pinned", {
        addresses: ["10.77.0.220/31"],
        serviceAllocation: { serviceSelectors: [{ matchLabels: { tier: "gold" } }] },
      }),
      metallb("L2Advertisement", "lb", {
        ipAddressPools: ["prod", "asked"],
        nodeSelectors: [{ matchLabels: { "example.org/lb": "" } }],
      }),
      metallb("L2Advertisement", "fourth", {
        ipAddressPools: ["pinned"],
        nodeSelectors: [
          { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: ["n4"] }] },
        ],
      }),
    );
    await cluster.lab.kubectl(["label", "node", "n4", "kubernetes.io/hostname=n4", "--overwrite"]);
  });
  afterEach(async function () {
    if (this.currentTest?.isFailed() === true) await started?.printLogs();
  });
  after(() => started?.stop());

  it("a Service that names no class: the first address of the pool, answered by a node of the advertisement", async () => {
    await cluster.apply(service("web"));
    const addresses = await cluster.addressesOf("web", 1);
    expect(addresses).to.deep.equal(["10.77.0.200"]);
    const [holder] = (await cluster.holders(addresses)).values();
    expect(["n1", "n2", "n3"]).to.include(holder);
    await cluster.lab.waitForTraffic(addresses);
  });

  it("N addresses with the count annotation: N of the selected nodes, and never the other", async () => {
    await cluster.apply(service("wide", { count: 3 }));
    const addresses = await cluster.addressesOf("wide", 3);
    const holders = await cluster.holders(addresses);
    expect([...holders.values()].sort()).to.deep.equal(["n1", "n2", "n3"]);
    const vips = await cluster.virtualIps();
    expect(vips.map(({ spec }) => [spec.pool, spec.class ?? null])).to.deep.equal(
      vips.map(() => ["prod", null]),
    );
  });

  it("a pool that is for the Service comes first, with its own nodes", async () => {
    await cluster.apply({
      ...service("gold"),
      metadata: { name: "gold", namespace: "default", labels: { tier: "gold" } },
    });
    const addresses = await cluster.addressesOf("gold", 1);
    expect(addresses).to.deep.equal(["10.77.0.220"]);
    expect([...(await cluster.holders(addresses)).values()]).to.deep.equal(["n4"]);
  });

  it("a pool by its name: an address of it, and MetalLB's tools read which node answers", async () => {
    await cluster.apply({
      ...service("asking"),
      metadata: {
        name: "asking",
        namespace: "default",
        annotations: { "metallb.io/address-pool": "asked" },
      },
    });
    const addresses = await cluster.addressesOf("asking", 1);
    expect(addresses).to.deep.equal(["10.77.0.210"]);
    const [holder] = (await cluster.holders(addresses)).values();
    const query = "labelSelector=metallb.io/service-name=asking";
    const answering = async () => {
      const { items } = (await cluster.lab.api("GET", `${L2_STATUSES}?${query}`)) as {
        items: { status?: { node?: string } }[];
      };
      return items.map(({ status }) => status?.node);
    };
    await waitFor(async () => (await answering()).join() === holder, {
      what: "a ServiceL2Status that names the holder",
    });
    await cluster.lab.waitForTraffic(addresses);
  });

  it("a node that the advertisement selects no more gives its addresses to the others", async () => {
    const { addresses } = await cluster.service("wide");
    await cluster.lab.kubectl(["label", "node", "n3", "example.org/lb=no", "--overwrite"]);
    await waitFor(
      async () => {
        const answers = [...(await cluster.lab.whoHas(addresses)).values()];
        return answers.every((nodes) => nodes.length === 1 && nodes[0] !== "n3");
      },
      { what: "n3 to hold nothing", timeoutMs: 10_000 },
    );
    expect((await cluster.service("wide")).addresses).to.deep.equal(addresses);
  });

  it("a default class that is made later takes nothing over; a Service of the class gets its addresses", async () => {
    const { addresses } = await cluster.service("web");
    await cluster.apply(
      edgeClass("edge", { addressPool: ["10.77.0.230-10.77.0.233"] }),
      service("classy"),
    );
    expect(await cluster.addressesOf("classy", 1)).to.deep.equal(["10.77.0.230"]);
    expect((await cluster.service("web")).addresses).to.deep.equal(addresses);
    expect((await cluster.service("web")).conditions.get("spreadlb.io/Ready")?.status).to.equal(
      "True",
    );
  });

  it("the pool is deleted: its addresses leave the statuses and fall silent, the others stay", async () => {
    const { addresses } = await cluster.service("gold");
    await cluster.delete(`${POOLS}/pinned`);
    await cluster.silence(addresses);
    await waitFor(async () => (await cluster.service("gold")).addresses[0] !== addresses[0], {
      what: "the address to leave the status",
    });
    expect((await cluster.service("wide")).addresses).to.have.length(3);
  });
});
