/** Restarts of everything, and the ends of Services, classes, pools and nodes: on the wire and in the API. */
import { expect } from "chai";
import { waitFor } from "../../lab/wait.ts";
import { edgeClass, needsRoot, service, SpreadCluster, WANTED } from "./spread-cluster.ts";

const SERVICES = "/api/v1/namespaces/default/services";
const CLASSES = "/apis/network.deckhouse.io/v1alpha1/metalloadbalancerclasses";
/** The observer's own pauses on a busy machine are within it; a failover is not. */
const NO_ANSWER_MS_MAX = 250;
const LEADER = "/apis/coordination.k8s.io/v1/namespaces/spreadlb-system/leases/spreadlb-controller";

describe("end to end: lifecycle", function () {
  this.timeout(120_000);
  let cluster: SpreadCluster;
  let started: SpreadCluster | undefined;

  before(async function () {
    needsRoot(this);
    started = cluster = await SpreadCluster.start({ nodes: 4, controllers: 2 });
    await cluster.apply(edgeClass());
  });
  afterEach(async function () {
    if (this.currentTest?.isFailed() === true) await started?.printLogs();
  });
  after(() => started?.stop());

  const leader = async (): Promise<string> => {
    const { spec } = (await cluster.lab.api("GET", LEADER)) as {
      spec: { holderIdentity?: string };
    };
    return spec.holderIdentity ?? "";
  };

  /** Which of the controllers leads: its index in `cluster.controllers`. */
  const leaderIndex = async (): Promise<number> => {
    const number = /controller-(\d+)/.exec(await leader())?.[1];
    if (number === undefined) throw new Error(`nobody known leads: ${await leader()}`);
    return Number(number) - 1;
  };

  const wipeStatus = (name: string) =>
    cluster.lab.api("PATCH", `${SERVICES}/${name}/status`, {
      status: { loadBalancer: { ingress: null }, conditions: null },
    });

  const eventReasons = async (name: string): Promise<string[]> => {
    const list = (await cluster.lab.api(
      "GET",
      "/apis/events.k8s.io/v1/namespaces/default/events",
    )) as { items: { regarding?: { name?: string }; reason: string }[] };
    return list.items
      .filter(({ regarding }) => regarding?.name === name)
      .map(({ reason }) => reason);
  };

  /** Waits until the Service lists no address and says why, in its condition and in an Event. */
  const untilEmptyBecause = async (name: string, reason: string) => {
    const seen = await waitFor(
      async () => {
        const now = await cluster.service(name);
        const ready = now.conditions.get("spreadlb.io/Ready");
        return now.addresses.length === 0 && ready?.reason === reason && ready;
      },
      { what: `Service ${name} to be empty because of ${reason}`, timeoutMs: 5000 },
    );
    expect(seen.status).to.equal("False");
    await waitFor(async () => (await eventReasons(name)).includes(reason), {
      what: `an Event ${reason} of Service ${name}`,
      timeoutMs: 5000,
    });
  };

  describe("restarts", () => {
    let addresses: readonly string[];

    before(async () => {
      const dualStack = { ipFamilyPolicy: "RequireDualStack" };
      await cluster.apply(service("stays", { count: 3, spec: dualStack }));
      addresses = await cluster.addressesOf("stays", 6);
      await cluster.holders(addresses);
    });

    beforeEach(() => cluster.haveControllers(2));

    /** Runs a fault while the wire is watched: every address has one and the same answer all the time. */
    const withoutFlap = async (fault: () => Promise<void>) => {
      const watch = await cluster.lab.startWatch(addresses, 20);
      const first = await waitFor(
        async () => {
          const report = await watch.report();
          return report.rounds > 5 && report;
        },
        { what: "the watch to see every address" },
      );
      await fault();
      const roundsBefore = (await watch.report()).rounds;
      await waitFor(async () => (await watch.report()).rounds > roundsBefore + 25, {
        what: "half a second more of the watch",
      });
      const last = await watch.stop();
      const answerer = new Map(first.addresses.map(({ address, macs }) => [address, macs.join()]));
      const others = watch.changes.filter(
        ({ address, macs }) => macs.length > 0 && macs.join() !== answerer.get(address),
      );
      expect(others).to.deep.equal([]);
      for (const { address, noneMsMax } of last.addresses) {
        expect(noneMsMax, `${address} without an answer`).to.be.lessThan(NO_ANSWER_MS_MAX);
      }
      expect(await cluster.addressesOf("stays", 6)).to.deep.equal(addresses);
    };

    it("both replicas have loaded the configuration; the figures are the leader's alone", async () => {
      const metrics = async (name: string) => {
        const { body } = await cluster.lab.get(name, "http://127.0.0.1:7472/metrics");
        return body.split("\n");
      };
      const running = cluster.controllers.filter((controller) => controller.running);
      await waitFor(
        async () => {
          const all = await Promise.all(running.map(({ name }) => metrics(name)));
          const have = (line: string) =>
            all.filter((lines) => lines.some((each) => each.startsWith(line))).length;
          const loaded = have("metallb_k8s_client_config_loaded_bool 1");
          return loaded === 2 && have("metallb_allocator_addresses_total{") === 1;
        },
        { what: "both to have loaded it and one to count" },
      );
    });

    it("the leader is killed: the other leads within 5 s, addresses and answers stay", () =>
      withoutFlap(async () => {
        const index = await leaderIndex();
        const killedMs = performance.now();
        await cluster.controllers[index]?.stop("SIGKILL");
        await waitFor(async () => (await leaderIndex()) !== index, { what: "another leader" });
        const takeoverMs = performance.now() - killedMs;
        console.log(`      the other replica leads ${Math.round(takeoverMs)} ms after the kill`);
        expect(takeoverMs).to.be.lessThan(5000);
      }));

    it("the leader is stopped: the other leads within 1 s", () =>
      withoutFlap(async () => {
        const index = await leaderIndex();
        const stoppedMs = performance.now();
        const stopping = cluster.controllers[index]?.stop("SIGTERM");
        const other = async () => {
          const name = await leader();
          return name !== "" && !name.includes(`controller-${index + 1}`);
        };
        await waitFor(other, { what: "another leader", intervalMs: 20 });
        const takeoverMs = performance.now() - stoppedMs;
        console.log(`      the other replica leads ${Math.round(takeoverMs)} ms after SIGTERM`);
        expect(takeoverMs).to.be.lessThan(1000);
        await stopping;
      }));

    it("the API server restarts: addresses and answers stay, and new Services are served after it", () =>
      withoutFlap(async () => {
        await cluster.lab.controlPlane.restartApiServer();
        await cluster.apply(service("after-restart"));
        await cluster.addressesOf("after-restart", 1, 20_000);
        await cluster.delete(`${SERVICES}/after-restart`);
      }));

    it("the status is wiped, VirtualIPs are not: the same addresses come back in the same order", () =>
      withoutFlap(async () => {
        await wipeStatus("stays");
        expect(await cluster.addressesOf("stays", 6)).to.deep.equal(addresses);
      }));
  });

  describe("ends", () => {
    before(() => cluster.haveControllers(2));

    const ends = [
      { name: "deleted", end: () => cluster.delete(`${SERVICES}/deleted`) },
      {
        name: "turned-into-clusterip",
        end: async () => {
          await cluster.lab.api("PATCH", `${SERVICES}/turned-into-clusterip`, {
            spec: { type: "ClusterIP", allocateLoadBalancerNodePorts: null },
          });
        },
      },
    ];
    for (const { name, end } of ends) {
      it(`a Service is ${name}: silence on the wire and the address free again within 1 s`, async () => {
        await cluster.apply(service(name));
        const addresses = await cluster.addressesOf(name, 1);
        await cluster.holders(addresses);
        const endedMs = performance.now();
        await end();
        await Promise.all([
          cluster.silence(addresses),
          waitFor(
            async () =>
              !(await cluster.virtualIps()).some(({ spec }) => addresses.includes(spec.address)),
            { what: "the VirtualIP to be gone", intervalMs: 20 },
          ),
        ]);
        const goneMs = performance.now() - endedMs;
        console.log(`      silent and free ${Math.round(goneMs)} ms after`);
        expect(goneMs).to.be.lessThan(1000);
        await cluster.apply(service("heir", { annotations: { [WANTED]: addresses[0] ?? "" } }));
        expect(await cluster.addressesOf("heir", 1)).to.deep.equal(addresses);
        await cluster.delete(`${SERVICES}/heir`);
        await cluster.silence(addresses);
      });
    }

    it("a class is deleted: its addresses leave the status and the wire, the Service says why", async () => {
      await cluster.apply(
        edgeClass("doomed", { isDefault: false, addressPool: ["10.77.0.150-10.77.0.160"] }),
        service("orphan", { spec: { loadBalancerClass: "doomed" } }),
      );
      const addresses = await cluster.addressesOf("orphan", 1);
      await cluster.holders(addresses);
      await cluster.delete(`${CLASSES}/doomed`);
      await untilEmptyBecause("orphan", "ClassMissing");
      await cluster.silence(addresses);
      await cluster.delete(`${SERVICES}/orphan`);
    });

    it("a pool shrinks below what is used: no address outside it stays, the Service says why", async () => {
      const range = (last: number) => ({
        isDefault: false,
        addressPool: [`10.77.0.150-10.77.0.${last}`],
      });
      await cluster.apply(
        edgeClass("shrinking", range(152)),
        service("large", { count: 3, spec: { loadBalancerClass: "shrinking" } }),
      );
      const addresses = await cluster.addressesOf("large", 3);
      await cluster.holders(addresses);
      await cluster.apply(edgeClass("shrinking", range(151)));
      const left = await cluster.addressesOf("large", 2, 5000);
      expect(left).to.deep.equal(["10.77.0.150", "10.77.0.151"]);
      await cluster.silence(["10.77.0.152"]);
      await waitFor(
        async () => {
          const { conditions } = await cluster.service("large");
          return (
            conditions.get("AllPublicIPsAssigned")?.message === "2 of 3 public IPs were assigned" &&
            conditions.get("spreadlb.io/Ready")?.reason === "PoolExhausted"
          );
        },
        { what: "the conditions of Service large" },
      );
      await cluster.delete(`${SERVICES}/large`);
      await cluster.delete(`${CLASSES}/shrinking`);
    });

    it("all nodes are unlabelled: nothing dead stays in the status; relabelled, the same addresses return", async () => {
      await cluster.lab.kubectl(["label", "nodes", "--all", "example.org/edge="]);
      await cluster.apply(
        edgeClass("labelled", {
          isDefault: false,
          addressPool: ["10.77.0.150-10.77.0.160"],
          nodeSelector: { "example.org/edge": "" },
        }),
        service("homeless", { count: 2, spec: { loadBalancerClass: "labelled" } }),
      );
      const addresses = await cluster.addressesOf("homeless", 2);
      await cluster.holders(addresses);
      await cluster.lab.kubectl(["label", "nodes", "--all", "example.org/edge-"]);
      await untilEmptyBecause("homeless", "NoNodes");
      await cluster.silence(addresses);
      await cluster.lab.kubectl(["label", "nodes", "--all", "example.org/edge="]);
      expect(await cluster.addressesOf("homeless", 2)).to.deep.equal(addresses);
      await cluster.holders(addresses);
      await cluster.delete(`${SERVICES}/homeless`);
    });
  });

  it("a Service of somebody else's class is never touched", async () => {
    await cluster.apply(
      service("foreign", {
        count: 2,
        spec: { loadBalancerClass: "example.com/other" },
      }),
    );
    await cluster.lab.api("PATCH", `${SERVICES}/foreign/status`, {
      status: { loadBalancer: { ingress: [{ ip: "198.51.100.7" }] } },
    });
    const version = async () =>
      (
        (await cluster.lab.api("GET", `${SERVICES}/foreign`)) as {
          metadata: { resourceVersion: string };
        }
      ).metadata.resourceVersion;
    const before_ = await version();
    // A Service of ours that is served after it shows that the controller has looked at both.
    await cluster.apply(service("ours"));
    await cluster.addressesOf("ours", 1);
    expect(await version()).to.equal(before_);
    expect((await cluster.service("foreign")).addresses).to.deep.equal(["198.51.100.7"]);
  });

  it("Local counts only nodes with a serving endpoint", async () => {
    const pod = await cluster.lab.addBackend({ node: "n3", labels: { app: "only-n3" } });
    await cluster.apply(
      service("local", {
        spec: { externalTrafficPolicy: "Local", selector: { app: "only-n3" } },
      }),
    );
    const addresses = await cluster.addressesOf("local", 1);
    expect([...(await cluster.holders(addresses)).values()]).to.deep.equal(["n3"]);
    await cluster.lab.addBackend({ node: "n2", labels: { app: "only-n3" } });
    await cluster.lab.setPodReady(pod, false);
    await waitFor(async () => [...(await cluster.holders(addresses)).values()][0] === "n2", {
      what: "n2 to take the address over",
    });
  });

  it("a speaker that is stopped ends with status 0 within 2 s; one that is told twice, with 130", async () => {
    await cluster.apply(service("handed-over", { count: 4 }));
    const addresses = await cluster.addressesOf("handed-over", 4);
    await cluster.holders(addresses);
    const speaker = cluster.speakers.get("n4");
    const stoppedMs = performance.now();
    await speaker?.stop("SIGTERM");
    expect(performance.now() - stoppedMs).to.be.lessThan(2000);
    expect(speaker?.ending).to.equal("status 0");
    expect([...(await cluster.holders(addresses)).values()]).not.to.include("n4");
    await cluster.startSpeaker("n4");
    const starts = () => cluster.speakers.get("n4")?.log().split("; serving").length ?? 0;
    await waitFor(() => starts() === 3, { what: "the speaker to serve again" });
    cluster.speakers.get("n4")?.signal("SIGINT");
    await cluster.speakers.get("n4")?.stop("SIGINT");
    expect(cluster.speakers.get("n4")?.ending).to.match(/^status (0|130)$/);
    await cluster.startSpeaker("n4");
    await cluster.delete(`${SERVICES}/handed-over`);
  });

  it("the exclusion label moves the addresses of a node away, and only those", async () => {
    await cluster.apply(service("moving", { count: 4 }));
    const addresses = await cluster.addressesOf("moving", 4);
    const was = await cluster.holders(addresses);
    const label = "node.kubernetes.io/exclude-from-external-load-balancers";
    await cluster.lab.kubectl(["label", "node", "n1", `${label}=`]);
    await waitFor(async () => ![...(await cluster.holders(addresses)).values()].includes("n1"), {
      what: "n1 to hold nothing",
    });
    const now = await cluster.holders(addresses);
    for (const [address, node] of was) if (node !== "n1") expect(now.get(address)).to.equal(node);
    await cluster.lab.kubectl(["label", "node", "n1", `${label}-`]);
  });
});
