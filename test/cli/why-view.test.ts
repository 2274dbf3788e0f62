import { expect } from "chai";
import { describeProblem } from "../../src/base/errors.ts";
import { parseIp } from "../../src/base/ip.ts";
import {
  explainPools,
  factsOfAddress,
  factsOfService,
  type Cluster,
} from "../../src/cli/why-view.ts";
import type { Lease, Node, Service } from "../../src/kube/types.ts";
import type { VirtualIP } from "../../src/multi-ip/resource.ts";

const nowMs = Date.parse("2026-03-10T12:00:00Z");
const edge = { edge: "" };

function node(name: string, more: { labels?: object; ready?: string; net?: string } = {}): Node {
  const conditions = [
    { type: "Ready", status: more.ready ?? "True" },
    { type: "NetworkUnavailable", status: more.net ?? "False" },
  ];
  return { metadata: { name, labels: { ...edge, ...more.labels } }, status: { conditions } };
}

function lease(name: string, ageMs: number): Lease {
  return {
    metadata: { namespace: "spreadlb-system", name: `spreadlb-speaker-${name}` },
    spec: {
      holderIdentity: name,
      leaseDurationSeconds: 15,
      renewTime: new Date(nowMs - ageMs).toISOString(),
    },
  };
}

function vip(more: Partial<VirtualIP["spec"]> = {}, status?: VirtualIP["status"]): VirtualIP {
  const address = parseIp("192.0.2.1");
  if (address === undefined) throw new Error("no address");
  const spec: VirtualIP["spec"] = {
    address,
    services: [{ namespace: "default", name: "web", index: 0 }],
    pool: null,
    class: "edge",
    mode: "L2",
    interfaces: [],
    rank: ["n1", "n2"],
    generation: 3,
    ...more,
  };
  return { metadata: { name: "192-0-2-1" }, spec, ...(status === undefined ? {} : { status }) };
}

function service(spec: Service["spec"], conditions: readonly object[] = []): Service {
  return {
    metadata: { namespace: "default", name: "web" },
    ...(spec === undefined ? {} : { spec }),
    status: { conditions: conditions as never },
  };
}

const world: Cluster = {
  virtualIps: [vip()],
  services: [service({ type: "LoadBalancer" })],
  nodes: [
    node("n1"),
    node("n2"),
    node("n3", { labels: { "node.kubernetes.io/exclude-from-external-load-balancers": "" } }),
    node("n4", { ready: "False" }),
    node("n5", { net: "True" }),
    { metadata: { name: "n6", labels: edge, deletionTimestamp: "2026-03-10T11:59:00Z" } },
    node("n7"),
    node("n8"),
    { metadata: { name: "elsewhere" } },
  ],
  leases: ["n1", "n2", "n3", "n4", "n5", "n6"]
    .map((name) => lease(name, 4000))
    .concat(lease("n8", 16_000)),
  slices: [],
  classes: [{ metadata: { name: "edge" }, spec: { nodeSelector: edge, addressPool: [] } }],
  nowMs,
};

function verdicts(cluster: Cluster, which = cluster.virtualIps[0]): Record<string, string> | null {
  if (which === undefined) throw new Error("no address");
  const { nodes } = factsOfAddress(which, cluster);
  return nodes === undefined
    ? null
    : Object.fromEntries(nodes.map(({ name, verdict }) => [name, verdict]));
}

