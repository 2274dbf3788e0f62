/**
 * The webhook on a real API server: asked, trusted through a rotation under load, brought back when stripped, and missed by nobody.
 */
import { X509Certificate } from "node:crypto";
import { expect } from "chai";
import { waitFor } from "../../lab/wait.ts";
import {
  CONFIGURATION_PATH,
  CRD_PATH,
  METALLB,
  pool,
  POOLS_PATH,
  SECRET_PATH,
  WebhookCluster,
} from "./webhook-cluster.ts";

const PEERS = (version: string) => `/apis/metallb.io/${version}/namespaces/${METALLB}/bgppeers`;
const REQUESTS_PER_SECOND = 50;
/** 10 s until it is noticed, 10 s until the bundle is seen in place, 30 s of patience, 10 s to the other replica. */
const ROTATION_MS_MAX = 120_000;

describe("webhook on a real API server", function () {
  this.timeout(60_000);
  let cluster: WebhookCluster;

  before(async function () {
    this.timeout(120_000);
    cluster = await WebhookCluster.start(2);
    await cluster.unasked.create(POOLS_PATH, pool("prod", ["192.0.2.0/24"]));
    await waitFor(async () => (await cluster.tryPool("192.0.2.9/32")).status >= 400, {
      what: "the pool to be known to who is asked",
    });
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed") await cluster.printLogs();
  });

  after(() => cluster.stop());

  it("refuses a pool that overlaps, and says which", async () => {
    const { status, message } = await cluster.tryPool("192.0.2.9/32");
    expect(status).to.equal(422);
    expect(message).to.include('admission webhook "metallb.admission.spreadlb.io" denied');
    expect(message).to.include("prod").and.to.include("192.0.2.9");
  });

  it("both replicas serve one certificate, and answer alike", async () => {
    const [first, second] = await Promise.all(cluster.replicas.map((it) => cluster.served(it)));
    expect(first).to.equal(second);
    const verdicts = await Promise.all(
      Array.from({ length: 8 }, () => cluster.tryPool("192.0.2.9/32")),
    );
    expect(verdicts.map(({ status }) => status)).to.deep.equal(Array(8).fill(422));
  });

  it("a BGPPeer of v1beta1 is kept as v1beta2 and read back as it was written", async () => {
    const spec = {
      ...{ myASN: 64512, peerASN: 64513, peerAddress: "192.0.2.1", password: "secret" },
      ...{ holdTime: "90s", keepaliveTime: "30s", routerID: "192.0.2.9", ebgpMultiHop: true },
    };
    const head = { apiVersion: "metallb.io/v1beta1", kind: "BGPPeer" };
    const converted = async () =>
      JSON.stringify((await cluster.api.get(CRD_PATH)).body).includes("/convert");
    await waitFor(converted, { what: "the conversion to be injected" });
    const made = await waitFor(
      async () => {
        const metadata = { name: "old", namespace: METALLB };
        const answer = await cluster.api.create(PEERS("v1beta1"), { ...head, metadata, spec });
        return answer.status === 201 && answer;
      },
      { what: "a BGPPeer of v1beta1" },
    );
    const read = { ...spec, peerPort: 179 }; // The default is filled in, as MetalLB does.
    expect(made.body["spec"]).to.deep.equal(read);
    const stored = (await cluster.api.get(`${PEERS("v1beta2")}/old`)).body;
    expect(stored["spec"]).to.include({ peerASN: 64513, password: "secret" });
    expect((await cluster.api.get(`${PEERS("v1beta1")}/old`)).body["spec"]).to.deep.equal(read);
  });

  it("what v1beta1 cannot say survives a change in v1beta1", async () => {
    const address = { peerASN: 64513, peerAddress: "192.0.2.2" };
    const more = { localASN: 64999, connectTime: "7s", vrf: "red" };
    const spec = { myASN: 64512, routerID: "192.0.2.9", ...address, ...more };
    const metadata = { name: "new", namespace: METALLB };
    const body = { apiVersion: "metallb.io/v1beta2", kind: "BGPPeer", metadata, spec };
    expect((await cluster.api.create(PEERS("v1beta2"), body)).message).to.equal("");
    const change = { spec: { holdTime: "30s" } };
    const { message } = await cluster.api.patch(`${PEERS("v1beta1")}/new`, "merge", change);
    expect(message).to.equal("");
    const stored = (await cluster.api.get(`${PEERS("v1beta2")}/new`)).body;
    expect(stored["spec"]).to.include({ ...spec, holdTime: "30s" });
  });

  it("a peer of which v1beta1 can say neither AS number nor address is shown there, and changed in v1beta2", async () => {
    const spec = {
      ...{ myASN: 64512, routerID: "192.0.2.9" },
      ...{ dynamicASN: "external", interface: "eth1" },
    };
    const metadata = { name: "unnumbered", namespace: METALLB };
    const body = { apiVersion: "metallb.io/v1beta2", kind: "BGPPeer", metadata, spec };
    expect((await cluster.api.create(PEERS("v1beta2"), body)).message).to.equal("");
    const seen = (await cluster.api.get(`${PEERS("v1beta1")}/unnumbered`)).body;
    expect(seen["spec"]).to.include({ peerASN: 0, peerAddress: "" });
    const change = { spec: { holdTime: "30s" } };
    const { status } = await cluster.api.patch(`${PEERS("v1beta1")}/unnumbered`, "merge", change);
    expect(status).to.equal(422);
    const { message } = await cluster.api.patch(`${PEERS("v1beta2")}/unnumbered`, "merge", change);
    expect(message).to.equal("");
  });

  it("a bundle that somebody strips is injected again", async () => {
    const [crd, before] = await Promise.all([cluster.api.get(CRD_PATH), cluster.configuration()]);
    const hooks = before.webhooks.map((it) => ({ ...it, clientConfig: { url: urlOf(it) } }));
    await cluster.api.patch(CONFIGURATION_PATH, "merge", { webhooks: hooks });
    const none = { conversion: { strategy: "None", webhook: null } };
    await cluster.api.patch(CRD_PATH, "merge", { spec: none });
    const isBack = async () => {
      const { webhooks } = await cluster.configuration();
      return webhooks.every(({ clientConfig }) => clientConfig.caBundle !== undefined);
    };
    await waitFor(isBack, { what: "the bundle", timeoutMs: 25_000 });
    const conversionOf = (body: Record<string, unknown>) =>
      (body["spec"] as { conversion: object }).conversion;
    const wanted = conversionOf(crd.body);
    await waitFor(
      async () =>
        JSON.stringify(conversionOf((await cluster.api.get(CRD_PATH)).body)) ===
        JSON.stringify(wanted),
      { what: "the conversion", timeoutMs: 25_000 },
    );
    expect(await cluster.configuration()).to.have.nested.property(
      "webhooks[0].clientConfig.caBundle",
      before.webhooks[0]?.clientConfig.caBundle,
    );
  });

  it("a Secret that somebody deletes is written again, with what is trusted", async () => {
    const before = await cluster.certificates();
    await cluster.api.delete(SECRET_PATH);
    const after = await waitFor(
      async () => {
        const files = await cluster.certificates();
        return files["tls.crt"] !== undefined && files;
      },
      { what: "the Secret", timeoutMs: 25_000 },
    );
    expect(after).to.deep.equal(before);
  });

  it(`a rotation while ${REQUESTS_PER_SECOND} requests a second are asked about loses none`, async function () {
    this.timeout(ROTATION_MS_MAX + 30_000);
    const before = await cluster.certificates();
    const load = startLoad(cluster);
    const annotations = { "spreadlb.io/rotate": "now" };
    await cluster.api.patch(SECRET_PATH, "merge", { metadata: { annotations } });
    const beginMs = performance.now();
    await waitFor(
      async () => {
        const { "tls.crt": leaf = "", "ca.crt": bundle = "" } = await cluster.certificates();
        if (leaf === before["tls.crt"] || bundle === before["ca.crt"]) return false;
        const served = await Promise.all(cluster.replicas.map((it) => cluster.served(it)));
        return served.every((it) => it === new X509Certificate(leaf).fingerprint256);
      },
      { what: "both replicas to serve a new certificate", timeoutMs: ROTATION_MS_MAX },
    );
    const tookMs = performance.now() - beginMs;
    await waitFor(() => performance.now() - beginMs > tookMs + 2000, { what: "requests after" });
    const { sent, answered, unlike, slowestMs, lastedMs } = await load.stop();
    console.log(
      `      ${sent} requests in ${(lastedMs / 1000).toFixed(1)} s, the slowest ${Math.round(slowestMs)} ms`,
    );
    const wanted = Math.floor((lastedMs / 1000) * REQUESTS_PER_SECOND);
    if (sent < wanted) {
      throw new Error(
        `this machine is too busy to ask ${REQUESTS_PER_SECOND} times a second: ${sent} requests instead of ${wanted}; run this test alone`,
      );
    }
    expect({ unlike, answered }).to.deep.equal({ unlike: [], answered: sent });
    const { "ca.crt": bundle = "" } = await cluster.certificates();
    expect(bundle.startsWith(before["ca.crt"] ?? "-")).to.equal(true);
    const { webhooks } = await cluster.configuration();
    const injected = Buffer.from(webhooks[0]?.clientConfig.caBundle ?? "", "base64").toString();
    expect(injected).to.equal(bundle);
  });

  it("one replica stops: every request is asked about by the other", async () => {
    const [leaving] = cluster.replicas;
    if (leaving === undefined) throw new Error("there are two replicas");
    const load = startLoad(cluster);
    await waitFor(() => load.answered() > 50, { what: "requests" });
    const said = await cluster.replace(leaving);
    const then = load.answered();
    await waitFor(() => load.answered() > then + 100, { what: "requests" });
    const { sent, answered, unlike } = await load.stop();
    expect({ unlike, answered }).to.deep.equal({ unlike: [], answered: sent });
    expect(said).to.equal("not ready: it is stopping\n");
    expect(leaving.process.ending).to.equal("status 0");
  });

  it("the controllers hang: Services and Pods are written while a pool still waits for them, and then the pool is, too", async () => {
    for (const { process } of cluster.replicas) process.signal("SIGSTOP");
    const inDefault = { namespace: "default" };
    let isPoolWritten = false;
    const writingPool = cluster.api
      .create(POOLS_PATH, pool("patient", ["203.0.113.128/25"]))
      .finally(() => (isPoolWritten = true));
    const spec = { type: "LoadBalancer", ports: [{ port: 80 }] };
    const service = { metadata: { name: "meanwhile", ...inDefault }, spec };
    const made = await cluster.api.create("/api/v1/namespaces/default/services", service);
    const containers = [{ name: "web", image: "web" }];
    const pod = { metadata: { name: "meanwhile", ...inDefault }, spec: { containers } };
    const started = await cluster.api.create("/api/v1/namespaces/default/pods", pod);
    expect([made.status, started.status, isPoolWritten]).to.deep.equal([201, 201, false]);
    expect((await writingPool).status).to.equal(201);
    await cluster.unasked.delete(`${POOLS_PATH}/patient`);
    for (const { process } of cluster.replicas) process.signal("SIGCONT");
  });

  it("all controllers are away: Services, Pods, Namespaces, pools and BGPPeers are written as ever", async () => {
    await Promise.all(cluster.replicas.map(({ process }) => process.stop("SIGKILL")));
    const inDefault = { namespace: "default" };
    const container = { name: "web", image: "web" };
    const peer = { myASN: 64512, peerASN: 64513, peerAddress: "192.0.2.3" };
    const rows = [
      ["/api/v1/namespaces", { metadata: { name: "other" } }],
      [
        "/api/v1/namespaces/default/services",
        {
          metadata: { name: "web", ...inDefault },
          spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
        },
      ],
      [
        "/api/v1/namespaces/default/pods",
        { metadata: { name: "web", ...inDefault }, spec: { containers: [container] } },
      ],
      [POOLS_PATH, pool("late", ["203.0.113.0/24"])],
      [
        PEERS("v1beta2"),
        {
          apiVersion: "metallb.io/v1beta2",
          kind: "BGPPeer",
          metadata: { name: "late" },
          spec: peer,
        },
      ],
    ] as const;
    for (const [path, body] of rows) {
      const { status, message } = await cluster.api.create(path, body);
      expect({ path, status, message }).to.deep.equal({ path, status: 201, message: "" });
    }
    for (const path of [PEERS("v1beta2"), `${PEERS("v1beta2")}/old`, POOLS_PATH]) {
      expect((await cluster.api.get(path)).status).to.equal(200);
    }
    expect((await cluster.api.delete(`${POOLS_PATH}/late`)).status).to.equal(200);
    expect((await cluster.api.delete("/api/v1/namespaces/default/services/web")).status).to.equal(
      200,
    );
    // The one thing that waits: what nobody but we can translate.
    const { status, message } = await cluster.api.get(`${PEERS("v1beta1")}/old`);
    expect(status).to.equal(500);
    expect(message).to.include("conversion webhook");
  });
});

