/** What is wrong with pools, advertisements and peers, written by the controller's own hands to a real API server. */
import { expect } from "chai";
import { pino } from "pino";
import { waitFor } from "../../lab/wait.ts";
import { planManifests } from "../../src/controller/manifest-status.ts";
import { perform } from "../../src/controller/io/perform.ts";
import { startSources, type Sources } from "../../src/controller/io/sources.ts";
import { observe } from "../../src/controller/observer.ts";
import { KubeClient } from "../../src/kube/io/client.ts";
import { startEventRecorder } from "../../src/kube/io/event-recorder.ts";
import { usePlane } from "./plane.ts";

const DECKHOUSE = "/apis/network.deckhouse.io/v1alpha1";
const METALLB = "/apis/metallb.io/v1beta1/namespaces/default";

describe("problems of manifests on a real API server", function () {
  this.timeout(120_000);
  const plane = usePlane();
  const log = pino({ level: "silent" });
  let client: KubeClient;
  let sources: Sources;

  before(async () => {
    client = await KubeClient.connect({ kubeconfig: plane.controlPlane.kubeconfig });
    const where = { namespace: "default", metallbNamespace: "default" };
    sources = startSources({
      ...where,
      client,
      log,
      metrics: {},
      onNews: () => undefined,
      onNameNews: () => undefined,
    });
    await sources.synced;
  });

  after(async () => {
    await (sources as Sources | undefined)?.stop();
    await (client as KubeClient | undefined)?.close();
  });

  async function pass(): Promise<string[]> {
    const snapshot = { ...sources.snapshot(), claiming: [] };
    const world = observe(snapshot, { nowMs: 0, settlingTimeMs: 0 });
    const reporting = { reportingController: "spreadlb.io/test", reportingInstance: "test" };
    const recorder = startEventRecorder({ client, log, ...reporting });
    const outcomes: string[] = [];
    for (const write of planManifests(world, "2026-01-01T00:00:00Z")) {
      outcomes.push(
        `${write.kind} ${await perform(write, { client, recorder, feed: sources.feed })}`,
      );
    }
    await recorder.stop(5000);
    return outcomes;
  }

  it("a condition on Deckhouse's, an Event on MetalLB's; the next pass has nothing to do", async () => {
    const configuration = {
      apiVersion: "network.deckhouse.io/v1alpha1",
      kind: "MetalLoadBalancerConfiguration",
      metadata: { name: "edge" },
      spec: { mode: "BGP", bgp: { peerNames: ["gone"] } },
    };
    const advertisement = {
      apiVersion: "metallb.io/v1beta1",
      kind: "BGPAdvertisement",
      metadata: { name: "lb" },
      spec: { peers: ["gone"] },
    };
    await plane.api.create(`${DECKHOUSE}/metalloadbalancerconfigurations`, configuration);
    await plane.api.create(`${METALLB}/bgpadvertisements`, advertisement);
    await waitFor(
      () => {
        const { configurations, bgpAdvertisements } = sources.snapshot();
        return configurations.length + bgpAdvertisements.length === 2;
      },
      { what: "the objects to be seen", timeoutMs: 20_000 },
    );
    expect(await pass()).to.deep.equal(["manifest-status done", "tell done"]);
    const seen = () => (sources.snapshot().configurations[0]?.status?.conditions ?? []).length;
    await waitFor(() => seen() === 1, { what: "the condition to be seen", timeoutMs: 20_000 });
    expect(await pass()).to.deep.equal([]);
    const read = await plane.api.get(`${DECKHOUSE}/metalloadbalancerconfigurations/edge`);
    expect(JSON.stringify(read.body["status"])).to.contain('names the peer \\"gone\\"');
    const events = await plane.api.get("/apis/events.k8s.io/v1/namespaces/default/events");
    const told = events.body["items"] as { reason: string; regarding: { kind: string } }[];
    const ours = told.filter(({ reason }) => reason === "PeerMissing");
    expect(ours.map(({ regarding }) => regarding.kind)).to.have.members([
      "MetalLoadBalancerConfiguration",
      "BGPAdvertisement",
    ]);
    const table = await plane.controlPlane.kubectl(["get", "mlbconfig"]);
    expect(table).to.match(/READY[^]*edge.*False/);
  });
});
