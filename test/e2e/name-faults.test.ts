/**
 * Names while their server is ill: one zone of a publisher refuses, is broken, vanishes, and is well again; the other zone, and the
 * addresses, know nothing of it. And the leader dies in the middle of a round.
 *
 * BIND is the primary of both zones, on a node of the lab. A server that is away: names.test.ts.
 */
import { expect } from "chai";
import {
  startNameServer,
  type RunningNameServer,
  type ZoneState,
} from "../../lab/name-servers/name-server.ts";
import { waitFor } from "../../lab/wait.ts";
import { HOSTNAME, KEY, PUBLISHERS, statusOf, type Told } from "./published-names.ts";
import { edgeClass, needsRoot, service, SpreadCluster } from "./spread-cluster.ts";

const ZONE = "lb.example";
const OTHER = "lb.other";
const SERVER = "n2";
const PUBLISHER = `${PUBLISHERS}/lan`;
const WEB = "/api/v1/namespaces/default/services/web";
const LEADER = "/apis/coordination.k8s.io/v1/namespaces/spreadlb-system/leases/spreadlb-controller";
const MANY = 1000;

describe("end to end: names while their server is ill", function () {
  this.timeout(180_000);
  let cluster: SpreadCluster;
  let server: RunningNameServer;
  let started: SpreadCluster | undefined;
  let running: RunningNameServer | undefined;
  let address: string;

  before(async function () {
    needsRoot(this);
    started = cluster = await SpreadCluster.start({ nodes: 2, controllers: 2 });
    const { lab } = cluster;
    const { ipv4, managementIpv4 } = lab.node(SERVER);
    running = server = await startNameServer("bind", {
      ...{ directory: lab.directory, port: 53, zone: ZONE, otherZones: [OTHER], keys: [KEY] },
      ...{ addresses: [ipv4, managementIpv4], within: lab.within(SERVER) },
      records: [`a-taken.${ZONE}. CNAME ns.${ZONE}.`],
    });
    await cluster.apply(
      edgeClass(),
      service("web", { annotations: { [HOSTNAME]: hostnames("web") } }),
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "spreadlb-dns", namespace: "spreadlb-system" },
        stringData: { secret: KEY.secretBase64 },
      },
      {
        apiVersion: "spreadlb.io/v1alpha1",
        kind: "DNSPublisher",
        metadata: { name: "lan" },
        spec: {
          zones: [ZONE, OTHER],
          rfc2136: { server: managementIpv4, tsig: { keyName: KEY.name } },
        },
      },
    );
    address = (await cluster.addressesOf("web", 1))[0] ?? "";
    await untilTwo();
  });
  afterEach(async function () {
    if (this.currentTest?.isFailed() !== true) return;
    await started?.printLogs();
    console.log(running?.log().split("\n").slice(-30).join("\n"));
  });
  after(async () => {
    await running?.stop();
    await started?.stop();
  });

  /** In both zones. */
  function hostnames(...labels: readonly string[]): string {
    return labels.flatMap((label) => [`${label}.${ZONE}`, `${label}.${OTHER}`]).join();
  }

  const ask = (text: string) =>
    cluster.lab.api("PATCH", WEB, { metadata: { annotations: { [HOSTNAME]: text } } });

  /** The condition Ready has the reason. @returns its message */
  function untilReason(reason: string, timeoutMs = 60_000): Promise<string> {
    return waitFor(
      async () => {
        const ready = (await statusOf(cluster, "lan")).conditions?.find(
          ({ type }) => type === "Ready",
        );
        if (ready?.reason === reason) return ready.message;
        throw new Error(`it is ${ready?.reason ?? "unknown"}: ${ready?.message ?? ""}`);
      },
      { what: `the reason ${reason}`, timeoutMs },
    );
  }

  const untilReady = () => untilReason("Ready");

  function untilTold(reason: string): Promise<Told> {
    return waitFor(
      async () => {
        const path = "/apis/events.k8s.io/v1/events";
        const { items } = (await cluster.lab.api("GET", path)) as { items: Told[] };
        return items.find((event) => event.reason === reason);
      },
      { what: `an Event ${reason}` },
    );
  }

  /** What BIND has of each question, such as `web.lb.example A`: one answer a line. */
  async function dig(...questions: readonly string[]): Promise<readonly string[]> {
    const stdin = questions.map((question) => `${question} +short +tries=2\n`).join("");
    const at = `@${cluster.lab.node(SERVER).ipv4}`;
    const answer = await cluster.lab.exec("client", ["dig", at, "-f", "-"], { stdin });
    return answer.split("\n").filter((line) => line !== "");
  }

  const untilResolved = (name: string, timeoutMs = 10_000) =>
    waitFor(async () => (await dig(`${name} A`)).join() === address, {
      ...{ what: `${name} to have ${address}`, timeoutMs },
    });

  /** The sum over the controllers: the leader alone asks. */
  async function requests(outcome: string): Promise<number> {
    const counts = await Promise.all(
      cluster.controllers
        .filter((controller) => controller.running)
        .map(async ({ name }) => {
          const { body } = await cluster.lab.get(name, "http://127.0.0.1:7472/metrics");
          return body
            .split("\n")
            .filter((line) => line.startsWith("spreadlb_dns_requests_total{"))
            .filter((line) => line.includes(`outcome="${outcome}"`))
            .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
        }),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** The names of the beginning, and no others. */
  async function backToTwo(): Promise<void> {
    await ask(hostnames("web"));
    await untilTwo();
  }

  async function untilTwo(): Promise<void> {
    await waitFor(
      async () => {
        const { names = [], published } = await statusOf(cluster, "lan");
        return names.length === 2 && published === 2;
      },
      { what: "two names", timeoutMs: 60_000 },
    );
    await untilReady();
  }

  const faults: readonly {
    readonly title: string;
    readonly state: Exclude<ZoneState, object>;
    readonly kind: string;
    readonly reason: string;
    readonly remedy: string;
  }[] = [
    {
      ...{ title: "REFUSED: the zone takes no updates", state: "closed", kind: "refused" },
      ...{ reason: "Refused", remedy: "Let the name server take updates that are signed with" },
    },
    {
      ...{ title: "SERVFAIL: the zone is loaded wrong", state: "broken", kind: "server-failure" },
      ...{ reason: "ServerFailure", remedy: "the zone may be broken" },
    },
    {
      ...{ title: "NOTAUTH: the zone vanishes", state: "gone", kind: "not-authoritative" },
      ...{ reason: "NotAuthoritative", remedy: "look whether it still has the zone" },
    },
  ];
  for (const [i, { title, state, kind, reason, remedy }] of faults.entries()) {
    it(`${title}: it is said with the way out, all else goes on, and it recovers by itself`, async () => {
      const before = await requests(kind);
      server.setZones(new Map([[ZONE, state]]));
      // What has been obeyed shows in what BIND says of the zone; of a closed one in its log.
      await waitFor(
        async () => {
          if (state === "closed") return server.log().split("running\n").length > i + 1;
          return (await dig(`${ZONE} SOA`)).length === 0;
        },
        { what: `BIND to have ${ZONE} ${state}` },
      );
      await ask(hostnames("web", `t${i}`));
      const { note, regarding } = await untilTold(reason);
      expect(`${regarding.kind}/${regarding.name}`).to.equal("DNSPublisher/lan");
      expect(note).to.include(`Zone ${ZONE}: `).and.to.include(remedy);
      await untilResolved(`t${i}.${OTHER}`);
      const failing = await waitFor(
        async () => {
          const { failingZones = [] } = await statusOf(cluster, "lan");
          return failingZones.length > 0 && failingZones;
        },
        { what: "the zone among those that fail" },
      );
      expect(failing.map(({ zone }) => zone)).to.deep.equal([ZONE]);
      const ready = (await statusOf(cluster, "lan")).conditions?.find(
        ({ type }) => type === "Ready",
      );
      expect([ready?.status, ready?.message.startsWith(`Zone ${ZONE}: `)]).to.deep.equal([
        ...["False", true],
      ]);
      expect(await requests(kind)).to.be.greaterThan(before);
      const beganMs = performance.now();
      await cluster.apply(service(`late-${i}`));
      await cluster.addressesOf(`late-${i}`, 1);
      expect(performance.now() - beganMs).to.be.lessThan(3000);
      server.setZones(new Map());
      await untilReady();
      await untilResolved(`t${i}.${ZONE}`);
      await untilResolved(`web.${ZONE}`);
      expect((await statusOf(cluster, "lan")).failingZones).to.deep.equal([]);
      await backToTwo();
      expect(await dig(`t${i}.${ZONE} A`, `a-t${i}.${ZONE} TXT`)).to.deep.equal([]);
    });
  }

  it("a name that somebody has in the zone, if only where its mark would be: NameTaken, and the others are published", async () => {
    await ask(hostnames("web", "taken"));
    const message = await untilReason("NameTaken");
    expect(message)
      .to.include(`the name taken.${ZONE}, which has an alias where its mark would be`)
      .and.to.include("Choose another name");
    const { regarding } = await untilTold("NameTaken");
    expect(`${regarding.kind}/${regarding.name}`).to.equal("Service/web");
    await untilResolved(`taken.${OTHER}`);
    expect(await dig(`taken.${ZONE} A`)).to.deep.equal([]);
    await backToTwo();
  });

  it("a zone vanishes for good: its names go nowhere, until it is abandoned", async () => {
    server.setZones(new Map([[OTHER, "gone"]]));
    await waitFor(async () => (await dig(`${OTHER} SOA`)).length === 0, { what: "it to be gone" });
    await cluster.lab.api("PATCH", PUBLISHER, { spec: { zones: [ZONE] } });
    await ask(`web.${ZONE}`);
    const message = await untilReason("ReadRefused");
    expect(message).to.include(`Zone ${OTHER}: `).and.to.include("spec.abandonedZones");
    expect((await statusOf(cluster, "lan")).names?.map(({ zone }) => zone).sort()).to.deep.equal([
      ZONE,
      OTHER,
    ]);
    await cluster.lab.api("PATCH", PUBLISHER, { spec: { abandonedZones: [OTHER] } });
    await waitFor(
      async () => {
        const { names = [], failingZones = [] } = await statusOf(cluster, "lan");
        return names.map(({ name }) => name).join() === `web.${ZONE}` && failingZones.length === 0;
      },
      { what: "its names and its failure to be forgotten" },
    );
    await untilReady();
    server.setZones(new Map());
    await cluster.lab.api("PATCH", PUBLISHER, {
      spec: { zones: [ZONE, OTHER], abandonedZones: null },
    });
    // What had stayed there is ours still.
    await backToTwo();
  });

  it("the leader is killed in the middle of a round: no name is missing, none is there twice", async () => {
    const labels = Array.from({ length: MANY }, (_, i) => `m${i}`);
    const names = labels.map((label) => `${label}.${ZONE}`);
    const marks = labels.map((label) => `a-${label}.${ZONE} TXT`);
    const addresses = names.map((name) => `${name} A`);
    await ask(names.join());
    await waitFor(async () => (await dig(`m0.${ZONE} A`)).length > 0, {
      ...{ what: "the first name", intervalMs: 1 },
    });
    server.freeze();
    const { spec } = (await cluster.lab.api("GET", LEADER)) as {
      spec: { holderIdentity?: string };
    };
    const leader = cluster.controllers.find(
      ({ name }) => spec.holderIdentity?.startsWith(name) === true,
    );
    if (leader === undefined) throw new Error(`nobody known leads: ${spec.holderIdentity ?? ""}`);
    await leader.stop("SIGKILL");
    server.goOn();
    // What it had sent is obeyed, though it is dead.
    const there = (await dig(...addresses)).length;
    expect(there, "names in the middle of the round").to.be.within(1, MANY - 1);
    await waitFor(async () => (await statusOf(cluster, "lan")).published === MANY, {
      ...{ what: "all names to be published", timeoutMs: 60_000 },
    });
    await untilReady();
    expect(new Set(await dig(...addresses))).to.deep.equal(new Set([address]));
    expect(await dig(...addresses), "each has one address").to.have.length(MANY);
    expect(await dig(...marks), "each has one mark").to.have.length(MANY);
    const written = (await statusOf(cluster, "lan")).names?.map(({ name }) => name) ?? [];
    expect(written).to.have.length(MANY);
    expect(new Set(written)).to.deep.equal(new Set(names));
    await backToTwo();
    expect(await dig(...addresses, ...marks)).to.deep.equal([]);
  });
});
