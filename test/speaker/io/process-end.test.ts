/**
 * How whole speaker processes end without being asked to, and how they begin again while the API server is away.
 *
 * Beside a real API server, without a controller: the test writes the plan. What happens in the thread of frames is
 * planted through the inspector, which every process of Node.js opens on SIGUSR1.
 */
import { expect } from "chai";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { overlaps } from "../../../lab/answers.ts";
import { startCluster, SYSTEM_NAMESPACE, type Cluster } from "../../../lab/cluster.ts";
import type { LabProcess } from "../../../lab/process.ts";
import { waitFor } from "../../../lab/wait.ts";
import type { VirtualIP } from "../../../src/multi-ip/resource.ts";
import { WORKER_DEFAULTS } from "../../../src/speaker/io/protocol.ts";

const { detectionMs, intervalMs } = WORKER_DEFAULTS;
const VIPS = "/apis/spreadlb.io/v1alpha1/virtualips";
const NODES = ["n1", "n2", "n3"];
const RANKS = [NODES, ["n2", "n3", "n1"], ["n3", "n1", "n2"]];
const ADDRESSES = ["10.77.0.210", "10.77.0.211", "10.77.0.212"];
/** Long enough for the inspector to be gone: a process with somebody attached to it does not end. */
const PLANTED_AFTER_MS = 300;

/** Evaluates argv[1] in the only worker thread of the process whose inspector listens here. */
const IN_WORKER = `
  const { fetch, WebSocket } = await import("${import.meta.resolve("undici")}");
  const list = async () => (await fetch("http://127.0.0.1:9229/json/list")).json();
  let found = [];
  while (found.length === 0) found = await list().catch(() => []);
  const socket = new WebSocket(found[0].webSocketDebuggerUrl);
  const send = (id, method, params) => socket.send(JSON.stringify({ id, method, params }));
  socket.onopen = () => send(1, "NodeWorker.enable", { waitForDebuggerOnStart: false });
  socket.onmessage = ({ data }) => {
    const { method, params } = JSON.parse(data);
    if (method === "NodeWorker.receivedMessageFromWorker") process.exit(0);
    if (method !== "NodeWorker.attachedToWorker") return;
    const evaluate = { id: 1, method: "Runtime.evaluate", params: { expression: process.argv[1] } };
    const message = JSON.stringify(evaluate);
    send(2, "NodeWorker.sendMessageToWorker", { sessionId: params.sessionId, message });
  };`;

function needs(context: Mocha.Context): void {
  const bundle = new URL("../../../dist/spreadlb.js", import.meta.url);
  const isRoot = process.getuid?.() === 0;
  if (isRoot && existsSync(bundle)) return;
  const why = isRoot ? "needs the bundle: npm run build" : "needs root, for network namespaces";
  if (context.test !== undefined) context.test.title += ` (${why})`;
  context.skip();
}

