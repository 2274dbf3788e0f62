/**
 * MetalLB's BGP manifests with a real router: what its kernel has is what the Services say, and a client behind it reaches them.
 *
 * The router is BIRD in the client's namespace: where its kernel sends a packet is where the client's goes.
 */
import { expect } from "chai";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { availableParallelism, getPriority } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startRouter, type Router } from "../../lab/routers/router.ts";
import { waitFor } from "../../lab/wait.ts";
import type { NodeBGPStatus } from "../../src/bgp/resource.ts";
import type { RouteView } from "../../src/cli/bgp-routes.ts";
import type { ServiceBGPStatus } from "../../src/classes/metallb/service-bgp-status.ts";
import { EXCLUDE_LABEL } from "../../src/multi-ip/node-marks.ts";
import { metallb, needsRoot, service, SpreadCluster } from "./spread-cluster.ts";

const PROJECT = join(import.meta.dirname, "..", "..");
const [NODES_ASN, ROUTER_ASN] = [64600, 64501];
const POOL = ["198.51.100.0/28", "2001:db8:51::/124"];
const PASSWORD = "ecmp-and-bfd";
const SERVICE_STATUSES = "/apis/metallb.io/v1beta1/namespaces/metallb-system/servicebgpstatuses";
const NODE_STATUSES = "/apis/spreadlb.io/v1alpha1/nodebgpstatuses";
const EVENTS = "/apis/events.k8s.io/v1/namespaces/metallb-system/events";
const SERVICE_EVENTS = "/apis/events.k8s.io/v1/namespaces/default/events";
const FAST = { transmitMs: 100, receiveMs: 100, multiplier: 3 };

const peer = (name: string, spec: object) => ({
  ...metallb("BGPPeer", name, { myASN: NODES_ASN, peerASN: ROUTER_ASN, ...spec }),
  apiVersion: "metallb.io/v1beta2",
});

