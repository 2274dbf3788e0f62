/**
 * Whole speaker processes beside a real API server, without a controller: the test writes the plan.
 */
import { expect } from "chai";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { startCluster, SYSTEM_NAMESPACE, type Cluster } from "../../../lab/cluster.ts";
import type { LabProcess } from "../../../lab/process.ts";
import { waitFor } from "../../../lab/wait.ts";
import type { VirtualIP } from "../../../src/multi-ip/resource.ts";
import type { SavedRouting } from "../../../src/speaker/saved-routing.ts";
import type { SavedPlan } from "../../../src/speaker/io/plan-file.ts";

const VIPS = "/apis/spreadlb.io/v1alpha1/virtualips";
const LEASES = `/apis/coordination.k8s.io/v1/namespaces/${SYSTEM_NAMESPACE}/leases`;
const NODES = ["n1", "n2", "n3"];
const RANKS = [NODES, ["n2", "n3", "n1"], ["n3", "n1", "n2"]];

/** Skips with a sentence where the lab cannot run. */
function needs(context: Mocha.Context): void {
  const bundle = new URL("../../../dist/spreadlb.js", import.meta.url);
  const why =
    process.getuid?.() !== 0
      ? "needs root, for network namespaces"
      : existsSync(bundle)
        ? ""
        : "needs the bundle: npm run build";
  if (why === "") return;
  if (context.test !== undefined) context.test.title += ` (${why})`;
  context.skip();
}

