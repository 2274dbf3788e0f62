/**
 * The loop for names with DNSEndpoints, on a real API server, with the controller's rights of deploy/. Which Services there are, and who
 * holds their addresses, is told by the test.
 */
import { expect } from "chai";
import { join } from "node:path";
import { pino } from "pino";
import { waitFor } from "../../lab/wait.ts";
import type { Ip } from "../../src/base/ip.ts";
import { Names } from "../../src/controller/io/names.ts";
import { HEARD_NOBODY } from "../../src/controller/looking.ts";
import type { DNSEndpoint } from "../../src/dns/dns-endpoint.ts";
import type { DNSPublisher } from "../../src/dns/resource.ts";
import { KubeClient } from "../../src/kube/io/client.ts";
import type { Service } from "../../src/kube/types.ts";
import { virtualIpName } from "../../src/multi-ip/name.ts";
import type { VirtualIP } from "../../src/multi-ip/resource.ts";
import { DNS_ENDPOINT_CRD, DNS_ENDPOINT_CRD_PATH } from "../dns/dns-endpoint-crd.ts";
import { usePlane } from "./plane.ts";

const RBAC = join(import.meta.dirname, "../../deploy/10-rbac.yaml");
const PUBLISHERS = "/apis/spreadlb.io/v1alpha1/dnspublishers";
const ENDPOINTS = "/apis/externaldns.k8s.io/v1alpha1/namespaces";
const HOSTNAME = "external-dns.alpha.kubernetes.io/hostname";

