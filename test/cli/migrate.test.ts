/** What would become of a cluster that MetalLB or Deckhouse serves: adoption, what needs a hand, the words for it. */
import { expect } from "chai";
import { loadAll } from "js-yaml";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NO_MANIFESTS, type Manifests } from "../../src/classes/compile.ts";
import { main } from "../../src/cli/main.ts";
import {
  childHands,
  elsewhereHands,
  flagHands,
  isMetallb,
  oldPoolHands,
  renderedPoolHands,
  strangerNotes,
  type ChildService,
} from "../../src/cli/migrate-leftovers.ts";
import { planMigration, type MigrateReport } from "../../src/cli/migrate-plan.ts";
import { frrNotes, type PeerSecret } from "../../src/cli/migrate-routers.ts";
import { isSmooth, renderReport, type ViewOptions } from "../../src/cli/migrate-view.ts";
import type { Condition } from "../../src/kube/patches.ts";
import type { Service } from "../../src/kube/types.ts";

const BOUND = "network.deckhouse.io/load-balancer-class";
const COUNT = "network.deckhouse.io/l2-load-balancer-external-ips-count";

interface Wishes {
  readonly name?: string;
  readonly addresses?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly bound?: string;
  readonly loadBalancerClass?: string;
  readonly type?: string;
  readonly clusterIPs?: readonly string[];
}

function service(wishes: Wishes = {}): Service {
  const { name = "web", addresses = ["192.0.2.5"], annotations = {}, bound } = wishes;
  const { loadBalancerClass, type = "LoadBalancer", clusterIPs = ["10.96.0.1"] } = wishes;
  const condition: Condition = {
    type: BOUND,
    status: "True",
    reason: "LoadBalancerClassBound",
    message: bound ?? "",
    lastTransitionTime: "2026-01-01T00:00:00Z",
  };
  return {
    metadata: { name, namespace: "shop", annotations },
    spec: { type, clusterIPs, ...(loadBalancerClass ? { loadBalancerClass } : {}) },
    status: {
      loadBalancer: { ingress: addresses.map((ip) => ({ ip })) },
      ...(bound === undefined ? {} : { conditions: [condition] }),
    },
  };
}

const pool = (name: string, addresses: string[], more: object = {}) => ({
  metadata: { name, namespace: "metallb-system" },
  spec: { addresses, ...more },
});
const advertised: Partial<Manifests> = {
  ipAddressPools: [pool("prod", ["192.0.2.0/28"])],
  l2Advertisements: [{ metadata: { name: "all" }, spec: {} }],
};
const front: Partial<Manifests> = {
  classes: [{ metadata: { name: "front" }, spec: { addressPool: ["192.0.2.0/28"] } }],
};

const ROUTER = { myASN: 64600, peerASN: 64501, peerAddress: "192.0.2.254" };
const router = (spec: object = {}) => ({
  metadata: { name: "tor", namespace: "metallb-system" },
  spec: { ...ROUTER, ...spec },
});
const unnumbered = {
  ...router(),
  spec: { myASN: 64600, peerASN: 64501, interface: "eth1" },
};
const routed = (bgpPeers: Manifests["bgpPeers"], spec: object = {}): Partial<Manifests> => ({
  ipAddressPools: [pool("prod", ["192.0.2.0/28"])],
  bgpAdvertisements: [{ metadata: { name: "all", namespace: "metallb-system" }, spec }],
  bgpPeers,
});

function planned(
  manifests: Partial<Manifests>,
  services: readonly Service[],
  lbClass = "",
): MigrateReport {
  return planMigration({
    manifests: { ...NO_MANIFESTS, ...manifests },
    services,
    namespaces: [{ metadata: { name: "shop" } }],
    nodes: [{ metadata: { name: "n1", labels: { lb: "" } } }],
    virtualIps: [],
    lbClass,
  });
}

