/**
 * Routers that dial: speakers listen where they are told to, take their peers, and nobody else.
 *
 * The router is FRR in the client's namespace. Its peers are named with a port at which nobody is, so that only it can dial.
 */
import { expect } from "chai";
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startRouter, type Router } from "../../lab/routers/router.ts";
import { waitFor } from "../../lab/wait.ts";
import type { NodeBGPStatus } from "../../src/bgp/resource.ts";
import { metallb, needsRoot, service, SpreadCluster } from "./spread-cluster.ts";

const [NODES_ASN, ROUTER_ASN, PORT, NOBODYS_PORT] = [64600, 64501, 179, 1179];
const PASSWORD = "who-dials";
const NODE_STATUSES = "/apis/spreadlb.io/v1alpha1/nodebgpstatuses";
const EVENTS = "/apis/events.k8s.io/v1/events";
const IPV6_IS_HEARD = '{family="IPv6",vrf=""} 1';

interface NodeEvent {
  readonly regarding: { readonly name: string };
  readonly action: string;
  readonly reason: string;
  readonly note: string;
}

/** Tells how a connection ended that it has made without a key. */
const STRANGER = `
  const socket = require("node:net").connect({ host: process.argv[1], port: ${PORT} });
  let was = "not connected";
  socket.on("connect", () => (was = "closed"));
  socket.on("data", () => (was = "spoken to"));
  socket.on("error", () => undefined);
  socket.on("close", () => console.log(was));
  socket.setTimeout(2000, () => socket.destroy());`;
const OCCUPANT = `
  require("node:net").createServer().listen({ port: ${PORT}, host: "0.0.0.0" }, () => console.log("listening"));`;

const inside = (namespace: string, script: string, ...argv: readonly string[]) => [
  ...["netns", "exec", namespace, process.execPath, "-e", script, ...argv],
];

