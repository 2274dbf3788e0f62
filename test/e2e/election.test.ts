/**
 * What MetalLB's advertisements say of nodes, as the client sees it on the wire: interfaces that a node must have, preferences,
 * several advertisements for one pool; and pools that are split and merged.
 */
import { expect } from "chai";
import { ipBatch } from "../../lab/network.ts";
import { waitFor } from "../../lab/wait.ts";
import { metallb, needsRoot, service, SpreadCluster } from "./spread-cluster.ts";

const ADVERTISEMENTS = "/apis/metallb.io/v1beta1/namespaces/metallb-system/l2advertisements";
const POOLS = "/apis/metallb.io/v1beta1/namespaces/metallb-system/ipaddresspools";
const EXCLUDE = "node.kubernetes.io/exclude-from-external-load-balancers";
const FROM_POOL = "metallb.io/ip-allocated-from-pool";

const on = (...nodes: string[]) => [
  { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: nodes }] },
];
const pool = (name: string, addresses: string) =>
  metallb("IPAddressPool", name, { addresses: [addresses] });
const macOf = (node: string) => `02:00:00:00:ee:0${node.slice(1)}`;

describe("end to end: interfaces, preferences and several advertisements", function () {
  this.timeout(120_000);
  let cluster: SpreadCluster;
  let started: SpreadCluster | undefined;

  /** A second link of a node to the segment: edge0, with a MAC of its own. */
  async function addEdge(node: string): Promise<void> {
    const { nodes, segmentNamespace } = cluster.lab.plan;
    const namespace = nodes.find(({ name }) => name === node)?.namespace ?? "";
    const peer = `edge-${node}`;
    await ipBatch([
      `link add edge0 netns ${namespace} address ${macOf(node)} type veth peer name ${peer} netns ${segmentNamespace}`,
    ]);
    await ipBatch([`link set ${peer} up master switch`], segmentNamespace);
    await ipBatch(["link set edge0 up"], namespace);
  }

  /** The speaker tells of its node's interfaces each time it renews its Lease. */
  async function untilTold(node: string): Promise<void> {
    const path = `/apis/coordination.k8s.io/v1/namespaces/spreadlb-system/leases/spreadlb-speaker-${node}`;
    await waitFor(
      async () => {
        const { metadata } = (await cluster.lab.api("GET", path)) as {
          metadata: { annotations?: Record<string, string> };
        };
        return metadata.annotations?.["spreadlb.io/interfaces"]?.split(",").includes("edge0");
      },
      { what: `edge0 in the Lease of ${node}`, timeoutMs: 15_000 },
    );
  }

  async function ranksOf(addresses: readonly string[]): Promise<string[]> {
    const vips = await cluster.virtualIps();
    return vips
      .filter(({ spec }) => addresses.includes(spec.address))
      .map(({ spec }) => [...spec.rank].sort().join(" "));
  }

  /** Waits for the pool that a Service says its address is of. */
  async function untilOf(name: string, wanted: string): Promise<void> {
    const path = `/api/v1/namespaces/default/services/${name}`;
    await waitFor(
      async () => {
        const { metadata } = (await cluster.lab.api("GET", path)) as {
          metadata: { annotations?: Record<string, string> };
        };
        return metadata.annotations?.[FROM_POOL] === wanted;
      },
      { what: `Service ${name} to name the pool ${wanted}` },
    );
  }

  before(async function () {
    needsRoot(this);
    // Nothing moves without need: what moves here is what the tests are about.
    const controllerFlags = ["--settling-time-ms", "600000"];
    started = cluster = await SpreadCluster.start({ nodes: 4, controllerFlags });
    for (const { name } of cluster.lab.plan.nodes)
      await cluster.lab.kubectl([
        ...["label", "node", name, `kubernetes.io/hostname=${name}`, "--overwrite"],
      ]);
    for (const node of ["n2", "n3"]) await addEdge(node);
    for (const node of ["n2", "n3"]) await untilTold(node);
  });
  afterEach(async function () {
    if (this.currentTest?.isFailed() === true) await started?.printLogs();
  });
  after(() => started?.stop());

  it("an advertisement names an interface: the nodes that have it answer, and they answer there", async () => {
    await cluster.apply(
      pool("edge", "10.77.0.200/31"),
      metallb("L2Advertisement", "edge", { ipAddressPools: ["edge"], interfaces: ["edge0"] }),
      service("web", { count: 2 }),
    );
    const addresses = await cluster.addressesOf("web", 2);
    await waitFor(async () => (await ranksOf(addresses)).join() === "n2 n3,n2 n3", {
      what: "ranks of the two nodes that have edge0",
    });
    const macs = [...(await cluster.holders(addresses)).values()];
    expect(macs.sort()).to.deep.equal([macOf("n2"), macOf("n3")]);
    await cluster.lab.waitForTraffic(addresses);
  });

  it("the interface goes: the other node answers, and who has it no more is no candidate", async () => {
    const { addresses } = await cluster.service("web");
    await cluster.lab.exec("n3", ["ip", "link", "delete", "edge0"]);
    await waitFor(
      async () => {
        const answers = [...(await cluster.lab.whoHas(addresses)).values()];
        return answers.every((macs) => macs.join() === macOf("n2"));
      },
      { what: "n2 to answer for both" },
    );
    await waitFor(async () => (await ranksOf(addresses)).join() === "n2,n2", {
      what: "ranks without n3",
    });
    await addEdge("n3");
    await waitFor(async () => (await ranksOf(addresses)).join() === "n2 n3,n2 n3", {
      what: "n3 to be ranked again",
    });
  });

  it("two advertisements of one pool: each node answers on its own interface", async () => {
    await cluster.apply(
      pool("two", "10.77.0.210/31"),
      metallb("L2Advertisement", "left", {
        ...{ ipAddressPools: ["two"], interfaces: ["eth0"], nodeSelectors: on("n1") },
      }),
      metallb("L2Advertisement", "right", {
        ...{ ipAddressPools: ["two"], interfaces: ["edge0"], nodeSelectors: on("n2") },
      }),
      service("both", { annotations: { "metallb.io/address-pool": "two" } }),
    );
    const addresses = await cluster.addressesOf("both", 1);
    await waitFor(async () => (await ranksOf(addresses)).join() === "n1 n2", {
      what: "a rank of both nodes",
    });
    const own: Readonly<Record<string, string>> = { n1: "n1", n2: macOf("n2") };
    const [first = ""] = (await cluster.holders(addresses)).values();
    const holder = first === own["n1"] ? "n1" : "n2";
    expect(first).to.equal(own[holder]);
    await cluster.lab.waitForTraffic(addresses);
    const other = holder === "n1" ? "n2" : "n1";
    await cluster.lab.kubectl(["label", "node", holder, `${EXCLUDE}=`]);
    await waitFor(
      async () =>
        (await cluster.lab.whoHas(addresses)).get(addresses[0] ?? "")?.join() === own[other],
      { what: `${other} to answer on its interface` },
    );
    await cluster.lab.waitForTraffic(addresses);
    await cluster.lab.kubectl(["label", "node", holder, `${EXCLUDE}-`]);
  });

  it("a preferred node answers for every Service; the second address of one is on another node", async () => {
    const preferred = [{ weight: 100, preference: on("n4")[0] }];
    await cluster.apply(
      pool("liked", "10.77.0.220-10.77.0.229"),
      metallb("L2Advertisement", "liked", {
        ...{ ipAddressPools: ["liked"], interfaces: ["eth0"] },
        preferredNodeSelectors: preferred,
      }),
    );
    const annotations = { "metallb.io/address-pool": "liked" };
    for (const name of ["x", "y", "z"]) await cluster.apply(service(name, { annotations }));
    await cluster.apply(service("wide", { count: 2, annotations }));
    for (const name of ["x", "y", "z"]) {
      const addresses = await cluster.addressesOf(name, 1);
      expect([...(await cluster.holders(addresses)).values()], name).to.deep.equal(["n4"]);
    }
    const nodes = [...(await cluster.holders(await cluster.addressesOf("wide", 2))).values()];
    expect(nodes).to.include("n4").and.have.length(2);
    expect(new Set(nodes).size).to.equal(2);
  });

  it("a pool is replaced by one that has its addresses and more: nothing moves, and the Service names the new one", async () => {
    const { addresses } = await cluster.service("wide");
    const before = await cluster.holders(addresses);
    const probe = await cluster.lab.startProbe(addresses, { intervalMs: 20 });
    await cluster.apply(
      metallb("IPAddressPool", "merged", { addresses: ["10.77.0.220-10.77.0.239"] }),
      metallb("L2Advertisement", "merged", { ipAddressPools: ["merged"], interfaces: ["eth0"] }),
    );
    await cluster.delete(`${POOLS}/liked`);
    await cluster.delete(`${ADVERTISEMENTS}/liked`);
    await untilOf("wide", "merged");
    expect((await cluster.service("wide")).addresses).to.deep.equal(addresses);
    expect(await cluster.holders(addresses)).to.deep.equal(before);
    const window = await probe.stop();
    expect(window.addresses.map(({ failures }) => failures)).to.deep.equal([0, 0]);
  });

  describe("one pool becomes two, and two become one", () => {
    const [LOW, HIGH] = ["10.77.0.242", "10.77.0.246"];
    /** While both are there the older keeps what both have: the webhook lets that pass where it is asked to. */
    const overlapping = (name: string, addresses: string) => ({
      ...pool(name, addresses),
      metadata: {
        ...{ name, namespace: "metallb-system" },
        annotations: { "spreadlb.io/checks": "warn" },
      },
    });
    const advertise = (...ipAddressPools: string[]) =>
      metallb("L2Advertisement", "split", { ipAddressPools, interfaces: ["eth0"] });
    let asBefore: ReadonlyMap<string, string>;

    /** Pools that come, then pools that go, while a client looks on: no address moves, and none fails. */
    async function replace(
      come: readonly object[],
      go: readonly string[],
      pools: { readonly low: string; readonly high: string },
    ): Promise<void> {
      const probe = await cluster.lab.startProbe([LOW, HIGH], { intervalMs: 20 });
      await cluster.apply(...come);
      for (const name of go) await cluster.delete(`${POOLS}/${name}`);
      await untilOf("low", pools.low);
      await untilOf("high", pools.high);
      expect((await cluster.service("low")).addresses).to.deep.equal([LOW]);
      expect((await cluster.service("high")).addresses).to.deep.equal([HIGH]);
      expect(await cluster.holders([LOW, HIGH])).to.deep.equal(asBefore);
      const { addresses } = await probe.stop();
      expect(addresses.map(({ failures }) => failures)).to.deep.equal([0, 0]);
      expect(addresses.every(({ attempts }) => attempts > 20)).to.equal(true);
    }

    before(async () => {
      await cluster.apply(pool("whole", "10.77.0.240-10.77.0.247"), advertise("whole"));
      for (const [name, ip] of [
        ["low", LOW],
        ["high", HIGH],
      ] as const) {
        await cluster.apply(service(name, { annotations: { "metallb.io/loadBalancerIPs": ip } }));
      }
      asBefore = await cluster.holders([LOW, HIGH]);
      await cluster.lab.waitForTraffic([LOW, HIGH]);
    });

    it("split: each Service names the half that has its address, and keeps it where it is", () =>
      replace(
        [
          overlapping("first", "10.77.0.240-10.77.0.243"),
          overlapping("second", "10.77.0.244-10.77.0.247"),
          advertise("whole", "first", "second"),
        ],
        ["whole"],
        { low: "first", high: "second" },
      ));

    it("merged: both name the one that has both, and keep their addresses where they are", () =>
      replace(
        [overlapping("union", "10.77.0.240-10.77.0.247"), advertise("first", "second", "union")],
        ["first", "second"],
        { low: "union", high: "union" },
      ));

    it("narrowed: who is not in the pool any more has no address, and the other keeps its own", async () => {
      await cluster.apply(
        overlapping("half", "10.77.0.240-10.77.0.243"),
        advertise("union", "half"),
      );
      await cluster.delete(`${POOLS}/union`);
      await untilOf("low", "half");
      expect((await cluster.service("low")).addresses).to.deep.equal([LOW]);
      await waitFor(async () => (await cluster.service("high")).addresses.length === 0, {
        what: "the Service whose address no pool has to lose it",
      });
      await cluster.silence([HIGH]);
    });
  });
});
