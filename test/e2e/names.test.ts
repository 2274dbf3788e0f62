/**
 * Names follow addresses: a client with an ordinary resolver, which remembers what it was told for the TTL, finds all addresses of a Service,
 * loses the one that nobody answers for, and finds it again. BIND is the zone's primary, and another BIND the resolver, on a node of the lab
 * that takes no part in the balancing.
 */
import { expect } from "chai";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startNameServer, type RunningNameServer } from "../../lab/name-servers/name-server.ts";
import { startResolver } from "../../lab/name-servers/resolver.ts";
import { run, type LabProcess } from "../../lab/process.ts";
import { waitFor } from "../../lab/wait.ts";
import { dig } from "./dig.ts";
import {
  advertisement,
  HOSTNAME,
  KEY,
  renewedMs,
  sharedService,
  statusOf,
  TTL,
  type Told,
} from "./published-names.ts";
import { metallb, needsRoot, SpreadCluster } from "./spread-cluster.ts";

const ZONE = "lb.example";
const NAME = `web.${ZONE}`;
const ADDRESSES = ["10.77.0.201", "10.77.0.202", "10.77.0.203"];
const NODES = ["n1", "n2", "n3"];
const SERVER = "n4";
/** As it is where the publisher says nothing. */
const LIMIT_SECONDS = 15;
const TTL_SECONDS = 5;
/** For what has no limit of its own, on a machine that is busy: far below the time after which all is looked up anew. */
const PATIENCE_MS = 60_000;

/** What has its name is not remembered for long. */
function briefService(
  name: string,
  port: number,
  addresses: readonly string[],
  annotations: object = {},
): object {
  const ttl = { [TTL]: String(TTL_SECONDS) };
  return sharedService(name, port, addresses, { ...annotations, ...ttl });
}

