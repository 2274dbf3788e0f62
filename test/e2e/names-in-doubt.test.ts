/**
 * Names where something stands between what is wanted and what may be: a server that takes all names but one, a controller that begins anew while an
 * address is away, a zone that goes from one publisher to another; and what `spreadlb dns` says meanwhile.
 *
 * BIND is the primary of all zones, on a node of the lab that takes no part in the balancing.
 */
import { expect } from "chai";
import { join } from "node:path";
import {
  startNameServer,
  type RunningNameServer,
  type ZoneState,
} from "../../lab/name-servers/name-server.ts";
import { waitFor } from "../../lab/wait.ts";
import type { DNSPublisherStatus } from "../../src/dns/resource.ts";
import { dig } from "./dig.ts";
import {
  advertisement,
  HOSTNAME,
  KEY,
  PUBLISHERS,
  renewedMs,
  sharedService,
  statusOf,
  TTL,
  untilReason,
  untilTold,
} from "./published-names.ts";
import { metallb, needsRoot, SpreadCluster } from "./spread-cluster.ts";

const [ZONE, MOVING, SPARE] = ["lb.example", "lb.moving", "lb.spare"];
const NAME = `web.${ZONE}`;
const ADDRESSES = ["10.77.0.201", "10.77.0.202"];
/** Each of the addresses is for one of them alone. */
const NODES = ["n1", "n2"];
const SERVER = "n3";
const SERVICES = "/api/v1/namespaces/default/services";
/** For what has no limit of its own, on a machine that is busy: far below the time after which all is looked up anew. */
const PATIENCE_MS = 60_000;
/** Of a name that nothing stands in the way of: a round a second, and a busy machine. A zone that is left alone is so for longer. */
const SOON_MS = 5000;

