/**
 * The fields of BGPPeer and MetalLoadBalancerBGPPeer that say who both ends are and by which way they speak, in a cluster with routers.
 *
 *   segment: n1, n2, and BIRD in the namespaces of the client and of the observer, for a router speaks with an address once
 *   far:     a router of n1 alone, behind a device to which no route leads first: the client has the router's address too. A VRF needs
 *            CONFIG_NET_VRF; a session is bound to any device alike
 *   spine:   FRR, with a link to each node on which nobody has an address but the link-local one
 */
import { expect } from "chai";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startRouter, type Router, type RouterOptions } from "../../lab/routers/router.ts";
import { waitFor } from "../../lab/wait.ts";
import type { NodeBGPStatus } from "../../src/bgp/resource.ts";
import { ip, Namespace } from "../linux/network.ts";
import { metallb, needsRoot, service, SpreadCluster } from "./spread-cluster.ts";

const PROJECT = join(import.meta.dirname, "..", "..");
const [NODES_ASN, LOCAL_ASN, ROUTER_ASN, FAR_ASN, SPINE_ASN] = [64600, 64999, 64501, 64502, 64503];
const SOURCE_OF_N1 = "10.77.0.121";
const SPINE_CLIENT = "192.0.2.77";
const UPLINK = "up0";
const NODE_STATUSES = "/apis/spreadlb.io/v1alpha1/nodebgpstatuses";
const EVENTS = "/apis/events.k8s.io/v1/namespaces/metallb-system/events";
const FAST = { transmitMs: 100, receiveMs: 100, multiplier: 3 };

const peer = (name: string, spec: object) => ({
  ...metallb("BGPPeer", name, { myASN: NODES_ASN, connectTime: "2s", ...spec }),
  apiVersion: "metallb.io/v1beta2",
});
const deckhouse = (kind: string, name: string, spec: object) => ({
  ...{ apiVersion: "network.deckhouse.io/v1alpha1", kind, metadata: { name }, spec },
});
const on = (...nodes: readonly string[]) => [
  { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: nodes }] },
];