describe("cli: what a migration adopts", () => {
  const rows: readonly {
    readonly name: string;
    readonly manifests: Partial<Manifests>;
    readonly wishes: Wishes;
    /** `outcome: from | afterwards`. */
    readonly want: string;
    readonly hand?: RegExp;
    readonly lbClass?: string;
  }[] = [
    {
      name: "an address of a pool",
      manifests: advertised,
      wishes: {},
      want: 'keeps: pool "prod" | 192.0.2.5',
    },
    {
      name: "addresses of a class, in their order",
      manifests: front,
      wishes: {
        bound: "front",
        addresses: ["192.0.2.9", "192.0.2.1"],
        annotations: { [COUNT]: "2" },
      },
      want: 'keeps: class "front", class "front" | 192.0.2.9, 192.0.2.1',
    },
    {
      name: "dual stack",
      manifests: {
        ...advertised,
        ipAddressPools: [pool("prod", ["192.0.2.0/28", "2001:db8::/124"])],
      },
      wishes: { addresses: ["192.0.2.5", "2001:db8::5"], clusterIPs: ["10.96.0.1", "fd00::1"] },
      want: 'keeps: pool "prod", pool "prod" | 192.0.2.5, 2001:db8::5',
    },
    {
      name: "fewer than it asks for: the others come",
      manifests: front,
      wishes: { bound: "front", annotations: { [COUNT]: "2" } },
      want: 'gains: class "front" | 192.0.2.5, 192.0.2.0',
    },
    {
      name: "none yet",
      manifests: advertised,
      wishes: { addresses: [] },
      want: "waits:  | 192.0.2.0",
    },
    {
      name: "more than it asks for: the count, as a command",
      manifests: front,
      wishes: { bound: "front", addresses: ["192.0.2.5", "192.0.2.6"] },
      want: 'changes: class "front", class "front" | 192.0.2.5',
      hand: /Service shop\/web: It would lose 192\.0\.2\.6; .* kubectl annotate --overwrite service -n shop web .*-count=2$/,
    },
    {
      name: "an address that another one is requested instead of",
      manifests: advertised,
      wishes: { annotations: { "metallb.io/loadBalancerIPs": "192.0.2.7" } },
      want: 'changes: pool "prod" | 192.0.2.7',
      hand: /would lose 192\.0\.2\.5; it would have 192\.0\.2\.7/,
    },
    {
      name: "an address that is of no pool any more",
      manifests: advertised,
      wishes: { addresses: ["198.51.100.1"] },
      want: "changes: null | 192.0.2.0",
      hand: /would lose 198\.51\.100\.1.*pool/,
    },
    {
      name: "bound to a class that is gone",
      manifests: {},
      wishes: { bound: "gone" },
      want: "alone: null | 192.0.2.5",
      hand: /No class and no pool serves it.*"gone" does not exist.*Create the class/,
    },
    {
      name: "another implementation's",
      manifests: advertised,
      wishes: { loadBalancerClass: "other.io/lb", addresses: ["203.0.113.1"] },
      want: "alone: null | 203.0.113.1",
    },
    {
      name: "another implementation's, that Deckhouse's default class had taken",
      manifests: front,
      wishes: { loadBalancerClass: "other.io/lb", bound: "front" },
      want: 'alone: class "front" | 192.0.2.5',
      hand: /"other\.io\/lb" names none of ours.*nobody would answer for 192\.0\.2\.5 of class "front"/,
    },
    {
      name: "of the class that --lb-class says",
      manifests: advertised,
      wishes: { loadBalancerClass: "metallb" },
      want: 'keeps: pool "prod" | 192.0.2.5',
      lbClass: "metallb",
    },
    {
      name: "not of the class that --lb-class says",
      manifests: advertised,
      wishes: {},
      want: 'alone: pool "prod" | 192.0.2.5',
      lbClass: "metallb",
      hand: /that name --lb-class.*nobody would answer for 192\.0\.2\.5/,
    },
    {
      name: "a pool without an advertisement",
      manifests: { ipAddressPools: [pool("prod", ["192.0.2.0/28"])] },
      wishes: {},
      want: 'keeps: pool "prod" | 192.0.2.5',
      hand: /No advertisement answers for it in pool "prod".*L2Advertisement/,
    },
    {
      name: "a pool that is announced by BGP",
      manifests: routed([router()]),
      wishes: {},
      want: 'keeps: pool "prod" | 192.0.2.5',
    },
    {
      name: "a pool of Deckhouse that is announced by BGP",
      manifests: {
        metalPools: [{ metadata: { name: "prod" }, spec: { addresses: ["192.0.2.0/28"] } }],
        metalPeers: [{ metadata: { name: "tor" }, spec: ROUTER }],
        configurations: [
          {
            metadata: { name: "edge" },
            spec: {
              ...{ mode: "BGP", nodeSelector: { lb: "" }, bgp: { peerNames: ["tor"] } },
              advertisements: [{ poolNames: ["prod"] }],
            },
          },
        ],
      },
      wishes: {},
      want: 'keeps: pool "prod" | 192.0.2.5',
    },
    {
      name: "by BGP, and there is no peer",
      manifests: routed([]),
      wishes: {},
      want: 'keeps: pool "prod" | 192.0.2.5',
      hand: /Service shop\/web: No router is told of its addresses of pool "prod".* Make the peer/,
    },
    {
      name: "by BGP, and the advertisement names another peer",
      manifests: routed([router()], { peers: ["other"] }),
      wishes: {},
      want: 'keeps: pool "prod" | 192.0.2.5',
      hand: /other.*does not exist/,
    },
    {
      name: "by BGP, and no node speaks to the peer",
      manifests: routed([router({ nodeSelectors: [{ matchLabels: { gone: "" } }] })]),
      wishes: {},
      want: 'keeps: pool "prod" | 192.0.2.5',
      hand: /No node that may announce its addresses of pool "prod" speaks to "tor".*nodeSelectors/,
    },
    {
      name: "by BGP, and the advertisement and the peer have no node in common",
      manifests: routed([router({ nodeSelectors: [{ matchLabels: { rack: "a" } }] })], {
        nodeSelectors: [{ matchLabels: { lb: "" } }],
      }),
      wishes: {},
      want: 'keeps: pool "prod" | 192.0.2.5',
      hand: /No node that may announce/,
    },
    {
      name: "by BGP, and no node is selected",
      manifests: routed([router()], { nodeSelectors: [{ matchLabels: { gone: "" } }] }),
      wishes: {},
      want: 'keeps: pool "prod" | 192.0.2.5',
      hand: /No node may answer for its addresses of pool "prod"/,
    },
    {
      name: "by BGP, and the peer is named by its interface",
      manifests: routed([unnumbered]),
      wishes: {},
      want: 'keeps: pool "prod" | 192.0.2.5',
    },
    {
      name: "a class without a node",
      manifests: {
        classes: [
          {
            metadata: { name: "front" },
            spec: { addressPool: ["192.0.2.0/28"], nodeSelector: { gone: "" } },
          },
        ],
      },
      wishes: { bound: "front" },
      want: 'keeps: class "front" | 192.0.2.5',
      hand: /No node may answer for its addresses of class "front".*Label a ready node/,
    },
  ];
  for (const { name, manifests, wishes, want, hand, lbClass } of rows) {
    it(name, () => {
      const { services, hands } = planned(manifests, [service(wishes)], lbClass);
      const [seen] = services;
      const from = seen?.addresses.map((one) => String(one.from)).join(", ") ?? "";
      expect(`${seen?.outcome ?? ""}: ${from} | ${seen?.afterwards.join(", ") ?? ""}`).to.equal(
        want,
      );
      const texts = hands.map(({ object, message, todo }) => `${object}: ${message} ${todo}`);
      if (hand === undefined) expect(texts).to.deep.equal([]);
      else expect(texts[0]).to.match(hand);
    });
  }

  it("nodes that are excluded by a label answer where the controller will be told so", () => {
    const label = "node.kubernetes.io/exclude-from-external-load-balancers";
    const handsWith = (ignoreExcludeLabel: boolean) =>
      planMigration({
        manifests: { ...NO_MANIFESTS, ...advertised },
        services: [service()],
        namespaces: [{ metadata: { name: "shop" } }],
        nodes: [{ metadata: { name: "n1", labels: { [label]: "" } } }],
        ...{ virtualIps: [], lbClass: "", ignoreExcludeLabel },
      }).hands.map(({ message }) => message);
    const nobody = 'No node may answer for its addresses of pool "prod"';
    expect(handsWith(false)).to.deep.equal([nobody]);
    expect(handsWith(true)).to.deep.equal([]);
  });

  it("what is of another type is no matter", () => {
    expect(planned(advertised, [service({ type: "ClusterIP" })]).services).to.deep.equal([]);
  });

  it("what has neither an address nor a class is no matter", () => {
    expect(planned({}, [service({ addresses: [] })]).services).to.deep.equal([]);
  });

  it("two that list one address and do not share: the younger has to change", () => {
    const services = [service({ name: "a" }), service({ name: "b" })];
    const { services: seen, hands } = planned(advertised, services);
    expect(seen.map(({ outcome }) => outcome)).to.deep.equal(["keeps", "changes"]);
    expect(hands[0]?.object).to.equal("Service shop/b");
  });

  it("what is wrong with a manifest is told on it", () => {
    const overlapping = [pool("a", ["192.0.2.0/28"]), pool("b", ["192.0.2.8/30"])];
    const { manifests, hands } = planned({ ...advertised, ipAddressPools: overlapping }, []);
    expect(manifests.map(({ object, problems }) => [object, problems.length])).to.deep.equal([
      ["IPAddressPool/a", 0],
      ["IPAddressPool/b", 1],
      ["L2Advertisement/all", 0],
    ]);
    expect(hands).to.deep.equal([
      {
        object: "IPAddressPool/b",
        message: 'Pool "b" shares 192.0.2.8-192.0.2.11 with the older pool "a", which keeps them',
        todo: "Take the shared addresses out of one of the two.",
      },
    ]);
  });
});

