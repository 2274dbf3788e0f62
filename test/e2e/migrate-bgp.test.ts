/**
 * The walk of docs/migrate-from-metallb.md with a router: sessions of the old speakers go over to ours, one node after the other.
 *
 * The old speakers are BIRD, one on each node, which announce what MetalLB would; the router is BIRD too, in the client's namespace.
 */
import { expect } from "chai";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { startCluster } from "../../lab/cluster.ts";
import { startRouter, type Router } from "../../lab/routers/router.ts";
import { waitFor } from "../../lab/wait.ts";
import type { NodeBGPStatus } from "../../src/bgp/resource.ts";
import { dryRun, leaveStatus, startOurs } from "./old-cluster.ts";
import { metallb, needsRoot, service, SpreadCluster } from "./spread-cluster.ts";

const RIGHTS = join(import.meta.dirname, "../../deploy/optional/bgp-passwords.yaml");
const [NODES_ASN, ROUTER_ASN] = [64600, 64501];
const PASSWORD = "as it was";
/** Not the one that we would have given. */
const ADDRESS = "198.51.100.5";
const PREFIX = `${ADDRESS}/32`;
const NODE_STATUSES = "/apis/spreadlb.io/v1alpha1/nodebgpstatuses";

describe("end to end: the walk from MetalLB, with a router", function () {
  this.timeout(240_000);
  let cluster: SpreadCluster;
  let started: SpreadCluster | undefined;
  let router: Router;
  const old = new Map<string, Router>();

  const hosts = () => cluster.lab.plan.nodes;

  before(async function () {
    needsRoot(this);
    const lab = await startCluster({ nodes: 3 });
    started = cluster = SpreadCluster.over(lab);
    await lab.applyCrds();
    const { client } = lab.plan;
    router = await startRouter("bird", {
      ...{ netns: client.namespace, directory: await directoryOf("router"), asn: ROUTER_ASN },
      ...{ routerId: client.ipv4, installsRoutes: true },
      peers: hosts().map(({ ipv4: address }) => ({
        ...{ address, asn: NODES_ASN, password: PASSWORD, passive: true },
      })),
    });
  });
  afterEach(async function () {
    if (this.currentTest?.isFailed() === true) await started?.printLogs();
  });
  after(async () => {
    await Promise.all([...old.values()].map((one) => one.stop()));
    await router.stop();
    await started?.stop();
  });

  async function directoryOf(name: string): Promise<string> {
    const directory = join(cluster.lab.directory, name);
    await mkdir(directory, { recursive: true });
    return directory;
  }

  /** What the speaker of MetalLB does on a node. */
  async function startOld(name: string): Promise<void> {
    const { namespace: netns, ipv4: routerId } = cluster.lab.node(name);
    const { client } = cluster.lab.plan;
    const peer = { address: client.ipv4, asn: ROUTER_ASN, password: PASSWORD };
    const speaker = await startRouter("bird", {
      ...{ netns, directory: await directoryOf(`old-${name}`), name: `old-${name}` },
      ...{ asn: NODES_ASN, routerId, announces: [PREFIX], peers: [peer] },
    });
    old.set(name, speaker);
  }

  /** Waits for the nodes by which the router's kernel sends to the address. */
  async function untilRouted(names: readonly string[]): Promise<void> {
    const wanted = names.map((name) => cluster.lab.node(name).ipv4).sort();
    let seen: readonly string[] = [];
    await waitFor(
      async () => {
        const routes = await router.kernelRoutes();
        seen = routes.find(({ prefix }) => prefix === PREFIX)?.nextHops ?? [];
        return seen.join() === wanted.join();
      },
      { what: `${PREFIX} by ${names.join()}`, timeoutMs: 20_000 },
    ).catch((error: unknown) => {
      throw new Error(`${PREFIX} goes by ${seen.join() || "nobody"}`, { cause: error });
    });
  }

  /** What our speakers say of their sessions: `n1 Down`. */
  async function ours(): Promise<readonly string[]> {
    const { items } = (await cluster.lab.api("GET", NODE_STATUSES)) as { items: NodeBGPStatus[] };
    return items
      .flatMap(({ metadata, status }) =>
        (status?.sessions ?? []).map(({ state }) => `${metadata.name} ${state}`),
      )
      .sort();
  }

  it("the dry run asks for the password and the right to read it, and then for nothing", async () => {
    const { client } = cluster.lab.plan;
    const spec = {
      ...{ myASN: NODES_ASN, peerASN: ROUTER_ASN, peerAddress: client.ipv4 },
      ...{ passwordSecret: { name: "tor" }, connectTime: "2s" },
    };
    await cluster.apply(
      metallb("IPAddressPool", "routed", { addresses: ["198.51.100.0/28"] }),
      metallb("BGPAdvertisement", "all", {}),
      { ...metallb("BGPPeer", "tor", spec), apiVersion: "metallb.io/v1beta2" },
      service("web"),
    );
    await leaveStatus(cluster, "web", { addresses: [ADDRESS] });
    const first = await dryRun(cluster, "metallb");
    expect(first.status).to.equal(1);
    expect(first.said).to.match(/default\/web +198\.51\.100\.5 +pool "routed" +keeps them/);
    expect(first.said).to.contain("the Secret metallb-system/tor, which does not exist");
    expect(first.said).to.contain("the Secret metallb-system/tor, which our speakers may not read");
    await cluster.lab.kubectl([
      ...["create", "secret", "generic", "tor", "-n", "metallb-system"],
      ...["--type=kubernetes.io/basic-auth", `--from-literal=password=${PASSWORD}`],
    ]);
    expect((await dryRun(cluster, "metallb")).said).not.to.contain("does not exist");
    await cluster.lab.kubectl(["apply", "-f", RIGHTS]);
    const { said, status } = await dryRun(cluster, "metallb");
    expect(said).to.contain("Needs a hand: nothing.");
    expect(said).to.contain("one node after the other");
    expect(status).to.equal(0);
  });

  it("ours wait beside theirs, whose sessions go on; node by node ours follow, and a client is always answered", async () => {
    const names = hosts().map(({ name }) => name);
    for (const name of names) await startOld(name);
    await untilRouted(names);
    await cluster.lab.waitForTraffic([ADDRESS]);
    const probe = await cluster.lab.startProbe([ADDRESS], { intervalMs: 20, timeoutMs: 2000 });

    await startOurs(cluster);
    const down = names.map((name) => `${name} Down`);
    await waitFor(async () => (await ours()).join() === down.join(), {
      ...{ what: "ours to be refused on every node", timeoutMs: 30_000 },
    });
    const ends = (await router.sessions()).map(({ state, received }) => `${state} ${received}`);
    expect(ends).to.deep.equal(names.map(() => "established 1"));

    for (const [place, name] of names.entries()) {
      await old.get(name)?.stop();
      old.delete(name);
      const up = names.map((each, i) => `${each} ${i <= place ? "Established" : "Down"}`);
      await waitFor(async () => (await ours()).join() === up.join(), {
        ...{ what: `a session of our speaker on ${name}, and of none before its time` },
        timeoutMs: 30_000,
      });
      await untilRouted(names);
    }
    const [probed] = (await probe.stop()).addresses;
    expect(probed?.attempts).to.be.greaterThan(100);
    // The one that is open in the very moment goes on by another node, which does not know it.
    expect(probed?.longestLoss.attempts, "lost in a row").to.be.at.most(1);
    expect((await cluster.service("web")).addresses).to.deep.equal([ADDRESS]);
    await cluster.lab.waitForTraffic([ADDRESS]);
  });
});