describe("end to end: names in doubt", function () {
  this.timeout(3 * PATIENCE_MS);
  let cluster: SpreadCluster;
  let server: RunningNameServer;
  let started: SpreadCluster | undefined;
  let running: RunningNameServer | undefined;
  let address: string;

  before(async function () {
    needsRoot(this);
    started = cluster = await SpreadCluster.start({ nodes: 3 });
    const { lab } = cluster;
    ({ managementIpv4: address } = lab.node(SERVER));
    running = server = await startNameServer("bind", {
      ...{ directory: lab.directory, port: 53, keys: [KEY] },
      ...{ zone: ZONE, otherZones: [MOVING, SPARE] },
      ...{ addresses: [address], within: lab.within(SERVER) },
    });
    await cluster.apply(
      metallb("IPAddressPool", "segment", { addresses: ["10.77.0.200-10.77.0.250"] }),
      advertisement("web", NODES),
      ...NODES.map((node) => advertisement(`pin-${node}`, [node])),
      ...NODES.map((node, i) => sharedService(`pin-${node}`, 81 + i, [ADDRESSES[i] ?? ""])),
      sharedService("web", 80, ADDRESSES, { [HOSTNAME]: NAME, [TTL]: "30" }),
      {
        ...{ apiVersion: "v1", kind: "Secret" },
        metadata: { name: "spreadlb-dns", namespace: "spreadlb-system" },
        stringData: { secret: KEY.secretBase64 },
      },
      publisher("lan", [ZONE]),
    );
    await cluster.addressesOf("web", 2);
    await cluster.holders(ADDRESSES);
    await untilHas(NAME, ADDRESSES, PATIENCE_MS);
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

  function publisher(name: string, zones: readonly string[]): object {
    const rfc2136 = { server: address, tsig: { keyName: KEY.name } };
    return {
      ...{ apiVersion: "spreadlb.io/v1alpha1", kind: "DNSPublisher", metadata: { name } },
      spec: { zones, rfc2136, withdrawAfterSeconds: 5 },
    };
  }

  const annotate = (service: string, annotations: Readonly<Record<string, string>>) =>
    cluster.lab.api("PATCH", `${SERVICES}/${service}`, { metadata: { annotations } });

  /** There is nobody but the controllers in the network of the server. */
  const exec = (argv: readonly string[]) => cluster.lab.exec(SERVER, argv);

  /** @returns what BIND has of the name, in order, with its TTL first; "": nothing */
  async function has(name: string, type = "A"): Promise<string> {
    const records = await dig(exec, [`@${address}`, name, type]);
    const data = records.map((record) => record.data).sort();
    return records.length === 0 ? "" : [`${records[0]?.ttlSeconds}`, ...data].join(" ");
  }

  function untilHas(
    name: string,
    addresses: readonly string[],
    timeoutMs: number,
    ttlSeconds = 30,
  ): Promise<boolean> {
    const wanted = addresses.length === 0 ? "" : [`${ttlSeconds}`, ...addresses].join(" ");
    return waitFor(
      async () => {
        const found = await has(name);
        if (found === wanted) return true;
        throw new Error(`found ${found || "nothing"}`);
      },
      { what: `${name} to have ${wanted || "nothing"}`, timeoutMs },
    );
  }

  /** Looks all the time. @returns what stops it, and tells what the name had meanwhile: each time that it was another */
  function watch(name: string): () => Promise<readonly string[]> {
    const seen: string[] = [];
    let isOver = false;
    const look = async () => {
      const found = await has(name);
      if (found !== seen.at(-1)) seen.push(found);
      return isOver;
    };
    const looking = waitFor(look, { what: "it to be over", timeoutMs: 3 * PATIENCE_MS });
    return async () => {
      isOver = true;
      await looking;
      return seen;
    };
  }

  /** Waits until BIND has obeyed: it says so. */
  async function setZones(...states: readonly (readonly [string, ZoneState])[]): Promise<void> {
    const runs = () => server.log().split(" running\n").length;
    const before = runs();
    server.setZones(new Map(states));
    await waitFor(() => runs() > before, { what: "BIND to have read its configuration" });
  }

  interface Shown {
    readonly exitStatus: number;
    readonly text: string;
  }

  /** `spreadlb dns`, from where the name server is reached. */
  async function spreadlbDns(...args: readonly string[]): Promise<Shown> {
    const program = join(import.meta.dirname, "../../bin/spreadlb");
    const flags = ["--kubeconfig", await cluster.lab.adminKubeconfig(), ...args];
    const script = '"$0" "$@" 2>&1; echo "$?"';
    const said = await exec(["sh", "-c", script, program, "dns", ...flags]);
    const [, text = "", exitStatus] = /^([^]*?)(\d+)\n$/.exec(said) ?? [];
    return { exitStatus: Number(exitStatus), text };
  }

  interface NameShown {
    readonly name: string;
    readonly wanted: readonly string[];
    readonly published: readonly string[] | null;
    readonly state: string;
    readonly message: string | null;
  }
  interface DnsShown {
    readonly publishers: readonly (Record<string, unknown> & { readonly name: string })[];
    readonly names: readonly NameShown[];
  }

  async function dnsShown(): Promise<DnsShown> {
    const { exitStatus, text } = await spreadlbDns("-o", "json");
    expect(exitStatus).to.equal(0);
    return JSON.parse(text) as DnsShown;
  }

  describe("a server that takes all names but one", () => {
    const [GOOD, DENIED] = [`good.${ZONE}`, `denied.${ZONE}`];
    const [good, denied] = ["10.77.0.203", "10.77.0.204"];
    const REMEDY = "Let the name server take updates that are signed with this key";

    before(async () => {
      await setZones([ZONE, { refuses: DENIED }]);
      await cluster.apply(
        advertisement("good", NODES),
        advertisement("denied", NODES),
        sharedService("good", 90, [good], { [TTL]: "30" }),
        sharedService("denied", 91, [denied], { [TTL]: "30" }),
      );
      await cluster.addressesOf("good", 1);
      await cluster.addressesOf("denied", 1);
    });
    after(async () => {
      await cluster.delete(`${SERVICES}/good`);
      await cluster.delete(`${SERVICES}/denied`);
      await untilHas(GOOD, [], PATIENCE_MS);
      await untilReason(cluster, "lan", "Ready");
    });

    it("the others are published and kept true all the while; of the one it is said, with the way out", async () => {
      await annotate("denied", { [HOSTNAME]: DENIED });
      await annotate("good", { [HOSTNAME]: GOOD });
      await untilHas(GOOD, [good], SOON_MS);
      for (const ttlSeconds of [11, 12, 13, 14, 15]) {
        await annotate("good", { [TTL]: String(ttlSeconds) });
        await untilHas(GOOD, [good], SOON_MS, ttlSeconds);
      }
      const { note } = await untilTold(cluster, "Refused", "Service/denied");
      expect(note).to.include(DENIED).and.to.include("REFUSED").and.to.include(REMEDY);
      const {
        conditions,
        differences,
        failingZones = [],
      } = await untilReason(cluster, "lan", "Refused");
      const ready = conditions?.find(({ type }) => type === "Ready");
      expect([ready?.status, ready?.message]).to.deep.equal(["False", note]);
      expect(differences).to.deep.equal([
        { name: DENIED, service: "default/denied", reason: "Refused", message: note },
      ]);
      expect(failingZones, "the zone is well").to.deep.equal([]);
      expect(await has(DENIED), "what was refused").to.equal("");
      await annotate("good", { [HOSTNAME]: `${GOOD},new.${ZONE}` });
      await untilHas(`new.${ZONE}`, [good], SOON_MS, 15);
    });

    it("spreadlb dns shows which, what is wanted, and the way out", async () => {
      const { exitStatus, text } = await spreadlbDns();
      expect(exitStatus).to.equal(0);
      expect(text).to.match(
        new RegExp(`^${DENIED} +default/denied +lan +${denied} +- +Refused$`, "m"),
      );
      expect(text).to.match(new RegExp(`^${GOOD} +default/good +lan +${good} +${good} +ok$`, "m"));
      const told = text.split("\n").filter((line) => line.includes(REMEDY));
      expect(told, text).to.have.length(1);
      const begins = `lan: Refused: ${DENIED}, the name of Service default/denied: `;
      expect(told[0]?.startsWith(begins), told[0]).to.equal(true);
    });

    it("the server takes it now, too: it comes by itself, and all is well", async () => {
      await setZones();
      await untilHas(DENIED, [denied], PATIENCE_MS);
      const { differences, failingZones = [] } = await untilReason(cluster, "lan", "Ready");
      expect([differences, failingZones]).to.deep.equal([[], []]);
    });

    it("a name that is there already may not be changed any more: it stays, and the others go on", async () => {
      await setZones([ZONE, { refuses: DENIED }]);
      await annotate("denied", { [TTL]: "20" });
      await untilReason(cluster, "lan", "Refused");
      for (const ttlSeconds of [21, 22, 23]) {
        await annotate("good", { [TTL]: String(ttlSeconds) });
        await untilHas(GOOD, [good], SOON_MS, ttlSeconds);
      }
      expect(await has(DENIED)).to.equal(`30 ${denied}`);
      await setZones();
      await untilHas(DENIED, [denied], PATIENCE_MS, 20);
      await untilReason(cluster, "lan", "Ready");
    });
  });

  describe("spreadlb dns, while the server refuses", () => {
    it("shows what somebody changed, what is not there yet, and why; and the last error when it is over", async () => {
      const stranger = "198.51.100.9";
      const edit = [
        ...[`server ${address}`, `zone ${ZONE}`, `update delete ${NAME} A`],
        ...[`update add ${NAME} 30 A ${stranger}`, "send\n"],
      ];
      const key = `${KEY.algorithm}:${KEY.name}:${KEY.secretBase64}`;
      await cluster.lab.exec(SERVER, ["nsupdate", "-y", key], { stdin: edit.join("\n") });
      await setZones([ZONE, "closed"]);
      const added = `shop.${ZONE}`;
      await annotate("web", { [HOSTNAME]: `${NAME},${added}` });
      await untilReason(cluster, "lan", "Refused");
      const { names, publishers } = await dnsShown();
      expect(
        names.map((each) => [each.name, each.wanted, each.published, each.state]),
      ).to.deep.equal([
        [added, ADDRESSES, [], "missing"],
        [NAME, ADDRESSES, [stranger], "differs"],
      ]);
      const refused = { zone: ZONE, reason: "refused" };
      expect(publishers[0]).to.deep.include({ name: "lan", ready: false, reason: "Refused" });
      const { failingZones, lastError } = publishers[0] as unknown as DNSPublisherStatus;
      expect(failingZones?.[0]).to.deep.include(refused);
      expect(lastError).to.deep.include(refused);
      const { exitStatus, text } = await spreadlbDns();
      expect(exitStatus).to.equal(0);
      const way = `lan: Refused: Zone ${ZONE}: .*REFUSED.*Let the name server take updates`;
      expect(text).to.match(new RegExp(`^${way}`, "m"));
      await setZones();
      await untilHas(added, ADDRESSES, PATIENCE_MS);
      // With the next change of ours.
      await annotate("web", { [HOSTNAME]: NAME, [TTL]: "31" });
      await untilHas(NAME, ADDRESSES, PATIENCE_MS, 31);
      await untilReason(cluster, "lan", "Ready");
      const later = await dnsShown();
      expect(later.names.find(({ name }) => name === NAME)?.state).to.equal("ok");
      expect(later.publishers[0]?.["lastError"], "what it was").to.deep.include(refused);
      expect((await spreadlbDns()).text).not.to.include("REFUSED");
      await annotate("web", { [TTL]: "30" });
      await untilHas(NAME, ADDRESSES, PATIENCE_MS);
    });

    it("a name that nobody asks for and nobody has: status 1", async () => {
      const { exitStatus, text } = await spreadlbDns(`nobody.${ZONE}`);
      expect([
        exitStatus,
        text.includes(`no Service asks for the name nobody.${ZONE}`),
      ]).to.deep.equal([...[1, true]]);
    });
  });

  describe("a zone goes from one publisher to another", () => {
    const MOVED = `web.${MOVING}`;
    /** What each has besides. */
    const OWN = { lan: ZONE, next: SPARE };
    type Name = keyof typeof OWN;

    before(async () => {
      await cluster.apply(publisher("lan", [ZONE, MOVING]), publisher("next", [SPARE]));
      await annotate("web", { [HOSTNAME]: `${NAME},${MOVED}`, [TTL]: "30" });
      await untilHas(MOVED, ADDRESSES, PATIENCE_MS);
      await untilReason(cluster, "lan", "Ready");
    });
    after(async () => {
      await annotate("web", { [HOSTNAME]: NAME });
      await untilHas(MOVED, [], PATIENCE_MS);
      await untilReason(cluster, "lan", "Ready");
      await cluster.delete(`${PUBLISHERS}/next`);
    });

    const give = (name: Name, ...zones: readonly string[]) =>
      cluster.lab.api("PATCH", `${PUBLISHERS}/${name}`, { spec: { zones: [OWN[name], ...zones] } });

    /** The mark is its, and the other knows nothing of the name any more. */
    async function untilOf(name: Name, other: Name): Promise<void> {
      await waitFor(async () => (await has(`a-${MOVED}`, "TXT")).includes(`owner=${name}.`), {
        ...{ what: `the mark of ${name}`, timeoutMs: PATIENCE_MS },
      });
      await untilReason(cluster, name, "Ready");
      const forgets = async () => {
        const { names = [] } = await statusOf(cluster, other);
        return names.every((each) => each.name !== MOVED);
      };
      await waitFor(forgets, { what: `${other} to forget the name`, timeoutMs: PATIENCE_MS });
      expect(await has(`a-${MOVED}`, "TXT")).to.include(`owner=${name}.`);
    }

    it("lan gives it up before next has it: the name is next's at once", async () => {
      await give("lan");
      await untilHas(MOVED, [], PATIENCE_MS);
      await give("next", MOVING);
      await untilHas(MOVED, ADDRESSES, SOON_MS);
      await untilOf("next", "lan");
    });
  });

  it("an address has left, and the controller begins anew: it stays away until somebody holds it, and another is always there", async () => {
    const [, other = ""] = ADDRESSES;
    await cluster.lab.cutNode("n1");
    await untilHas(NAME, [other], PATIENCE_MS);
    const stop = watch(NAME);
    await Promise.all(cluster.controllers.map((controller) => controller.stop("SIGKILL")));
    await cluster.startController();
    const beganMs = Date.now();
    // It writes: what it writes is what it knows.
    await annotate("web", { [TTL]: "41" });
    await untilHas(NAME, [other], PATIENCE_MS, 41);
    // And once it may hold n1's speaker for lost: the other was heard of long enough after that.
    await waitFor(async () => (await renewedMs(cluster, "n2")) - beganMs > 15_000, {
      ...{ what: "the other speaker to be heard of past every limit", timeoutMs: PATIENCE_MS },
    });
    await annotate("web", { [TTL]: "42" });
    await untilHas(NAME, [other], PATIENCE_MS, 42);
    await cluster.lab.mendNode("n1");
    await untilHas(NAME, ADDRESSES, PATIENCE_MS, 42);
    expect(await stop()).to.deep.equal([
      ...[`30 ${other}`, `41 ${other}`, `42 ${other}`, ["42", ...ADDRESSES].join(" ")],
    ]);
    await annotate("web", { [TTL]: "30" });
    await untilHas(NAME, ADDRESSES, PATIENCE_MS);
    await untilReason(cluster, "lan", "Ready");
  });
});