function urlOf({ clientConfig }: { readonly clientConfig: { readonly url?: string } }): string {
  return clientConfig.url ?? "";
}

/** So many requests without an answer, and no more are sent: the machine does not keep up. */
const WAITING_MAX = 200;

/** Asks for a pool that overlaps, again and again: every answer but a refusal was not judged. What a late timer missed is made up for. */
function startLoad(cluster: WebhookCluster) {
  const unlike: string[] = [];
  const running = new Set<Promise<void>>();
  let [sent, answered, slowestMs] = [0, 0, 0];
  const ask = async () => {
    const askedMs = performance.now();
    const { status, message } = await cluster.tryPool("192.0.2.9/32");
    if (status !== 422) unlike.push(`${status} ${message}`);
    slowestMs = Math.max(slowestMs, performance.now() - askedMs);
    answered += 1;
  };
  const beginMs = performance.now();
  const catchUp = () => {
    const due = Math.ceil(((performance.now() - beginMs) / 1000) * REQUESTS_PER_SECOND);
    for (; sent < due && running.size < WAITING_MAX; sent++) {
      const asking = ask()
        .catch((error: unknown) => unlike.push(String(error)))
        .then(() => void running.delete(asking));
      running.add(asking);
    }
  };
  const timer = setInterval(catchUp, 1000 / REQUESTS_PER_SECOND);
  return {
    answered: () => answered,
    stop: async () => {
      clearInterval(timer);
      catchUp();
      const lastedMs = performance.now() - beginMs;
      await Promise.all(running);
      return { sent, answered, unlike, slowestMs, lastedMs };
    },
  };
}