describe("end to end: names follow addresses", function () {
  this.timeout(4 * PATIENCE_MS);
  let cluster: SpreadCluster;
  let started: SpreadCluster | undefined;
  let server: RunningNameServer | undefined;
  let resolver: LabProcess | undefined;

  before(async function () {
    needsRoot(this);
    started = cluster = await SpreadCluster.start({ nodes: 4 });
    const { lab } = cluster;
    const { ipv4, managementIpv4 } = lab.node(SERVER);
    server = await startNameServer("bind", {
      ...{ directory: lab.directory, port: 53, zone: ZONE, keys: [KEY] },
      ...{ addresses: [managementIpv4], within: lab.within(SERVER) },
    });
    resolver = await startResolver({
      ...{ directory: lab.directory, within: lab.within(SERVER), address: ipv4 },
      ...{ zone: ZONE, server: managementIpv4 },
    });
    writeFileSync(join(lab.directory, "resolv.conf"), `nameserver ${ipv4}\noptions timeout:1\n`);
    await cluster.apply(
      metallb("IPAddressPool", "segment", { addresses: ["10.77.0.200-10.77.0.250"] }),
      advertisement("web", NODES),
      // Each address is for one node alone: nobody else may take its place.
      ...NODES.map((node) => advertisement(`pin-${node}`, [node])),
      briefService("web", 80, ADDRESSES, { [HOSTNAME]: NAME }),
      ...NODES.map((node, i) => briefService(`pin-${node}`, 81 + i, [ADDRESSES[i] ?? ""])),
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "spreadlb-dns", namespace: "spreadlb-system" },
        stringData: { secret: KEY.secretBase64 },
      },
      publisher(managementIpv4),
    );
    await cluster.addressesOf("web", 3);
    await cluster.holders(ADDRESSES);
  });
  afterEach(async function () {
    if (this.currentTest?.isFailed() !== true) return;
    await started?.printLogs();
    console.log(server?.log());
  });
  after(async () => {
    await resolver?.stop();
    await server?.stop();
    await started?.stop();
  });

  function publisher(address: string): object {
    return {
      apiVersion: "spreadlb.io/v1alpha1",
      kind: "DNSPublisher",
      metadata: { name: "lan" },
      spec: {
        zones: [ZONE],
        rfc2136: { server: address, tsig: { keyName: KEY.name } },
      },
    };
  }

  /**
   * What the C library of the client finds, with a resolv.conf of its own, once the resolver has an answer.
   *
   * To the C library silence is as if there was nothing. So whoever finds nothing has the resolver say that there is nothing, or asks again.
   */
  function resolve(): Promise<readonly string[]> {
    const file = join(cluster.lab.directory, "resolv.conf");
    const asked = `dig +noall +comments +tries=1 +time=1 ${NAME} A`;
    const found = `getent ahostsv4 ${NAME} || ${asked} || true`;
    const script = `mount --bind ${file} /etc/resolv.conf && { ${found}; }`;
    return waitFor(
      async () => {
        const said = await cluster.lab.exec("client", ["unshare", "-m", "sh", "-c", script]);
        const addresses = said.match(/^\d+(?:\.\d+){3}(?=\s)/gm) ?? [];
        if (addresses.length > 0) return [...new Set(addresses)].sort();
        const isSaid = /status: NXDOMAIN,|status: NOERROR,[^]* ANSWER: 0,/.test(said);
        if (!isSaid) throw new Error(`it says ${said.trim() || "nothing"}`);
        return [];
      },
      { what: `the resolver to answer for ${NAME}`, timeoutMs: PATIENCE_MS, intervalMs: 100 },
    );
  }

  /** What the primary itself has, once it answers; "": nothing. */
  async function has(name: string, type = "A"): Promise<string> {
    const at = `@${cluster.lab.node(SERVER).managementIpv4}`;
    const records = await dig((argv) => cluster.lab.exec(SERVER, argv), [at, name, type]);
    return records.map(({ data }) => data).join();
  }

  function untilResolved(wanted: readonly string[], timeoutMs = PATIENCE_MS): Promise<unknown> {
    return waitFor(
      async () => {
        const found = await resolve();
        if (found.join() !== wanted.join()) throw new Error(`found ${found.join() || "nothing"}`);
        return true;
      },
      { what: `${NAME} to have ${wanted.join()}`, timeoutMs, intervalMs: 100 },
    );
  }

  it("the client resolves the name, and reaches every address", async () => {
    await untilResolved(ADDRESSES);
    await cluster.lab.waitForTraffic(ADDRESSES);
    const said = await waitFor(
      async () => {
        const found = await statusOf(cluster, "lan");
        return found.conditions?.[0]?.status === "True" && found;
      },
      { what: "the publisher to be ready" },
    );
    expect(said.published).to.equal(1);
    expect(said.names).to.deep.equal([{ name: NAME, zone: ZONE, service: "default/web" }]);
  });

  it("spreadlb dns: what is wanted, and what the name server has", async () => {
    const program = join(import.meta.dirname, "../../bin/spreadlb");
    const flags = ["--kubeconfig", cluster.lab.kubeconfig];
    // The machine is in neither network: so it says that it knows nothing of the server, and all else.
    const shown = await run([program, "dns", NAME, ...flags, "--no-lookup", "-o", "json"]);
    const { names, publishers } = JSON.parse(shown) as {
      names: readonly object[];
      publishers: readonly object[];
    };
    expect(names).to.have.length(1);
    expect(names[0]).to.deep.include({
      name: NAME,
      wanted: ADDRESSES,
      published: null,
      unheld: [],
    });
    expect(publishers[0]).to.deep.include({ name: "lan", wanted: 1, published: 1, ready: true });
    const table = await run([program, "dns", ...flags, "--no-lookup"]);
    expect(table).to.match(/NAME +SERVICE +PUBLISHER +WANTED +PUBLISHED +STATE/);
  });

  it("a node is cut, and nobody may take its place: its address is gone in time, and back after the mend", async () => {
    await cluster.lab.cutNode("n1");
    const cutMs = performance.now();
    // Nobody hears of its speaker any more: this was the last time.
    const heardMs = await renewedMs(cluster, "n1");
    await untilResolved(ADDRESSES.slice(1));
    const goneMs = performance.now() - cutMs;
    expect(Date.now() - heardMs).to.be.at.least(LIMIT_SECONDS * 1000);
    expect(goneMs).to.be.lessThan((LIMIT_SECONDS + TTL_SECONDS + 2) * 1000);
    await cluster.lab.mendNode("n1");
    await untilResolved(ADDRESSES);
    expect(await renewedMs(cluster, "n1"), "it was heard of again").to.be.greaterThan(heardMs);
    await cluster.lab.waitForTraffic(await resolve(), 1000);
  });

  it("all nodes are cut: all addresses stay", async () => {
    for (const node of NODES) await cluster.lab.cutNode(node);
    const cutMs = performance.now();
    const found = new Set<string>();
    await waitFor(
      async () => {
        found.add((await resolve()).join());
        return performance.now() - cutMs > 2 * LIMIT_SECONDS * 1000;
      },
      { what: "twice the limit to go by", timeoutMs: 2 * PATIENCE_MS, intervalMs: 100 },
    );
    expect([...found]).to.deep.equal([ADDRESSES.join()]);
    for (const node of NODES) await cluster.lab.mendNode(node);
    const mendedMs = Date.now();
    await waitFor(
      async () => {
        found.add((await resolve()).join());
        const renewed = await Promise.all(NODES.map((node) => renewedMs(cluster, node)));
        return renewed.every((atMs) => atMs > mendedMs);
      },
      { what: "every Lease to be renewed", timeoutMs: PATIENCE_MS },
    );
    expect([...found], "one by one they are heard of again").to.deep.equal([ADDRESSES.join()]);
  });

  /** Waits until the condition Ready has one of these reasons. @returns what it says, and the Events of that reason */
  async function untilReason(...reasons: string[]): Promise<{ message: string; events: Told[] }> {
    return waitFor(
      async () => {
        const condition = (await statusOf(cluster, "lan")).conditions?.find(
          ({ type }) => type === "Ready",
        );
        const path = "/apis/events.k8s.io/v1/events";
        const { items } = (await cluster.lab.api("GET", path)) as { items: Told[] };
        const { reason = "unknown" } = condition ?? {};
        const events = items.filter((event) => event.reason === reason);
        if (condition === undefined || !reasons.includes(reason))
          throw new Error(`it is ${reason}`);
        return (reason === "Ready" || events.length > 0) && { message: condition.message, events };
      },
      { what: `the reason ${reasons.join(" or ")}`, timeoutMs: PATIENCE_MS },
    );
  }

  const hostname = (text: string) => ({
    metadata: { annotations: { "external-dns.alpha.kubernetes.io/hostname": text } },
  });
  const SERVICE = "/api/v1/namespaces/default/services/web";
  const SECRET = "/api/v1/namespaces/spreadlb-system/secrets/spreadlb-dns";

  it("a name in no zone is told on the Service and on the publisher, and the other stays", async () => {
    await cluster.lab.api("PATCH", SERVICE, hostname(`${NAME},web.elsewhere.org`));
    const { message, events } = await untilReason("NameOutsideZones");
    expect(message).to.include("web.elsewhere.org").and.to.include("Choose a name");
    expect(events.map(({ regarding }) => `${regarding.kind}/${regarding.name}`)).to.deep.equal([
      "Service/web",
    ]);
    expect(await resolve()).to.deep.equal(ADDRESSES);
    await cluster.lab.api("PATCH", SERVICE, hostname(NAME));
    await untilReason("Ready");
  });

  it("a wrong key: a condition and an Event with the way out; the right one, and all goes on", async () => {
    const secret = (text: string) => ({ data: { secret: Buffer.from(text).toString("base64") } });
    await cluster.lab.api("PATCH", SECRET, secret("d3Jvbmc="));
    await cluster.lab.api("PATCH", SERVICE, hostname(`${NAME},www.${ZONE}`));
    const { message, events } = await untilReason("BadSignature");
    expect(message).to.include("Give both sides the same secret");
    expect(events[0]?.regarding.kind).to.equal("DNSPublisher");
    expect(await resolve(), "what there is stays").to.deep.equal(ADDRESSES);
    await cluster.lab.api("PATCH", SECRET, secret(KEY.secretBase64));
    await untilReason("Ready");
  });

  it("the server is away: it is said, addresses are given all the same, and the names come later", async () => {
    await cluster.lab.management.cut(SERVER);
    await cluster.lab.api("PATCH", SERVICE, hostname(`${NAME},shop.${ZONE}`));
    // The kernel may know that nobody is there, or not yet.
    const { message } = await untilReason("Unreachable", "NoAnswer");
    expect(message).to.include("Look whether the name server runs");
    await cluster.apply(advertisement("late", NODES), briefService("late", 90, ["10.77.0.210"]));
    await cluster.addressesOf("late", 1);
    await cluster.lab.management.mend(SERVER);
    await untilReason("Ready");
    await waitFor(
      async () => {
        const names = (await statusOf(cluster, "lan")).names?.map(({ name }) => name);
        return names?.join() === [`shop.${ZONE}`, NAME].join();
      },
      { what: "the names that are wanted, and no other" },
    );
    await cluster.lab.api("PATCH", SERVICE, hostname(NAME));
    await untilReason("Ready");
  });

  /** How often the controller has given the name server up, which takes it seconds each time. */
  async function timesGivenUp(): Promise<number> {
    const { body } = await cluster.lab.get("controller-1", "http://127.0.0.1:7472/metrics");
    const lines = body
      .split("\n")
      .filter((line) => line.startsWith("spreadlb_dns_requests_total{"));
    expect(lines, "that it counts").not.to.be.empty;
    const silent = lines.filter((line) => line.includes('outcome="no-answer"'));
    return silent.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  }

  it("the server is silent, in the middle of a round: addresses move and are given as ever, and the names come later", async () => {
    const [moving] = await cluster.addressesOf("late", 1);
    const address = moving ?? "";
    const victim = (await cluster.holders([address])).get(address) ?? "";
    const probe = await cluster.lab.startProbe([address], { port: 90 });
    await waitFor(async () => (await probe.report()).addresses.every(({ ok }) => ok > 50), {
      what: "a steady probe",
    });
    const givenUp = await timesGivenUp();
    server?.freeze();
    const name = `silent.${ZONE}`;
    await cluster.lab.api("PATCH", SERVICE, hostname(`${NAME},${name}`));
    // It is written down before it is published, and asked for at once.
    const isWritten = async () =>
      (await statusOf(cluster, "lan")).names?.some((each) => each.name === name);
    await waitFor(isWritten, { what: "the new name to be written down" });
    await probe.mark("cut");
    await cluster.lab.cutNode(victim);
    await cluster.apply(briefService("later", 91, ["10.77.0.211"]), advertisement("later", NODES));
    await cluster.addressesOf("later", 1);
    // Whoever waited for the name server would wait until it is given up.
    expect(await timesGivenUp(), "a new Service, meanwhile").to.equal(givenUp);
    await waitFor(
      async () => {
        const window = await probe.report();
        const [silence] = window.addresses.map(({ longestSilence }) => longestSilence);
        return silence !== undefined && silence.ms > 100 && !silence.open;
      },
      { what: "another node to answer" },
    );
    expect(await timesGivenUp(), "the move, meanwhile").to.equal(givenUp);
    await waitFor(async () => (await timesGivenUp()) > givenUp, {
      what: "the name server to be given up: so it was waited for all the time",
      timeoutMs: PATIENCE_MS,
    });
    await probe.stop();
    await cluster.lab.mendNode(victim);
    server?.goOn();
    await waitFor(async () => (await has(name)) !== "", {
      what: "the name",
      timeoutMs: PATIENCE_MS,
    });
    await cluster.lab.api("PATCH", SERVICE, hostname(NAME));
    await untilReason("Ready");
  });

  it("the Service is deleted while no controller runs: its records go with the next one", async () => {
    await Promise.all(cluster.controllers.map((controller) => controller.stop("SIGKILL")));
    await cluster.delete("/api/v1/namespaces/default/services/web");
    await cluster.startController();
    await untilResolved([]);
    expect(await has(NAME)).to.equal("");
    expect(await has(`a-${NAME}`, "TXT")).to.equal("");
    await waitFor(async () => (await statusOf(cluster, "lan")).names?.length === 0, {
      what: "no name to be left",
    });
  });
});
