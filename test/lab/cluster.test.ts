/** The lab's cluster: real traffic over a hand-placed address, observers that see, faults, a clean end. */

import { existsSync } from "node:fs";
import { expect } from "chai";
import { startCluster, type Cluster } from "../../lab/cluster.ts";
import { namespacesOf } from "../../lab/network.ts";
import { waitFor } from "../../lab/wait.ts";

const IPV4 = "10.77.0.240";
const IPV6 = "fd77::10f0";
const ADDRESSES = [IPV4, IPV6];

const service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "default" },
  spec: {
    type: "LoadBalancer",
    selector: { app: "web" },
    ports: [{ port: 80, targetPort: 8080 }],
    ipFamilyPolicy: "RequireDualStack",
  },
};

/** Never chosen as the source of what the node itself sends. */
const DEPRECATED = ["nodad", "preferred_lft", "0"];

/** Puts the addresses on a node's interface: what a speaker does from user space. */
const place = (cluster: Cluster, node: string, verb: "add" | "del") =>
  Promise.all([
    cluster.exec(node, ["ip", "address", verb, `${IPV4}/32`, "dev", "eth0"]),
    cluster.exec(node, ["ip", "address", verb, `${IPV6}/128`, "dev", "eth0", ...DEPRECATED]),
  ]);

describe("cluster", function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let started: Cluster | undefined;

  before(async function () {
    if (process.getuid?.() !== 0) {
      console.log("      skipped: the lab makes network namespaces and needs root");
      this.skip();
    }
    started = cluster = await startCluster({ nodes: 2, backends: false });
    await cluster.addBackend({ node: "n2" });
    await cluster.apply([service]);
    await cluster.api("PATCH", "/api/v1/namespaces/default/services/web/status", {
      status: { loadBalancer: { ingress: ADDRESSES.map((ip) => ({ ip })) } },
    });
    await place(cluster, "n1", "add");
  });
  after(() => started?.stop());

  it("brings an HTTP answer over an address on a node without a backend", async () => {
    const answers = await cluster.waitForTraffic(ADDRESSES);
    expect(answers.map((answer) => answer.body)).to.deep.equal([
      "pod=web-n2 node=n2 client=10.77.0.1",
      "pod=web-n2 node=n2 client=fd77::1",
    ]);
  });

  it("tells who has an address: one, two, nobody", async () => {
    const one = await cluster.whoHas(ADDRESSES);
    await place(cluster, "n2", "add");
    const two = await cluster.whoHas(ADDRESSES);
    await place(cluster, "n2", "del");
    const nobody = await cluster.whoHas(["10.77.0.199", "fd77::1fff"]);
    expect([...one]).to.deep.equal(ADDRESSES.map((ip) => [ip, ["n1"]]));
    expect([...two]).to.deep.equal(ADDRESSES.map((ip) => [ip, ["n1", "n2"]]));
    expect([...nobody.values()]).to.deep.equal([[], []]);
  });

  it("sees a stranger that answers for an address", async () => {
    const stranger = await cluster.spawn("client", [cluster.tools, "stranger", ...ADDRESSES]);
    const seen = await waitFor(
      async () => {
        const hosts = await cluster.whoHas(ADDRESSES);
        return [...hosts.values()].every((names) => names.length === 2) && hosts;
      },
      { what: "two answers for each address" },
    ).finally(() => stranger.stop());
    expect([...seen]).to.deep.equal(ADDRESSES.map((ip) => [ip, ["n1", "client"]]));
  });

  it("is quiet without faults: no silence of 50 ms", async () => {
    const probe = await cluster.startProbe(ADDRESSES);
    await waitFor(async () => ((await probe.report()).addresses[0]?.ok ?? 0) > 300, {
      what: "300 connections",
    });
    const { addresses, pauseMsMax } = await probe.stop();
    const longest = addresses.map((a) => a.longestSilence.ms);
    expect(Math.max(...longest)).to.be.lessThan(50 + pauseMsMax);
    expect(addresses.map((a) => a.failures)).to.deep.equal([0, 0]);
  });

  for (const carrier of ["stays", "lost"] as const) {
    it(`the probe measures an outage of known length (carrier ${carrier})`, async () => {
      const outageMs = 400;
      const probe = await cluster.startProbe(ADDRESSES);
      const ok = async () => (await probe.report()).addresses.every((a) => a.ok > 0);
      await waitFor(ok, { what: "a connection" });
      await probe.mark("cut");
      const cutMs = performance.now();
      await cluster.cutLink("n1", carrier);
      await new Promise((resolve) => setTimeout(resolve, outageMs)); // The outage itself.
      await cluster.mendLink("n1");
      const endMs = performance.now();
      // Pulling the cable makes neighbour entries stale, so IPv6 may need some time to come back.
      await waitFor(ok, { what: "connections after the cut" });
      const { addresses } = await probe.stop();
      for (const { address, longestSilence } of addresses) {
        expect(longestSilence.open, address).to.equal(false);
        expect(longestSilence.ms, address).to.be.within(outageMs - 20, endMs - cutMs + 1500);
      }
    });
  }

  it("cuts and mends the API server for one node", async () => {
    const url = `https://10.76.0.1:${cluster.controlPlane.apiPort}/readyz`;
    const reach = async () => {
      const argv = [cluster.tools, "fetch", "-timeout", "300ms", url];
      return (await cluster.exec("n1", argv)).includes("certificate"); // It answers, with its own one.
    };
    expect(await reach()).to.equal(true);
    await cluster.management.cut("n1");
    expect(await reach()).to.equal(false);
    await cluster.management.mend("n1");
    expect(await reach()).to.equal(true);
  });

  it("parts the segment and loses frames to order", async () => {
    const url = "http://10.77.0.2:10256/healthz"; // n2's kube-proxy
    const reach = async (from: string) => {
      const answer = await cluster.exec(from, [cluster.tools, "fetch", "-timeout", "500ms", url]);
      return !answer.includes('"status":0');
    };
    await cluster.segment.partition([["n1"], ["n2", "client"]]);
    expect(await Promise.all(["n1", "client"].map(reach))).to.deep.equal([false, true]);
    await cluster.segment.partition([]);
    expect(await Promise.all(["n1", "client"].map(reach))).to.deep.equal([true, true]);
    await cluster.segment.setLoss("n2", 100);
    expect(await reach("client")).to.equal(false);
    await cluster.segment.setLoss("n2", 0);
    expect(await reach("client")).to.equal(true);
  });

  it("leaves no namespace, no process and no file", async () => {
    const { plan, directory } = cluster;
    const pids = cluster.pids;
    expect(pids.length).to.be.greaterThan(5);
    await cluster.stop();
    expect(namespacesOf(plan.prefix)).to.deep.equal([]);
    expect(pids.filter((pid) => existsSync(`/proc/${pid}`))).to.deep.equal([]);
    expect(existsSync(directory)).to.equal(false);
  });
});
