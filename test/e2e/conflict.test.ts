/** A stranger on the segment takes an address that is held, or that is about to be: told of, and over when it leaves. */
import { expect } from "chai";
import type { LabProcess } from "../../lab/process.ts";
import { waitFor } from "../../lab/wait.ts";
import { edgeClass, needsRoot, service, SpreadCluster, WANTED } from "./spread-cluster.ts";

describe("end to end: a stranger on the segment", function () {
  this.timeout(180_000);
  let cluster: SpreadCluster;
  let started: SpreadCluster | undefined;

  before(async function () {
    needsRoot(this);
    started = cluster = await SpreadCluster.start({ nodes: 3 });
    await cluster.apply(edgeClass());
  });
  afterEach(async function () {
    if (this.currentTest?.isFailed() === true) await started?.printLogs();
  });
  after(() => started?.stop());

  const strangerFor = (address: string): Promise<LabProcess> => {
    const { lab } = cluster;
    const argv = [lab.tools, "stranger", "-interface", "eth0", "-announce", "2s", address];
    return lab.spawn("client", argv, { name: `stranger-${address}` });
  };

  const conditionOf = async (address: string, type: string): Promise<string> => {
    const vip = (await cluster.virtualIps()).find(({ spec }) => spec.address === address);
    const found = vip?.status?.conditions?.find((condition) => condition.type === type);
    return found === undefined ? "none" : `${found.status} ${found.reason}`;
  };

  const untilConflict = (address: string, wanted: string, timeoutMs: number) =>
    waitFor(async () => (await conditionOf(address, "Conflict")) === wanted, {
      what: `Conflict ${wanted}`,
      timeoutMs,
    });

  const reasonsOf = async (object: string): Promise<string> =>
    cluster.lab.kubectl(["describe", ...object.split("/")]);

  const ofAll = async (metric: string, labels: string): Promise<number> => {
    const nodes = cluster.lab.plan.nodes.map(({ name }) => cluster.metric(name, metric, labels));
    return (await Promise.all(nodes)).reduce((sum, count) => sum + count, 0);
  };

  it("beside the holder: condition, Events and metric; over a minute after it left", async () => {
    await cluster.apply(service("web", { count: 2 }));
    const addresses = await cluster.addressesOf("web", 2);
    const [address = ""] = addresses;
    const holder = (await cluster.holders(addresses)).get(address) ?? "";
    await waitFor(async () => (await conditionOf(address, "Verified")) === "True Answered", {
      what: "the address to be verified",
      timeoutMs: 30_000,
    });
    expect(await ofAll("spreadlb_verifications_total", '"ok"')).to.be.greaterThan(0);
    const stranger = await strangerFor(address);
    await untilConflict(address, "True Stranger", 10_000);
    for (const object of [`virtualip/${address.replaceAll(".", "-")}`, "service/web"]) {
      await waitFor(async () => (await reasonsOf(object)).includes("AddressConflict"), {
        what: `an Event on ${object}`,
      });
    }
    expect(await cluster.metric(holder, "spreadlb_conflicts_total")).to.be.greaterThan(0);
    await stranger.stop();
    await untilConflict(address, "False NotSeen", 90_000);
    expect((await cluster.holders(addresses)).get(address)).to.equal(holder);
  });

  it("before first use: nobody of ours answers, and one does within seconds after it left", async () => {
    const address = "10.77.0.249";
    const stranger = await strangerFor(address);
    await cluster.apply(service("late", { annotations: { [WANTED]: address } }));
    await cluster.addressesOf("late", 1);
    await untilConflict(address, "True Stranger", 10_000);
    const [answers] = [...(await cluster.lab.whoHas([address])).values()];
    expect(answers).to.deep.equal(["client"]);
    await stranger.stop();
    await cluster.holders([address], 5000);
    await untilConflict(address, "False NotSeen", 10_000);
  });
});
