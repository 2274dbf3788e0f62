/**
 * A speaker that is told to end and comes back, the API server there or out of reach: a router with graceful restart keeps its routes, but not
 * those of a node that goes.
 *
 * The router is BIRD in the client's namespace, and watches by BFD; what its kernel forgets is read from the kernel itself.
 */
import { expect } from "chai";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { API_ADDRESS_FOR_NODES } from "../../lab/control-plane.ts";
import { startRouter, type Router } from "../../lab/routers/router.ts";
import { waitFor } from "../../lab/wait.ts";
import { DRAINED_ANNOTATION } from "../../src/multi-ip/node-marks.ts";
import { metallb, needsRoot, service, SpreadCluster } from "./spread-cluster.ts";

const [NODES_ASN, ROUTER_ASN] = [64600, 64501];
const FAST = { transmitMs: 100, receiveMs: 100, multiplier: 3 };

describe("end to end: BGP over a restart", function () {
  this.timeout(120_000);
  let cluster: SpreadCluster;
  let started: SpreadCluster | undefined;
  let router: Router;
  let monitor: ChildProcess | undefined;
  let forgotten = "";
  let prefix = "";
  const directory = mkdtempSync(join(tmpdir(), "spreadlb-bgp-restart-"));

  before(async function () {
    needsRoot(this);
    started = cluster = await SpreadCluster.start({ nodes: 1 });
    const { client, nodes } = cluster.lab.plan;
    router = await startRouter("bird", {
      ...{ netns: client.namespace, directory, asn: ROUTER_ASN, routerId: client.ipv4 },
      installsRoutes: true,
      peers: nodes.map(({ ipv4: address }) => ({
        ...{ address, asn: NODES_ASN, passive: true, bfd: FAST, gracefulRestart: true },
      })),
    });
    const peer = { myASN: NODES_ASN, peerASN: ROUTER_ASN, peerAddress: client.ipv4 };
    await cluster.apply(
      metallb("IPAddressPool", "routed", { addresses: ["198.51.100.0/28"] }),
      metallb("BGPAdvertisement", "all", {}),
      metallb("BFDProfile", "fast", { transmitInterval: 100, receiveInterval: 100 }),
      {
        ...metallb("BGPPeer", "tor", { ...peer, enableGracefulRestart: true, bfdProfile: "fast" }),
        apiVersion: "metallb.io/v1beta2",
      },
      service("web"),
    );
    const [address = ""] = await cluster.addressesOf("web", 1);
    prefix = `${address}/32`;
    await until("the route", isRouted);
    monitor = spawn("ip", ["-n", client.namespace, "-o", "monitor", "route"]);
    monitor.stdout?.on("data", (bytes: Buffer) => {
      const lines = bytes.toString().split("\n");
      for (const line of lines) if (line.startsWith(`Deleted ${address} `)) forgotten += line;
    });
  });
  afterEach(async function () {
    if (this.currentTest?.isFailed() === true) await started?.printLogs();
  });
  after(async () => {
    monitor?.kill();
    await (router as Router | undefined)?.stop();
    await started?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const until = (what: string, holds: () => Promise<boolean>) =>
    waitFor(holds, { what, timeoutMs: 20_000 });
  const isRouted = async () =>
    (await router.kernelRoutes()).some((route) => route.prefix === prefix);
  const isUp = async () => (await router.sessions()).every(({ state }) => state === "established");
  const isDown = async () => !(await isUp());

  async function restart(meanwhile?: () => Promise<unknown>): Promise<void> {
    await until("BFD", async () => /Up/.test(await router.command("show bfd sessions")));
    await cluster.speakers.get("n1")?.stop();
    await until("the session to be down", isDown);
    expect(await isRouted()).to.equal(true);
    await meanwhile?.();
    await cluster.startSpeaker("n1");
    await until("the session to be up again", isUp);
    // What it announces again is no longer stale: the router has nothing left to wait for.
    await until("the end of the restart", async () => {
      const shown = await router.command("show protocols all p0");
      return !/restart.*(active|timer)/i.test(shown) && (await isRouted());
    });
  }

  it("the router's kernel never lets go of the route of a speaker that restarts", async () => {
    await restart();
    expect(forgotten).to.equal("");
  });

  it("nor while the API server cannot be reached: it tells what it has saved, and then what is new", async () => {
    const { namespace } = cluster.lab.node("n1");
    const way = (verb: "add" | "del") =>
      execFileSync("ip", [
        ...["-n", namespace, "route", verb, "unreachable", `${API_ADDRESS_FOR_NODES}/32`],
      ]);
    let [address, isAway] = ["", false];
    try {
      await restart(async () => {
        way("add");
        isAway = true;
        await cluster.apply(service("more"));
        [address = ""] = await cluster.addressesOf("more", 1);
      });
      await until("the speaker to be ready", async () => {
        return (await cluster.ask("n1", "/readyz")).status === 200;
      });
      const routes = await router.kernelRoutes();
      expect(routes.map((route) => route.prefix)).to.not.include(`${address}/32`);
    } finally {
      if (isAway) way("del");
    }
    await until("the new route", async () =>
      (await router.kernelRoutes()).some((route) => route.prefix === `${address}/32`),
    );
    expect(await isRouted()).to.equal(true);
    expect(forgotten).to.equal("");
  });

  it("on a drained node it takes the route along", async () => {
    await cluster.lab.kubectl(["annotate", "node", "n1", `${DRAINED_ANNOTATION}=now`]);
    await until("the last choice", async () =>
      (await router.paths()).some(({ communities }) => communities.includes("65535:0")),
    );
    await cluster.speakers.get("n1")?.stop();
    await until("no route", async () => !(await isRouted()));
    expect(forgotten).to.contain("Deleted");
  });
});