describe("end to end: who both ends of a BGP session are", function () {
  this.timeout(120_000);
  let cluster: SpreadCluster;
  let started: SpreadCluster | undefined;
  let tor: Router;
  let spine: Router;
  const routers: Router[] = [];
  const namespaces: Namespace[] = [];
  const directory = mkdtempSync(join(tmpdir(), "spreadlb-bgp-peers-"));

  before(async function () {
    needsRoot(this);
    started = cluster = await SpreadCluster.start({ nodes: 2 });
    const { client } = cluster.lab.plan;
    const [n1, n2] = [cluster.lab.node("n1"), cluster.lab.node("n2")];
    tor = await start("bird", "tor", {
      ...{ netns: client.namespace, asn: ROUTER_ASN, routerId: client.ipv4 },
      peers: [
        ...[n1.ipv4, n2.ipv4].map((address) => ({ address, asn: LOCAL_ASN, passive: true })),
        ...[n1.ipv6, n2.ipv6].map((address) => ({
          ...{ address, asn: "internal" as const, passive: true },
        })),
      ],
    });
    await cluster.apply(
      metallb("IPAddressPool", "routed", { addresses: ["198.51.100.0/28", "2001:db8:51::/124"] }),
      metallb("BGPAdvertisement", "all", {}),
      service("web", { spec: { ipFamilyPolicy: "RequireDualStack" } }),
    );
  });
  afterEach(async function () {
    if (this.currentTest?.isFailed() === true) await started?.printLogs();
  });
  after(async () => {
    for (const router of routers) await router.stop();
    await started?.stop();
    for (const namespace of namespaces) namespace.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  async function start(
    kind: "bird" | "frr",
    name: string,
    options: Omit<RouterOptions, "directory" | "name">,
  ): Promise<Router> {
    const router = await startRouter(kind, { ...options, directory, name });
    routers.push(router);
    return router;
  }

  function inNewNamespace(): Namespace {
    const namespace = new Namespace();
    namespaces.push(namespace);
    return namespace;
  }

  async function addressOf(name: string, family: "IPv4" | "IPv6", count = 2): Promise<string> {
    const all = await cluster.addressesOf(name, count);
    return all.find((address) => address.includes(":") === (family === "IPv6")) ?? "none";
  }

  /** Waits for the paths of a prefix: `from · AS path · next hop`. */
  async function untilPaths(
    router: Router,
    prefix: string,
    wanted: readonly (readonly [from: string, asPath: readonly number[], nextHop: string])[],
  ): Promise<void> {
    const line = (from: string, asPath: readonly number[], nextHop: string) =>
      `${from} [${asPath.join(" ")}] ${nextHop}`;
    const want = wanted.map((one) => line(...one)).sort();
    let seen: readonly string[] = [];
    await waitFor(
      async () => {
        const paths = (await router.paths()).filter((path) => path.prefix === prefix);
        seen = paths.map((path) => line(path.peer, path.asPath, path.nextHop)).sort();
        return seen.join() === want.join();
      },
      { what: `${prefix} as ${want.join(", ")}`, timeoutMs: 30_000 },
    ).catch((error: unknown) => {
      throw new Error(`${prefix} is ${seen.join(", ") || "not there"}`, { cause: error });
    });
  }

  async function sessionOf(node: string, name: string) {
    const { items } = (await cluster.lab.api("GET", NODE_STATUSES)) as { items: NodeBGPStatus[] };
    const own = items.find(({ metadata }) => metadata.name === node);
    return own?.status?.sessions.find((one) => one.peer === name);
  }

  async function spreadlb(...argv: readonly string[]): Promise<string> {
    const flags = ["--kubeconfig", cluster.lab.kubeconfig];
    return (await promisify(execFile)(join(PROJECT, "bin", "spreadlb"), [...argv, ...flags]))
      .stdout;
  }

  it("localASN: the router knows the nodes by it, and by nothing else", async () => {
    const { client } = cluster.lab.plan;
    const [n1, n2] = [cluster.lab.node("n1"), cluster.lab.node("n2")];
    const spec = { peerASN: ROUTER_ASN, localASN: LOCAL_ASN, peerAddress: client.ipv4 };
    await cluster.apply(peer("local", spec));
    await untilPaths(tor, `${await addressOf("web", "IPv4")}/32`, [
      [n1.ipv4, [LOCAL_ASN], n1.ipv4],
      [n2.ipv4, [LOCAL_ASN], n2.ipv4],
    ]);
  });

  it("dynamicASN internal: the router's AS number is the nodes', whichever it is", async () => {
    const { client } = cluster.lab.plan;
    const [n1, n2] = [cluster.lab.node("n1"), cluster.lab.node("n2")];
    const spec = { myASN: ROUTER_ASN, dynamicASN: "internal", peerAddress: client.ipv6 };
    await cluster.apply(peer("own", spec));
    await untilPaths(tor, `${await addressOf("web", "IPv6")}/128`, [
      [n1.ipv6, [], n1.ipv6],
      [n2.ipv6, [], n2.ipv6],
    ]);
  });

  it("dynamicASN internal where the router is of another AS: no session, and both ways out are named", async () => {
    const { client } = cluster.lab.plan;
    await cluster.apply(peer("own", { dynamicASN: "internal", peerAddress: client.ipv6 }));
    await waitFor(
      async () => {
        const entry = await sessionOf("n1", "BGPPeer/own");
        return /write it into peerASN, or dynamicASN: external/.test(entry?.lastEnd?.remedy ?? "");
      },
      { what: "n1 to say so", timeoutMs: 30_000 },
    );
    await cluster.apply(peer("own", { dynamicASN: "external", peerAddress: client.ipv6 }));
    await waitFor(
      async () => (await sessionOf("n1", "BGPPeer/own"))?.lastEnd?.reason.includes("bad peer AS"),
      { what: "the router, to whom the nodes' AS is to be its own, to refuse", timeoutMs: 30_000 },
    );
    await cluster.lab.kubectl(["delete", "bgppeer", "own", "-n", "metallb-system"]);
  });

  it("sourceAddresses: each node from its own, where it has one in the list", async () => {
    const [{ observer }, n1, n2] = [
      cluster.lab.plan,
      cluster.lab.node("n1"),
      cluster.lab.node("n2"),
    ];
    ip(`-n ${n1.namespace} addr add ${SOURCE_OF_N1}/24 dev eth0`);
    const second = await start("bird", "second", {
      ...{ netns: observer.namespace, asn: ROUTER_ASN, routerId: observer.ipv4 },
      peers: [SOURCE_OF_N1, n2.ipv4].map((address) => ({
        ...{ address, asn: NODES_ASN, passive: true },
      })),
    });
    await cluster.apply(
      deckhouse("MetalLoadBalancerPool", "deck", { addresses: ["203.0.113.0/28"] }),
      deckhouse("MetalLoadBalancerBGPPeer", "tor", {
        ...{ peerAddress: observer.ipv4, peerASN: ROUTER_ASN, myASN: NODES_ASN },
        sourceAddresses: [{ nodeName: "n1", address: SOURCE_OF_N1 }],
      }),
      deckhouse("MetalLoadBalancerConfiguration", "edge", {
        ...{ mode: "BGP", bgp: { peerNames: ["tor"] } },
        advertisements: [{ poolNames: ["deck"] }],
      }),
      service("deck", { annotations: { "network.deckhouse.io/load-balancer-pool": "deck" } }),
    );
    await untilPaths(second, `${await addressOf("deck", "IPv4", 1)}/32`, [
      [SOURCE_OF_N1, [NODES_ASN], SOURCE_OF_N1],
      [n2.ipv4, [NODES_ASN], n2.ipv4],
    ]);
  });

  it("vrf: a router behind its device, whose address another router has beside it", async () => {
    const { client } = cluster.lab.plan;
    const n1 = cluster.lab.node("n1");
    const namespace = inNewNamespace();
    ip(`link add far0 netns ${n1.namespace} type veth peer name r0 netns ${namespace.name}`);
    const there = (line: string) => ip(`-n ${n1.namespace} ${line}`);
    there("link set far0 up");
    there("addr add 10.77.0.131/32 dev far0");
    there("route add 10.77.0.0/24 dev far0 src 10.77.0.131 metric 1000");
    namespace.ip("link set r0 up");
    namespace.ip(`addr add ${client.ipv4}/24 dev r0`);
    const source = "10.77.0.131";
    const far = await start("bird", "far", {
      ...{ netns: namespace.name, asn: FAR_ASN, routerId: "192.0.2.253" },
      peers: [{ address: source, asn: NODES_ASN, password: "far", passive: true }],
    });
    const who = { peerASN: FAR_ASN, peerAddress: client.ipv4, sourceAddress: source };
    await cluster.apply(
      metallb("BFDProfile", "usual", {}),
      peer("far", { ...who, vrf: "far0", password: "far", nodeSelectors: on("n1") }),
      peer("elsewhere", { ...who, vrf: "blue", bfdProfile: "usual", nodeSelectors: on("n2") }),
    );
    const prefix = `${await addressOf("web", "IPv4")}/32`;
    await untilPaths(far, prefix, [[source, [NODES_ASN], source]]);
    expect(await spreadlb("bgp", "--node", "n1")).to.contain(`${client.ipv4}:179 in far0`);
    await waitFor(
      async () => {
        const entry = await sessionOf("n2", "BGPPeer/elsewhere");
        return /Make the device blue on this node/.test(entry?.lastEnd?.remedy ?? "");
      },
      { what: "n2 to say that it has no such device" },
    );
    const isTold = async () => {
      const { items } = (await cluster.lab.api("GET", EVENTS)) as {
        items: { reason: string; note?: string; regarding: { name: string } }[];
      };
      return items.some(
        ({ reason, note = "", regarding }) =>
          `${regarding.name} ${reason}` === "elsewhere BFDSessionFailed" &&
          /^n2: BFD with .* can neither send nor hear: .*Make the device blue on this node/.test(
            note,
          ),
      );
    };
    await waitFor(isTold, { what: "an Event on BFD, which is without it as well" });
  });

  describe("interface", () => {
    const uplinks = new Map<string, string>();

    before(async () => {
      const namespace = inNewNamespace();
      for (const [i, { name, namespace: node }] of cluster.lab.plan.nodes.entries()) {
        uplinks.set(name, `s${i + 1}`);
        ip(
          `link add ${UPLINK} netns ${node} type veth peer name s${i + 1} netns ${namespace.name}`,
        );
        ip(`-n ${node} link set ${UPLINK} up`);
        namespace.ip(`link set s${i + 1} up`);
      }
      namespace.ip(`addr add ${SPINE_CLIENT}/32 dev lo`);
      spine = await start("frr", "spine", {
        ...{ netns: namespace.name, asn: SPINE_ASN, routerId: "192.0.2.252" },
        installsRoutes: true,
        peers: [...uplinks.values()].map((link) => ({
          ...{ address: "", interface: link, asn: "external", bfd: FAST },
        })),
      });
    });

    const linkLocalOf = (namespace: string, link: string): string => {
      const [shown] = JSON.parse(ip(`-n ${namespace} -6 -j addr show dev ${link} scope link`)) as {
        addr_info: { local: string }[];
      }[];
      return shown?.addr_info[0]?.local ?? "none";
    };
    const oursOn = (node: string) => linkLocalOf(cluster.lab.node(node).namespace, UPLINK);

    it("the router is found on it, and both families go by the nodes' link-local addresses", async () => {
      await cluster.apply(
        metallb("BFDProfile", "fast", { transmitInterval: 100, receiveInterval: 100 }),
        peer("spine", { dynamicASN: "external", interface: UPLINK, bfdProfile: "fast" }),
      );
      for (const [family, length] of [
        ["IPv4", 32],
        ["IPv6", 128],
      ] as const) {
        const prefix = `${await addressOf("web", family)}/${length}`;
        await untilPaths(
          spine,
          prefix,
          ["n1", "n2"].map((name) => [oursOn(name), [NODES_ASN], oursOn(name)] as const),
        );
      }
    });

    it("a client behind the router reaches the Service, over both links, by IPv4 without an address on them", async () => {
      const [namespace] = namespaces.slice(-1);
      const router = namespace?.name ?? "";
      for (const [name, link] of uplinks) {
        const { namespace: node } = cluster.lab.node(name);
        const via = linkLocalOf(router, link);
        ip(`-n ${node} route add ${SPINE_CLIENT}/32 via inet6 ${via} dev ${UPLINK}`);
      }
      const address = await addressOf("web", "IPv4");
      const inside = ["netns", "exec", router, cluster.lab.tools, "fetch", `http://${address}:80/`];
      await waitFor(
        async () => {
          const { stdout } = await promisify(execFile)("ip", inside);
          return (JSON.parse(stdout) as { status: number }[])[0]?.status === 200;
        },
        { what: "an answer of the Service", timeoutMs: 20_000 },
      );
      const hops = namespace?.ip(`route show ${address}`).match(/dev s\d/g);
      expect(hops?.sort()).to.deep.equal(["dev s1", "dev s2"]);
    });

    it("people see who was found, and that BFD watches it", async () => {
      const row = new RegExp(
        `^n1 +BGPPeer/spine +\\[fe80:[^ ]*%${UPLINK}\\]:179 +${SPINE_ASN} +Established .* Up$`,
        "m",
      );
      await waitFor(async () => row.test(await spreadlb("bgp")), {
        ...{ what: "the session in spreadlb bgp", timeoutMs: 30_000 },
      });
      const { body } = await cluster.ask("n1", "/metrics");
      expect(body).to.contain(`metallb_bgp_session_up{peer="${UPLINK}:179",vrf=""} 1`);
    });

    it("a router in its place, with another address, is found as soon as BFD misses the old one", async () => {
      const router = namespaces.at(-1);
      router?.ip("link set s2 down");
      router?.ip("link set s2 address 02:00:5e:10:00:99");
      router?.ip("link set s2 up");
      // Not "another than n2 says now": what n2 says may be from before the session came up.
      const renewed = "fe80::5eff:fe10:99%up0";
      await waitFor(
        async () => {
          const entry = await sessionOf("n2", "BGPPeer/spine");
          return entry?.state === "Established" && entry.address === renewed;
        },
        { what: `a session with ${renewed}`, timeoutMs: 60_000 },
      );
    });

    it("an interface that a node has not, or on which nobody is heard: held, with what can be done", async () => {
      ip(`-n ${cluster.lab.node("n1").namespace} link add quiet0 type veth peer name quiet1`);
      for (const link of ["quiet0", "quiet1"]) {
        ip(`-n ${cluster.lab.node("n1").namespace} link set ${link} up`);
      }
      await cluster.apply(peer("quiet", { peerASN: SPINE_ASN, interface: "quiet0" }));
      const problem = async (node: string) => {
        const entry = await sessionOf(node, "BGPPeer/quiet");
        return `${entry?.state ?? ""}: ${entry?.problem ?? ""}`;
      };
      await waitFor(
        async () =>
          /^Held: .*no router is heard on the interface "quiet0"/.test(await problem("n1")) &&
          /^Held: .*the node has no interface "quiet0"/.test(await problem("n2")),
        { what: "both nodes to say so", timeoutMs: 30_000 },
      );
      expect(await spreadlb("bgp")).to.contain("select other nodes with nodeSelectors");
    });
  });
});
