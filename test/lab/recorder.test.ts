/** The recorder on the switch: what it hears is its sender's, and what reaches nobody does not count. */

import { expect } from "chai";
import { answering, overlaps } from "../../lab/answers.ts";
import { startCluster, type Cluster } from "../../lab/cluster.ts";
import type { Recorder } from "../../lab/recorder.ts";
import { waitFor } from "../../lab/wait.ts";

const ADDRESSES = ["10.77.0.240", "fd77::10f0"];
const AGO_MS = 100;

describe("recorder", function () {
  this.timeout(120_000);
  let started: Cluster | undefined;
  let cluster: Cluster;
  let recorder: Recorder;

  before(async function () {
    if (process.getuid?.() !== 0) {
      console.log("      skipped: the lab makes network namespaces and needs root");
      this.skip();
    }
    const options = { nodes: 3, backends: false, kubeProxy: false };
    started = cluster = await startCluster(options);
    recorder = await cluster.startRecorder(ADDRESSES);
  });
  after(() => started?.stop());

  const until = (what: string, want: readonly string[]) =>
    waitFor(
      async () => {
        const now = await recorder.report();
        return [...answering(now, AGO_MS).values()].every((ports) => ports.join() === want.join());
      },
      { what },
    );

  it("tells by the port who answers: nobody, one, two; and for how long two did", async () => {
    await until("silence", []);
    const one = await cluster.spawn("n1", [cluster.tools, "stranger", ...ADDRESSES]);
    await until("n1 to answer", ["n1"]);
    await recorder.mark("two");
    const two = await cluster.spawn("n2", [cluster.tools, "stranger", ...ADDRESSES]);
    await until("both to answer", ["n1", "n2"]);
    await one.stop("SIGKILL");
    await until("n2 alone to answer", ["n2"]);
    const window = await recorder.mark("after");
    await two.stop("SIGKILL");
    await until("silence", []);
    const found = overlaps(window);
    expect(found.map(({ address, ports }) => [address, ports])).to.deep.equal(
      ADDRESSES.map((address) => [address, ["n1", "n2"]]),
    );
    for (const { ms } of found) expect(ms).to.be.within(1, window.toMs - window.fromMs);
    expect(window.framesMissed).to.equal(0);
  });

  it("answers of a port that is cut reach nobody and do not count", async () => {
    const argv = [cluster.tools, "stranger", "-announce", "20ms", ...ADDRESSES];
    const stranger = await cluster.spawn("n1", argv);
    await until("n1 to answer", ["n1"]);
    await cluster.cutLink("n1");
    await until("silence", []);
    await recorder.mark("cut");
    const cut = await waitFor(
      async () => {
        const report = await recorder.report();
        return report.addresses.every(({ unheard }) => (unheard?.["n1"] ?? 0) > 2) && report;
      },
      { what: "answers that reach nobody" },
    );
    expect([...answering(cut, AGO_MS).values()]).to.deep.equal([[], []]);
    await cluster.mendLink("n1");
    await until("n1 to answer again", ["n1"]);
    await stranger.stop("SIGKILL");
  });

  it("each side of a partition has its own answer, and the switch hears both", async () => {
    await cluster.segment.partition([["n1"], ["n2", "client", "observer"]]);
    const hosts = ["n1", "n2"];
    const strangers = await Promise.all(
      hosts.map((host) => cluster.spawn(host, [cluster.tools, "stranger", ...ADDRESSES])),
    );
    await until("an answer on either side", hosts);
    const window = await recorder.mark("split");
    expect(overlaps(window, (port) => port)).to.deep.equal([]);
    expect(new Set(overlaps(window).flatMap(({ ports }) => ports))).to.deep.equal(new Set(hosts));
    await Promise.all(strangers.map((stranger) => stranger.stop("SIGKILL")));
  });
});