describe("speaker process", function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let began: Cluster | undefined;
  const speakers = new Map<string, LabProcess>();
  let addresses: string[];

  before(async function () {
    needs(this);
    began = cluster = await startCluster({ nodes: 3, kubeProxy: false, backends: false });
    await cluster.applyCrds();
    await cluster.apply([
      {
        ...{ apiVersion: "v1", kind: "Secret" },
        metadata: { name: "spreadlb-heartbeat", namespace: SYSTEM_NAMESPACE },
        data: { key: randomBytes(32).toString("base64") },
      },
    ]);
    addresses = ["10.77.0.210", "10.77.0.211", "10.77.0.212"];
    for (const node of NODES) speakers.set(node, await cluster.startSpeaker(node));
    for (const node of NODES) await untilReady(node);
    await plan(1);
  });
  afterEach(function () {
    if (this.currentTest?.state !== "failed") return;
    for (const [node, process] of speakers)
      console.log(`--- ${node}\n${process.log().slice(-3000)}`);
  });
  after(() => began?.stop());

  async function plan(generation: number): Promise<void> {
    await cluster.apply(
      RANKS.map((rank, i) => ({
        ...{ apiVersion: "spreadlb.io/v1alpha1", kind: "VirtualIP" },
        metadata: { name: (addresses[i] ?? "").replaceAll(".", "-") },
        spec: {
          ...{ address: addresses[i], rank, generation, mode: "L2", interfaces: [] },
          services: [{ namespace: "default", name: "web", index: i }],
        },
      })),
    );
  }

  const speaker = (node: string) => speakers.get(node) ?? expect.fail(`no speaker on ${node}`);
  const onTheWire = async () => {
    const seen = await cluster.whoHas(addresses);
    return addresses.map((address) => (seen.get(address) ?? []).join("+"));
  };
  const inTheStatus = async () => {
    const { items } = (await cluster.api("GET", VIPS)) as { items: VirtualIP[] };
    return addresses.map((a) => items.find(({ spec }) => spec.address === a)?.status);
  };
  const untilHeldBy = (want: readonly string[]) =>
    waitFor(async () => JSON.stringify(await onTheWire()) === JSON.stringify(want), {
      what: `${want.join()} to answer`,
      timeoutMs: 40_000, // after an outage the watches come back when their backoff lets them
    });
  const leases = async () => {
    const { items } = (await cluster.api("GET", LEASES)) as {
      items: { metadata: { name: string; labels?: object }; spec: { holderIdentity: string } }[];
    };
    return items.map(({ metadata, spec }) => [metadata.name, metadata.labels, spec.holderIdentity]);
  };
  const untilReady = (node: string) =>
    waitFor(async () => (await cluster.get(node, "http://127.0.0.1:7473/readyz")).status === 200, {
      what: `${node} to be ready`,
    });

  /** One that finds a damaged file of routers says where, answers on the segment, and waits for the API server to be ready. */
  async function expectUnready(node: string): Promise<void> {
    const [state, ready] = [`${cluster.directory}/state-${node}`, "http://127.0.0.1:7473/readyz"];
    const files = ["routers.json", "plan.json"].map((name) => `${state}/${name}`);
    const texts = files.map((file) => readFileSync(file, "utf8"));
    const saved = JSON.parse(texts[0] ?? "") as SavedRouting;
    writeFileSync(files[0] ?? "", JSON.stringify({ ...saved, peers: [7] }));
    const one = await cluster.startSpeaker(node);
    const onlyThat = "not ready: neither of them has said what routers are to be told yet";
    const said = async () => (await cluster.get(node, ready)).body;
    await waitFor(async () => (await said()) === onlyThat, {
      what: `${node} to be ready but for its routers`,
    }).catch(async () => expect(await said()).to.equal(onlyThat));
    expect(one.log()).to.contain('"fault":"peers[0]"').and.to.contain('"fromDisk":true');
    await one.stop("SIGKILL");
    for (const [i, file] of files.entries()) writeFileSync(file, texts[i] ?? "");
  }

  it("answers as planned, and says so in the status with the move and the condition", async () => {
    await untilHeldBy(NODES);
    const [status] = await waitFor(
      async () => {
        const all = await inTheStatus();
        return all.every((each) => each?.generation === 1) && all;
      },
      { what: "three holders in the status" },
    );
    const { since, lastMove, conditions, ...rest } = status ?? {};
    expect(rest).to.deep.equal({ holder: "n1", generation: 1 });
    expect({ from: null, ...lastMove }).to.deep.equal({
      from: null,
      to: "n1",
      at: since,
      reason: "first",
    });
    expect(conditions?.map(({ type, status: s, reason }) => [type, s, reason])).to.deep.equal([
      ["Announced", "True", "Answering"],
    ]);
  });

  it("is ready, and present by a Lease with the label that the controller looks for", async () => {
    await untilReady("n1");
    await waitFor(async () => (await leases()).length === 3, { what: "three Leases" });
    expect((await leases()).sort()).to.deep.equal(
      NODES.map((node) => [`spreadlb-speaker-${node}`, { "spreadlb.io/speaker": "" }, node]),
    );
  });

  it("killed: the next one answers, and the status tells why", async () => {
    await speaker("n1").stop("SIGKILL");
    await untilHeldBy(["n2", "n2", "n3"]);
    const lastMove = await waitFor(
      async () => {
        const [status] = await inTheStatus();
        return status?.holder === "n2" && status.lastMove;
      },
      { what: "the status" },
    );
    expect({ ...lastMove, at: "" }).to.deep.equal({
      ...{ from: "n1", to: "n2", at: "", reason: "node-lost" },
    });
  });

  it("started again: it takes nothing back, and holds what a newer plan gives it", async () => {
    speakers.set("n1", await cluster.startSpeaker("n1"));
    await untilReady("n1");
    expect(await onTheWire()).to.deep.equal(["n2", "n2", "n3"]);
    await plan(2);
    await untilHeldBy(NODES);
  });

  it("without the API server: goes on, fails over, and starts from the plan on disk", async () => {
    const saved = `${cluster.directory}/state-n3/plan.json`;
    await waitFor(async () => (await inTheStatus())[0]?.holder === "n1", { what: "the status" });
    await waitFor(() => existsSync(saved), { what: "the plan on disk" });
    await cluster.controlPlane.stopApiServer();
    expect(await onTheWire()).to.deep.equal(NODES);
    await speaker("n3").stop("SIGKILL");
    await untilHeldBy(["n1", "n2", "n1"]);
    // Its clock was ahead before: its next life has a greater number, which no life after it may have too.
    const before = JSON.parse(readFileSync(saved, "utf8")) as SavedPlan;
    const ahead = { ...before, incarnation: Date.now() + 3_600_000 };
    writeFileSync(saved, JSON.stringify(ahead));
    await expectUnready("n3");
    const said = speaker("n3").log().length; // By those before: the log goes on.
    speakers.set("n3", await cluster.startSpeaker("n3"));
    await waitFor(() => speaker("n3").log().slice(said).includes('"fromDisk":true'), {
      what: "n3 to begin",
      intervalMs: 5,
    });
    const begun = JSON.parse(readFileSync(saved, "utf8")) as SavedPlan;
    expect(begun.incarnation).to.be.above(ahead.incarnation);
    expect(begun.addresses).to.deep.equal(before.addresses);
    await untilReady("n3");
    expect(await onTheWire()).to.deep.equal(["n1", "n2", "n1"]);
    await cluster.controlPlane.startApiServer();
    const moved = await waitFor(
      async () => {
        const all = await inTheStatus();
        return all[2]?.holder === "n1" && all[2];
      },
      { what: "the status to catch up", timeoutMs: 30_000 },
    );
    expect(moved.lastMove?.reason).to.equal("node-lost");
    expect(await onTheWire()).to.deep.equal(["n1", "n2", "n1"]);
  });

  it("the API server is back: a newer plan reaches all, and n3 holds again", async () => {
    await plan(3);
    await untilHeldBy(NODES);
    await waitFor(async () => (await inTheStatus()).every((each) => each?.generation === 3), {
      what: "the status of every holder",
      timeoutMs: 40_000,
    });
  });

  it("a VirtualIP that is deleted is silent within a second", async () => {
    await cluster.api("DELETE", `${VIPS}/10-77-0-212`);
    await waitFor(async () => (await onTheWire())[2] === "", { what: "silence", timeoutMs: 1000 });
    expect(await onTheWire()).to.deep.equal(["n1", "n2", ""]);
  });

  it("SIGTERM: hands over, deletes its Lease and ends with 0 within 2 s", async () => {
    const at = performance.now();
    await speaker("n2").stop("SIGTERM");
    expect(performance.now() - at).below(2000);
    expect(speaker("n2").ending).to.equal("status 0");
    expect(await onTheWire()).to.deep.equal(["n1", "n3", ""]);
    expect((await leases()).map(([name]) => name)).not.to.include("spreadlb-speaker-n2");
    const [, status] = await waitFor(
      async () => {
        const all = await inTheStatus();
        return all[1]?.holder === "n3" && all;
      },
      { what: "the status" },
    );
    expect(status?.lastMove?.reason).to.equal("speaker-stopped");
  });
});
