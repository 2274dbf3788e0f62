/**
 * Names at two name servers at once: BIND, which the controller finds by the zone's SOA, over IPv6, and PowerDNS, which it is told of. They
 * have the same zone, as inside and outside. A Service of both families, by a template.
 *
 * Nothing here is a matter of milliseconds: it runs beside the tests that measure (../run.mjs).
 */
import { expect } from "chai";
import { join } from "node:path";
import { withResolvers } from "../../lab/cluster.ts";
import { ipBatch } from "../../lab/network.ts";
import { startNameServer, type RunningNameServer } from "../../lab/name-servers/name-server.ts";
import { MANAGEMENT_LINK } from "../../lab/plan.ts";
import { HopelessError, waitFor } from "../../lab/wait.ts";
import { dig, type SeenRecord } from "./dig.ts";
import { HOSTNAME, KEY, PUBLISHERS, untilReason, untilTold } from "./published-names.ts";
import { edgeClass, needsRoot, service, SpreadCluster } from "./spread-cluster.ts";

const ZONE = "lb.example";
const NAME = `web.default.${ZONE}`;
const [BIND_IPV6, CONTROLLER_IPV6] = ["fd78::1", "fd78::2"];
const [BIND_NODE, POWERDNS_NODE] = ["n1", "n2"];
const RESYNC_SECONDS = 10;
/** On a machine that is busy, for what has no limit of its own. */
const PATIENCE_MS = 60_000;

function publisher(name: string, server: object, more: object = {}): object {
  const rfc2136 = { ...server, tsig: { keyName: KEY.name } };
  const template = `{{name}}.{{namespace}}.${ZONE}`;
  return {
    ...{ apiVersion: "spreadlb.io/v1alpha1", kind: "DNSPublisher", metadata: { name } },
    spec: { zones: [ZONE], rfc2136, template, ...more },
  };
}