describe("speaker process: its end", function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let began: Cluster | undefined;
  const speakers = new Map<string, LabProcess>();
  let generation = 0;

  before(async function () {
    needs(this);
    began = cluster = await startCluster({ nodes: 3, kubeProxy: false, backends: false });
    await cluster.applyCrds();
    const key = randomBytes(32).toString("base64");
    const metadata = { name: "spreadlb-heartbeat", namespace: SYSTEM_NAMESPACE };
    await cluster.apply([{ apiVersion: "v1", kind: "Secret", metadata, data: { key } }]);
    await Promise.all(NODES.map(start));
    await plan();
    await untilHeldBy(NODES);
  });
  afterEach(function () {
    if (this.currentTest?.state !== "failed") return;
    for (const [node, process] of speakers)
      console.log(`--- ${node}\n${process.log().slice(-3000)}`);
  });
  after(() => began?.stop());

  async function start(node: string): Promise<void> {
    speakers.set(node, await cluster.startSpeaker(node));
    await waitFor(
      async () => (await cluster.get(node, "http://127.0.0.1:7473/readyz")).status === 200,
      { what: `${node} to be ready`, timeoutMs: 20_000 },
    );
  }

  async function plan(): Promise<void> {
    generation += 1;
    await cluster.apply(
      RANKS.map((rank, i) => ({
        ...{ apiVersion: "spreadlb.io/v1alpha1", kind: "VirtualIP" },
        metadata: { name: (ADDRESSES[i] ?? "").replaceAll(".", "-") },
        spec: {
          ...{ address: ADDRESSES[i], rank, generation, mode: "L2", interfaces: [] },
          services: [{ namespace: "default", name: "web", index: i }],
        },
      })),
    );
  }

  const speaker = (node: string) => speakers.get(node) ?? expect.fail(`no speaker on ${node}`);
  const untilHeldBy = (want: readonly string[]) =>
    waitFor(
      async () => {
        const seen = await cluster.whoHas(ADDRESSES);
        return ADDRESSES.every((address, i) => (seen.get(address) ?? []).join("+") === want[i]);
      },
      { what: `${want.join()} to answer`, timeoutMs: 20_000 },
    );
  const inWorkerOf = async (node: string, program: string) => {
    speaker(node).signal("SIGUSR1");
    const later = `setTimeout(() => { ${program} }, ${PLANTED_AFTER_MS})`;
    const argv = [process.execPath, "--input-type=module", "-e", IN_WORKER, later];
    await cluster.exec(node, argv);
  };

  const deaths = [
    {
      name: "an error that nobody caught",
      program: `throw new Error("planted")`,
      error: "planted",
    },
    {
      name: "a leak",
      program: `
        const leak = (globalThis.leak = []);
        setInterval(() => { if (leak.length < 860) leak.push(...leakOf(20)); }, 20);
        const leakOf = (length) => Array.from({ length }, () => new Array(10_000).fill(0.5));`,
      error: "MiB of memory are in use, 64 MiB are the most",
    },
    {
      name: "more memory at once than the engine gives it",
      program: `const all = []; for (;;) all.push(new Array(10_000).fill(0.5));`,
      error: null, // The engine's own words.
    },
  ];
  for (const { name, program, error } of deaths) {
    it(`its thread of frames dies of ${name}: it ends, says so, and one other answers`, async () => {
      const recorder = await cluster.startRecorder(ADDRESSES);
      await inWorkerOf("n1", program);
      await speaker("n1").ended();
      if (error === null) {
        expect(speaker("n1").ending).to.be.oneOf(["status 1", "signal SIGABRT"]);
        expect(speaker("n1").log()).to.match(
          /Worker terminated due to reaching memory limit|Native stack trace/,
        );
      } else {
        expect(speaker("n1").ending).to.equal("status 1");
        const lines = speaker("n1").log().split("\n");
        const last = lines.filter((line) => line.startsWith("{")).at(-1); // The inspector talks, too.
        expect(last).to.include('"level":60').and.include("the frame worker died");
        expect(last).to.include(error);
      }
      await untilHeldBy(["n2", "n2", "n3"]);
      const twice = overlaps(await recorder.stop());
      expect(twice.filter(({ ms }) => ms > detectionMs + intervalMs)).to.deep.equal([]); // Rule H2.
      await start("n1");
      await plan();
      await untilHeldBy(NODES);
    });
  }

  it("all end at once and begin from the disk, the API server away: they answer without asking whose it is", async () => {
    const onDisk = (node: string) => {
      const text = readFileSync(`${cluster.directory}/state-${node}/plan.json`, "utf8");
      return JSON.parse(text) as { addresses: [string, { holder: string | null }][] };
    };
    await waitFor(
      () =>
        NODES.every((node) => onDisk(node).addresses.every(([, { holder }]) => holder !== null)),
      { what: "holders in every plan on disk" },
    );
    await cluster.controlPlane.stopApiServer();
    for (const node of NODES) await speaker(node).stop("SIGKILL");
    const capture = ["tcpdump", "-nlU", "-i", "any", "arp[14:4] = 0"]; // sender 0.0.0.0: RFC 5227 section 2.1.1
    const probes = await cluster.spawn("observer", capture, { name: "probes" });
    await waitFor(() => probes.log().includes("listening on"), { what: "tcpdump" });
    await Promise.all(NODES.map(start));
    await untilHeldBy(NODES);
    for (const node of NODES) expect(speaker(node).log()).to.contain('"fromDisk":true');
    await probes.stop();
    expect(probes.log()).not.to.match(/10\.77\.0\.21\d tell 0\.0\.0\.0/);
    await cluster.controlPlane.startApiServer();
    const all = async () => ((await cluster.api("GET", VIPS)) as { items: VirtualIP[] }).items;
    await waitFor(
      async () => (await all()).every(({ status }) => status?.generation === generation),
      {
        what: "the status to catch up",
        timeoutMs: 40_000,
      },
    );
  });
});
