/**
 * The walks of docs/migrate-from-*.md in the lab: the objects as MetalLB and Deckhouse leave them, somebody who answers as their
 * speakers do, then our programs. No address changes, a client never goes without an answer, nothing is rewritten that should not be.
 * Neighbour: migrate-bgp.test.ts, of the pools that are announced to routers.
 */
import { expect } from "chai";
import { startCluster } from "../../lab/cluster.ts";
import type { LabProcess } from "../../lab/process.ts";
import { waitFor } from "../../lab/wait.ts";
import { dryRun, leaveStatus, startOurs } from "./old-cluster.ts";
import { needsRoot, service, SpreadCluster } from "./spread-cluster.ts";

const BOUND = "network.deckhouse.io/load-balancer-class";
const COUNT = "network.deckhouse.io/l2-load-balancer-external-ips-count";
const CHILDREN = "internal.network.deckhouse.io/v1alpha1";

interface Left {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: object;
  /** The class that Deckhouse bound it to. */
  readonly bound?: string;
}

describe("end to end: the walk from MetalLB and from Deckhouse", function () {
  this.timeout(240_000);
  let cluster: SpreadCluster;
  let started: SpreadCluster | undefined;
  const old: LabProcess[] = [];

  before(async function () {
    needsRoot(this);
    const lab = await startCluster({ nodes: 4 });
    started = cluster = SpreadCluster.over(lab);
    await lab.applyCrds();
    await oldKinds();
  });
  afterEach(async function () {
    if (this.currentTest?.isFailed() === true) await started?.printLogs();
  });
  after(() => started?.stop());

  /** The kind of Deckhouse's child objects, as far as we read it. */
  const oldKinds = async () => {
    const schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
    const name = "sdninternall2lbservices.internal.network.deckhouse.io";
    await cluster.apply({
      ...{ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" },
      metadata: { name },
      spec: {
        group: "internal.network.deckhouse.io",
        scope: "Namespaced",
        names: { kind: "SDNInternalL2LBService", plural: "sdninternall2lbservices" },
        versions: [
          {
            ...{ name: "v1alpha1", served: true, storage: true },
            schema: { openAPIV3Schema: schema },
          },
        ],
      },
    });
    await cluster.lab.kubectl(["wait", "--for=condition=Established", `crd/${name}`]);
  };

  /** A Service with the status that the old load balancer wrote. */
  const leave = async ({ name, addresses, annotations = {}, spec = {}, bound }: Left) => {
    await cluster.apply(service(name, { annotations, spec }));
    const lastTransitionTime = "2026-01-01T00:00:00Z";
    const conditions =
      bound === undefined
        ? []
        : [
            {
              ...{ type: BOUND, status: "True", reason: "LoadBalancerClassBound" },
              ...{ message: bound, lastTransitionTime },
            },
            {
              ...{ type: "AllPublicIPsAssigned", status: "True", reason: "AllIPsAssigned" },
              message: `${addresses.length} of ${addresses.length} public IPs were assigned`,
              lastTransitionTime,
            },
          ];
    await leaveStatus(cluster, name, { addresses, conditions });
  };

  const child = (parent: string, className: string, index: number, ip: string) => ({
    ...{ apiVersion: CHILDREN, kind: "SDNInternalL2LBService" },
    metadata: {
      name: `${parent}-${className}-${index}`,
      namespace: "default",
      labels: { "parent-service": parent, heritage: "deckhouse", module: "metallb" },
    },
    spec: { serviceRef: { name: parent, namespace: "default" }, type: "LoadBalancer" },
    status: { loadBalancer: { ingress: [{ ip }] } },
  });

  /** What a speaker of theirs does: answers on a node, with its MAC. */
  const answer = async (node: string, addresses: readonly string[]) => {
    const argv = [cluster.lab.tools, "stranger", "-interface", "eth0", ...addresses];
    old.push(await cluster.lab.spawn(node, argv, { name: `old-speaker-${node}` }));
  };

  /** spec, labels and annotations: what people wrote. */
  const written = async (): Promise<unknown> => {
    const { items } = (await cluster.lab.api("GET", "/api/v1/namespaces/default/services")) as {
      items: { metadata: { name: string; labels?: object; annotations?: object }; spec: object }[];
    };
    return items.map(({ metadata: { name, labels, annotations }, spec }) => {
      const own = Object.entries(annotations ?? {}).filter(
        ([key]) => !key.endsWith("/ip-allocated-from-pool"),
      );
      return { name, labels, annotations: Object.fromEntries(own), spec };
    });
  };

  const manifests = async (): Promise<string> => {
    const kinds = "ipaddresspools.metallb.io,l2advertisements.metallb.io,metalloadbalancerclasses";
    const list = JSON.parse(await cluster.lab.kubectl(["get", kinds, "-A", "-o", "json"])) as {
      items: { kind: string; metadata: { name: string; annotations?: object }; spec: object }[];
    };
    return JSON.stringify(
      list.items.map(({ kind, metadata, spec }) => [kind, metadata.name, spec]),
    );
  };

  const left: readonly Left[] = [
    // Of MetalLB: not the first of its pool, one by name, two that share, dual stack.
    { name: "web", addresses: ["10.77.0.204"] },
    {
      name: "asked",
      addresses: ["10.77.0.211"],
      annotations: { "metallb.universe.tf/address-pool": "asked" },
    },
    {
      name: "dns-tcp",
      addresses: ["10.77.0.202"],
      annotations: { "metallb.io/allow-shared-ip": "dns" },
      spec: { ports: [{ port: 53, targetPort: 8080, protocol: "TCP" }] },
    },
    {
      name: "dns-udp",
      addresses: ["10.77.0.202"],
      annotations: { "metallb.io/allow-shared-ip": "dns" },
      spec: { ports: [{ port: 53, targetPort: 8080, protocol: "UDP" }] },
    },
    {
      name: "both",
      addresses: ["10.77.0.205", "fd77::1005"],
      spec: { ipFamilyPolicy: "RequireDualStack" },
    },
    // Of Deckhouse: three of a class, in an order that is not that of the range, and one by its class.
    {
      name: "shop",
      addresses: ["10.77.0.233", "10.77.0.230", "10.77.0.235"],
      annotations: { [COUNT]: "3", "network.deckhouse.io/metal-load-balancer-class": "front" },
      bound: "front",
    },
    {
      name: "named",
      addresses: ["10.77.0.236"],
      spec: { loadBalancerClass: "front" },
      bound: "front",
    },
    // Of neither.
    { name: "cloud", addresses: ["10.99.0.1"], spec: { loadBalancerClass: "other.io/lb" } },
  ];
  const addresses = [...new Set(left.flatMap((one) => one.addresses))].filter((ip) =>
    /^(10\.77\.|fd77:)/.test(ip),
  );
  let asLeft: { readonly written: unknown; readonly manifests: string };

  it("the objects as the old ones leave them; the dry run names every address and what needs a hand", async () => {
    const metallb = (kind: string, name: string, spec: object) => ({
      ...{ apiVersion: "metallb.io/v1beta1", kind },
      ...{ metadata: { name, namespace: "metallb-system" }, spec },
    });
    await cluster.apply(
      metallb("IPAddressPool", "prod", {
        addresses: ["10.77.0.200-10.77.0.205", "fd77::1000/124"],
      }),
      metallb("IPAddressPool", "asked", { addresses: ["10.77.0.210/31"], autoAssign: false }),
      metallb("L2Advertisement", "all", {}),
      {
        ...{ apiVersion: "network.deckhouse.io/v1alpha1", kind: "MetalLoadBalancerClass" },
        metadata: { name: "front" },
        spec: { type: "L2", addressPool: ["10.77.0.230-10.77.0.237"] },
      },
      child("shop", "front", 0, "10.77.0.233"),
      child("shop", "front", 1, "10.77.0.230"),
      child("shop", "front", 2, "10.77.0.235"),
      child("named", "front", 0, "10.77.0.236"),
    );
    for (const one of left) await leave(one);
    for (const source of ["metallb", "deckhouse"] as const) {
      const { said, status } = await dryRun(cluster, source);
      expect(said, said).to.contain("Needs a hand: nothing.");
      for (const { name, addresses: listed } of left) {
        const line = said.split("\n").find((one) => one.includes(`default/${name} `)) ?? "";
        expect(line).to.contain(listed.join(", "));
        expect(line).to.match(name === "cloud" ? /left alone/ : /keeps them/);
      }
      expect(status).to.equal(0);
    }
    asLeft = { written: await written(), manifests: await manifests() };
  });

  it("what MetalLB is told beside its kinds needs a hand, object by object", async () => {
    const core = { apiVersion: "v1", kind: "ConfigMap" };
    const at = (name: string) => ({ name, namespace: "metallb-system" });
    const text = 'announcedInterfacesToExclude: ["^lo$", "^eth1$"]';
    await cluster.apply(
      { ...core, metadata: at("metallb-excludel2"), data: { "excludel2.yaml": text } },
      { ...core, metadata: at("bgpextras"), data: { extras: "router bgp 64600" } },
    );
    const { said, status } = await dryRun(cluster, "metallb");
    expect(said).to.match(/L2Advertisement\/\S+: It names no interfaces: .* leave out \^eth1\$/);
    expect(said).to.contain("ConfigMap metallb-system/bgpextras: It is configuration of FRR");
    expect(status).to.equal(1);
    for (const name of ["metallb-excludel2", "bgpextras"]) {
      await cluster.delete(`/api/v1/namespaces/metallb-system/configmaps/${name}`);
    }
    expect((await dryRun(cluster, "metallb")).status).to.equal(0);
  });

  it("a Service with more addresses than its count: the dry run gives the command that keeps them", async () => {
    const bare = { name: "bare", addresses: ["10.77.0.231", "10.77.0.232"], bound: "front" };
    await leave(bare);
    const { said, status } = await dryRun(cluster, "deckhouse");
    expect(status).to.equal(1);
    const command = /kubectl (annotate .*)/.exec(said)?.[1] ?? "";
    expect(command).to.contain(`bare ${COUNT}=2`);
    await cluster.lab.kubectl(command.split(" "));
    expect((await dryRun(cluster, "deckhouse")).said).to.match(/default\/bare .*keeps them/);
    await cluster.delete("/api/v1/namespaces/default/services/bare");
  });

  it("ours start while theirs still answer: no address changes, and a client always gets an answer", async () => {
    await answer("n1", addresses.slice(0, 4));
    await answer("n2", addresses.slice(4));
    const http = addresses.filter((ip) => ip !== "10.77.0.202");
    await cluster.lab.waitForTraffic(http);
    const probe = await cluster.lab.startProbe(http, { intervalMs: 20, timeoutMs: 2000 });
    await startOurs(cluster);
    await waitFor(
      async () => {
        const vips = await cluster.virtualIps();
        return vips.filter(({ status }) => status?.holder).length === addresses.length;
      },
      { what: "a holder of every address", timeoutMs: 20_000 },
    );
    for (const speaker of old) await speaker.stop();
    await cluster.holders(addresses, 10_000);
    for (const { address, longestLoss, attempts } of (await probe.stop()).addresses) {
      expect(attempts, address).to.be.greaterThan(50);
      // The one that is being opened in the very moment goes on by another node, which does not know it.
      expect(longestLoss.attempts, `${address}: lost in a row, of ${attempts}`).to.be.at.most(1);
    }
    await cluster.lab.waitForTraffic(http);
    for (const one of left) {
      expect((await cluster.service(one.name)).addresses, one.name).to.deep.equal(one.addresses);
    }
  });

  it("nothing that people wrote is rewritten, and what is not ours is untouched", async () => {
    expect(await manifests()).to.equal(asLeft.manifests);
    expect(await written()).to.deep.equal(asLeft.written);
    expect([...(await cluster.service("cloud")).conditions.keys()]).to.deep.equal([]);
    const bound = (await cluster.service("shop")).conditions.get(BOUND);
    expect([bound?.status, bound?.reason, bound?.message]).to.deep.equal([
      ...["True", "LoadBalancerClassBound", "front"],
    ]);
  });

  it("the addresses of one Service are on nodes of their own, as they were not before", async () => {
    const [shop] = left.filter(({ name }) => name === "shop");
    const holders = await cluster.holders(shop?.addresses ?? []);
    expect(new Set(holders.values()).size).to.equal(3);
  });
});
