/**
 * The Kubernetes layer against a real kube-apiserver and etcd: one control plane for the whole file.
 */

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo, Server, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { pino } from "pino";
import type { ControlPlane } from "../../lab/control-plane.ts";
import { startControlPlane } from "../../lab/control-plane.ts";
import { ApiError } from "../../src/kube/api-error.ts";
import { KubeClient } from "../../src/kube/io/client.ts";
import { startEventRecorder } from "../../src/kube/io/event-recorder.ts";
import type { LeaderElection } from "../../src/kube/io/lease.ts";
import { runLeaderElection } from "../../src/kube/io/lease.ts";
import { startReflector } from "../../src/kube/io/reflector.ts";
import { outcomeOf, patchStatus } from "../../src/kube/io/status.ts";
import type { KubeObject } from "../../src/kube/resource.ts";
import { defineResource } from "../../src/kube/resource.ts";
import type { Change } from "../../src/kube/store.ts";
import { EVENTS, LEASES, SECRETS, SERVICES } from "../../src/kube/types.ts";

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

const CONFIG_MAPS = defineResource<ConfigMap>({
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
});

const log = pino({ level: process.env.LOG_LEVEL ?? "silent" });

const TIMES = { leaseDurationMs: 3000, renewDeadlineMs: 2000, retryPeriodMs: 500 } as const;