describe("cli: what only the old load balancer knows", () => {
  const child = (name: string, ip: string | null, parent = "web"): ChildService => ({
    metadata: { name, namespace: "shop" },
    spec: { serviceRef: { name: parent, namespace: "shop" } },
    status: { loadBalancer: { ingress: ip === null ? [] : [{ ip: ip }] } },
  });
  const bound = service({ bound: "front" });
  const rows = [
    { name: "as it should be", children: [child("web-front-0", "192.0.2.5")], want: [] },
    {
      name: "one that has no address yet",
      children: [child("web-front-0", "192.0.2.5"), child("web-front-1", null)],
      want: [],
    },
    {
      name: "one that has what the status lacks",
      children: [child("web-front-0", "192.0.2.5"), child("web-front-1", "192.0.2.6")],
      want: [/Service shop\/web: Its child web-front-1 has 192\.0\.2\.6.*Wait until/],
    },
    {
      name: "one whose Service is gone",
      children: [child("web-front-0", "192.0.2.5"), child("old-front-0", "192.0.2.6", "old")],
      want: [/old-front-0: Its Service shop\/old is gone kubectl delete .* -n shop old-front-0/],
    },
    {
      name: "a status that no child backs",
      children: [],
      want: [/Service shop\/web: Its status lists 192\.0\.2\.5, which no child.*nobody answers/],
    },
  ];
  for (const { name, children, want } of rows) {
    it(`children of Deckhouse: ${name}`, () => {
      const hands = childHands(children, [bound]);
      expect(hands).to.have.length(want.length);
      for (const [i, { object, message, todo }] of hands.entries()) {
        expect(`${object}: ${message} ${todo}`).to.match(want[i] ?? /never/);
      }
    });
  }

  it("pools that Deckhouse makes of its ModuleConfig, and not those of classes and pools", () => {
    const pools = ["front", "public", "legacy"].map((name) => pool(name, ["192.0.2.0/28"]));
    const known = { classes: new Set(["front"]), pools: new Set(["public"]) };
    const [first, ...others] = renderedPoolHands(pools, known);
    expect(others).to.deep.equal([]);
    expect(first?.todo).to.equal(
      'Make a MetalLoadBalancerPool "legacy" with addresses 192.0.2.0/28.',
    );
  });

  it("pools in another namespace", () => {
    const there = { metadata: { name: "a", namespace: "lb" }, spec: { addresses: [] } };
    const [first, ...others] = elsewhereHands([pool("b", []), there], "metallb-system");
    expect(others).to.deep.equal([]);
    expect(first?.todo).to.contain("--metallb-namespace lb");
  });

  it("the kind that is gone", () => {
    expect(oldPoolHands([{ metadata: { name: "x" } }])[0]?.todo).to.match(/IPAddressPool "x"/);
  });

  it("--lb-class of MetalLB has to be ours", () => {
    const containers = [{ args: ["--port=7472", "--lb-class=metallb"] }];
    const workload = {
      metadata: { name: "controller", labels: { app: "metallb" } },
      spec: { template: { spec: { containers } } },
    };
    expect(isMetallb(workload)).to.equal(true);
    expect(isMetallb({ metadata: { name: "frr-k8s" } })).to.equal(false);
    expect(
      flagHands([workload, workload], { lbClass: "metallb", ignoreExcludeLb: false }, []),
    ).to.deep.equal([]);
    expect(
      flagHands([workload, workload], { lbClass: "", ignoreExcludeLb: false }, []).map(
        ({ todo }) => todo,
      ),
    ).to.deep.equal(["Give SpreadLB's controller --lb-class metallb, and this command too."]);
  });

  const spellings: readonly (readonly [readonly string[], readonly string[]])[] = [
    [["--lb-class=a"], ["a"]],
    [["-lb-class=a=b"], ["a=b"]],
    [["--port=7472", "--lb-class", "a", "--log-level=info"], ["a"]],
    [["-lb-class", "a"], ["a"]],
    [["--lb-class="], []],
    [["--lb-class=", "a"], []],
    [["--lb-class"], []],
    [["--lb-classes=a"], []],
  ];
  for (const [args, names] of spellings) {
    it(`--lb-class as Go reads it: ${args.join(" ")}`, () => {
      const spec = { template: { spec: { containers: [{ args }, { args: ["b"] }] } } };
      const workload = { metadata: { name: "controller" }, spec };
      const told = { lbClass: "", ignoreExcludeLb: false };
      const messages = flagHands([workload], told, []).map(({ message }) => message);
      const wanted = names.map((name) => `It runs with --lb-class=${name}, and serves`);
      expect(messages).to.have.length(wanted.length);
      for (const [i, message] of messages.entries()) expect(message).to.contain(wanted[i]);
    });
  }

  it("where no workload wears MetalLB's label, that is said", () => {
    const [note, ...others] = strangerNotes([], "lb");
    expect(others).to.deep.equal([]);
    expect(note?.message).to.match(/in lb has its label.*--lb-class and --ignore-exclude-lb/);
    expect(strangerNotes([{ metadata: { name: "speaker" } }], "lb")).to.deep.equal([]);
  });
});

