/**
 * A real external-dns beside us, in one zone of BIND: it publishes our DNSEndpoints and, elsewhere, Services by their status alone; and it and a
 * DNSPublisher with a name server leave each other's names alone.
 */
import { expect } from "chai";
import { join } from "node:path";
import { startExternalDns } from "../../lab/external-dns.ts";
import { startNameServer, type RunningNameServer } from "../../lab/name-servers/name-server.ts";
import { run, type LabProcess } from "../../lab/process.ts";
import { waitFor } from "../../lab/wait.ts";
import type { DNSPublisherStatus } from "../../src/dns/resource.ts";
import { DNS_ENDPOINT_CRD } from "../dns/dns-endpoint-crd.ts";
import { metallb, needsRoot, SpreadCluster, WANTED } from "./spread-cluster.ts";

const ZONE = "lb.example";
const NODES = ["n1", "n2"];
const ADDRESSES = ["10.77.0.201", "10.77.0.202"];
/** It takes no part in the balancing: BIND and both external-dns run there. */
const SERVER = "n3";
const KEY = {
  ...{ name: "spreadlb", algorithm: "hmac-sha256" },
  secretBase64: "c3ByZWFkbGItZG5zLWtleQ==",
};
const LIMIT_SECONDS = 15;
const HOSTNAME = "external-dns.alpha.kubernetes.io/hostname";
const SERVICES = "/api/v1/namespaces/default/services";

interface Wish {
  readonly name: string;
  readonly port: number;
  readonly addresses: readonly string[];
  /** By whom it is published. */
  readonly way: "objects" | "status" | "own" | "none";
  readonly hostname?: string;
}

function sharedService({ name, port, addresses, way, hostname }: Wish): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      ...{ name, namespace: "default", labels: { name, way } },
      annotations: {
        [WANTED]: addresses.join(),
        "network.deckhouse.io/l2-load-balancer-external-ips-count": String(addresses.length),
        "metallb.io/allow-shared-ip": "web",
        ...(hostname === undefined ? {} : { [HOSTNAME]: hostname }),
        "external-dns.alpha.kubernetes.io/ttl": "1",
      },
    },
    spec: { type: "LoadBalancer", selector: { app: "web" }, ports: [{ port, targetPort: 8080 }] },
  };
}

/** On these nodes, for Services that are published so, or for the one of that name. */
function advertisement(name: string, nodes: readonly string[], matchLabels: object): object {
  const matchExpressions = [{ key: "kubernetes.io/hostname", operator: "In", values: nodes }];
  const nodeSelectors = [{ matchExpressions }];
  return metallb("L2Advertisement", name, { nodeSelectors, serviceSelectors: [{ matchLabels }] });
}

function publisher(name: string, way: Wish["way"], out: object): object {
  return {
    ...{ apiVersion: "spreadlb.io/v1alpha1", kind: "DNSPublisher", metadata: { name } },
    spec: { zones: [ZONE], serviceSelector: { matchLabels: { way } }, ...out },
  };
}