describe("the Kubernetes layer, on a real API server", function () {
  this.timeout(30_000);
  let controlPlane: ControlPlane;
  let client: KubeClient;

  before(async () => {
    controlPlane = await startControlPlane();
    client = await KubeClient.connect({ kubeconfig: controlPlane.kubeconfig });
  });

  after(async () => {
    await client.close();
    await controlPlane.stop();
  });

  function configMap(name: string, data: Readonly<Record<string, string>> = {}): ConfigMap {
    return { metadata: { name, namespace: "default", labels: { test: "kube" } }, data };
  }

  function watched(options: { pageSize?: number; client?: KubeClient } = {}) {
    const changes: Change<ConfigMap>[] = [];
    const metrics = { lists: 0, ends: [] as string[] };
    const reflector = startReflector({
      client,
      type: CONFIG_MAPS,
      namespace: "default",
      labelSelector: "test=kube",
      ...options,
      onChange: (change) => changes.push(change),
      log,
      metrics: {
        listed: () => (metrics.lists += 1),
        watchEnded: (_plural, cause) => metrics.ends.push(cause),
      },
    });
    return { reflector, changes, metrics, store: reflector.store };
  }

  async function removeAll(): Promise<void> {
    const { items } = await client.list(CONFIG_MAPS, {
      namespace: "default",
      labelSelector: "test=kube",
    });
    await Promise.all(items.map(({ metadata }) => client.delete(CONFIG_MAPS, metadata)));
  }

  it("creates, reads, updates, patches in four ways and deletes", async () => {
    const made = await client.create(CONFIG_MAPS, configMap("one", { a: "1" }));
    expect(made).to.include({ apiVersion: "v1", kind: "ConfigMap" });
    expect(made.metadata).not.to.have.property("managedFields");
    const replaced = await client.update(CONFIG_MAPS, { ...made, data: { a: "2" } });
    expect(replaced.data).to.deep.equal({ a: "2" });

    const ref = { name: "one", namespace: "default" };
    await client.patch(CONFIG_MAPS, ref, { data: { b: "3" } }, { kind: "merge" });
    await client.patch(CONFIG_MAPS, ref, { data: { c: "4" } }, { kind: "strategic" });
    const move = [{ op: "remove", path: "/data/a" }];
    await client.patch(CONFIG_MAPS, ref, move, { kind: "json" });
    const applied = { apiVersion: "v1", kind: "ConfigMap", metadata: ref, data: { d: "5" } };
    const options = { kind: "apply", fieldManager: "test", force: true } as const;
    await client.patch(CONFIG_MAPS, ref, applied, options);
    const read = await client.get(CONFIG_MAPS, ref);
    expect(read.data).to.deep.equal({ b: "3", c: "4", d: "5" });

    const wrongUid = client.delete(CONFIG_MAPS, ref, { uid: randomUUID() });
    expect(await outcomeOf(wrongUid)).to.deep.equal({ kind: "conflict" });
    await client.delete(CONFIG_MAPS, ref, { uid: made.metadata.uid });
    expect(await outcomeOf(client.get(CONFIG_MAPS, ref))).to.deep.equal({ kind: "gone" });
  });

  it("names an outcome of every kind", async () => {
    const failure = async (work: Promise<unknown>): Promise<string> => {
      const error: unknown = await work.then(() => null).catch((reason: unknown) => reason);
      return error instanceof ApiError ? `${error.status} ${error.reason}` : String(error);
    };
    const bad = configMap("Not_A_Name");
    expect(await failure(client.create(CONFIG_MAPS, bad))).to.equal("422 Invalid");
    await client.create(CONFIG_MAPS, configMap("twice"));
    const again = client.create(CONFIG_MAPS, configMap("twice"));
    expect(await failure(again)).to.equal("409 AlreadyExists");
    const missing = client.get(SECRETS, { name: "none", namespace: "default" });
    expect(await failure(missing)).to.equal("404 NotFound");
    const stranger = await controlPlane.writeKubeconfig("stranger", "no-such-token");
    const other = await KubeClient.connect({ kubeconfig: stranger });
    expect(await failure(other.list(SECRETS))).to.equal("401 Unauthorized");
    await other.close();
    await removeAll();
  });

  it("refuses a status patch for an object that was written meanwhile", async () => {
    const ports = [{ port: 80 }];
    const metadata = { name: "patched", namespace: "default" };
    const service = await client.create(SERVICES, {
      metadata,
      spec: { type: "LoadBalancer", ports },
    });
    const status = { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } };
    const first = await patchStatus(client, SERVICES, { object: service, status });
    expect(first.kind).to.equal("done");
    const late = await patchStatus(client, SERVICES, {
      object: service,
      status: { loadBalancer: { ingress: [] } },
    });
    expect(late).to.deep.equal({ kind: "conflict" });
    const read = await client.get(SERVICES, metadata);
    expect(read.status?.loadBalancer?.ingress?.[0]?.ip).to.equal("192.0.2.1");

    await client.delete(SERVICES, metadata);
    await client.create(SERVICES, { metadata, spec: { type: "LoadBalancer", ports } });
    const other = await patchStatus(client, SERVICES, { object: service, status });
    expect(other).to.deep.equal({ kind: "conflict" });
    await client.delete(SERVICES, metadata);
    const gone = await patchStatus(client, SERVICES, { object: service, status });
    expect(gone).to.deep.equal({ kind: "gone" });
  });

  it("lists by pages, then sees what is added, changed, deleted and made anew", async () => {
    const names = Array.from({ length: 7 }, (_, index) => `page-${index}`);
    await Promise.all(names.map((name) => client.create(CONFIG_MAPS, configMap(name))));
    const { reflector, store, changes, metrics } = watched({ pageSize: 3 });
    await until(() => store.synced);
    expect(store.keys().sort()).to.deep.equal(names.map((name) => `default/${name}`));
    expect(changes.every(({ before, after }) => before === undefined && after)).to.equal(true);
    expect(store.get("default/page-0")).to.include({ kind: "ConfigMap", apiVersion: "v1" });

    changes.length = 0;
    const ref = { name: "page-0", namespace: "default" };
    const patched = await client.patch(CONFIG_MAPS, ref, { data: { a: "1" } }, { kind: "merge" });
    reflector.upsert(patched);
    expect(store.get("default/page-0")?.data).to.deep.equal({ a: "1" });
    await client.delete(CONFIG_MAPS, ref);
    await client.create(CONFIG_MAPS, configMap("page-0", { b: "2" }));
    await until(() => store.get("default/page-0")?.data?.b === "2");
    const told = changes.map((change) => [change.before?.data ?? null, change.after?.data ?? null]);
    expect(told).to.deep.equal([
      [null, { a: "1" }],
      [{ a: "1" }, null],
      [null, { b: "2" }],
    ]);
    expect(metrics.lists).to.equal(1);
    await reflector.stop();
    await removeAll();
  });

  it("goes on after the API server was killed, and misses nothing", async () => {
    const rounds = 20;
    await client.create(CONFIG_MAPS, configMap("counter", { n: "0" }));
    await client.create(CONFIG_MAPS, configMap("doomed"));
    const { reflector, store, changes } = watched();
    await until(() => store.synced);
    await controlPlane.stopApiServer("SIGKILL");
    const unreachable = client.get(CONFIG_MAPS, { name: "counter", namespace: "default" });
    const error: unknown = await unreachable.catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(ApiError).and.include({ status: 0, reason: "ECONNREFUSED" });
    expect(store.synced).to.equal(true);
    expect(store.size).to.equal(2);
    await controlPlane.startApiServer();
    const ref = { name: "counter", namespace: "default" };
    for (let n = 1; n <= rounds; n += 1) {
      await client.patch(CONFIG_MAPS, ref, { data: { n: String(n) } }, { kind: "merge" });
    }
    await client.delete(CONFIG_MAPS, { name: "doomed", namespace: "default" });
    await client.create(CONFIG_MAPS, configMap("new"));
    await until(() => store.has("default/new") && !store.has("default/doomed"));
    expect(store.get("default/counter")?.data).to.deep.equal({ n: String(rounds) });
    expect(changes.filter(({ after }) => after === undefined)).to.have.length(1);
    await reflector.stop();
    await removeAll();
  });

  it("lists anew when the version it would resume from is forgotten, telling deletions too", async () => {
    await client.create(CONFIG_MAPS, configMap("kept"));
    await client.create(CONFIG_MAPS, configMap("deleted-unseen"));
    const front = await TcpFront.start(controlPlane.apiPort);
    const path = await controlPlane.kubeconfigOf("admin", `https://127.0.0.1:${front.port}`);
    const through = await KubeClient.connect({ kubeconfig: path });
    const { reflector, store, changes, metrics } = watched({ client: through });
    await until(() => store.synced);
    front.cut();
    await client.delete(CONFIG_MAPS, { name: "deleted-unseen", namespace: "default" });
    // A new server remembers no change from before its start.
    await controlPlane.restartApiServer("SIGKILL");
    await front.mend();
    await until(() => !store.has("default/deleted-unseen"));
    expect(metrics.lists).to.equal(2);
    expect(metrics.ends).to.include("expired");
    expect(changes.map(({ key, after }) => [key, after !== undefined])).to.deep.equal([
      ["default/deleted-unseen", true],
      ["default/kept", true],
      ["default/deleted-unseen", false],
    ]);
    await reflector.stop();
    await through.close();
    await front.stop();
    await removeAll();
  });

  it("has one leader; a silent one is followed within 5 s, a polite one within 1 s", async () => {
    const front = await TcpFront.start(controlPlane.apiPort);
    const path = await controlPlane.kubeconfigOf("admin", `https://127.0.0.1:${front.port}`);
    const through = await KubeClient.connect({ kubeconfig: path });
    const leads = new Map<string, number>();
    const elect = (identity: string, its: KubeClient): LeaderElection =>
      runLeaderElection({
        client: its,
        namespace: "default",
        name: "election",
        identity,
        ...TIMES,
        onStarted: () => {
          leads.set(identity, performance.now());
        },
        onLost: () => leads.delete(identity),
        log,
      });
    const first = elect("first", through);
    await until(() => leads.has("first"));
    const second = elect("second", client);
    const lease = await client.get(LEASES, { name: "election", namespace: "default" });
    expect(lease.spec).to.include({ holderIdentity: "first", leaseDurationSeconds: 3 });
    expect(lease.spec?.renewTime).to.match(/T\d\d:\d\d:\d\d\.\d{6}Z$/);

    const cutMs = performance.now();
    front.cut();
    await until(() => {
      expect(leads.size).to.be.lessThan(2);
      return leads.has("second");
    });
    expect((leads.get("second") ?? Infinity) - cutMs).to.be.within(1000, 5000);
    expect([first.isLeader(), second.isLeader()]).to.deep.equal([false, true]);

    await front.mend();
    const third = elect("third", client);
    await until(async () => {
      const seen = await client.get(LEASES, { name: "election", namespace: "default" });
      return seen.spec?.leaseTransitions === 1;
    });
    await sleep(2 * TIMES.retryPeriodMs);
    expect([...leads.keys()]).to.deep.equal(["second"]);
    leads.delete("second");
    const releasedMs = performance.now();
    await second.release();
    await until(() => leads.size > 0);
    expect(Math.max(...leads.values()) - releasedMs).to.be.lessThan(1000);
    await Promise.all([first.release(), third.release()]);
    await through.close();
    await front.stop();
  });

  it("a candidate follows who gives the Lease back at once, however seldom it looks", async () => {
    const leads: string[] = [];
    const elect = (identity: string, retryPeriodMs: number): LeaderElection =>
      runLeaderElection({
        ...{ client, namespace: "default", name: "watched", identity, log },
        ...{ ...TIMES, retryPeriodMs },
        onStarted: () => {
          leads.push(identity);
        },
        onLost: () => undefined,
      });
    const first = elect("first", TIMES.retryPeriodMs);
    await until(() => leads.includes("first"));
    const second = elect("second", 600_000);
    const renewals = async () => {
      const { spec } = await client.get(LEASES, { name: "watched", namespace: "default" });
      return spec?.renewTime;
    };
    const before = await renewals();
    await until(async () => (await renewals()) !== before);
    await first.release();
    await until(() => leads.includes("second"));
    await second.release();
  });

  it("counts an event that happens again in the series of the first", async () => {
    const object = await client.create(CONFIG_MAPS, configMap("eventful"));
    const recorder = startEventRecorder({
      client,
      reportingController: "spreadlb.io/controller",
      reportingInstance: "test-0",
      log,
    });
    const event = { object, type: "Warning", action: "AssignAddresses" } as const;
    const message = "x".repeat(2000);
    recorder.event({ ...event, reason: "PoolExhausted", message });
    const events = async () => {
      const { items } = await client.list(EVENTS, {
        namespace: "default",
        fieldSelector: "regarding.name=eventful",
      });
      return items;
    };
    await until(async () => (await events()).length === 1);
    recorder.event({ ...event, reason: "PoolExhausted", message });
    recorder.event({ ...event, reason: "PoolExhausted", message });
    recorder.event({ ...event, reason: "AddressTaken", message: "another" });
    await until(async () => (await events()).some(({ series }) => series?.count === 3));
    await recorder.stop();
    const all = await events();
    expect(all.map(({ reason, series }) => [reason, series?.count ?? 1]).sort()).to.deep.equal([
      ["AddressTaken", 1],
      ["PoolExhausted", 3],
    ]);
    const [one] = all.filter(({ reason }) => reason === "PoolExhausted");
    expect(one?.regarding).to.deep.include({ kind: "ConfigMap", name: "eventful" });
    expect(one?.note.length).to.be.lessThan(1025);
    expect(recorder.dropped).to.equal(0);
    await removeAll();
  });
});

/** Looks until it is so; mocha's own limit ends it otherwise. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(10);
}

/** A wire between a client and the API server that can be cut: nothing comes through, nothing is said. */
class TcpFront {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #cut = false;

  private constructor(server: Server, targetPort: number) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on("connection", (near) => {
      const far = connect(targetPort, "127.0.0.1");
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one);
        one.on("data", (bytes) => {
          if (!this.#cut) other.write(bytes);
        });
        one.on("error", () => other.destroy());
        one.on("close", () => {
          this.#sockets.delete(one);
          other.destroy();
        });
      }
    });
  }

  static async start(targetPort: number): Promise<TcpFront> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new TcpFront(server, targetPort);
  }

  cut(): void {
    this.#cut = true;
  }

  /** The connections of before are lost, new ones work. */
  async mend(): Promise<void> {
    this.#cut = false;
    await this.#drop();
  }

  async stop(): Promise<void> {
    this.#server.close();
    await this.#drop();
  }

  async #drop(): Promise<void> {
    const closing = [...this.#sockets].map((socket) => once(socket, "close"));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closing);
  }
}
