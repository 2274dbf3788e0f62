/** A node whose kube-proxy dies hands over without a gap, and takes nothing back when it is there again. */
import { expect } from "chai";
import { waitFor } from "../../lab/wait.ts";
import { edgeClass, needsRoot, service, SpreadCluster } from "./spread-cluster.ts";

describe("end to end: the gate", function () {
  this.timeout(120_000);
  let cluster: SpreadCluster;
  let started: SpreadCluster | undefined;
  let addresses: readonly string[] = [];
  let planned: Map<string, string>;

  before(async function () {
    needsRoot(this);
    started = cluster = await SpreadCluster.start({ nodes: 3 });
    await cluster.apply(
      edgeClass(),
      service("web", { count: 3, spec: { ipFamilyPolicy: "RequireDualStack" } }),
    );
    addresses = await cluster.addressesOf("web", 6);
    planned = await cluster.holders(addresses);
  });
  afterEach(async function () {
    if (this.currentTest?.isFailed() === true) await started?.printLogs();
  });
  after(() => started?.stop());

  const readiness = (node: string) => cluster.ask(node, "/readyz");

  it("kube-proxy dies: its addresses move, and nobody notices", async () => {
    const victim = planned.get(addresses[0] ?? "") ?? "";
    const probe = await cluster.lab.startProbe(addresses);
    await waitFor(async () => (await probe.report()).addresses.every(({ ok }) => ok > 50), {
      what: "a steady probe",
    });
    await probe.mark("killed");
    await cluster.lab.kubeProxies.get(victim)?.stop("SIGKILL");
    await waitFor(
      async () => {
        const now = [...(await cluster.lab.whoHas(addresses)).values()];
        return now.every((nodes) => nodes.length === 1 && nodes[0] !== victim);
      },
      { what: "one other holder for every address", timeoutMs: 10_000 },
    );
    const window = await probe.stop();
    for (const { address, longestSilence } of window.addresses) {
      expect(longestSilence.ms, address).to.be.lessThan(50 + window.pauseMsMax);
    }
    await waitFor(async () => (await readiness(victim)).status === 503, {
      what: "the speaker to say that it is not ready",
    });
    expect((await readiness(victim)).body).to.contain("10256");
    const moved = (await cluster.virtualIps()).filter(
      ({ status }) => status?.lastMove?.from === victim,
    );
    expect(moved.map(({ status }) => status?.lastMove?.reason)).to.deep.equal([
      "gate-closed",
      "gate-closed",
    ]);
  });

  it("it is there again: ready, and nothing moves back", async () => {
    const victim = planned.get(addresses[0] ?? "") ?? "";
    const before = await cluster.holders(addresses);
    await cluster.lab.startKubeProxy(victim);
    await waitFor(async () => (await readiness(victim)).status === 200, {
      what: "the speaker to be ready again",
    });
    expect(await cluster.holders(addresses)).to.deep.equal(before);
  });
});
