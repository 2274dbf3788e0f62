/**
 * Controllers as processes on a real API server, with the rights that deploy/ gives them and no others.
 *
 * There are no speakers: their Leases are made by hand, as a speaker would. Needs the control plane's programs:
 * lab/binaries.ts says where they come from.
 */
import { expect } from "chai";
import { pino } from "pino";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startControlPlane, type ControlPlane } from "../../lab/control-plane.ts";
import { freePorts } from "../../lab/ports.ts";
import { start, type LabProcess } from "../../lab/process.ts";
import { waitFor } from "../../lab/wait.ts";
import { KubeClient } from "../../src/kube/io/client.ts";
import { isNotFound } from "../../src/kube/api-error.ts";
import { microTime } from "../../src/kube/micro-time.ts";
import { LEASES, NODES, SECRETS, SERVICES, EVENTS, type Service } from "../../src/kube/types.ts";
import { COUNT_ANNOTATION } from "../../src/classes/annotations.ts";
import { keepHeartbeatSecret } from "../../src/controller/io/heartbeat-secret.ts";
import { METAL_LOAD_BALANCER_CLASSES } from "../../src/multi-ip/configured.ts";
import { VIRTUAL_IPS } from "../../src/multi-ip/kind.ts";
import type { VirtualIP } from "../../src/multi-ip/resource.ts";
import { manifests } from "../deploy/manifests.ts";

const NAMESPACE = "spreadlb-system";
const NODE_NAMES = ["n1", "n2", "n3", "n4"] as const;
const ENTRY = join(import.meta.dirname, "../../src/cli/io/entry.ts");
const START_MS_MAX = 120_000;

const LOST = "lost the lease; standing for election again";