describe("cli: what is known of an address's nodes", () => {
  const usual = {
    n1: "may-hold",
    n2: "may-hold",
    n3: "excluded",
    n4: "not-ready",
    n5: "network-unavailable",
    n6: "being-deleted",
    n7: "no-speaker",
    n8: "no-speaker",
  };

  it("every node that the class selects, and what forbids it first", () => {
    expect(verdicts(world)).to.deep.equal(usual);
  });

  it("an excluded node is as good as others where the controller was told so", () => {
    const { n3 } = verdicts({ ...world, ignoreExcludeLabel: true }) ?? {};
    expect(n3).to.equal("may-hold");
  });

  it("a drained node, a cordoned one, one that is out of service: as the class goes by it", () => {
    const taints = [{ key: "node.kubernetes.io/out-of-service", effect: "NoExecute" }];
    const marked: readonly Node[] = world.nodes.map((one) => {
      const { name } = one.metadata;
      if (name === "n1") {
        const annotations = { "spreadlb.io/drained": "2026-03-10T11:00:00Z" };
        return { ...one, metadata: { ...one.metadata, annotations } };
      }
      if (name === "n2") return { ...one, spec: { unschedulable: true } };
      return name === "n7" ? { ...one, spec: { taints } } : one;
    });
    const cluster = { ...world, nodes: marked };
    expect(verdicts(cluster)).to.deep.equal({ ...usual, n1: "drained" });
    const [edgeClass] = world.classes;
    const spec = { ...edgeClass?.spec, drainOn: ["Cordon" as const, "OutOfServiceTaint" as const] };
    const classes = [{ metadata: { name: "edge" }, spec }];
    expect(verdicts({ ...cluster, classes })).to.deep.equal({
      ...usual,
      n1: "drained",
      n2: "cordoned",
      n7: "out-of-service",
    });
  });

  it("a node that is ranked or answers is named even if the class does not select it", () => {
    const held = vip({ rank: ["n1"] }, { holder: "elsewhere" });
    expect(verdicts(world, held)).to.deep.equal({ ...usual, elsewhere: "not-selected" });
  });

  it("a node that was lost a moment ago is not trusted yet", () => {
    const at = new Date(nowMs - 30_000).toISOString();
    const lastMove = { from: "n2", to: "n1", at, reason: "node-lost" as const };
    const moved = vip({}, { holder: "n1", since: at, lastMove });
    expect(verdicts({ ...world, virtualIps: [moved] })).to.deep.include({
      n1: "may-hold",
      n2: "returning",
    });
  });

  it("with externalTrafficPolicy Local a node needs an endpoint that serves", () => {
    const cluster: Cluster = {
      ...world,
      services: [service({ type: "LoadBalancer", externalTrafficPolicy: "Local" })],
      slices: [
        {
          metadata: {
            namespace: "default",
            name: "web-1",
            labels: { "kubernetes.io/service-name": "web" },
          },
          addressType: "IPv4",
          endpoints: [{ addresses: ["10.0.0.1"], nodeName: "n2", conditions: { ready: true } }],
        },
      ],
    };
    expect(verdicts(cluster)).to.deep.include({ n1: "no-serving-endpoint", n2: "may-hold" });
    expect(verdicts({ ...cluster, slices: [] })).to.deep.include({ n2: "no-serving-endpoint" });
  });

  it("nothing is said of nodes where the class is gone", () => {
    expect(verdicts({ ...world, classes: [] })).to.equal(null);
  });
});