describe("cli: what a cut-over by BGP takes", () => {
  const label = "network.deckhouse.io/metallb-bgp-password";
  const password = { password: Buffer.from("hush").toString("base64") };
  const secret = (data: Record<string, string>, labels: Record<string, string> = {}) => ({
    ...{ metadata: { name: "md5", namespace: "netops", labels }, data },
  });
  const metalPeer = {
    metadata: { name: "tor" },
    spec: { ...ROUTER, passwordSecretRef: { name: "md5", namespace: "netops" } },
  };
  const ofDeckhouse: Partial<Manifests> = {
    metalPeers: [metalPeer],
    configurations: [
      {
        metadata: { name: "edge" },
        spec: { mode: "BGP", bgp: { peerNames: ["tor"] }, advertisements: [] },
      },
    ],
  };
  const ofMetallb = routed([router({ passwordSecret: { name: "md5" } })]);
  const seen = (peer: string, more: Partial<PeerSecret>): PeerSecret => ({
    ...{ peer: `${peer}/tor`, namespace: "netops", secret: secret(password), mayBeRead: true },
    ...more,
  });
  const planWith = (
    manifests: Partial<Manifests>,
    secrets: readonly PeerSecret[],
    nodes: readonly string[] = ["n1"],
  ) =>
    planMigration({
      ...{ manifests: { ...NO_MANIFESTS, ...manifests }, services: [], namespaces: [] },
      nodes: nodes.map((name) => ({ metadata: { name, labels: {} } })),
      ...{ virtualIps: [], lbClass: "", secrets },
    });

  const rows: readonly {
    readonly name: string;
    readonly manifests: Partial<Manifests>;
    readonly secret: PeerSecret;
    readonly hands?: readonly RegExp[];
    readonly note?: RegExp;
  }[] = [
    {
      name: "a Secret that is there and may be read",
      manifests: ofMetallb,
      secret: seen("BGPPeer", {}),
    },
    {
      name: "one that is not there",
      manifests: ofMetallb,
      secret: seen("BGPPeer", { secret: undefined }),
      hands: [/waits for the Secret netops\/md5, which does not exist.*Make it with the key/],
    },
    {
      name: "one without a password",
      manifests: ofMetallb,
      secret: seen("BGPPeer", { secret: secret({ username: "" }) }),
      hands: [/which lacks the key "password"/],
    },
    {
      name: "one that our speakers may not read",
      manifests: ofMetallb,
      secret: seen("BGPPeer", { mayBeRead: false, namespace: "metallb-system" }),
      hands: [/our speakers may not read kubectl apply -f deploy\/optional\/bgp-passwords.yaml$/],
    },
    {
      name: "in another namespace the right is bound there, too",
      manifests: ofMetallb,
      secret: seen("BGPPeer", { mayBeRead: false }),
      hands: [
        /create rolebinding spreadlb-bgp-passwords -n netops --clusterrole=.*spreadlb-speaker/,
      ],
    },
    {
      name: "neither there nor to be read: both",
      manifests: ofMetallb,
      secret: seen("BGPPeer", { secret: undefined, mayBeRead: false }),
      hands: [/does not exist/, /may not read/],
    },
    {
      name: "one that nobody shows us",
      manifests: ofMetallb,
      secret: seen("BGPPeer", { secret: null, mayBeRead: null }),
      note: /^BGPPeer\/tor: you may not see whether its Secret in netops is there/,
    },
    {
      name: "Deckhouse's without its label",
      manifests: ofDeckhouse,
      secret: seen("MetalLoadBalancerBGPPeer", {}),
      hands: [
        /lacks the key "password" and the label network\.deckhouse\.io\/metallb-bgp-password=true/,
      ],
    },
    {
      name: "Deckhouse's with its label",
      manifests: ofDeckhouse,
      secret: seen("MetalLoadBalancerBGPPeer", { secret: secret(password, { [label]: "true" }) }),
    },
  ];
  for (const { name, manifests, secret: given, hands: wanted = [], note } of rows) {
    it(name, () => {
      const { hands, notes } = planWith(manifests, [given]);
      const texts = hands.map(({ object, message, todo }) => `${object}: ${message} ${todo}`);
      expect(texts).to.have.length(wanted.length);
      for (const [i, text] of texts.entries()) expect(text).to.match(wanted[i] ?? /never/);
      const said = notes.map(({ object, message }) => `${object}: ${message}`);
      if (note === undefined) expect(said.join("\n")).not.to.match(/Secret/);
      else expect(said.some((one) => note.test(one))).to.equal(true);
    });
  }

  it("each advertisement has its nodes and its peer, and no peer is spoken to by those", () => {
    const on = (rack: string) => ({ nodeSelectors: [{ matchLabels: { rack } }] });
    const advertise = (name: string, rack: string, peer: string) => ({
      metadata: { name, namespace: "metallb-system" },
      spec: { ...on(rack), peers: [peer] },
    });
    const ofRack = (rack: string, name: string) => ({
      ...router(on(rack)),
      metadata: { name, namespace: "metallb-system" },
    });
    const handsWith = (racks: readonly [string, string]) =>
      planMigration({
        manifests: {
          ...{ ...NO_MANIFESTS, ipAddressPools: [pool("prod", ["192.0.2.0/28"])] },
          bgpAdvertisements: [advertise("a", "a", "tor-a"), advertise("b", "b", "tor-b")],
          bgpPeers: [ofRack(racks[0], "tor-a"), ofRack(racks[1], "tor-b")],
        },
        ...{ services: [service()], namespaces: [{ metadata: { name: "shop" } }] },
        nodes: ["a", "b"].map((rack) => ({ metadata: { name: `n-${rack}`, labels: { rack } } })),
        ...{ virtualIps: [], lbClass: "" },
      }).hands.map(({ message }) => message);
    expect(handsWith(["a", "b"])).to.deep.equal([]);
    expect(handsWith(["b", "a"])).to.deep.equal([
      'No node that may announce its addresses of pool "prod" speaks to "tor-a", "tor-b"',
    ]);
  });

  it("a node has one session with a router: that is said once, where a node speaks to one", () => {
    const about = (manifests: Partial<Manifests>, nodes: readonly string[]) =>
      planWith(manifests, [], nodes).notes.filter(({ object }) => object === "BGP");
    expect(about(routed([router()]), ["n1", "n2"])).to.have.length(1);
    expect(about(routed([router()]), ["n1"])[0]?.message).to.match(/one node after the other/);
    expect(about(routed([router()]), [])).to.deep.equal([]);
    expect(about(advertised, ["n1"])).to.deep.equal([]);
  });

  it("a peer by its interface: the router has to be heard there", () => {
    const about = (peer: Manifests["bgpPeers"][number]) =>
      planWith(routed([peer]), []).notes.filter(({ object }) => object === "BGPPeer/tor");
    const [note, ...others] = about(unnumbered);
    expect(note?.message).to.match(/router advertisements that it sends on "eth1"/);
    expect(others).to.deep.equal([]);
    expect(about(router())).to.deep.equal([]);
  });

  it("graceful restart: two speakers of a node throw each other out", () => {
    const { notes } = planWith(routed([router({ enableGracefulRestart: true })]), []);
    expect(notes.find(({ object }) => object === "BGPPeer/tor")?.message).to.match(/restart/);
    expect(planWith(routed([router()]), []).notes.map(({ object }) => object)).not.to.include(
      "BGPPeer/tor",
    );
  });

  it("FRR beside MetalLB has the sessions", () => {
    const names = ["frr-k8s", "metallb-frr-k8s", "speaker", "frr-k8s-webhook-server"];
    const sets = names.map((name) => ({ metadata: { name, namespace: "lb" } }));
    expect(frrNotes(sets).map(({ object }) => object)).to.deep.equal([
      ...["DaemonSet lb/frr-k8s", "DaemonSet lb/metallb-frr-k8s"],
    ]);
  });
});