describe("end to end: names at two name servers", function () {
  this.timeout(4 * PATIENCE_MS);
  let cluster: SpreadCluster;
  let started: SpreadCluster | undefined;
  const servers: RunningNameServer[] = [];
  let resolvConf: string;
  let bind: string;
  let powerdns: string;
  /** Of each family, in order. */
  let addresses: Readonly<Record<"A" | "AAAA", readonly string[]>>;

  before(async function () {
    needsRoot(this);
    started = cluster = await SpreadCluster.start({
      nodes: 2,
      resolver: (lab) => lab.node(BIND_NODE).managementIpv4,
    });
    const { lab } = cluster;
    [bind, powerdns] = [BIND_NODE, POWERDNS_NODE].map((it) => lab.node(it).managementIpv4) as [
      string,
      string,
    ];
    const link = ["dev", MANAGEMENT_LINK, "nodad"].join(" ");
    await ipBatch([`address add ${BIND_IPV6}/64 ${link}`], lab.node(BIND_NODE).namespace);
    const common = { directory: lab.directory, port: 53, zone: ZONE, keys: [KEY] };
    const [first, second] = await Promise.all([
      startNameServer("bind", {
        ...{ ...common, within: lab.within(BIND_NODE), addresses: [bind, BIND_IPV6] },
        primaryAddresses: [BIND_IPV6],
      }),
      startNameServer("powerdns", {
        ...{ ...common, within: lab.within(POWERDNS_NODE), addresses: [powerdns] },
      }),
    ]);
    servers.push(first, second);
    resolvConf = join(lab.directory, "controller.resolv.conf");
    const address = ["ip", "address", "add", `${CONTROLLER_IPV6}/64`, ...link.split(" ")];
    await lab.exec("controller-1", address);
    await cluster.apply(
      edgeClass(),
      service("web", { count: 2, spec: { ipFamilyPolicy: "RequireDualStack" } }),
      {
        ...{ apiVersion: "v1", kind: "Secret" },
        metadata: { name: "spreadlb-dns", namespace: "spreadlb-system" },
        stringData: { secret: KEY.secretBase64 },
      },
      publisher("inside", {}, { resyncIntervalSeconds: RESYNC_SECONDS }),
      publisher("outside", { server: powerdns }),
    );
    const all = [...(await cluster.addressesOf("web", 4))].sort();
    const isIpv6 = (ip: string) => ip.includes(":");
    addresses = { A: all.filter((ip) => !isIpv6(ip)), AAAA: all.filter(isIpv6) };
  });
  afterEach(async function () {
    if (this.currentTest?.isFailed() !== true) return;
    await started?.printLogs();
    for (const server of servers) console.log(server.log().split("\n").slice(-15).join("\n"));
  });
  after(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await started?.stop();
  });

  const exec = (argv: readonly string[]) => cluster.lab.exec("controller-1", argv);

  function ask(
    server: string,
    name: string,
    type: "A" | "AAAA" | "TXT",
    ...options: readonly string[]
  ): Promise<readonly SeenRecord[]> {
    return dig(exec, [`@${server}`, ...options, name, type]);
  }

  /** @param before each question; what it returns is called where the answer is another */
  function untilHas(
    server: string,
    name: string,
    type: "A" | "AAAA",
    before: () => Promise<() => void> = () => Promise.resolve(() => undefined),
  ): Promise<boolean> {
    return waitFor(
      async () => {
        const onOther = await before();
        const found = (await ask(server, name, type)).map(({ data }) => data).sort();
        if (found.join() === addresses[type].join()) return true;
        onOther();
        throw new Error(`found ${found.join() || "nothing"}`);
      },
      { what: `${server} to have ${name} ${type}`, timeoutMs: PATIENCE_MS, intervalMs: 100 },
    );
  }

  /** Over TCP. */
  async function ttlOf(server: string): Promise<string> {
    const records = await ask(server, NAME, "A", "+tcp");
    return [...new Set(records.map(({ ttlSeconds }) => ttlSeconds))].join();
  }

  function untilTtl(server: string, seconds: number): Promise<boolean> {
    return waitFor(
      async () => {
        const ttl = await ttlOf(server);
        if (ttl !== `${seconds}`) throw new Error(`it is ${ttl}`);
        return true;
      },
      { what: `a TTL of ${seconds} at ${server}`, timeoutMs: PATIENCE_MS, intervalMs: 100 },
    );
  }

  it("both families of a Service have the template's name at both, each with the marks of its publisher", async () => {
    for (const server of [bind, powerdns]) {
      await untilHas(server, NAME, "A");
      await untilHas(server, NAME, "AAAA");
    }
    const owners = await Promise.all(
      ["inside", "outside"].map(async (name) => {
        const { ownerId = "", published } = await untilReason(cluster, name, "Ready");
        expect(published).to.equal(1);
        return ownerId;
      }),
    );
    const marks = await Promise.all(
      [bind, powerdns].map((server) => ask(server, `aaaa-web.default.${ZONE}`, "TXT")),
    );
    expect(marks.map((records) => records.map(({ data }) => data))).to.deep.equal(
      owners.map((owner) => [
        `"heritage=external-dns,external-dns/owner=${owner},external-dns/resource=service/default/web"`,
      ]),
    );
  });

  it("metrics: how many names are wanted and published", async () => {
    const { body } = await cluster.lab.get("controller-1", "http://127.0.0.1:7472/metrics");
    const lines = body.split("\n").filter((line) => line.startsWith("spreadlb_dns_names{"));
    const of = (name: string) =>
      ["wanted", "published"].map(
        (state) => `spreadlb_dns_names{publisher="${name}",state="${state}"} 1`,
      );
    expect(lines).to.have.members([...of("inside"), ...of("outside")]);
  });

  /** Where the controller is: from there both servers are reached. */
  async function spreadlbDns(): Promise<readonly Record<string, unknown>[]> {
    const program = join(import.meta.dirname, "../../bin/spreadlb");
    const flags = ["--kubeconfig", await cluster.lab.adminKubeconfig(), "-o", "json"];
    const shown = await exec([...withResolvers(resolvConf), program, "dns", NAME, ...flags]);
    return (JSON.parse(shown) as { names: Record<string, unknown>[] }).names;
  }

  it("spreadlb dns asks both servers what they have", async () => {
    const names = await spreadlbDns();
    const all = [...addresses.A, ...addresses.AAAA];
    const right = { service: "default/web", state: "ok", message: null };
    expect(names.map(({ publisher: who }) => who)).to.deep.equal(["inside", "outside"]);
    for (const each of names) {
      expect(each).to.deep.include(right);
      expect(each["wanted"]).to.have.members(all);
      expect(each["published"]).to.have.members(all);
    }
  });

  /** How often the controller has looked the name up at BIND. */
  async function looks(): Promise<number> {
    const { body } = await cluster.lab.get("controller-1", "http://127.0.0.1:7472/metrics");
    const labels = ['publisher="inside"', 'kind="read"', 'outcome="ok"'];
    const line = body.split("\n").find((each) => {
      const isIt = each.startsWith("spreadlb_dns_requests_total{");
      return isIt && labels.every((label) => each.includes(label));
    });
    return Number(line?.split(" ").at(-1) ?? 0);
  }

  it("an edit by hand is shown, put right within the resync time, and told", async () => {
    const lookedBefore = await looks();
    // Right after a look: the next one is a resync time away.
    const looked = await waitFor(
      async () => {
        const now = await looks();
        return now > lookedBefore && now;
      },
      { what: "a look", timeoutMs: PATIENCE_MS, intervalMs: 100 },
    );
    const edit = [
      ...[`server ${bind}`, `zone ${ZONE}`, `update delete ${NAME} A`],
      ...[`update add ${NAME} 30 A 198.51.100.9`, "send\n"],
    ];
    const key = `${KEY.algorithm}:${KEY.name}:${KEY.secretBase64}`;
    const stdin = edit.join("\n");
    await cluster.lab.exec("controller-1", ["nsupdate", "-y", key], { stdin });
    const editedMs = performance.now();
    const [inside] = await spreadlbDns();
    // Unless it was looked up meanwhile.
    if ((await looks()) === looked) {
      expect(inside?.["published"]).to.have.members(["198.51.100.9", ...addresses.AAAA]);
      expect(inside?.["state"]).not.to.equal("ok");
    }
    await untilHas(bind, NAME, "A", async () => {
      // The first look after it finds it, and that is due when the resync time is over.
      const now = await looks();
      return () => {
        if (now > looked + 1)
          throw new HopelessError(`${now - looked} looks, and it is there still`);
      };
    });
    expect(performance.now() - editedMs).to.be.lessThan(2 * RESYNC_SECONDS * 1000);
    const { note } = await untilTold(cluster, "NameEdited", "Service/web");
    expect(note).to.include(NAME);
    await untilReason(cluster, "inside", "Ready");
  });

  it("names that cannot be: an Event on the Service and the condition, at name servers as well", async () => {
    await cluster.apply(
      service("late", { annotations: { [HOSTNAME]: NAME } }),
      service("bad", { annotations: { [HOSTNAME]: ZONE } }),
    );
    expect((await untilTold(cluster, "NameClaimed", "Service/late")).note).to.include(
      "default/web has",
    );
    expect((await untilTold(cluster, "NameInvalid", "Service/bad")).note).to.include(
      "name-of-the-zone",
    );
    await untilReason(cluster, "outside", "NameClaimed");
    const { differences = [] } = await untilReason(cluster, "inside", "NameInvalid");
    expect(differences.map((each) => [each.service, each.reason])).to.deep.equal([
      ["default/bad", "NameInvalid"],
      ["default/late", "NameClaimed"],
    ]);
    await untilHas(bind, NAME, "A");
    for (const name of ["late", "bad"]) {
      await cluster.delete(`/api/v1/namespaces/default/services/${name}`);
    }
    await untilReason(cluster, "inside", "Ready");
    await untilReason(cluster, "outside", "Ready");
  });

  it("UDP does not get through to one: TCP does, and the other waits for nothing", async () => {
    const rule = "type filter hook input priority 0; udp dport 53 counter drop;";
    const stdin = `table inet noudp { chain in { ${rule} }; }`;
    await cluster.lab.exec(POWERDNS_NODE, ["nft", "-f", "-"], { stdin });
    // All begins anew there: the name is looked up, in small questions, and then updated.
    await cluster.lab.api("PATCH", `${PUBLISHERS}/outside`, { spec: { ttlSeconds: 7 } });
    await cluster.lab.api("PATCH", `${PUBLISHERS}/inside`, { spec: { ttlSeconds: 8 } });
    await untilTtl(bind, 8);
    // It is looked up and then updated: each for seconds over UDP, three times, and then over TCP.
    expect(await ttlOf(powerdns), "it takes longer there").not.to.equal("7");
    await untilTtl(powerdns, 7);
    const counted = await cluster.lab.exec(POWERDNS_NODE, [
      "nft",
      "list",
      "table",
      "inet",
      "noudp",
    ]);
    expect(counted, "it was tried").to.match(/counter packets [1-9]/);
    await untilReason(cluster, "outside", "Ready");
  });
});