describe("end to end: BGP", function () {
  this.timeout(120_000);
  let cluster: SpreadCluster;
  let started: SpreadCluster | undefined;
  let router: Router | undefined;

  const hosts = () => cluster.lab.plan.nodes;
  const ipv4Of = (...names: string[]) =>
    hosts().flatMap(({ name, ipv4 }) => (names.includes(name) ? [ipv4] : []));

  function tor(): Router {
    if (router === undefined) throw new Error("there is no router");
    return router;
  }

  /** Waits for the next hops of a prefix in the router's kernel. */
  async function untilRouted(prefix: string, nextHops: readonly string[]): Promise<void> {
    const wanted = [...nextHops].sort().join(" ");
    let seen = "";
    await waitFor(
      async () => {
        const routes = await tor().kernelRoutes();
        seen = routes.find((route) => route.prefix === prefix)?.nextHops.join(" ") ?? "";
        return seen === wanted;
      },
      { what: `${prefix} by ${wanted || "nobody"}`, timeoutMs: 20_000 },
    ).catch((error: unknown) => {
      throw new Error(`${prefix} goes by ${seen || "nobody"}`, { cause: error });
    });
  }

  /** Since when the sessions are up, in milliseconds of the day. BIRD reckons it anew each time: one more or less is the same. */
  const since = (text: string) =>
    [...text.matchAll(/up +(\d+):(\d+):([\d.]+)/g)].map(
      ([, hours, minutes, seconds]) =>
        (Number(hours) * 60 + Number(minutes)) * 60_000 + Number(seconds) * 1000,
    );

  function expectAlike(after: readonly number[], before: readonly number[]): void {
    expect(after).to.have.length(before.length);
    for (const [i, atMs] of after.entries()) expect(atMs).to.be.closeTo(before[i] ?? 0, 20);
  }

  const sessionOf = async (node: string) => {
    const [address] = ipv4Of(node);
    return (await tor().sessions()).find(({ peer: end }) => end === address);
  };

  /** How many routes BIRD has been told in the session over IPv4; it begins anew with a session, or goes on. */
  async function updatesOf(node: string): Promise<number> {
    const place = 2 * hosts().findIndex(({ name }) => name === node);
    const shown = await tor().command(`show protocols all p${place}`);
    return Number(/Import updates:\s+(\d+)/.exec(shown)?.[1]);
  }

  const items = async <T>(path: string) =>
    ((await cluster.lab.api("GET", path)) as { items: T[] }).items;

  /** `n1: tor` for each node that says that it announces the Service, in order. */
  async function announcersOf(name: string): Promise<readonly string[]> {
    const all = await items<ServiceBGPStatus>(SERVICE_STATUSES);
    return all
      .filter(({ metadata }) => metadata.labels?.["metallb.io/service-name"] === name)
      .map(({ status }) => `${status?.node ?? ""}: ${status?.peers?.join() ?? ""}`)
      .sort();
  }

  async function untilAnnouncers(name: string, wanted: readonly string[]): Promise<void> {
    let seen: readonly string[] = [];
    await waitFor(async () => (seen = await announcersOf(name)).join() === wanted.join(), {
      ...{ what: `ServiceBGPStatus of ${name} by ${wanted.join()}`, timeoutMs: 60_000 },
    }).catch((error: unknown) => {
      throw new Error(`they are ${seen.join()}`, { cause: error });
    });
  }

  /** `n1 BGPSessionUp` for each Event on the peer, in order. */
  async function told(name: string): Promise<readonly string[]> {
    const all = await items<{
      readonly reason: string;
      readonly regarding: { readonly kind: string; readonly name: string };
      readonly reportingInstance: string;
    }>(EVENTS);
    return all
      .filter(({ regarding }) => regarding.kind === "BGPPeer" && regarding.name === name)
      .map(({ reason, reportingInstance }) => `${reportingInstance} ${reason}`)
      .sort();
  }

  async function spreadlb(...argv: readonly string[]): Promise<string> {
    return (await spreadlbWhole(...argv)).stdout;
  }

  function spreadlbWhole(...argv: readonly string[]) {
    const flags = ["--kubeconfig", cluster.lab.kubeconfig];
    const program = join(PROJECT, "bin", "spreadlb");
    return promisify(execFile)(program, [...argv, ...flags]);
  }

  async function routesOf(address: string): Promise<readonly RouteView[]> {
    const out = await spreadlb("bgp", "routes", address, "-o", "json");
    return (JSON.parse(out) as { readonly routes: readonly RouteView[] }).routes;
  }

  before(async function () {
    needsRoot(this);
    started = cluster = await SpreadCluster.start({ nodes: 4 });
    const { client } = cluster.lab.plan;
    const directory = join(cluster.lab.directory, "router");
    await mkdir(directory, { recursive: true });
    const neighbour = { asn: NODES_ASN, passive: true };
    router = await startRouter("bird", {
      ...{ netns: client.namespace, directory, asn: ROUTER_ASN, routerId: client.ipv4 },
      installsRoutes: true,
      peers: hosts().flatMap(({ ipv4, ipv6 }) => [
        { ...neighbour, address: ipv4, bfd: FAST },
        { ...neighbour, address: ipv6, password: PASSWORD },
      ]),
    });
    await cluster.lab.kubectl(["create", "namespace", "metallb-system"]).catch(() => "");
  });
  afterEach(async function () {
    if (this.currentTest?.isFailed() === true) await started?.printLogs();
  });
  after(async () => {
    await router?.stop();
    await started?.stop();
  });

  it("a Service's address goes by all nodes, and a client reaches it", async () => {
    const { client } = cluster.lab.plan;
    await cluster.apply(
      metallb("IPAddressPool", "routed", { addresses: POOL }),
      metallb("BFDProfile", "fast", { transmitInterval: 100, receiveInterval: 100 }),
      peer("tor", { peerAddress: client.ipv4, bfdProfile: "fast", holdTime: "9s" }),
      metallb("BGPAdvertisement", "all", { communities: ["64600:100"] }),
      service("web"),
    );
    const [address = ""] = await cluster.addressesOf("web", 1);
    await untilRouted(`${address}/32`, ipv4Of("n1", "n2", "n3", "n4"));
    await cluster.lab.waitForTraffic([address]);
    const [path] = (await tor().paths()).filter(({ prefix }) => prefix === `${address}/32`);
    expect(path).to.deep.include({ asPath: [NODES_ASN], communities: ["64600:100"] });
  });

  it("the threads of frames and BFD come before the main thread and the engine's own, which have made way, and run on other CPUs", () => {
    const pid = cluster.speakers.get("n1")?.pid ?? 0;
    const niceOf = new Map<string, number>();
    const cpusOf = new Map<string, string>();
    let makingWay = 0;
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8");
      const name =
        Number(thread) === pid ? "main" : stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
      const nice = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19 - 3]);
      niceOf.set(name, nice);
      const status = readFileSync(`/proc/${pid}/task/${thread}/status`, "utf8");
      cpusOf.set(name, /^Cpus_allowed_list:\s+(.*)$/m.exec(status)?.[1] ?? "");
      if (nice === 15) makingWay += 1;
    }
    expect(makingWay, "the main thread, and four that collect its garbage").to.be.at.least(5);
    expect(niceOf.get("main")).to.equal(15);
    expect(niceOf.get("frames")).to.equal(getPriority());
    expect(niceOf.get("bfd")).to.equal(getPriority());
    expect(cpusOf.get("bfd")).to.equal(cpusOf.get("frames"));
    if (availableParallelism() > 1) expect(cpusOf.get("bfd")).to.not.equal(cpusOf.get("main"));
  });

  it("people see it: objects, Events and spreadlb bgp say who announces what to whom", async () => {
    const { client } = cluster.lab.plan;
    const names = hosts().map(({ name }) => name);
    await untilAnnouncers(
      "web",
      names.map((name) => `${name}: tor`),
    );
    const up = names.flatMap((name) => [`${name} BGPSessionUp`, `${name} BFDSessionUp`]);
    await waitFor(
      async () => {
        const lines = await told("tor");
        return up.every((line) => lines.includes(line));
      },
      { what: "both Events of every node" },
    );
    const assigned = names.map((name) => `announcing from node "${name}" with protocol "bgp"`);
    await waitFor(
      async () => {
        const all = await items<{ readonly note?: string }>(SERVICE_EVENTS);
        const notes = all.map(({ note = "" }) => note).filter((note) => note.endsWith('"bgp"'));
        return notes.sort().join() === assigned.join();
      },
      { what: "one Event of every node on the Service" },
    );
    const series = `metallb_speaker_announced{service="default/web",protocol="bgp",node="n1"`;
    expect((await cluster.ask("n1", "/metrics")).body).to.contain(series);
    const router = client.ipv4.replaceAll(".", "\\.");
    const head = `BGPPeer/tor +${router}:179 +${ROUTER_ASN} +Established +\\w+`;
    for (const name of names) {
      // Announced is what lags: ten seconds.
      const row = new RegExp(`^${name} +${head} +1 +\\d+ +Up +${router} +9s +IPv4, `, "m");
      await waitFor(async () => row.test(await spreadlb("bgp", "-o", "wide")), {
        ...{ what: `the session of ${name} in spreadlb bgp`, timeoutMs: 30_000 },
      });
    }
    const { addresses } = await cluster.service("web");
    const routes = await routesOf(addresses[0] ?? "");
    expect(
      routes.map(({ node, peer: to, state, advertisements }) => [node, to, state, advertisements]),
    ).to.deep.equal(
      names.map((name) => [name, "BGPPeer/tor", "announced", ["BGPAdvertisement/all"]]),
    );
  });

  it("an edit of the advertisement changes the routes, and no session", async () => {
    const { addresses } = await cluster.service("web");
    const before = await tor().command("show protocols all");
    await cluster.apply(metallb("BGPAdvertisement", "all", { communities: ["64600:200"] }));
    await waitFor(
      async () =>
        (await tor().paths())
          .filter(({ prefix }) => prefix === `${addresses[0] ?? ""}/32`)
          .every(({ communities }) => communities.join() === "64600:200"),
      { what: "the new community" },
    );
    expectAlike(since(await tor().command("show protocols all")), since(before));
  });

  it("own nodes: each address goes by its own, by another while that is away, and no VirtualIP is written for it", async () => {
    const before = await tor().command("show protocols all");
    const own = (preferOwnNode: boolean) =>
      metallb("BGPAdvertisement", "all", { communities: ["64600:200"], preferOwnNode });
    await cluster.apply(own(true), service("own", { count: 2 }));
    const addresses = await cluster.addressesOf("own", 2);
    const vips = async () =>
      (await cluster.virtualIps()).filter(({ spec }) => addresses.includes(spec.address));
    const ranks = new Map((await vips()).map(({ spec }) => [spec.address as string, spec.rank]));
    const firsts = new Set([...ranks.values()].map(([first]) => first));
    expect(firsts.size).to.equal(2);
    for (const [address, [first = ""]] of ranks) await untilRouted(`${address}/32`, ipv4Of(first));
    await cluster.lab.waitForTraffic(addresses);
    const [address = ""] = addresses;
    const [first = "", second = ""] = ranks.get(address) ?? [];
    expectAlike(since(await tor().command("show protocols all")), since(before));
    const table = await spreadlb("bgp", "routes", address);
    expect(table).to.match(new RegExp(` ${first} .*, as the first choice`));
    expect(table).to.match(new RegExp(` ${second} .*, as the second choice`));
    const versions = async () => (await vips()).map(({ metadata }) => metadata.resourceVersion);
    const written = await versions();
    await cluster.speakers.get(first)?.stop("SIGTERM");
    await untilRouted(`${address}/32`, ipv4Of(second));
    await cluster.startSpeaker(first);
    await untilRouted(`${address}/32`, ipv4Of(first));
    expect(await versions()).to.deep.equal(written);
    await cluster.apply(own(false));
    await untilRouted(`${address}/32`, ipv4Of("n1", "n2", "n3", "n4"));
    await cluster.lab.kubectl(["delete", "service", "own", "--wait=false"]);
  });

  it("traffic that stays local goes by the nodes with an endpoint alone", async () => {
    const spec = { externalTrafficPolicy: "Local", selector: { app: "few" } };
    const few = await cluster.lab.addBackend({ node: "n2", name: "few", labels: { app: "few" } });
    await cluster.apply(service("local", { spec }));
    const [address = ""] = await cluster.addressesOf("local", 1);
    await untilRouted(`${address}/32`, ipv4Of("n2"));
    const fates = (await routesOf(address)).map(
      ({ node, reason }) => `${node ?? ""} ${reason ?? ""}`,
    );
    expect(fates).to.deep.equal([
      ...["n1 no-endpoint-here", "n2 ", "n3 no-endpoint-here", "n4 no-endpoint-here"],
    ]);
    await untilAnnouncers("local", ["n2: tor"]);
    await cluster.lab.waitForTraffic([address]);
    await cluster.lab.setPodReady(few, false);
    await untilRouted(`${address}/32`, []);
  });

  it("IPv6, with a password from a Secret: no session before the Secret is there", async () => {
    const { client } = cluster.lab.plan;
    const passwordSecret = { name: "tor6" };
    await cluster.apply(
      // Its sessions over IPv6 the router does not watch.
      peer("tor6", { peerAddress: client.ipv6, passwordSecret, bfdProfile: "fast" }),
      service("six", { spec: { ipFamilies: ["IPv6"], ipFamilyPolicy: "SingleStack" } }),
    );
    const [address = ""] = await cluster.addressesOf("six", 1);
    await untilRouted(`${address}/128`, []);
    await waitFor(
      async () => {
        const routes = (await routesOf(address)).filter(({ peer: to }) => to === "BGPPeer/tor6");
        return routes.length === 4 && routes.every(({ reason }) => reason === "session-held");
      },
      { what: "all sessions to be held" },
    );
    expect(await spreadlb("bgp")).to.match(/n1 BGPPeer\/tor6: .*waits for the Secret "tor6"/);
    await cluster.lab.kubectl([
      "apply",
      "-f",
      join(PROJECT, "deploy", "optional", "bgp-passwords.yaml"),
    ]);
    await cluster.lab.kubectl([
      ...["create", "secret", "generic", "tor6", "-n", "metallb-system"],
      ...[
        "--type=kubernetes.io/basic-auth",
        "--from-literal=username=",
        `--from-literal=password=${PASSWORD}`,
      ],
    ]);
    await untilRouted(
      `${address}/128`,
      hosts().map(({ ipv6 }) => ipv6),
    );
    await cluster.lab.waitForTraffic([address]);
    const unwatched = hosts().map(({ name }) => `${name} BFDSessionFailed`);
    const failed = async () => {
      const lines = await told("tor6");
      return lines.filter((line) => line.endsWith(" BFDSessionFailed")).join() === unwatched.join();
    };
    await waitFor(failed, { what: "one Event of every node on BFD", timeoutMs: 30_000 });
  });

  it("the Secret is deleted: the sessions go on with its password, and the log says so", async () => {
    const before = await tor().command("show protocols all");
    await cluster.lab.kubectl(["delete", "secret", "tor6", "-n", "metallb-system"]);
    for (const [node, speaker] of cluster.speakers) {
      await waitFor(() => speaker.log().includes("goes on with the password that it had"), {
        what: `${node} to say so`,
      });
    }
    expectAlike(since(await tor().command("show protocols all")), since(before));
  });

  it("a node that is cut off is no next hop any more, as soon as BFD says so", async () => {
    const { addresses } = await cluster.service("web");
    await cluster.lab.segment.cut("n3");
    await untilRouted(`${addresses[0] ?? ""}/32`, ipv4Of("n1", "n2", "n4"));
    for (const reason of ["BFDSessionDown", "BGPSessionDown"]) {
      await waitFor(async () => (await told("tor")).includes(`n3 ${reason}`), {
        what: `n3 to tell ${reason}`,
      });
    }
    await waitFor(
      async () => /^n3 BGPPeer\/tor: since /m.test(await spreadlb("bgp", "--node", "n3")),
      { what: "spreadlb bgp to say why" },
    );
    await cluster.lab.segment.mend("n3");
    await untilRouted(`${addresses[0] ?? ""}/32`, ipv4Of("n1", "n2", "n3", "n4"));
  });

  it("a speaker that stops takes its routes back before it goes", async () => {
    const { addresses } = await cluster.service("web");
    await cluster.speakers.get("n4")?.stop("SIGTERM");
    await untilRouted(`${addresses[0] ?? ""}/32`, ipv4Of("n1", "n2", "n3"));
    const status = async () =>
      (await items<NodeBGPStatus>(NODE_STATUSES)).map(({ metadata }) => metadata.name).sort();
    expect(await status()).to.deep.equal(["n1", "n2", "n3"]);
    const left = ["n1", "n2", "n3"].map((name) => `${name}: tor,tor6`);
    await untilAnnouncers("web", left);
    await cluster.startSpeaker("n4");
    await untilRouted(`${addresses[0] ?? ""}/32`, ipv4Of("n1", "n2", "n3", "n4"));
    // The Secret of the other one is gone by now.
    await untilAnnouncers("web", [...left, "n4: tor"]);
  });

  it("a speaker that starts where kube-proxy is dead has a session, and announces nothing", async () => {
    const { addresses } = await cluster.service("web");
    const prefix = `${addresses[0] ?? ""}/32`;
    await cluster.lab.kubeProxies.get("n4")?.stop("SIGKILL");
    await cluster.speakers.get("n4")?.stop("SIGTERM");
    await untilRouted(prefix, ipv4Of("n1", "n2", "n3"));
    const before = await updatesOf("n4");
    cluster.speakers.set("n4", await cluster.lab.startSpeaker("n4"));
    await waitFor(async () => (await sessionOf("n4"))?.state === "established", {
      what: "a session of n4",
    });
    await waitFor(() => cluster.speakers.get("n4")?.log().includes("gate closed"), {
      what: "a closed gate",
    });
    expect(await updatesOf("n4")).to.be.oneOf([0, before]);
    await waitFor(
      async () =>
        (await routesOf(addresses[0] ?? "")).some(
          ({ node, reason }) => node === "n4" && reason === "gated",
        ),
      { what: "spreadlb bgp routes to name the gate" },
    );
    await cluster.lab.startKubeProxy("n4");
    await untilRouted(prefix, ipv4Of("n1", "n2", "n3", "n4"));
    expect(await updatesOf("n4")).to.be.above(0);
  });

  async function expectDrain(status: number, words: RegExp, flags: readonly string[]) {
    const said = await spreadlbWhole("drain", "n1", ...flags).then(
      ({ stderr }) => ({ status: 0, stderr }),
      (error: unknown) => {
        const { code, stderr } = error as { readonly code: number; readonly stderr: string };
        return { status: code, stderr };
      },
    );
    expect(said.stderr, said.stderr).to.match(words);
    expect(said.status).to.equal(status);
  }

  it("a drained node is the last choice, and the drain done where another announces the same", async () => {
    const { addresses } = await cluster.service("web");
    const prefix = `${addresses[0] ?? ""}/32`;
    const others = ["n2", "n3", "n4"];
    await expectDrain(0, /n1 is drained: no address is left on it; it goes on announcing to/, []);
    await untilRouted(prefix, ipv4Of(...others));
    // The only one now: who is drained, too, is no better way.
    for (const node of others) await spreadlb("drain", node, "--no-wait");
    await expectDrain(1, /no other node announces .* to BGPPeer\/tor.*: .* label it/, [
      ...["--timeout", "3"],
    ]);
    await cluster.lab.kubectl(["label", "node", "n1", `${EXCLUDE_LABEL}=`]);
    await expectDrain(0, /n1 is drained: no address is left on it\n$/, []);
    await cluster.lab.kubectl(["label", "node", "n1", `${EXCLUDE_LABEL}-`]);
    for (const node of ["n1", ...others]) await spreadlb("undrain", node);
    await untilRouted(prefix, ipv4Of("n1", ...others));
  });

  it("the Service goes, and the route with it; the peer goes, and its session", async () => {
    const { addresses } = await cluster.service("web");
    await cluster.lab.kubectl(["delete", "service", "web", "--wait=false"]);
    await untilRouted(`${addresses[0] ?? ""}/32`, []);
    await cluster.lab.kubectl(["delete", "bgppeer", "-n", "metallb-system", "--all"]);
    await waitFor(
      async () => (await tor().sessions()).every(({ state }) => state !== "established"),
      { what: "no session" },
    );
    for (const path of [NODE_STATUSES, SERVICE_STATUSES]) {
      await waitFor(async () => (await items(path)).length === 0, { what: `nothing at ${path}` });
    }
  });
});
