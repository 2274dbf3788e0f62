/** The key of heartbeats is replaced under running speakers, twice: nobody is refused, nobody is judged, nothing moves. */
import { expect } from "chai";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { waitFor } from "../../lab/wait.ts";
import { edgeClass, needsRoot, service, SpreadCluster } from "./spread-cluster.ts";

const SECRET = "/api/v1/namespaces/spreadlb-system/secrets/spreadlb-heartbeat";

describe("end to end: the key of heartbeats", function () {
  this.timeout(120_000);
  let started: SpreadCluster | undefined;

  before(function () {
    needsRoot(this);
  });
  afterEach(async function () {
    if (this.currentTest?.isFailed() === true) await started?.printLogs();
  });
  after(() => started?.stop());

  it("is replaced twice, and one of them learns of it later: no heartbeat is refused, and no address moves", async () => {
    const cluster = (started = await SpreadCluster.start({ nodes: 3 }));
    const nodes = cluster.lab.plan.nodes.map(({ name }) => name);
    await cluster.apply(edgeClass(), service("web", { count: 3 }));
    const addresses = await cluster.addressesOf("web", 3);
    const before = await cluster.holders(addresses);
    const probe = await cluster.lab.startProbe(addresses);
    await waitFor(async () => (await probe.report()).addresses.every(({ ok }) => ok > 50), {
      what: "a steady probe",
    });
    await probe.mark("keys");
    for (const round of ["first", "second"]) {
      const key = randomBytes(32).toString("base64");
      const haveIt = (names: readonly string[]) =>
        waitFor(
          async () =>
            (await Promise.all(names.map((n) => newestOf(cluster, n)))).every((k) => k === key),
          { what: `${names.join(", ")} to have the ${round} new key`, timeoutMs: 30_000 },
        );
      // One learns of it later.
      await cluster.lab.management.cut("n3");
      await cluster.lab.api("PATCH", SECRET, { data: { key } });
      await haveIt(["n1", "n2"]);
      await untilHeard(cluster, nodes);
      await cluster.lab.management.mend("n3");
      await haveIt(nodes);
      await untilHeard(cluster, nodes);
    }
    const { addresses: probed, pauseMsMax } = await probe.stop();
    for (const { address, longestSilence } of probed) {
      expect(longestSilence.ms, address).to.be.lessThan(50 + pauseMsMax);
    }
    expect(await cluster.holders(addresses)).to.deep.equal(before);
    for (const node of nodes) {
      const refused = await cluster.metric(node, "spreadlb_heartbeats_faults_total", "unknown-key");
      expect(refused, node).to.equal(0);
      const log = await readFile(join(cluster.lab.directory, `speaker-${node}.log`), "utf8");
      expect(log, node).not.to.contain('"verdict":"lost"');
    }
  });
});

async function newestOf(cluster: SpreadCluster, node: string): Promise<string | undefined> {
  const file = join(cluster.lab.directory, `state-${node}`, "plan.json");
  return (JSON.parse(await readFile(file, "utf8")) as { keys: readonly string[] }).keys[0];
}

/** Each hears both others, by a key that it accepts: a hundred heartbeats more than now. */
async function untilHeard(cluster: SpreadCluster, nodes: readonly string[]): Promise<void> {
  const received = () =>
    Promise.all(nodes.map((node) => cluster.metric(node, "spreadlb_heartbeats_received_total")));
  const before = await received();
  await waitFor(
    async () => (await received()).every((count, i) => count > (before[i] ?? Infinity) + 100),
    { what: "heartbeats by the new key" },
  );
}