describe("cli: the dry run in words", () => {
  const options: ViewOptions = {
    ...{ metallbNamespace: "lb", workloads: [], isByBgp: false },
    source: "metallb",
  };

  it("what is adopted, what needs a hand, the steps", () => {
    const services = [
      service({ name: "a" }),
      service({ name: "b", addresses: ["192.0.2.6", "192.0.2.7"] }),
      service({ name: "c", addresses: [] }),
    ];
    const report = planned(advertised, services);
    expect(isSmooth(report)).to.equal(false);
    const text = renderReport(report, options);
    expect(text).to.match(/^ {2}IPAddressPool\/prod +unchanged$/m);
    expect(text).to.match(/^ {2}shop\/a +192\.0\.2\.5 +pool "prod" +keeps them$/m);
    expect(text).to.match(/^ {2}shop\/b +192\.0\.2\.6, 192\.0\.2\.7 .*see below: 192\.0\.2\.6$/m);
    expect(text).to.match(/^ {2}shop\/c +none +- +waits now, would get 192\.0\.2\.0$/m);
    expect(text).to.match(/^ {2}1\. Service shop\/b: It would lose 192\.0\.2\.7/m);
    expect(text).to.match(/kubectl -n lb scale deployment\/controller --replicas 0/);
    expect(text).to.match(/2 manifests, 1 of 3 Services adopted, 1 need a hand\.\n$/);
  });

  it("smooth is only what needs nobody: addresses that stay and that nobody would answer for are not", () => {
    const silent = { ipAddressPools: [pool("prod", ["192.0.2.0/28"])] };
    expect(isSmooth(planned(silent, [service()]))).to.equal(false);
    expect(isSmooth(planned(advertised, [service()]))).to.equal(true);
  });

  it("where routers are told, the speakers end one node after the other", () => {
    const report = planned({}, []);
    const nodeByNode = /one node after the other, each until spreadlb bgp --node NODE/;
    for (const source of ["metallb", "deckhouse"] as const) {
      expect(renderReport(report, { ...options, source })).not.to.match(nodeByNode);
      const text = renderReport(report, { ...options, source, isByBgp: true });
      expect(text).to.match(nodeByNode);
    }
    const deckhouse = renderReport(report, { ...options, source: "deckhouse", isByBgp: true });
    expect(deckhouse).to.match(/scale deployment\/l2lb-controller deployment\/controller/);
    expect(deckhouse).to.match(/delete daemonset\/l2lb-speaker daemonset\/speaker/);
  });

  it("the workloads by their own names", () => {
    const workloads = ["deployment/metallb-controller", "daemonset/metallb-speaker"];
    const text = renderReport(planned({}, []), { ...options, workloads });
    expect(text).to.contain("scale deployment/metallb-controller --replicas 0");
    expect(text).to.contain("delete daemonset/metallb-speaker");
    expect(text).to.contain("Needs a hand: nothing.");
  });
});

