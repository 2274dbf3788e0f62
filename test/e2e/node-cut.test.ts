/** A node is cut off: its own addresses move, the others' lose nothing, and nothing jumps back. */
import { expect } from "chai";
import { waitFor } from "../../lab/wait.ts";
import { edgeClass, needsRoot, service, SpreadCluster } from "./spread-cluster.ts";

describe("end to end: a node is cut off", function () {
  this.timeout(120_000);
  let cluster: SpreadCluster;
  let started: SpreadCluster | undefined;
  let addresses: readonly string[] = [];
  let before_: Map<string, string>;

  before(async function () {
    needsRoot(this);
    started = cluster = await SpreadCluster.start({ nodes: 4 });
    const dualStack = { ipFamilyPolicy: "RequireDualStack" };
    await cluster.apply(edgeClass(), service("web", { count: 3, spec: dualStack }));
    addresses = await cluster.addressesOf("web", 6);
    before_ = await cluster.holders(addresses);
  });
  afterEach(async function () {
    if (this.currentTest?.isFailed() === true) await started?.printLogs();
  });
  after(() => started?.stop());

  it("one Service has 3 addresses per family on 3 different nodes each, IPv4 first", () => {
    const [ipv4, ipv6] = [addresses.slice(0, 3), addresses.slice(3)];
    expect(ipv4.every((address) => address.includes("."))).to.equal(true);
    expect(ipv6.every((address) => address.includes(":"))).to.equal(true);
    for (const family of [ipv4, ipv6]) {
      expect(new Set(family.map((address) => before_.get(address))).size).to.equal(3);
    }
  });

  it("traffic over every address reaches backends on other nodes", async () => {
    const seen = new Map(addresses.map((address) => [address, new Set<string>()]));
    await waitFor(
      async () => {
        for (const [i, answer] of (await cluster.lab.waitForTraffic(addresses)).entries()) {
          const node = /node=(\S+)/.exec(answer.body)?.[1] ?? "none";
          seen.get(addresses[i] ?? "")?.add(node);
        }
        return [...seen].every(([address, nodes]) =>
          [...nodes].some((node) => node !== before_.get(address)),
        );
      },
      { what: "an answer from another node over every address" },
    );
  });

  it("its addresses answer again in under 1.5 s, the others' longest silence is below 100 ms", async () => {
    const victim = before_.get(addresses[0] ?? "") ?? "";
    const probe = await cluster.lab.startProbe(addresses);
    await waitFor(async () => (await probe.report()).addresses.every(({ ok }) => ok > 50), {
      what: "a steady probe",
    });
    await probe.mark("cut");
    await cluster.lab.cutNode(victim);
    const survivors = new Map(
      await waitFor(
        async () => {
          const now = await cluster.lab.whoHas(addresses);
          return (
            [...now.values()].every((nodes) => nodes.length === 1 && nodes[0] !== victim) && now
          );
        },
        { what: "one surviving holder for every address" },
      ),
    );
    const atCut = await waitFor(
      async () => {
        const window = await probe.report();
        return window.addresses.every(({ longestSilence }) => !longestSilence.open) && window;
      },
      { what: "the end of every silence" },
    );
    for (const { address, longestSilence } of atCut.addresses) {
      const isVictims = before_.get(address) === victim;
      expect(longestSilence.ms, `${address} of ${before_.get(address)}`).to.be.lessThan(
        isVictims ? 1500 : 100,
      );
      if (!isVictims) expect(survivors.get(address)).to.deep.equal([before_.get(address)]);
    }

    await probe.mark("mend");
    await cluster.lab.mendNode(victim);
    await waitFor(
      async () => {
        const lease = `/apis/coordination.k8s.io/v1/namespaces/spreadlb-system/leases/spreadlb-speaker-${victim}`;
        const { spec } = (await cluster.lab.api("GET", lease)) as { spec: { renewTime: string } };
        return Date.parse(spec.renewTime) > atCut.toMs;
      },
      { what: "the mended node's Lease to be renewed", timeoutMs: 20_000 },
    );
    const afterMend = await cluster.holders(addresses);
    for (const [address, nodes] of survivors) {
      expect(afterMend.get(address), `${address} after the mend`).to.equal(nodes[0]);
    }
    const window = await probe.stop();
    for (const { address, longestSilence } of window.addresses) {
      expect(longestSilence.ms, `${address} during the mend`).to.be.lessThan(100);
    }
  });

  it("the VirtualIPs say who holds them and why", async () => {
    const holders = await cluster.holders(addresses);
    const told = await waitFor(
      async () => {
        const all = await cluster.virtualIps();
        return all.every(({ spec, status }) => status?.holder === holders.get(spec.address)) && all;
      },
      { what: "every VirtualIP to name its holder" },
    );
    const moved = told.filter(
      ({ spec }) => before_.get(spec.address) !== holders.get(spec.address),
    );
    expect(moved.length).to.be.greaterThan(0);
    for (const { spec, status } of moved) {
      expect(status?.lastMove?.reason, spec.address).to.equal("node-lost");
      expect(status?.lastMove?.from, spec.address).to.equal(before_.get(spec.address));
    }
  });
});