describe("end to end: a real external-dns beside us", function () {
  this.timeout(120_000);
  let cluster: SpreadCluster;
  let started: SpreadCluster | undefined;
  let server: RunningNameServer | undefined;
  const neighbours: LabProcess[] = [];

  before(async function () {
    needsRoot(this);
    started = cluster = await SpreadCluster.start({ nodes: 3 });
    const { lab } = cluster;
    const { ipv4, managementIpv4 } = lab.node(SERVER);
    server = await startNameServer("bind", {
      ...{ directory: lab.directory, port: 53, zone: ZONE, keys: [KEY] },
      ...{ addresses: [ipv4, managementIpv4], within: lab.within(SERVER) },
    });
    await cluster.apply(
      DNS_ENDPOINT_CRD,
      metallb("IPAddressPool", "segment", { addresses: ["10.77.0.200-10.77.0.250"] }),
      ...(["objects", "status", "own"] as const).map((way) => advertisement(way, NODES, { way })),
      // Each address is for one node alone: nobody else may take its place.
      ...NODES.map((node) => advertisement(`pin-${node}`, [node], { name: `pin-${node}` })),
      ...NODES.map((node, i) => {
        const addresses = [ADDRESSES[i] ?? ""];
        return sharedService({ name: `pin-${node}`, port: 81 + i, addresses, way: "none" });
      }),
      sharedService({
        ...{ name: "web", port: 80, addresses: ADDRESSES, way: "objects" },
        hostname: `web.${ZONE}`,
      }),
      sharedService({
        ...{ name: "plain", port: 90, addresses: ADDRESSES, way: "status" },
        hostname: `plain.${ZONE}`,
      }),
      {
        ...{ apiVersion: "v1", kind: "Secret" },
        metadata: { name: "spreadlb-dns", namespace: "spreadlb-system" },
        stringData: { secret: KEY.secretBase64 },
      },
      publisher("lan", "objects", { dnsEndpoint: { labels: { audience: "lan" } } }),
    );
    await cluster.addressesOf("web", 2);
    await cluster.addressesOf("plain", 2);
    await cluster.holders(ADDRESSES);
    const common = { host: SERVER, server: ipv4, zone: ZONE, key: KEY };
    const ways = [
      { ownerId: "crd", port: 7979, flags: ["--source=crd", "--label-filter=audience=lan"] },
      { ownerId: "status", port: 7980, flags: ["--source=service", "--label-filter=way=status"] },
    ];
    for (const way of ways) neighbours.push(await startExternalDns(lab, { ...common, ...way }));
  });
  afterEach(async function () {
    if (this.currentTest?.isFailed() !== true) return;
    await started?.printLogs();
    for (const { name, log } of neighbours.map((each) => ({ name: each.name, log: each.log() }))) {
      console.log(`--- ${name}\n${log.trimEnd().split("\n").slice(-15).join("\n")}`);
    }
  });
  after(async () => {
    await Promise.all(neighbours.map((each) => each.stop()));
    await server?.stop();
    await started?.stop();
  });

  async function ask(name: string, type: "A" | "TXT"): Promise<readonly string[]> {
    const question = [`@${cluster.lab.node(SERVER).ipv4}`, "+short", "+tries=1", name, type];
    const answer = await cluster.lab.exec("client", ["dig", ...question]);
    return answer
      .split("\n")
      .filter((line) => line !== "")
      .sort();
  }

  function untilHas(
    label: string,
    wanted: readonly string[],
    timeoutMs = 30_000,
  ): Promise<boolean> {
    return waitFor(
      async () => {
        const found = await ask(`${label}.${ZONE}`, "A");
        if (found.join() !== wanted.join()) throw new Error(`found ${found.join() || "nothing"}`);
        return true;
      },
      { what: `${label} to have ${wanted.join() || "nothing"}`, timeoutMs, intervalMs: 100 },
    );
  }

  async function untilReason(name: string, reason: string): Promise<DNSPublisherStatus> {
    return waitFor(
      async () => {
        const path = `/apis/spreadlb.io/v1alpha1/dnspublishers/${name}`;
        const { status } = (await cluster.lab.api("GET", path)) as { status?: DNSPublisherStatus };
        const ready = status?.conditions?.find(({ type }) => type === "Ready");
        if (ready?.reason !== reason) throw new Error(`it is ${ready?.reason ?? "unknown"}`);
        return status;
      },
      { what: `${name} to be ${reason}`, timeoutMs: 30_000 },
    );
  }

  it("it publishes our objects: all addresses, and its own mark", async () => {
    await untilHas("web", ADDRESSES);
    expect((await untilReason("lan", "Ready")).published).to.equal(1);
    const [mark = "", ...more] = await ask(`a-web.${ZONE}`, "TXT");
    expect(more).to.deep.equal([]);
    expect(mark).to.include("external-dns/owner=crd");
    expect(mark).to.include("external-dns/resource=crd/default/web.default.lan");
  });

  it("spreadlb dns shows what the object has", async () => {
    const program = join(import.meta.dirname, "../../bin/spreadlb");
    const flags = ["--kubeconfig", cluster.lab.kubeconfig, "-o", "json"];
    const { names } = JSON.parse(await run([program, "dns", ...flags])) as { names: object[] };
    expect(names).to.have.length(1);
    expect(names[0]).to.deep.include({
      ...{ name: `web.${ZONE}`, service: "default/web", publisher: "lan" },
      ...{ wanted: ADDRESSES, published: ADDRESSES, state: "ok", message: null },
    });
  });

  it("without us it publishes what the Service's status lists", async () => {
    await untilHas("plain", ADDRESSES);
    expect((await ask(`a-plain.${ZONE}`, "TXT")).join()).to.include("external-dns/owner=status");
  });

  it("a node is cut, and nobody may take its place: of our objects its address is gone in time, of the status it is not", async () => {
    await cluster.lab.cutNode("n1");
    const cutMs = performance.now();
    await untilHas("web", ADDRESSES.slice(1));
    const goneMs = performance.now() - cutMs;
    // Its speaker was heard of last up to 5 s before the cut; external-dns looks every second.
    expect(goneMs).to.be.greaterThan((LIMIT_SECONDS - 6) * 1000);
    expect(goneMs).to.be.lessThan((LIMIT_SECONDS + 5) * 1000);
    expect(await ask(`plain.${ZONE}`, "A")).to.deep.equal(ADDRESSES);
    await cluster.lab.mendNode("n1");
    await untilHas("web", ADDRESSES);
  });

  it("it and a publisher with a name server leave each other's names alone", async () => {
    const { managementIpv4 } = cluster.lab.node(SERVER);
    const rfc2136 = { server: managementIpv4, tsig: { keyName: KEY.name } };
    const [ours, theirs] = [["10.77.0.211"], ["10.77.0.212"]];
    await cluster.apply(
      publisher("own", "own", { rfc2136 }),
      sharedService({
        ...{ name: "own", port: 100, addresses: ours, way: "own" },
        hostname: `own.${ZONE},plain.${ZONE}`,
      }),
    );
    const { differences } = await untilReason("own", "NameTaken");
    expect(differences?.map(({ name }) => name)).to.deep.equal([`plain.${ZONE}`]);
    await untilHas("own", ours);
    // Its other name shows that it has looked at the one that is ours.
    await cluster.apply(
      sharedService({
        ...{ name: "thief", port: 101, addresses: theirs, way: "status" },
        hostname: `own.${ZONE},thief.${ZONE}`,
      }),
    );
    await untilHas("thief", theirs);
    expect(await ask(`own.${ZONE}`, "A")).to.deep.equal(ours);
    expect((await ask(`a-own.${ZONE}`, "TXT")).join()).to.include("external-dns/owner=own.");
    expect(await ask(`plain.${ZONE}`, "A")).to.deep.equal(ADDRESSES);
    await cluster.delete(`${SERVICES}/thief`);
    await untilHas("thief", []);
    expect(await ask(`own.${ZONE}`, "A"), "its deletion takes nothing of ours").to.deep.equal(ours);
    await cluster.delete(`${SERVICES}/own`);
    await untilHas("own", []);
    expect(await ask(`plain.${ZONE}`, "A"), "nor ours of its").to.deep.equal(ADDRESSES);
  });

  it("a Service is deleted while no controller runs: its name goes from the name server", async () => {
    await Promise.all(cluster.controllers.map((controller) => controller.stop("SIGKILL")));
    await cluster.delete(`${SERVICES}/web`);
    await cluster.startController();
    await untilHas("web", []);
    expect(await ask(`a-web.${ZONE}`, "TXT")).to.deep.equal([]);
    await waitFor(async () => (await untilReason("lan", "Ready")).names?.length === 0, {
      what: "no name to be left",
    });
  });
});
