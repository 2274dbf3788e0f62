/** Even over all Services, on the wire: who answers ARP and NDP on a real segment. */
import { expect } from "chai";
import { countsOf, edgeClass, needsRoot, service, SpreadCluster } from "./spread-cluster.ts";

describe("end to end: spread", function () {
  this.timeout(120_000);
  let cluster: SpreadCluster;
  let started: SpreadCluster | undefined;

  before(async function () {
    needsRoot(this);
    started = cluster = await SpreadCluster.start({ nodes: 5 });
    const four = { "example.org/four": "" };
    for (const node of ["n1", "n2", "n3", "n4"]) {
      await cluster.lab.kubectl(["label", "node", node, "example.org/four="]);
    }
    await cluster.apply(
      edgeClass("five", { addressPool: ["10.77.0.110-10.77.0.199"] }),
      edgeClass("four", {
        isDefault: false,
        addressPool: ["10.77.0.200-10.77.0.230"],
        nodeSelector: four,
      }),
    );
  });
  afterEach(async function () {
    if (this.currentTest?.isFailed() === true) await started?.printLogs();
  });
  after(() => started?.stop());

  it("20 Services with one address each on 4 nodes: 5 each", async () => {
    const names = Array.from({ length: 20 }, (_, i) => `single-${i}`);
    await cluster.apply(
      ...names.map((name) => service(name, { spec: { loadBalancerClass: "four" } })),
    );
    const addresses = await Promise.all(names.map((name) => cluster.addressesOf(name, 1)));
    const holders = await cluster.holders(addresses.flat());
    expect(countsOf(holders.values())).to.deep.equal([5, 5, 5, 5]);
    await Promise.all(
      names.map((name) => cluster.delete(`/api/v1/namespaces/default/services/${name}`)),
    );
    await cluster.silence(addresses.flat());
  });

  it("20 Services with three addresses each on 5 nodes: 12 each, 3 nodes for every Service", async () => {
    const names = Array.from({ length: 20 }, (_, i) => `triple-${i}`);
    await cluster.apply(...names.map((name) => service(name, { count: 3 })));
    const addresses = await Promise.all(names.map((name) => cluster.addressesOf(name, 3)));
    const holders = await cluster.holders(addresses.flat());
    expect(countsOf(holders.values())).to.deep.equal([12, 12, 12, 12, 12]);
    for (const own of addresses) {
      expect(new Set(own.map((address) => holders.get(address))).size).to.equal(3);
    }
  });
});
