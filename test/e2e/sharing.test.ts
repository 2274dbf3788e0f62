/** Two Services on one address, on the wire: they share it across namespaces, and one node answers for both. */
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

describe("end to end: shared addresses", function () {
  this.timeout(120_000);
  let cluster: SpreadCluster;
  let started: SpreadCluster | undefined;

  /** A Service in a namespace of its own, with the Pods of the default one behind it. */
  async function addForeign(port: number): Promise<void> {
    const { items } = (await cluster.lab.api("GET", "/api/v1/namespaces/default/pods")) as PodList;
    const metadata = { name: "dns", namespace: "infra" };
    const endpoints = items.map(({ status: { podIP }, spec: { nodeName } }) => {
      return { addresses: [podIP], nodeName, conditions: { ready: true } };
    });
    await cluster.apply(
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "infra" } },
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { ...metadata, annotations: SHARED },
        spec: { type: "LoadBalancer", ...servicePort(port) },
      },
      {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: { ...metadata, labels: { [SERVICE_OF_SLICE]: "dns" } },
        addressType: "IPv4",
        endpoints,
        ports: [{ port: 8080, protocol: "TCP" }],
      },
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

  it("Local: both want their own node's Pods, so the address is where both have one", async () => {
    const local = { ...servicePort(90), externalTrafficPolicy: "Local" };
    const annotations = { "metallb.io/allow-shared-ip": "local" };
    await cluster.apply(
      service("one", { annotations, spec: local }),
      service("two", { annotations, spec: { ...local, ...servicePort(91) } }),
    );
    const [address = ""] = await cluster.addressesOf("one", 1);
    expect(await cluster.addressesOf("two", 1)).to.deep.equal([address]);
    await cluster.holders([address]);
    await untilServed(address, 90);
    await untilServed(address, 91);
  });
});