describe("end to end: routers that dial", function () {
  this.timeout(120_000);
  let cluster: SpreadCluster;
  let started: SpreadCluster | undefined;
  let router: Router;
  let occupant: ChildProcess | undefined;
  const directory = mkdtempSync(join(tmpdir(), "spreadlb-bgp-listen-"));

  before(async function () {
    needsRoot(this);
    started = cluster = await SpreadCluster.start({
      ...{ nodes: 2, speakerFlags: ["--bgp-listen-port", String(PORT)] },
      speakerCapabilities: ["net_raw", "net_bind_service"],
    });
    const { client, nodes } = cluster.lab.plan;
    router = await startRouter("frr", {
      ...{ netns: client.namespace, directory, asn: ROUTER_ASN, routerId: client.ipv4 },
      peers: nodes
        .flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6])
        .map((address) => ({ address, asn: NODES_ASN, password: PASSWORD })),
    });
    await cluster.apply(
      metallb("IPAddressPool", "routed", { addresses: ["198.51.100.0/28", "2001:db8:51::/124"] }),
      metallb("BGPAdvertisement", "all", {}),
      service("web", { spec: { ipFamilyPolicy: "RequireDualStack" } }),
      ...peers(NOBODYS_PORT),
    );
  });
  afterEach(async function () {
    if (this.currentTest?.isFailed() === true) await started?.printLogs();
  });
  after(async () => {
    occupant?.kill();
    await (router as Router | undefined)?.stop();
    await started?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const peers = (peerPort: number) =>
    (["ipv4", "ipv6"] as const).map((family) => ({
      ...metallb("BGPPeer", family, {
        ...{ myASN: NODES_ASN, peerASN: ROUTER_ASN, peerAddress: cluster.lab.plan.client[family] },
        ...{ peerPort, password: PASSWORD, connectTime: "1s" },
      }),
      apiVersion: "metallb.io/v1beta2",
    }));

  /** All sessions of a node: `BGPPeer/ipv4 Established`, and what is said beside it. */
  async function sessionsOf(node: string): Promise<readonly string[]> {
    const { items } = (await cluster.lab.api("GET", NODE_STATUSES)) as { items: NodeBGPStatus[] };
    const own = items.find(({ metadata }) => metadata.name === node)?.status?.sessions ?? [];
    return own
      .map(({ peer, state, problem = "" }) => `${peer} ${state} ${problem}`.trimEnd())
      .sort();
  }

  async function untilSessions(node: string, wanted: readonly RegExp[]): Promise<void> {
    let seen: readonly string[] = [];
    await waitFor(
      async () => {
        seen = await sessionsOf(node);
        return seen.length === wanted.length && seen.every((line, i) => wanted[i]?.test(line));
      },
      { what: `the sessions of ${node}`, timeoutMs: 40_000 },
    ).catch((error: unknown) => {
      throw new Error(`they are ${seen.join(", ")}`, { cause: error });
    });
  }

  const UP = [/^BGPPeer\/ipv4 Established$/, /^BGPPeer\/ipv6 Established$/];

  /** The Service's address of each family, by both nodes. */
  async function untilRouted(): Promise<void> {
    await waitFor(async () => (await router.paths()).length === 4, {
      ...{ what: "two prefixes, each from two nodes", timeoutMs: 30_000 },
    });
  }

  /** Events on the Node, "unavailable" first. */
  async function untilPort(node: string, wanted: readonly RegExp[]): Promise<void> {
    await waitFor(
      async () => {
        const { items } = (await cluster.lab.api("GET", EVENTS)) as { items: NodeEvent[] };
        const said = items
          .filter(({ regarding, action }) => regarding.name === node && action === "ListenForBGP")
          .map(({ reason, note }) => `${reason} ${note}`)
          .sort()
          .reverse();
        return said.length === wanted.length && said.every((line, i) => wanted[i]?.test(line));
      },
      { what: `the Events on ${node}`, timeoutMs: 20_000 },
    );
  }

  async function listening(node: string): Promise<readonly string[]> {
    const { body } = await cluster.ask(node, "/metrics");
    const name = "spreadlb_bgp_listening";
    const lines = body.split("\n").filter((line) => line.startsWith(`${name}{`));
    return lines.map((line) => line.slice(name.length)).sort();
  }

  async function asStranger(namespace: string, to: string): Promise<string> {
    const { stdout } = await promisify(execFile)("ip", inside(namespace, STRANGER, to));
    return stdout.trim();
  }

  it("a router that we cannot dial dials us, over IPv4 and IPv6, with its password", async () => {
    for (const node of ["n1", "n2"]) await untilSessions(node, UP);
    await untilRouted();
  });

  it("who is no peer is closed without a word, and a peer's address without its password is not even connected", async () => {
    const { observer, client } = cluster.lab.plan;
    const { ipv4, ipv6 } = cluster.lab.node("n1");
    for (const address of [ipv4, ipv6]) {
      expect(await asStranger(observer.namespace, address)).to.equal("closed");
      expect(await asStranger(client.namespace, address)).to.equal("not connected");
    }
    await untilSessions("n1", UP);
  });

  it("both dial: one session of each peer is left, and it stays", async () => {
    await cluster.apply(...peers(PORT));
    for (const node of ["n1", "n2"]) await untilSessions(node, UP);
    await untilRouted();
    const all = await router.sessions();
    expect(all.map(({ state }) => state)).to.deep.equal(all.map(() => "established"));
  });

  it("a port that another program has: we dial, say so, and listen as soon as it is free", async () => {
    const { namespace } = cluster.lab.node("n2");
    await cluster.speakers.get("n2")?.stop("SIGTERM");
    const program = spawn("ip", inside(namespace, OCCUPANT), {
      stdio: ["ignore", "pipe", "inherit"],
    });
    occupant = program;
    await once(program.stdout, "data");
    await cluster.startSpeaker("n2");
    await untilSessions("n2", [
      /^BGPPeer\/ipv4 Established The router cannot dial this node: port 179 of IPv4 cannot be listened on: EADDRINUSE/,
      /^BGPPeer\/ipv6 Established$/,
    ]);
    await untilRouted();
    await untilPort("n2", [
      /^BGPPortUnavailable n2: routers that dial: port 179 of IPv4 cannot be listened on: EADDRINUSE/,
    ]);
    expect(await listening("n2")).to.deep.equal(['{family="IPv4",vrf=""} 0', IPV6_IS_HEARD]);
    program.kill();
    await once(program, "exit");
    await untilSessions("n2", UP);
    await untilPort("n2", [/^BGPPortUnavailable /, /^BGPPortAvailable n2: .* over IPv4 again$/]);
    expect(await listening("n2")).to.deep.equal(['{family="IPv4",vrf=""} 1', IPV6_IS_HEARD]);
  });
});