describe("controller on a real API server", function () {
  this.timeout(60_000);
  let cluster: ControlPlane;
  let client: KubeClient;
  let kubeconfig: string;
  let controllers: LabProcess[] = [];

  before(async function () {
    this.timeout(START_MS_MAX);
    cluster = await startControlPlane();
    client = await KubeClient.connect({ kubeconfig: cluster.kubeconfig });
    const crds = ["metalloadbalancerclasses.network.deckhouse.io", "virtualips.spreadlb.io"];
    for (const name of crds) {
      const file = join(import.meta.dirname, `../../crds/${name}.yaml`);
      await cluster.kubectl(["apply", "--server-side", "-f", "-"], readFileSync(file, "utf8"));
    }
    await cluster.kubectl(["wait", "--for=condition=Established", "crd", "--all"]);
    const kinds = [
      "Namespace",
      "ServiceAccount",
      "ClusterRole",
      "ClusterRoleBinding",
      "Role",
      "RoleBinding",
    ];
    await cluster.apply(manifests().filter(({ kind }) => kinds.includes(kind)));
    const token = await cluster.kubectl([
      "create",
      "token",
      "spreadlb-controller",
      "-n",
      NAMESPACE,
    ]);
    kubeconfig = await cluster.writeKubeconfig("controller", token.trim());
    for (const name of NODE_NAMES) await client.create(NODES, { metadata: { name } });
    for (const name of NODE_NAMES) await speak(name);
    await addClass("edge", ["192.0.2.0/24", "2001:db8::/120"], true);
    await startController("a");
  });

  afterEach(function () {
    if (this.currentTest?.state !== "failed") return;
    for (const { name, logFile } of controllers) {
      const tail = readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-15);
      console.log([`      the log of ${name} ends:`, ...tail].join("\n        "));
    }
  });

  after(async () => {
    await Promise.all(controllers.map((controller) => controller.stop("SIGKILL")));
    await client.close();
    await cluster.stop();
  });

  async function startController(identity: string): Promise<LabProcess> {
    const [port = 0] = await freePorts(1);
    const argv = [
      ...[process.execPath, "--import", "tsx", ENTRY, "controller"],
      ...["--kubeconfig", kubeconfig, "--namespace", NAMESPACE],
      ...["--http-port", String(port), "--webhook-port", "0", "--identity", identity],
    ];
    const logFile = join(cluster.directory, `controller-${identity}.log`);
    const controller = await start(argv, { name: `controller ${identity}`, logFile });
    controllers = [...controllers.filter(({ running }) => running), controller];
    const url = `http://127.0.0.1:${port}/readyz`;
    const what = "the controller is ready";
    await controller.until(async () => (await fetch(url)).ok, { what, timeoutMs: 30_000 });
    return controller;
  }

  /** A speaker's Lease: fresh for an hour, so that it needs no renewal here. */
  async function speak(node: string): Promise<void> {
    const metadata = {
      name: `spreadlb-speaker-${node}`,
      namespace: NAMESPACE,
      labels: { "spreadlb.io/speaker": "" },
    };
    const nowTime = microTime(Date.now());
    const spec = {
      holderIdentity: node,
      leaseDurationSeconds: 3600,
      acquireTime: nowTime,
      renewTime: nowTime,
    };
    await client.create(LEASES, { metadata, spec });
  }

  async function addClass(name: string, addressPool: string[], isDefault = false): Promise<void> {
    await client.create(METAL_LOAD_BALANCER_CLASSES, {
      apiVersion: "network.deckhouse.io/v1alpha1",
      kind: "MetalLoadBalancerClass",
      metadata: { name },
      spec: { isDefault, addressPool },
    });
  }

  function serviceOf(name: string, count = 1, spec: Service["spec"] = {}): Service {
    const annotations = { [COUNT_ANNOTATION]: String(count) };
    const ports = [{ port: 80 }];
    const metadata = { name, namespace: "default", annotations };
    return { metadata, spec: { type: "LoadBalancer", ports, ...spec } };
  }

  const refOf = (name: string) => ({ name, namespace: "default" });
  const read = (name: string) => client.get(SERVICES, refOf(name));

  async function addressesOf(name: string): Promise<string[]> {
    const { status } = await read(name);
    return (status?.loadBalancer?.ingress ?? []).map(({ ip = "" }) => ip);
  }

  function untilAddresses(name: string, count: number): Promise<string[]> {
    const what = `${count} addresses of ${name}`;
    const probe = async () => {
      const found = await addressesOf(name);
      return found.length === count ? found : undefined;
    };
    return waitFor(probe, { what, intervalMs: 10 });
  }

  async function virtualIps(): Promise<readonly VirtualIP[]> {
    return (await client.list(VIRTUAL_IPS)).items;
  }

  async function virtualIpsOf(name: string): Promise<VirtualIP[]> {
    const all = await virtualIps();
    return all.filter(({ spec }) => spec.services.some((use) => use.name === name));
  }

  async function untilNoVirtualIps(name: string): Promise<number> {
    const beginMs = performance.now();
    const probe = async () => (await virtualIpsOf(name)).length === 0;
    await waitFor(probe, { what: `no VirtualIP of ${name}`, intervalMs: 10 });
    return performance.now() - beginMs;
  }

  async function conditionOf(name: string, type: string): Promise<string | undefined> {
    const { status } = await read(name);
    const found = status?.conditions?.find((condition) => condition.type === type);
    return found && `${found.status} ${found.reason}: ${found.message}`;
  }

  async function leader(): Promise<string> {
    const lease = await client.get(LEASES, { name: "spreadlb-controller", namespace: NAMESPACE });
    return (lease.spec?.holderIdentity ?? "").replace(/_.*/, "");
  }

  it("makes the heartbeat key, and does not make it anew", async () => {
    const ref = { name: "spreadlb-heartbeat", namespace: NAMESPACE };
    const secret = await client.get(SECRETS, ref);
    expect(Buffer.from(secret.data?.["key"] ?? "", "base64")).to.have.length(32);
    await startController("b");
    expect((await client.get(SECRETS, ref)).data).to.deep.equal(secret.data);
  });

  it("makes the heartbeat key again where somebody deletes it, and leaves one that is there alone", async () => {
    const ref = { name: "spreadlb-heartbeat", namespace: NAMESPACE };
    const seen = async () => {
      const found = await client.get(SECRETS, ref).catch((error: unknown) => {
        if (isNotFound(error)) return null;
        throw error;
      });
      return found?.data?.["key"];
    };
    const before = await seen();
    const ours = await KubeClient.connect({ kubeconfig });
    const ending = new AbortController();
    const kept = keepHeartbeatSecret(ours, {
      namespace: NAMESPACE,
      log: pino({ level: "silent" }),
      signal: ending.signal,
      intervalMs: 20,
    });
    await client.delete(SECRETS, ref);
    const after = await waitFor(seen, { what: "another key" });
    expect(after).not.to.equal(before);
    ending.abort();
    await kept;
    await ours.close();
    expect(await seen()).to.equal(after);
  });

  it("gives a Service its addresses, each with a VirtualIP and another node first", async () => {
    const beginMs = performance.now();
    await client.create(SERVICES, serviceOf("web", 3));
    const addresses = await untilAddresses("web", 3);
    console.log(`      ${Math.round(performance.now() - beginMs)} ms until the status says so`);
    const claimed = await virtualIpsOf("web");
    expect(claimed.map(({ spec }) => spec.address)).to.have.members(addresses);
    expect(new Set(claimed.map(({ spec }) => spec.rank[0])).size).to.equal(3);
    expect(claimed.every(({ spec }) => spec.rank.length === 4)).to.equal(true);
    expect(await conditionOf("web", "AllPublicIPsAssigned")).to.equal(
      "True AllIPsAssigned: 3 of 3 public IPs were assigned",
    );
    expect(await conditionOf("web", "network.deckhouse.io/load-balancer-class")).to.equal(
      "True LoadBalancerClassBound: edge",
    );
    const told = async () => {
      const { items } = await client.list(EVENTS, { namespace: "default" });
      return items.some(({ regarding, reason }) => {
        return regarding.name === "web" && reason === "IPAllocated";
      });
    };
    await waitFor(told, { what: "the Event" });
  });

  it("labels the nodes of the class", async () => {
    const label = "l2-load-balancer.network.deckhouse.io/member";
    const probe = async () =>
      (await client.list(NODES)).items.every(({ metadata }) => metadata.labels?.[label] === "");
    await waitFor(probe, { what: "the member label" });
  });

  it("grows at the end and shrinks from the end", async () => {
    const three = await untilAddresses("web", 3);
    const setCount = (count: number) => {
      const metadata = { annotations: { [COUNT_ANNOTATION]: String(count) } };
      return client.patch(SERVICES, refOf("web"), { metadata }, { kind: "merge" });
    };
    await setCount(4);
    expect((await untilAddresses("web", 4)).slice(0, 3)).to.deep.equal(three);
    await setCount(1);
    expect(await untilAddresses("web", 1)).to.deep.equal(three.slice(0, 1));
    await setCount(3);
    expect((await untilAddresses("web", 3))[0]).to.equal(three[0]);
    expect(await virtualIpsOf("web")).to.have.length(3);
  });

  it("puts back a status that was wiped, with the same addresses in the same order", async () => {
    const before = await addressesOf("web");
    const status = { loadBalancer: null, conditions: null };
    await client.patch(
      SERVICES,
      refOf("web"),
      { status },
      { kind: "merge", subresource: "status" },
    );
    expect(await untilAddresses("web", 3)).to.deep.equal(before);
  });

  it("adopts the addresses in the status when all VirtualIPs are gone", async () => {
    const before = await addressesOf("web");
    await cluster.kubectl(["delete", "virtualips", "--all"]);
    const probe = async () => (await virtualIpsOf("web")).length === 3;
    await waitFor(probe, { what: "the claims" });
    expect(await addressesOf("web")).to.deep.equal(before);
  });

  it("does not touch a Service of a foreign class", async () => {
    const made = await client.create(
      SERVICES,
      serviceOf("foreign", 2, { loadBalancerClass: "example.com/other" }),
    );
    await client.create(SERVICES, serviceOf("later"));
    await waitFor(async () => (await addressesOf("later")).length === 1, {
      what: "the address that is planned once all was listed anew",
      timeoutMs: 40_000,
    });
    const after = await read("foreign");
    expect(after.metadata.resourceVersion).to.equal(made.metadata.resourceVersion);
    expect(await virtualIpsOf("foreign")).to.deep.equal([]);
  });

  it("frees the addresses of a deleted Service within a second", async () => {
    await client.delete(SERVICES, refOf("later"));
    const tookMs = await untilNoVirtualIps("later");
    console.log(`      ${Math.round(tookMs)} ms until its VirtualIP was gone`);
    expect(tookMs).to.be.below(1000);
  });

  it("frees the addresses of a Service that becomes a ClusterIP, and takes its conditions back", async () => {
    await client.create(SERVICES, serviceOf("turned", 2));
    await untilAddresses("turned", 2);
    const spec = { type: "ClusterIP", allocateLoadBalancerNodePorts: null };
    await client.patch(SERVICES, refOf("turned"), { spec }, { kind: "merge" });
    expect(await untilNoVirtualIps("turned")).to.be.below(1000);
    const probe = async () => ((await read("turned")).status?.conditions ?? []).length === 0;
    await waitFor(probe, { what: "no conditions of ours" });
  });

  it("says on the Service what is wrong, and mends it when an address comes free", async () => {
    await addClass("small", ["198.51.100.0/31"]);
    const small = { loadBalancerClass: "small" };
    await client.create(SERVICES, serviceOf("first", 2, small));
    await untilAddresses("first", 2);
    await client.create(SERVICES, serviceOf("second", 1, small));
    const exhausted = async () =>
      (await conditionOf("second", "spreadlb.io/Ready"))?.startsWith("False PoolExhausted") ===
      true;
    await waitFor(exhausted, { what: "the condition" });
    await client.delete(SERVICES, refOf("first"));
    await untilAddresses("second", 1);
    expect(await conditionOf("second", "spreadlb.io/Ready")).to.match(/^True AddressesAssigned/);
  });

  it("empties the status when the class is deleted, and says what to do", async () => {
    await client.delete(METAL_LOAD_BALANCER_CLASSES, { name: "small" });
    await untilNoVirtualIps("second");
    expect(await addressesOf("second")).to.deep.equal([]);
    expect(await conditionOf("second", "spreadlb.io/Ready")).to.match(/^False ClassMissing/);
    expect(await conditionOf("second", "AllPublicIPsAssigned")).to.match(/: 0 of 1 public IPs/);
    await client.delete(SERVICES, refOf("second"));
  });

  it("loses its lease while the API server is away, stays, and leads again", async () => {
    const running = controllers.filter((controller) => controller.running);
    const leads = () =>
      running.some(({ logFile }) => readFileSync(logFile, "utf8").includes('"leading"'));
    await waitFor(leads, { what: "a leader" });
    await cluster.stopApiServer("SIGKILL");
    const hasLost = () =>
      running.some(({ logFile }) => readFileSync(logFile, "utf8").includes(LOST));
    await waitFor(hasLost, { what: "the lease to be lost", timeoutMs: 20_000 });
    await cluster.startApiServer();
    await client.create(SERVICES, serviceOf("later"));
    await waitFor(async () => (await addressesOf("later")).length === 1, {
      what: "the address that is planned once all was listed anew",
      timeoutMs: 40_000,
    });
    expect(running.filter((controller) => !controller.running)).to.deep.equal([]);
    await client.delete(SERVICES, refOf("later"));
  });

  it("keeps every address through an API server that goes away and comes back", async () => {
    const before = await addressesOf("web");
    const ranks = (await virtualIpsOf("web")).map(({ spec }) => [spec.address, spec.rank]);
    await cluster.restartApiServer("SIGKILL");
    await Promise.all(controllers.map((controller) => controller.stop("SIGKILL")));
    await startController("c");
    await startController("d");
    await client.create(SERVICES, serviceOf("after"));
    await untilAddresses("after", 1);
    expect(await addressesOf("web")).to.deep.equal(before);
    expect((await virtualIpsOf("web")).map(({ spec }) => [spec.address, spec.rank])).to.deep.equal(
      ranks,
    );
  });

  it("hands over within a second when the leader is stopped", async () => {
    const first = await leader();
    const [leading] = controllers.filter(({ name }) => name === `controller ${first}`);
    const beginMs = performance.now();
    await leading?.stop("SIGTERM");
    const exitMs = performance.now() - beginMs;
    const probe = async () => ![first, ""].includes(await leader());
    await waitFor(probe, { what: "another leader", intervalMs: 10 });
    const tookMs = performance.now() - beginMs;
    console.log(
      `      exit after ${Math.round(exitMs)} ms, another leads after ${Math.round(tookMs)} ms`,
    );
    expect(leading?.ending).to.equal("status 0");
    expect(tookMs).to.be.below(1000);
  });

  it("is led again within 5 s of a kill in the middle of its work, and loses no address", async () => {
    const names = Array.from({ length: 40 }, (_, i) => `burst-${i}`);
    await startController("e");
    await Promise.all(names.map((name) => client.create(SERVICES, serviceOf(name, 2))));
    const first = await leader();
    const [leading] = controllers.filter(({ name }) => name === `controller ${first}`);
    await waitFor(async () => (await virtualIps()).length > 20, {
      what: "some claims",
      intervalMs: 5,
    });
    const promised = new Map<string, string[]>();
    for (const { metadata, status } of (await client.list(SERVICES)).items) {
      const ingress = status?.loadBalancer?.ingress ?? [];
      if (ingress.length > 0)
        promised.set(
          metadata.name,
          ingress.map(({ ip = "" }) => ip),
        );
    }
    const beginMs = performance.now();
    await leading?.stop("SIGKILL");
    await waitFor(async () => ![first, ""].includes(await leader()), { what: "another leader" });
    const tookMs = performance.now() - beginMs;
    console.log(`      another leads after ${Math.round(tookMs)} ms`);
    expect(tookMs).to.be.below(5000);
    for (const name of names) await untilAddresses(name, 2);
    for (const [name, addresses] of promised) {
      expect((await addressesOf(name)).slice(0, addresses.length)).to.deep.equal(addresses);
    }
    const given = (await virtualIps()).map(({ spec }) => spec.address);
    expect(new Set(given).size).to.equal(given.length);
    for (const name of names) await client.delete(SERVICES, refOf(name));
  });

  it("gives 1,000 Services their address within 10 s of the last one's creation", async function () {
    this.timeout(180_000);
    await addClass("large", ["10.200.0.0/20"]);
    const names = Array.from({ length: 1000 }, (_, i) => `many-${i}`);
    const beginMs = performance.now();
    const queue = [...names];
    const worker = async () => {
      for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
        await client.create(SERVICES, serviceOf(name, 1, { loadBalancerClass: "large" }));
      }
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    const createdMs = performance.now();
    const probe = async () => {
      const { items } = await client.list(SERVICES, { namespace: "default" });
      const many = items.filter(({ metadata }) => metadata.name.startsWith("many-"));
      return many.every(({ status }) => status?.loadBalancer?.ingress?.length === 1);
    };
    await waitFor(probe, { what: "all addresses", timeoutMs: 60_000, intervalMs: 200 });
    const doneMs = performance.now();
    const name = `controller ${await leader()}`;
    const pid = controllers.find((controller) => controller.name === name)?.pid ?? 0;
    const [seconds, rssMiB] = [(doneMs - createdMs) / 1000, residentMiB(pid)];
    console.log(
      `      created in ${((createdMs - beginMs) / 1000).toFixed(1)} s, all assigned ${seconds.toFixed(1)} s later; ` +
        `RSS of the leader ${rssMiB} MiB (not bundled)`,
    );
    expect(seconds).to.be.below(10);
    const heads = new Map<string, number>();
    for (const { spec } of await virtualIps()) {
      if (spec.class !== "large") continue;
      heads.set(spec.rank[0] ?? "", (heads.get(spec.rank[0] ?? "") ?? 0) + 1);
    }
    const counts = [...heads.values()];
    expect(Math.max(...counts) - Math.min(...counts)).to.be.at.most(1);
  });

  it("reads no Secret, not even its own", async () => {
    const limited = await KubeClient.connect({ kubeconfig });
    const answer = await limited
      .get(SECRETS, { name: "spreadlb-heartbeat", namespace: NAMESPACE })
      .catch((error: unknown) => error);
    await limited.close();
    expect(isNotFound(answer)).to.equal(false);
    expect(answer).to.have.property("status", 403);
  });
});

function residentMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024);
}