describe("cli: migrate configmap, as a command", () => {
  const good = `
peers:
- {my-asn: 64500, peer-asn: 64501, peer-address: 10.0.0.1, password: "0123"}
address-pools:
- {name: My_Pool, protocol: bgp, addresses: [192.0.2.0/28]}
- {name: old, protocol: layer2, addresses: [198.51.100.1-198.51.100.9]}
`;
  const wanted = [
    ...["Secret/peer1-password", "BGPPeer/peer1", "IPAddressPool/my-pool"],
    ...["BGPAdvertisement/bgpadvertisement1", "IPAddressPool/old"],
    "L2Advertisement/l2advertisement1",
  ];
  const inMap = (config: string) =>
    `kind: ConfigMap\ndata:\n  config: |\n${config.replaceAll(/^/gm, "    ")}\n`;
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "spreadlb-test-"));
  });
  after(() => rm(directory, { recursive: true }));

  async function run(argv: readonly string[]) {
    let [out, err] = ["", ""];
    const status = await main(argv, {
      out: (text) => (out += text),
      err: (text) => (err += text),
    });
    return { status, out, err };
  }

  async function convert(text: string, ...flags: readonly string[]) {
    const file = join(directory, "config.yaml");
    await writeFile(file, text);
    return run(["migrate", "configmap", file, ...flags]);
  }

  const namesIn = (yaml: string) =>
    (loadAll(yaml) as { kind: string; metadata: { name: string } }[]).map(
      ({ kind, metadata }) => `${kind}/${metadata.name}`,
    );

  for (const [name, text] of [
    ["as it is", good],
    ["in its ConfigMap", inMap(good)],
  ] as const) {
    it(`a configuration ${name}: its CRs on stdout, what is to be known on stderr`, async () => {
      const { status, out, err } = await convert(text);
      expect(status).to.equal(0);
      expect(namesIn(out)).to.deep.equal(wanted);
      expect(err.trimEnd().split("\n")).to.have.length(3);
      expect(err).to.match(/^spreadlb: note: peers\[0\]\.password: .*plain sight/m);
      expect(err).to.match(
        /^spreadlb: note: address-pools\[0\]\.name: "My_Pool" is called "my-pool"/m,
      );
      expect(err).to.match(/^spreadlb: 6 objects, 0 values left out\n$/m);
    });
  }

  it("what it prints passes lint, as the walk has it", async () => {
    const file = join(directory, "pools.yaml");
    await writeFile(file, (await convert(good)).out);
    expect((await run(["lint", file])).status).to.equal(0);
  });

  it("a value that is wrong is left out and told, the rest is there, and the status is 1", async () => {
    const { status, out, err } = await convert(good.replace("192.0.2.0/28", "192.0.2.0/28, junk"));
    expect(status).to.equal(1);
    expect(namesIn(out)).to.deep.equal(wanted);
    expect(err).to.match(
      /^spreadlb: left out: address-pools\[0\]\.addresses\[1\]: "junk" .*Write/m,
    );
    expect(err).to.match(/^spreadlb: 6 objects, 1 values left out\n$/m);
  });

  it("-o json is data, with what is to be known in it", async () => {
    const { status, out } = await convert(good, "-o", "json");
    expect(status).to.equal(0);
    const { objects, faults, remarks } = JSON.parse(out) as Record<string, object[]>;
    expect([objects?.length, faults?.length, remarks?.length]).to.deep.equal([6, 0, 2]);
  });

  it("what is no configuration is one sentence, and nothing on stdout", async () => {
    const { status, out, err } = await convert("kind: ConfigMap\ndata: {other: x}\n");
    expect({ status, out }).to.deep.equal({ status: 1, out: "" });
    expect(err).to.match(
      /^spreadlb: .*neither a ConfigMap with the key "config" nor address-pools/,
    );
  });
});

describe("cli: wrong usage of migrate", () => {
  const rows = [
    { argv: ["migrate"], want: /missing required argument "source"/ },
    { argv: ["migrate", "cilium"], want: /Allowed choices are configmap, metallb, deckhouse/ },
    { argv: ["migrate", "metallb", "x.yaml"], want: /spreadlb migrate configmap x\.yaml/ },
    { argv: ["migrate", "configmap", "/nowhere.yaml"], want: /"\/nowhere\.yaml" cannot be read/ },
  ];
  for (const { argv, want } of rows) {
    it(argv.join(" "), async () => {
      let err = "";
      const status = await main(argv, { out: () => undefined, err: (text) => (err += text) });
      expect(status).to.equal(2);
      expect(err).to.match(want);
    });
  }
});
