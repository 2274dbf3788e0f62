/** What MetalLB's tools read, as a controller with the deployed rights writes it into a real API server. */
import { expect } from "chai";
import { pino } from "pino";
import { waitFor } from "../../lab/wait.ts";
import { runController, type RunningController } from "../../src/controller/io/run.ts";
import { createMetrics } from "../../src/metrics/io/metrics.ts";
import { usePlane } from "./plane.ts";

const NAMESPACE = "spreadlb-system";
const DEPLOY = new URL("../../deploy", import.meta.url).pathname;
const OF_METALLB = "/apis/metallb.io/v1beta1/namespaces/metallb-system";
const SERVICE = "/api/v1/namespaces/default/services/web";
const LEASES = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases`;

interface Found {
  readonly metadata: {
    readonly name: string;
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
    const spec = { ipAddressPools: ["pord"] };
    await plane.api.patch(`${OF_METALLB}/l2advertisements/lb`, "merge", { spec });
    await until("controller Valid,speaker-n1 Invalid");
    await plane.api.delete(`${OF_METALLB}/configurationstates/speaker-n1`);
    await until("controller Valid,speaker-n1 Invalid");
    await plane.api.patch(`${OF_METALLB}/l2advertisements/lb`, "merge", {
      spec: { ipAddressPools: null },
    });
    await until("controller Valid,speaker-n1 Valid");
  });
});