describe("cli: what is known of an address of a pool", () => {
  const metadata = (name: string) => ({ name, namespace: "metallb-system" });
  const byLabel = (key: string) => [{ matchLabels: { [key]: "" } }];
  const ipAddressPools = [
    {
      apiVersion: "metallb.io/v1beta1",
      ...{
        kind: "IPAddressPool",
        metadata: metadata("prod"),
        spec: { addresses: ["192.0.2.0/24"] },
      },
    },
  ];
  const advertisement = (name: string, spec: object) => ({
    ...{
      apiVersion: "metallb.io/v1beta1",
      kind: "L2Advertisement",
      metadata: metadata(name),
      spec,
    },
  });
  const [n1, n2, n3] = ["n1", "n2", "n3"].map((name) =>
    node(name, { labels: { [name]: "", rack: name === "n3" ? "b" : "a" } }),
  ) as [Node, Node, Node];
  const base: Cluster = {
    ...{ ...world, classes: [], ipAddressPools, nodes: [n1, n2, n3] },
    virtualIps: [vip({ class: null, pool: "prod" })],
    leases: [lease("n1", 0), lease("n2", 0), lease("n3", 0)],
  };
  const all = { n1: "may-hold", n2: "may-hold", n3: "may-hold" };
  const labelled = (labels: Record<string, string>): Service => {
    const one = service({ type: "LoadBalancer" });
    return { ...one, metadata: { ...one.metadata, labels } };
  };
  const forWeb = [{ matchLabels: { app: "web" } }];
  const rows: {
    name: string;
    cluster: Partial<Cluster>;
    want: Record<string, string> | null;
  }[] = [
    {
      name: "one advertisement for all: all nodes",
      cluster: { l2Advertisements: [advertisement("l2", {})] },
      want: all,
    },
    {
      name: "it selects nodes; who is ranked is named still",
      cluster: { l2Advertisements: [advertisement("l2", { nodeSelectors: byLabel("n3") })] },
      want: { n1: "not-selected", n2: "not-selected", n3: "may-hold" },
    },
    {
      name: "no advertisement: who is ranked is not selected",
      cluster: {},
      want: { n1: "not-selected", n2: "not-selected" },
    },
    {
      name: "an advertisement for other Services counts for nothing",
      cluster: {
        l2Advertisements: [
          advertisement("other", { serviceSelectors: forWeb }),
          advertisement("l2", { nodeSelectors: byLabel("n1") }),
        ],
      },
      want: { n1: "may-hold", n2: "not-selected" },
    },
    {
      name: "and for this one it does",
      cluster: {
        services: [labelled({ app: "web" })],
        l2Advertisements: [
          advertisement("other", { serviceSelectors: forWeb }),
          advertisement("l2", { nodeSelectors: byLabel("n1") }),
        ],
      },
      want: all,
    },
    {
      name: "a node that says that it has none of the interfaces",
      cluster: {
        leases: [
          lease("n1", 0),
          {
            ...lease("n2", 0),
            metadata: {
              ...lease("n2", 0).metadata,
              annotations: { "spreadlb.io/interfaces": "eth9" },
            },
          },
          lease("n3", 0),
        ],
        l2Advertisements: [advertisement("l2", { interfaces: ["eth1"] })],
      },
      want: { ...all, n2: "no-interface" },
    },
    {
      name: "the pool has the address no more, but is there: as it was given",
      cluster: {
        ipAddressPools: ipAddressPools.map((pool) => ({
          ...{ ...pool, spec: { addresses: ["198.51.100.0/24"] } },
        })),
        l2Advertisements: [advertisement("l2", {})],
      },
      want: all,
    },
    { name: "the pool is gone", cluster: { ipAddressPools: [] }, want: null },
  ];
  for (const { name, cluster, want } of rows) {
    it(name, () => {
      expect(verdicts({ ...base, ...cluster })).to.deep.equal(want);
    });
  }

  const saying = (l2Advertisements: Cluster["l2Advertisements"]) => {
    const cluster = { ...base, l2Advertisements: l2Advertisements ?? [] };
    return explainPools(cluster.virtualIps.map((each) => factsOfAddress(each, cluster)));
  };

  it("says who answers for the pool, once for all its addresses", () => {
    const [one, two] = [advertisement("a", {}), advertisement("b", {})];
    expect(saying([one])).to.deep.equal([
      'IPAddressPool prod is answered for by the nodes that its advertisements select: "a" (L2).',
    ]);
    const both = { ...base, l2Advertisements: [one, two] };
    const twice = [vip({ class: null, pool: "prod" }), vip({ class: null, pool: "prod" })];
    expect(explainPools(twice.map((each) => factsOfAddress(each, both)))).to.have.length(1);
    expect(saying([])).to.deep.equal([
      "IPAddressPool prod has no advertisement for the Service: the address is given, and nobody answers.",
    ]);
  });

  it("and nothing of a class", () => {
    expect(explainPools([factsOfAddress(vip(), world)])).to.deep.equal([]);
  });
});

describe("cli: what is known of a Service", () => {
  const problems = [
    { code: "POOL_EXHAUSTED", message: 'Class "edge" has 1 of 3 addresses free. Two are missing' },
    { code: "COUNT_INVALID", message: 'The count "abc" is no number' },
  ] as const;

  it("its class, its addresses, and the problems that its condition names", () => {
    const conditions = [
      {
        type: "network.deckhouse.io/load-balancer-class",
        status: "True",
        reason: "LoadBalancerClassBound",
        message: "edge",
      },
      {
        type: "spreadlb.io/Ready",
        status: "False",
        reason: "PoolExhausted",
        message: problems.map(describeProblem).join(" · "),
      },
    ];
    const cluster = { ...world, services: [service({ type: "LoadBalancer" }, conditions)] };
    const facts = factsOfService({ namespace: "default", name: "web" }, cluster);
    expect({ ...facts, addresses: facts.addresses.length }).to.deep.equal({
      namespace: "default",
      name: "web",
      className: "edge",
      addresses: 1,
      problems,
    });
  });

  it("a condition that is True names no problem", () => {
    const ready = {
      type: "spreadlb.io/Ready",
      status: "True",
      reason: "AddressesAssigned",
      message: "1 address",
    };
    const cluster = { ...world, services: [service({}, [ready])] };
    expect(factsOfService({ namespace: "default", name: "web" }, cluster).problems).to.deep.equal(
      [],
    );
  });

  it("a Service of another name has none of its addresses", () => {
    expect(factsOfService({ namespace: "default", name: "api" }, world)).to.deep.equal({
      namespace: "default",
      name: "api",
      className: null,
      addresses: [],
      problems: [],
    });
  });
});