describe("names by DNSEndpoints on a real API server", function () {
  this.timeout(60_000);
  const plane = usePlane();
  let client: KubeClient;
  let names: Names | undefined;
  let services: Service[] = [];
  let events: { reason: string; about: string; message: string }[] = [];
  let publishers: DNSPublisher[] = [];

  const nothing = { set: () => undefined, remove: () => undefined, inc: () => undefined };

  before(async function () {
    this.timeout(120_000);
    await plane.api.create("/api/v1/namespaces", { metadata: { name: "prod" } });
    await plane.api.create("/api/v1/namespaces", { metadata: { name: "dns" } });
    await plane.api.create("/api/v1/namespaces", { metadata: { name: "spreadlb-system" } });
    await plane.controlPlane.kubectl(["apply", "-f", RBAC]);
    const kubeconfig = await plane.controlPlane.kubeconfigOf("spreadlb-controller");
    client = await KubeClient.connect({ kubeconfig });
  });

  after(async () => {
    await names?.stop();
    await client.close();
  });

  function start(): void {
    const virtualIps = () =>
      services.flatMap(({ metadata, status }) =>
        (status?.loadBalancer?.ingress ?? []).map(({ ip = "" }) => {
          const { name, namespace } = metadata;
          const spec = { address: ip, services: [{ namespace, name }], mode: "BGP" };
          return { metadata: { name: virtualIpName(ip as Ip) }, spec } as unknown as VirtualIP;
        }),
      );
    names = new Names({
      ...{ client, namespace: "spreadlb-system", log: pino({ level: "silent" }) },
      snapshot: () => ({
        ...{ services, virtualIps: virtualIps(), presences: [], hearing: HEARD_NOBODY },
        namespaces: [{ metadata: { name: "kube-system", uid: "c1" } }],
        dnsPublishers: publishers,
      }),
      mayWrite: () => true,
      recorder: {
        event: ({ reason, message, object }) => {
          const { kind = "", metadata } = object;
          events.push({ reason, message, about: `${kind}/${metadata.name}` });
        },
      },
      metrics: { dnsNames: nothing, dnsRequests: nothing, writes: nothing } as never,
    });
    names.news();
  }

  function have(...all: readonly Service[]): void {
    services = [...all];
    names?.news();
  }

  function service(name: string, hostname: string, addresses: readonly string[]): Service {
    return {
      ...{ apiVersion: "v1", kind: "Service" },
      metadata: {
        ...{ name, namespace: "prod", uid: `uid-${name}`, annotations: { [HOSTNAME]: hostname } },
        creationTimestamp: "2026-01-01T00:00:00Z",
      },
      spec: { type: "LoadBalancer" },
      status: { loadBalancer: { ingress: addresses.map((ip) => ({ ip })) } },
    };
  }

  async function publish(name: string, spec: object): Promise<void> {
    const object = { apiVersion: "spreadlb.io/v1alpha1", kind: "DNSPublisher", metadata: { name } };
    const { message, body } = await plane.api.create(PUBLISHERS, { ...object, spec });
    expect(message).to.equal("");
    publishers = [...publishers, body as unknown as DNSPublisher];
    names?.news();
  }

  async function get<T>(path: string): Promise<T | null> {
    // Of a group that there is not the API server says so in plain words.
    const { status, body } = await plane.api.get(path).catch(() => ({ status: 404, body: null }));
    return status === 200 ? (body as T) : null;
  }

  const endpoint = (name: string, namespace = "prod") =>
    get<DNSEndpoint>(`${ENDPOINTS}/${namespace}/dnsendpoints/${name}`);

  async function recordsOf(name: string, namespace = "prod"): Promise<readonly string[]> {
    const object = await endpoint(name, namespace);
    return (object?.spec?.endpoints ?? []).map(
      ({ dnsName = "", recordType = "", targets = [] }) => {
        return `${dnsName} ${recordType} ${targets.join()}`;
      },
    );
  }

  const publisherOf = (name: string) => get<DNSPublisher>(`${PUBLISHERS}/${name}`);

  /** As the API server has them. */
  async function publishersAre(...all: readonly string[]): Promise<void> {
    publishers = (await Promise.all(all.map(publisherOf))).flatMap((each) => each ?? []);
    names?.news();
  }

  function until(what: string, name: string, wanted: readonly string[], namespace = "prod") {
    return waitFor(
      async () => {
        const found = await recordsOf(name, namespace);
        if (found.join("; ") !== wanted.join("; ")) throw new Error(`found ${found.join("; ")}`);
        return true;
      },
      { what, timeoutMs: 15_000 },
    );
  }

  async function untilReason(publisher: string, reason: string): Promise<DNSPublisher> {
    return waitFor(
      async () => {
        const found = await publisherOf(publisher);
        const ready = found?.status?.conditions?.find(({ type }) => type === "Ready");
        if (ready?.reason !== reason) throw new Error(`it is ${ready?.reason ?? "unknown"}`);
        return found;
      },
      { what: `${publisher} to be ${reason}`, timeoutMs: 30_000 },
    );
  }

  it("without the kind: a condition and an Event with the way out; when it comes, all goes on", async () => {
    have(service("web", "web.lb.example", ["192.0.2.2", "192.0.2.1", "2001:db8::1"]));
    start();
    await publish("lan", { zones: ["lb.example"], dnsEndpoint: { labels: { audience: "lan" } } });
    const { status } = await untilReason("lan", "EndpointsUnknown");
    expect(status?.conditions?.[0]?.message).to.include("Install external-dns");
    expect(status?.lastError?.reason).to.equal("endpoints-unknown");
    expect([status?.wanted, status?.published]).to.deep.equal([1, 0]);
    const [event] = events;
    expect([event?.reason, event?.about]).to.deep.equal(["EndpointsUnknown", "DNSPublisher/lan"]);
    const { message } = await plane.api.create(DNS_ENDPOINT_CRD_PATH, DNS_ENDPOINT_CRD);
    expect(message).to.equal("");
    await until("the object to be made", "web.prod.lan", [
      "web.lb.example A 192.0.2.1,192.0.2.2",
      "web.lb.example AAAA 2001:db8::1",
    ]);
    const { status: well } = await untilReason("lan", "Ready");
    expect(well?.names).to.deep.equal([
      { name: "web.lb.example", zone: "lb.example", service: "prod/web" },
    ]);
    expect([well?.wanted, well?.published, well?.ownerId]).to.deep.equal([1, 1, "lan"]);
    const object = await endpoint("web.prod.lan");
    expect(object?.metadata.labels).to.include({ audience: "lan" });
    expect(object?.metadata.ownerReferences).to.deep.equal([
      { apiVersion: "v1", kind: "Service", name: "web", uid: "uid-web" },
    ]);
  });

  it("grows and shrinks, and nobody else's fields are touched", async () => {
    const path = `${ENDPOINTS}/prod/dnsendpoints/web.prod.lan`;
    const labels = { metadata: { labels: { tier: "gold" } } };
    expect((await plane.api.patch(path, "merge", labels)).message).to.equal("");
    have(service("web", "web.lb.example", ["192.0.2.1", "192.0.2.2", "192.0.2.3"]));
    await until("a third address", "web.prod.lan", [
      "web.lb.example A 192.0.2.1,192.0.2.2,192.0.2.3",
    ]);
    have(service("web", "web.lb.example", ["192.0.2.3"]));
    await until("one address", "web.prod.lan", ["web.lb.example A 192.0.2.3"]);
    expect((await endpoint("web.prod.lan"))?.metadata.labels).to.include({ tier: "gold" });
    expect(events.filter(({ reason }) => reason === "NameEdited")).to.deep.equal([]);
  });

  it("an edit by hand is put right, and told; so is a deletion", async () => {
    events = [];
    const path = `${ENDPOINTS}/prod/dnsendpoints/web.prod.lan`;
    const endpoints = [{ dnsName: "web.lb.example", recordType: "A", targets: ["198.51.100.1"] }];
    await plane.api.patch(path, "merge", { spec: { endpoints } });
    await until("it to be put right", "web.prod.lan", ["web.lb.example A 192.0.2.3"]);
    const edited = () => events.filter(({ reason }) => reason === "NameEdited");
    await waitFor(() => edited().length === 1, { what: "an Event" });
    expect(edited()[0]?.about).to.equal("Service/web");
    await plane.api.delete(path);
    await until("it to be made again", "web.prod.lan", ["web.lb.example A 192.0.2.3"]);
    await waitFor(() => edited().length === 2, { what: "another Event" });
    await untilReason("lan", "Ready");
  });

  it("an object of somebody else's by that name stays as it is: told, and taken once it is gone", async () => {
    events = [];
    const theirs = {
      ...{ apiVersion: "externaldns.k8s.io/v1alpha1", kind: "DNSEndpoint" },
      metadata: { name: "shop.prod.lan", namespace: "prod" },
      spec: { endpoints: [{ dnsName: "x.example", recordType: "A", targets: ["198.51.100.2"] }] },
    };
    await plane.api.create(`${ENDPOINTS}/prod/dnsendpoints`, theirs);
    const web = service("web", "web.lb.example", ["192.0.2.3"]);
    have(web, service("shop", "shop.lb.example", ["192.0.2.4"]));
    const { status } = await untilReason("lan", "EndpointTaken");
    expect(status?.differences?.map(({ name }) => name)).to.deep.equal(["shop.lb.example"]);
    expect(await recordsOf("shop.prod.lan")).to.deep.equal(["x.example A 198.51.100.2"]);
    expect(events.map(({ about }) => about)).to.deep.equal(["Service/shop"]);
    await plane.api.delete(`${ENDPOINTS}/prod/dnsendpoints/shop.prod.lan`);
    await until("ours", "shop.prod.lan", ["shop.lb.example A 192.0.2.4"]);
    await untilReason("lan", "Ready");
    have(web);
    await until("it to go", "shop.prod.lan", []);
  });

  it("a name that two ask for stays with the first", async () => {
    const web = service("web", "web.lb.example", ["192.0.2.3"]);
    have(web, service("late", "web.lb.example", ["192.0.2.5"]));
    const { status } = await untilReason("lan", "NameClaimed");
    expect(status?.differences?.map((each) => each.service)).to.deep.equal(["prod/late"]);
    expect(await endpoint("late.prod.lan")).to.equal(null);
    have(web);
    await untilReason("lan", "Ready");
  });

  it("a name that two publishers are asked for stays with the first, also where both begin anew", async () => {
    await names?.stop();
    const changed = (object: Service, more: Partial<Service["metadata"]>) => {
      return { ...object, metadata: { ...object.metadata, ...more } };
    };
    const web = changed(service("web", "web.lb.example", ["192.0.2.3"]), {
      creationTimestamp: "2026-02-01T00:00:00Z",
    });
    const late = changed(service("late", "web.lb.example", ["192.0.2.5"]), {
      labels: { team: "b" },
    });
    const spec = { zones: ["lb.example"], serviceSelector: { matchLabels: { team: "b" } } };
    await publish("b", { ...spec, dnsEndpoint: {} });
    const others = [{ key: "team", operator: "DoesNotExist" }];
    const serviceSelector = { matchExpressions: others };
    await plane.api.patch(`${PUBLISHERS}/lan`, "merge", { spec: { serviceSelector } });
    events = [];
    // Who is named first begins first.
    await publishersAre("b", "lan");
    have(web, late);
    start();
    await untilReason("b", "NameClaimed");
    expect(await endpoint("late.prod.b")).to.equal(null);
    expect(events.map(({ reason, about }) => [reason, about])).to.deep.equal([
      ["NameClaimed", "Service/late"],
    ]);
    have(late);
    await until("it to be the other's", "late.prod.b", ["web.lb.example A 192.0.2.5"]);
    await untilReason("b", "Ready");
    have(web, late);
    await untilReason("lan", "NameClaimed");
    expect(await recordsOf("web.prod.lan")).to.deep.equal([]);
    have(web);
    await until("it to come back", "web.prod.lan", ["web.lb.example A 192.0.2.3"]);
    await publishersAre("lan");
  });

  it("in a namespace of the publisher's, one that is not there yet: told, and made when it comes", async () => {
    await publish("far", { zones: ["far.example"], dnsEndpoint: { namespace: "later" } });
    const web = service("web", "web.lb.example,web.far.example", ["192.0.2.3"]);
    have(web);
    const { status } = await untilReason("far", "EndpointNotWritten");
    expect(status?.conditions?.[0]?.message).to.include('namespaces "later" not found');
    await plane.api.create("/api/v1/namespaces", { metadata: { name: "later" } });
    const wanted = ["web.far.example A 192.0.2.3"];
    await until("the object", "web.prod.far", wanted, "later");
    expect((await endpoint("web.prod.far", "later"))?.metadata.ownerReferences).to.equal(undefined);
    await untilReason("far", "Ready");
  });

  it("another namespace: what is in the old one stays until the new one has it", async () => {
    const wanted = ["web.far.example A 192.0.2.3"];
    const path = `${PUBLISHERS}/far`;
    const spec = { dnsEndpoint: { namespace: "latest" } };
    expect((await plane.api.patch(path, "merge", { spec })).message).to.equal("");
    await publishersAre("lan", "far");
    await untilReason("far", "EndpointNotWritten");
    expect(await recordsOf("web.prod.far", "later")).to.deep.equal(wanted);
    await plane.api.create("/api/v1/namespaces", { metadata: { name: "latest" } });
    await until("the new object", "web.prod.far", wanted, "latest");
    await until("the old one to go", "web.prod.far", [], "later");
    await untilReason("far", "Ready");
  });

  it("a Service that is deleted while nobody looks: its objects go with the next who looks", async () => {
    await names?.stop();
    have();
    await publishersAre("lan", "far");
    start();
    await until("the object to go", "web.prod.lan", []);
    await until("the other to go", "web.prod.far", [], "latest");
    for (const name of ["lan", "far"]) {
      await waitFor(async () => (await publisherOf(name))?.status?.names?.length === 0, {
        what: `no name of ${name} to be left`,
      });
    }
  });
});
