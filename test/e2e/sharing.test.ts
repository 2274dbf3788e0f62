/** Two Services on one address, on the wire: they share it across namespaces, and one node answers for both, that has Pods of both. */
import { expect } from "chai";
import { waitFor } from "../../lab/wait.ts";
import { metallb, needsRoot, service, SpreadCluster } from "./spread-cluster.ts";

const SHARED = { "metallb.universe.tf/allow-shared-ip": "front" };
const SERVICE_OF_SLICE = "kubernetes.io/service-name";

function servicePort(port: number): { readonly ports: readonly object[] } {
  return { ports: [{ port, targetPort: 8080 }] };
}

interface PodList {
  readonly items: readonly { status: { podIP: string }; spec: { nodeName: string } }[];
}

/** What somebody else writes for a Service whose Pods are not in its namespace. */
function sliceOf(
  { name, namespace }: { readonly name: string; readonly namespace: string },
  pods: readonly { readonly ipv4: string; readonly nodeName: string }[],
): object {
  return {
    ...{ apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", addressType: "IPv4" },
    metadata: { name, namespace, labels: { [SERVICE_OF_SLICE]: name } },
    endpoints: pods.map(({ ipv4, nodeName }) => {
      return { addresses: [ipv4], nodeName, conditions: { ready: true } };
    }),
    ports: [{ port: 8080, protocol: "TCP" }],
  };
}

describe("end to end: shared addresses", function () {
  this.timeout(120_000);
  let cluster: SpreadCluster;
  let started: SpreadCluster | undefined;

  /** A Service in a namespace of its own, with the Pods of the default one behind it. */
  async function addForeign(port: number): Promise<void> {
    const { items } = (await cluster.lab.api("GET", "/api/v1/namespaces/default/pods")) as PodList;
    const metadata = { name: "dns", namespace: "infra" };
    const pods = items.map(({ status: { podIP }, spec: { nodeName } }) => {
      return { ipv4: podIP, nodeName };
    });
    await cluster.apply(
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "infra" } },
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { ...metadata, annotations: SHARED },
        spec: { type: "LoadBalancer", ...servicePort(port) },
      },
      sliceOf(metadata, pods),
    );
  }

  async function addressesIn(namespace: string, name: string): Promise<readonly string[]> {
    const path = `/api/v1/namespaces/${namespace}/services/${name}`;
    const { status } = (await cluster.lab.api("GET", path)) as {
      status?: { loadBalancer?: { ingress?: { ip: string }[] } };
    };
    return (status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip);
  }

  async function untilServed(address: string, port: number): Promise<void> {
    await waitFor(
      async () => (await cluster.lab.fetch([address], port)).every(({ status }) => status === 200),
      { what: `HTTP over ${address}, port ${port}`, timeoutMs: 20_000, intervalMs: 200 },
    );
  }

  before(async function () {
    needsRoot(this);
    started = cluster = await SpreadCluster.start({ nodes: 3 });
    await cluster.apply(
      metallb("IPAddressPool", "prod", { addresses: ["10.77.0.200-10.77.0.205"] }),
      metallb("L2Advertisement", "lb", {}),
    );
  });
  afterEach(async function () {
    if (this.currentTest?.isFailed() === true) await started?.printLogs();
  });
  after(() => started?.stop());

  it("two Services in two namespaces get one address, one node answers for it, and both ports are served", async () => {
    await cluster.apply(service("web", { annotations: SHARED }));
    const [address = ""] = await cluster.addressesOf("web", 1);
    await addForeign(81);
    await waitFor(async () => (await addressesIn("infra", "dns"))[0] === address, {
      what: "the second Service on the same address",
    });
    const vips = await cluster.virtualIps();
    expect(vips.map(({ spec }) => spec.services.map(({ name }) => name))).to.deep.equal([
      ["web", "dns"],
    ]);
    await cluster.holders([address]);
    await untilServed(address, 80);
    await untilServed(address, 81);
  });

  it("the second one's port becomes the first one's: it leaves for another address, the first keeps its own", async () => {
    const [address = ""] = await addressesIn("default", "web");
    await addForeign(80);
    const other = await waitFor(
      async () => {
        const [ip] = await addressesIn("infra", "dns");
        return ip !== undefined && ip !== address && ip;
      },
      { what: "the second Service on another address" },
    );
    expect(await addressesIn("default", "web")).to.deep.equal([address]);
    await cluster.holders([address, other]);
    await untilServed(other, 80);
    await untilServed(address, 80);
  });

  it("Local, one selector in two namespaces: the address is where both have a Pod, and they see the client itself", async () => {
    const { lab } = cluster;
    const labels = { app: "pair" };
    const local = { externalTrafficPolicy: "Local", selector: labels };
    const annotations = { "metallb.io/allow-shared-ip": "local" };
    const addNear = (node: string) => lab.addBackend({ node, name: `near-${node}`, labels });
    const addFar = (node: string) =>
      lab.addBackend({ node, name: `far-${node}`, labels: { app: "far" } });

    await addNear("n1");
    await cluster.apply(service("one", { annotations, spec: { ...local, ...servicePort(90) } }));
    const [address = ""] = await cluster.addressesOf("one", 1);
    expect((await cluster.holders([address])).get(address)).to.equal("n1");

    await addNear("n2");
    const pods = [await addFar("n2"), await addFar("n3")];
    const metadata = { name: "two", namespace: "infra" };
    await cluster.apply(sliceOf(metadata, pods), {
      ...{ apiVersion: "v1", kind: "Service", metadata: { ...metadata, annotations } },
      spec: { type: "LoadBalancer", ...local, ...servicePort(91) },
    });
    await waitFor(async () => (await addressesIn("infra", "two"))[0] === address, {
      what: "the second Service on the same address",
    });
    await waitFor(async () => (await lab.whoHas([address])).get(address)?.join() === "n2", {
      what: "the one node where both have a Pod to answer, and no other",
    });
    const client = lab.plan.client.ipv4;
    for (const [port, pod] of [
      [90, "near-n2"],
      [91, "far-n2"],
    ] as const) {
      await untilServed(address, port);
      const [answer] = await lab.fetch([address], port);
      expect(answer?.body).to.equal(`pod=${pod} node=n2 client=${client}`);
    }
  });
});
