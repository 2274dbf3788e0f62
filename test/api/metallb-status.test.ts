/** What MetalLB's tools read, as a controller with the deployed rights writes it into a real API server. */
import { expect } from "chai";
import { pino } from "pino";
import { waitFor } from "../../lab/wait.ts";
import type { Ip } from "../../src/base/ip.ts";
import { Session } from "../../src/bgp/session.ts";
import type { SessionEvent } from "../../src/bgp/session-events.ts";
import { runController, type RunningController } from "../../src/controller/io/run.ts";
import { KubeClient } from "../../src/kube/io/client.ts";
import { createMetrics } from "../../src/metrics/io/metrics.ts";
import { BgpEyes } from "../../src/speaker/io/bgp-eyes.ts";
import type { Fate } from "../../src/speaker/routes.ts";
import { peer as peerOf } from "../bgp/interop/node.ts";
import { usePlane } from "./plane.ts";

const NAMESPACE = "spreadlb-system";
const DEPLOY = new URL("../../deploy", import.meta.url).pathname;
const OF_METALLB = "/apis/metallb.io/v1beta1/namespaces/metallb-system";
const SERVICE = "/api/v1/namespaces/default/services/web";
const LEASES = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases`;

interface Found {
  readonly metadata: {
    readonly name: string;
    readonly uid?: string;
    readonly generation?: number;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly status?: Readonly<Record<string, unknown>>;
}

describe("metallb status: a real API server", function () {
  this.timeout(90_000);
  const plane = usePlane();
  let controller: RunningController | undefined;

  const create = async (path: string, body: object) => {
    const answer = await plane.api.create(path, body);
    expect([answer.status, answer.message]).to.deep.equal([201, ""]);
  };
  const list = async (plural: string) =>
    (await plane.api.get(`${OF_METALLB}/${plural}`)).body["items"] as readonly Found[];

  before(async () => {
    for (const file of ["00-namespace.yaml", "10-rbac.yaml"]) {
      await plane.controlPlane.kubectl(["apply", "-f", `${DEPLOY}/${file}`]);
    }
    await create("/api/v1/namespaces", { metadata: { name: "metallb-system" } });
    await create("/api/v1/nodes", { metadata: { name: "n1" } });
    const nowTime = new Date().toISOString().replace("Z", "000Z");
    const lease = { name: "spreadlb-speaker-n1", labels: { "spreadlb.io/speaker": "" } };
    await create(LEASES, {
      metadata: lease,
      spec: {
        ...{ holderIdentity: "n1", leaseDurationSeconds: 3600 },
        ...{ acquireTime: nowTime, renewTime: nowTime },
      },
    });
    const head = { apiVersion: "metallb.io/v1beta1" };
    await create(`${OF_METALLB}/ipaddresspools`, {
      ...{ ...head, kind: "IPAddressPool", metadata: { name: "prod" } },
      spec: { addresses: ["192.0.2.10-192.0.2.19"] },
    });
    await create(`${OF_METALLB}/l2advertisements`, {
      ...{ ...head, kind: "L2Advertisement", metadata: { name: "lb" } },
      spec: { interfaces: ["eth1"] },
    });
    controller = await runController(
      {
        kubeconfig: await plane.controlPlane.kubeconfigOf("spreadlb-controller"),
        ...{ namespace: NAMESPACE, metallbNamespace: "metallb-system" },
        ...{ httpPort: 0, webhookPort: 0, identity: "a" },
      },
      pino({ level: "silent" }),
      createMetrics("controller"),
    );
    await create("/api/v1/namespaces/default/services", {
      metadata: { name: "web", annotations: { "metallb.universe.tf/address-pool": "prod" } },
      spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
    });
  });

  after(() => controller?.stop());

  it("the pool's name stands on the Service with the address", async () => {
    const annotations = await waitFor(
      async () => {
        const { metadata, status } = (await plane.api.get(SERVICE)).body as unknown as Found;
        const { ingress } = (status?.["loadBalancer"] ?? {}) as { ingress?: object };
        return ingress === undefined ? undefined : metadata.annotations;
      },
      { what: "an address" },
    );
    expect(annotations).to.include({
      "metallb.io/ip-allocated-from-pool": "prod",
      "metallb.universe.tf/ip-allocated-from-pool": "prod",
    });
  });

  it("the pool counts", async () => {
    const want = { assignedIPv4: 1, assignedIPv6: 0, availableIPv4: 9, availableIPv6: 0 };
    await waitFor(
      async () => {
        const [pool] = await list("ipaddresspools");
        return JSON.stringify(pool?.status) === JSON.stringify(want);
      },
      { what: "the counters" },
    );
  });

  it("a ServiceL2Status is there as long as a node answers, and the Service is told once", async () => {
    const status = "/apis/spreadlb.io/v1alpha1/virtualips/192-0-2-10/status";
    const hold = (holder: string | null) =>
      plane.api.patch(status, "merge", { status: { holder, generation: 1 } });
    expect((await hold("n1")).status).to.equal(200);
    const found = await waitFor(
      async () => (await list("servicel2statuses")).find(({ status: said }) => said !== undefined),
      { what: "a ServiceL2Status" },
    );
    expect(found.status).to.deep.equal({
      ...{ node: "n1", serviceName: "web", serviceNamespace: "default" },
      interfaces: [{ name: "eth1" }],
    });
    expect(found.metadata.labels).to.include({
      "metallb.io/node": "n1",
      "metallb.io/service-name": "web",
      "metallb.io/service-namespace": "default",
    });
    const changed = await plane.api.patch(
      `${OF_METALLB}/servicel2statuses/${found.metadata.name}/status`,
      "merge",
      { status: { node: "n2" } },
    );
    expect(changed.message).to.contain("Value is immutable");
    const table = await plane.controlPlane.kubectl([
      ...["get", "servicel2statuses", "-n", "metallb-system"],
    ]);
    expect(table).to.match(/NAME +ALLOCATED NODE +SERVICE NAME +SERVICE NAMESPACE\n/);
    expect(table).to.match(/l2-\w+ +n1 +web +default/);
    const reasons = async () => {
      const { body } = await plane.api.get("/apis/events.k8s.io/v1/namespaces/default/events");
      const events = body["items"] as readonly { regarding: { name: string }; reason: string }[];
      return events
        .filter(({ regarding }) => regarding.name === "web")
        .map(({ reason }) => reason)
        .sort();
    };
    await waitFor(async () => (await reasons()).includes("nodeAssigned"), { what: "the Event" });
    expect(await reasons()).to.deep.equal(["IPAllocated", "deprecatedAnnotation", "nodeAssigned"]);
    await hold(null);
    await waitFor(async () => (await list("servicel2statuses")).length === 0, {
      what: "no ServiceL2Status",
    });
  });

  describe("a speaker with the deployed rights tells of BGP", () => {
    const NODE_STATUS = "/apis/spreadlb.io/v1alpha1/nodebgpstatuses/n1";
    const PEER = { apiVersion: "metallb.io/v1beta2", kind: "BGPPeer", metadata: { name: "tor" } };
    const session = new Session({
      peer: peerOf("10.0.0.2", { key: "BGPPeer/tor" }),
      isRestarting: false,
    });
    const step = (event: object) =>
      session.step({ ...event, nowMs: performance.now(), random: 0.5 } as SessionEvent);
    const fate = {
      ...{ address: { services: ["default/web"] }, held: null },
      told: [{ peer: "BGPPeer/tor" }],
    } as unknown as Fate;
    const metrics = createMetrics("speaker");
    let client: KubeClient | undefined;
    let eyes: BgpEyes | undefined;
    let stopped: Promise<void> | undefined;

    const started = () => {
      if (eyes === undefined) throw new Error("nobody looks");
      return eyes;
    };
    const objects = async () =>
      (await list("servicebgpstatuses")).filter(({ status }) => status !== undefined);
    const announced = async () =>
      (await metrics.text()).split("\n").flatMap((line) => {
        const [, labels] = /^metallb_speaker_announced\{(.*)\} 1$/.exec(line) ?? [];
        return labels === undefined ? [] : [labels.replaceAll('"', "")];
      });

    before(async () => {
      const spec = { myASN: 64512, peerASN: 64513, peerAddress: "10.0.0.2" };
      await create("/apis/metallb.io/v1beta2/namespaces/metallb-system/bgppeers", {
        ...PEER,
        spec,
      });
      const kubeconfig = await plane.controlPlane.kubeconfigOf("spreadlb-speaker");
      client = await KubeClient.connect({ kubeconfig });
      eyes = new BgpEyes({
        ...{ client, log: pino({ level: "silent" }), node: "n1" },
        ...{ metallbNamespace: "metallb-system", metrics },
        sessions: () => new Map([["BGPPeer/tor", session]]),
        peerObject: () => ({ ...PEER, metadata: { name: "tor", namespace: "metallb-system" } }),
      });
      eyes.see("192.0.2.10" as Ip, fate);
      eyes.start();
    });
    after(async () => {
      await (stopped ?? eyes?.stop());
      await client?.close();
    });

    it("its sessions stand in a NodeBGPStatus, and one that fails in an Event on the peer", async () => {
      step({ kind: "start" });
      const effects = step({
        ...{ kind: "disconnected", connection: "dialled-1", error: "ECONNREFUSED" },
      });
      for (const effect of effects) if (effect.kind === "failed") started().hear(session, effect);
      const trouble = "BGPPeer/tor: cannot connect: ECONNREFUSED";
      await waitFor(
        async () => {
          const { status } = (await plane.api.get(NODE_STATUS)).body as Partial<Found>;
          return status?.["established"] === "0/1" && status["trouble"] === trouble;
        },
        { what: "the session in the NodeBGPStatus" },
      );
      const table = await plane.controlPlane.kubectl(["get", "nodebgpstatuses"]);
      expect(table).to.match(/^NAME +ESTABLISHED +GATE +TROUBLE\nn1 +0\/1 +Open +BGPPeer\/tor: /);
      const events = "/apis/events.k8s.io/v1/namespaces/metallb-system/events";
      const [event] = await waitFor(
        async () => {
          const { body } = await plane.api.get(events);
          const all = body["items"] as readonly { reason: string; note: string; type: string }[];
          const told = all.filter(({ reason }) => reason === "BGPSessionFailed");
          return told.length > 0 && told;
        },
        { what: "the Event" },
      );
      expect(event?.note).to.match(/^n1: .*ECONNREFUSED\. See whether BGP runs at 10\.0\.0\.2/);
      expect(event?.type).to.equal("Warning");
    });

    it("a Service's ServiceBGPStatus is written once, and anew where somebody deletes it", async () => {
      const found = await waitFor(async () => (await objects())[0], { what: "the object" });
      const said = { node: "n1", serviceName: "web", serviceNamespace: "default", peers: ["tor"] };
      expect(found.status).to.deep.equal(said);
      expect(found.metadata.labels).to.include({
        "metallb.io/node": "n1",
        "metallb.io/service-name": "web",
        "metallb.io/service-namespace": "default",
      });
      const path = `${OF_METALLB}/servicebgpstatuses/${found.metadata.name}`;
      const immutable = await plane.api.patch(`${path}/status`, "merge", {
        status: { node: "n2" },
      });
      expect(immutable.message).to.contain("Value is immutable");
      started().see("192.0.2.11" as Ip, fate); // Another address of the Service, to the same peer.
      const labels = "service=default/web,protocol=bgp,node=n1,ip=192.0.2.1";
      expect(await announced()).to.deep.equal([`${labels}0`, `${labels}1`]);
      await plane.api.delete(path);
      const anew = await waitFor(async () => (await objects())[0], { what: "the object anew" });
      expect(anew.status).to.deep.equal(said);
      expect(anew.metadata.uid).not.to.equal(found.metadata.uid);
      expect(anew.metadata.generation).to.equal(1);
    });

    it("the Service is told who announces it, in MetalLB's words, and in one Event", async () => {
      const { body } = await plane.api.get("/apis/events.k8s.io/v1/namespaces/default/events");
      const events = body["items"] as readonly {
        readonly regarding: { readonly name: string; readonly uid: string };
        readonly note: string;
      }[];
      const found = events.filter(({ note }) => note.includes("announcing from node"));
      const { uid } = ((await plane.api.get(SERVICE)).body as { metadata: { uid: string } })
        .metadata;
      const ofBgp = found.filter(({ note }) => note.endsWith('with protocol "bgp"'));
      expect(ofBgp.map(({ note }) => note)).to.deep.equal([
        'announcing from node "n1" with protocol "bgp"',
      ]);
      expect(ofBgp[0]?.regarding).to.include({ kind: "Service", name: "web", uid });
      expect(ofBgp[0]).to.include({ reason: "nodeAssigned", type: "Normal" });
    });

    it("what is held back on this node, or gone, has none, and no series", async () => {
      const heldBack = { ...fate, held: "no-endpoint", told: [] } as Fate;
      started().see("192.0.2.10" as Ip, heldBack);
      expect(await announced()).to.have.length(1);
      started().see("192.0.2.11" as Ip, undefined);
      expect(await announced()).to.deep.equal([]);
      await waitFor(async () => (await list("servicebgpstatuses")).length === 0, {
        what: "no ServiceBGPStatus",
      });
    });

    it("a speaker that stops takes its NodeBGPStatus with it", async () => {
      await (stopped = started().stop());
      expect((await plane.api.get(NODE_STATUS)).status).to.equal(404);
    });
  });

  it("ConfigurationState is valid, says what is wrong, and is made again where somebody deletes it", async () => {
    const results = async () => {
      const states = await list("configurationstates");
      const words = states.map(
        ({ metadata, status }) => `${metadata.name} ${String(status?.["result"])}`,
      );
      return words.sort().join();
    };
    const until = (want: string) =>
      waitFor(async () => (await results()) === want, { what: `results ${want}` });
    await until("controller Valid,speaker-n1 Valid");
    // A name of what is not there is let stand, as MetalLB lets it; two pools that share addresses are not.
    const spec = { ipAddressPools: ["pord"] };
    await plane.api.patch(`${OF_METALLB}/l2advertisements/lb`, "merge", { spec });
    await create(`${OF_METALLB}/ipaddresspools`, {
      ...{ apiVersion: "metallb.io/v1beta1", kind: "IPAddressPool", metadata: { name: "young" } },
      spec: { addresses: ["192.0.2.19-192.0.2.20"] },
    });
    await until("controller Invalid,speaker-n1 Invalid");
    const [, speaker] = await list("configurationstates"); // In the order of names.
    expect(speaker?.status?.["errorSummary"]).to.match(/^IPAddressPool\/young: [^\n]*$/);
    await plane.api.delete(`${OF_METALLB}/configurationstates/speaker-n1`);
    await until("controller Invalid,speaker-n1 Invalid");
    await plane.api.delete(`${OF_METALLB}/ipaddresspools/young`);
    await until("controller Valid,speaker-n1 Valid");
    await plane.api.patch(`${OF_METALLB}/l2advertisements/lb`, "merge", {
      spec: { ipAddressPools: null },
    });
  });
});
