/** `spreadlb bgp`: from objects to sessions and routes, and from these to words. */
import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import type { Prefix } from "../../src/bgp/prefix.ts";
import type { SessionEntry } from "../../src/bgp/resource.ts";
import { isWithin, parsePrefix } from "../../src/cli/bgp.ts";
import { viewRoutes, type RoutedCluster, type RouteView } from "../../src/cli/bgp-routes.ts";
import { bgpNodes } from "../../src/cli/bgp-sessions.ts";
import {
  prefixRows,
  routeRows,
  sessionRows,
  troubleLines,
  WHY,
  whyHeld,
} from "../../src/cli/bgp-view.ts";
import { NO_MANIFESTS, type Manifests } from "../../src/classes/compile.ts";
import type { Lease, Node } from "../../src/kube/types.ts";
import type { VirtualIP } from "../../src/multi-ip/resource.ts";
import { manifest } from "../classes/metallb/cases.ts";
import { slice } from "../kube/slices.ts";

const nowMs = Date.parse("2026-03-10T12:00:00Z");
const ago = (seconds: number) => new Date(nowMs - seconds * 1000).toISOString();
const MEMBER = { "l2-load-balancer.network.deckhouse.io/member": "" };

function node(name: string, more: Partial<Node["metadata"]> = {}): Node {
  return { metadata: { name, ...more, labels: { ...MEMBER, ...more.labels } } };
}

function lease(name: string, ageSeconds = 4): Lease {
  const renewTime = ago(ageSeconds);
  return {
    metadata: { namespace: "spreadlb-system", name: `spreadlb-speaker-${name}` },
    spec: { holderIdentity: name, leaseDurationSeconds: 15, renewTime },
  };
}

const NEGOTIATED: NonNullable<SessionEntry["negotiated"]> = {
  ...{ families: ["IPv4", "IPv6"], routerId: "10.0.0.254", holdTimeSeconds: 90 },
  ...{ fourOctetAs: true, routeRefresh: true, extendedNextHop: true, extendedMessages: false },
  ...{ gracefulRestartSeconds: 120, restartOverNotification: true },
};

function entry(peer = "tor-a", more: Partial<SessionEntry> = {}): SessionEntry {
  return {
    ...{
      peer: `BGPPeer/${peer}`,
      address: "10.0.0.254",
      port: 179,
      ourAsn: 64600,
      theirAsn: 64501,
    },
    ...{ state: "Established", since: ago(7200), announced: 1, wanted: 1, receivedPrefixes: 3 },
    negotiated: NEGOTIATED,
    ...more,
  };
}

const DOWN: Partial<SessionEntry> = {
  ...{ state: "Down", since: ago(30), announced: 0, negotiated: undefined as never },
  lastEnd: {
    ...{ at: ago(30), by: "network", reason: "cannot connect: ECONNREFUSED" },
    remedy: "See whether BGP runs at 10.0.0.254 port 179",
  },
};

function status(
  name: string,
  sessions: readonly SessionEntry[] = [entry()],
  gate: "Open" | "Closed" = "Open",
) {
  return { metadata: { name }, status: { established: "", gate, sessions: [...sessions] } };
}

const peer = (name: string, more: object = {}) =>
  manifest("BGPPeer", name, { myASN: 64600, peerASN: 64501, peerAddress: "10.0.0.254", ...more });
const advertisement = (name: string, spec: object = {}) => manifest("BGPAdvertisement", name, spec);

function vip(address: string, more: Partial<VirtualIP["spec"]> = {}): VirtualIP {
  const spec: VirtualIP["spec"] = {
    address: address as Ip,
    services: [{ namespace: "default", name: "web", index: 0 }],
    ...{ pool: "p", class: null, mode: "BGP", interfaces: [], rank: ["n1"], generation: 3 },
    advertisements: ["BGPAdvertisement/all"],
    ...more,
  };
  return { metadata: { name: address.replaceAll(/[.:]/g, "-") }, spec };
}

function cluster(more: Partial<RoutedCluster> | Partial<Manifests> = {}): RoutedCluster {
  return {
    ...NO_MANIFESTS,
    ...{
      nodes: [node("n1")],
      leases: [lease("n1")],
      statuses: [status("n1")],
      virtualIps: [vip("192.0.2.1")],
      slices: [slice("web", ["n1"])],
      ipAddressPools: [manifest("IPAddressPool", "p", { addresses: ["192.0.2.0/24"] })],
      bgpPeers: [peer("tor-a")],
      bgpAdvertisements: [advertisement("all")],
      nowMs,
    },
    ...more,
  } as unknown as RoutedCluster;
}

const sessionsOf = (world: RoutedCluster) => bgpNodes(world).flatMap(({ sessions }) => sessions);
const all = { isAsked: null, node: undefined };
const how = { wide: false, nowMs };

describe("cli: bgp PREFIX", () => {
  const rows = [
    ["192.0.2.1", "192.0.2.1/32", true],
    ["192.0.2.1/32", "192.0.2.1/32", true],
    ["192.0.2.77/24", "192.0.2.0/24", false],
    ["2001:DB8::1", "2001:db8::1/128", true],
    ["2001:db8::/64", "2001:db8::/64", false],
    ["0.0.0.0/0", "0.0.0.0/0", false],
  ] as const;
  for (const [text, prefix, isOne] of rows) {
    it(`${text} is ${prefix}`, () => {
      expect(parsePrefix(text)).to.deep.equal({ prefix, ip: isOne ? parsePrefix(text).ip : null });
      expect(parsePrefix(text).ip !== null).to.equal(isOne);
    });
  }
  for (const text of [
    "",
    "web",
    "192.0.2.1/33",
    "192.0.2.1/",
    "192.0.2.0/-1",
    "::/129",
    "1.1.1.1/8/8",
  ]) {
    it(`"${text}" is none`, () => expect(() => parsePrefix(text)).to.throw(/address such as/));
  }

  it("an address is within its own family's networks", () => {
    const within = (prefix: string, ip: string) => isWithin(prefix as Prefix, ip as Ip);
    expect(within("192.0.2.0/24", "192.0.2.255")).to.equal(true);
    expect(within("192.0.2.0/24", "192.0.3.0")).to.equal(false);
    expect(within("0.0.0.0/0", "2001:db8::1")).to.equal(false);
    expect(within("::/0", "2001:db8::1")).to.equal(true);
  });
});

describe("cli: bgp sessions", () => {
  it("what a speaker says that is heard of", () => {
    const [session] = sessionsOf(cluster());
    expect(session).to.deep.equal({
      ...{ node: "n1", ...entry(), vrf: null, problem: null, heldBack: [], bfd: null },
      lastEnd: null,
    });
  });

  const unknown: readonly [string, Partial<RoutedCluster>, RegExp | null][] = [
    [
      "a speaker whose Lease is old",
      { leases: [lease("n1", 16)] },
      /last heard of at 2026-03-10T11:59:44Z/,
    ],
    ["a node that is to have one", { leases: [], statuses: [] }, /no speaker is heard of/],
    ["a speaker that has said nothing", { statuses: [] }, /says nothing of it/],
    ["one that has not seen the peer", { statuses: [status("n1", [])] }, /says nothing of it/],
  ];
  for (const [name, more, problem] of unknown) {
    it(`${name}: unknown`, () => {
      const [session] = sessionsOf(cluster(more));
      expect(session).to.include({
        node: "n1",
        peer: "BGPPeer/tor-a",
        state: "Unknown",
        theirAsn: 64501,
      });
      expect(session?.problem).to.match(problem ?? /./);
    });
  }

  it("a node without a speaker that is to have none is left out, and a peer for other nodes", () => {
    const bare = { metadata: { name: "n1" } };
    expect(sessionsOf(cluster({ nodes: [bare], leases: [], statuses: [] }))).to.deep.equal([]);
    const bgpPeers = [peer("tor-a", { nodeSelectors: [{ matchLabels: { rack: "b" } }] })];
    expect(sessionsOf(cluster({ bgpPeers, statuses: [] } as never))).to.deep.equal([]);
  });

  it("as a table, wide and narrow", () => {
    const sessions = sessionsOf(
      cluster({
        statuses: [
          status("n1", [
            entry(),
            entry("tor-b", { ...DOWN, wanted: 2, bfd: "Down", address: "fe80::1", vrf: "red" }),
          ]),
        ],
      }),
    );
    expect(sessionRows(sessions, how)).to.deep.equal([
      ["NODE", "PEER", "ROUTER", "AS", "STATE", "SINCE", "ANNOUNCED", "RECEIVED", "BFD"],
      ["n1", "BGPPeer/tor-a", "10.0.0.254:179", "64501", "Established", "2h", "1", "3", "-"],
      [
        "n1",
        "BGPPeer/tor-b",
        "[fe80::1]:179 in red",
        "64501",
        "Down",
        "30s",
        "0 of 2",
        "3",
        "Down",
      ],
    ]);
    const wide = sessionRows(sessions, { ...how, wide: true });
    expect(wide.map((row) => row.slice(9))).to.deep.equal([
      ["ROUTER ID", "HOLD", "NEGOTIATED"],
      [
        ...["10.0.0.254", "90s"],
        "IPv4, IPv6, 4-octet AS, route refresh, IPv6 next hops, graceful restart (120s, over notifications)",
      ],
      ["-", "-", "-"],
    ]);
  });

  const lines: readonly [string, Partial<SessionEntry>, readonly string[]][] = [
    ["all is well", {}, []],
    [
      "down",
      DOWN,
      ["since 30s: cannot connect: ECONNREFUSED. See whether BGP runs at 10.0.0.254 port 179."],
    ],
    ["down, and nobody knows why", { state: "Down" }, ["nothing has come of it yet."]],
    ["held", { state: "Held", problem: "waits for the Secret" }, ["waits for the Secret."]],
    [
      "up, and it ended not long ago",
      { lastEnd: { at: ago(600), by: "peer", reason: "cease" } },
      ["it ended 10m ago (by the router): cease."],
    ],
    ["up, and it ended long ago", { lastEnd: { at: ago(7200), by: "peer", reason: "cease" } }, []],
    [
      "a family is held back",
      { heldBack: [{ family: "IPv6", reason: "no-next-hop" }] },
      [`no prefix of IPv6 is told: ${WHY["no-next-hop"]}.`],
    ],
  ];
  for (const [name, more, want] of lines) {
    it(`what is to be said: ${name}`, () => {
      const sessions = sessionsOf(cluster({ statuses: [status("n1", [entry("tor-a", more)])] }));
      expect(troubleLines(sessions, how)).to.deep.equal(
        want.map((line) => `n1 BGPPeer/tor-a: ${line}\n`),
      );
    });
  }
});

describe("cli: bgp routes", () => {
  const only = (world: RoutedCluster): RouteView => {
    const [route, ...more] = viewRoutes(world, all);
    if (route === undefined || more.length > 0) throw new Error(JSON.stringify([route, ...more]));
    return route;
  };

  it("announced: to whom, and by which advertisement", () => {
    expect(only(cluster())).to.deep.equal({
      ...{ prefix: "192.0.2.1/32", addresses: ["192.0.2.1"], services: ["default/web"] },
      ...{ node: "n1", peer: "BGPPeer/tor-a", state: "announced", reason: null, detail: null },
      ...{ advertisements: ["BGPAdvertisement/all"], isLastChoice: false, place: null },
    });
  });

  const choices = [
    ["first", ["n1", "n2"], 0, ", as the first choice"],
    ["second", ["n2", "n1"], 1, ", as the second choice"],
    ["not ranked", ["n2"], 16, ", behind the chosen nodes"],
  ] as const;
  for (const [name, rank, place, words] of choices) {
    it(`with own nodes: ${name}`, () => {
      const bgpAdvertisements = [advertisement("all", { preferOwnNode: true })];
      const world = { bgpAdvertisements, virtualIps: [vip("192.0.2.1", { rank })] };
      const route = only(cluster(world as never));
      expect(route.place).to.equal(place);
      expect(routeRows([route])[1]?.at(-1)).to.equal(`by BGPAdvertisement/all${words}`);
      const down = only(
        cluster({ ...world, statuses: [status("n1", [entry("tor-a", DOWN)])] } as never),
      );
      expect(down.place).to.equal(null);
    });
  }

  const held: readonly [string, Partial<RoutedCluster>, string, string?][] = [
    ["the gate", { statuses: [status("n1", [entry()], "Closed")] }, "gated"],
    [
      "the exclusion label",
      {
        nodes: [
          node("n1", { labels: { "node.kubernetes.io/exclude-from-external-load-balancers": "" } }),
        ],
      },
      "excluded",
    ],
    ["a node that goes", { nodes: [node("n1", { deletionTimestamp: ago(1) })] }, "being-deleted"],
    ["no endpoint", { slices: [] }, "no-endpoint"],
    [
      "no endpoint here",
      { slices: [slice("web", ["n2"])], virtualIps: [vip("192.0.2.1", { local: true })] },
      "no-endpoint-here",
    ],
    [
      "an advertisement for other nodes",
      {
        bgpAdvertisements: [
          advertisement("all", { nodeSelectors: [{ matchLabels: { rack: "b" } }] }),
        ],
      } as never,
      "not-selected",
    ],
    [
      "an advertisement for other peers",
      { bgpAdvertisements: [advertisement("all", { peers: ["tor-z"] })] } as never,
      "other-peers",
    ],
    [
      "a peer for other nodes",
      {
        bgpPeers: [peer("tor-a", { nodeSelectors: [{ matchLabels: { rack: "b" } }] })],
        statuses: [status("n1", [])],
      } as never,
      "no-peer",
    ],
    [
      "the session is down",
      { statuses: [status("n1", [entry("tor-a", DOWN)])] },
      ...(["session-down", "cannot connect: ECONNREFUSED"] as const),
    ],
    [
      "the session waits",
      { statuses: [status("n1", [entry("tor-a", { state: "Held", problem: "no Secret" })])] },
      ...(["session-held", "no Secret"] as const),
    ],
    ["nobody knows of the session", { statuses: [] }, "session-unknown"],
    [
      "a family that the router does not take",
      {
        statuses: [
          status("n1", [
            entry("tor-a", { heldBack: [{ family: "IPv4", reason: "family-not-agreed" }] }),
          ]),
        ],
      },
      "family-not-agreed",
    ],
  ];
  for (const [name, more, reason, detail] of held) {
    it(`held back: ${name}`, () => {
      const route = only(cluster(more));
      expect(route).to.include({ node: "n1", state: "held", reason, prefix: "192.0.2.1/32" });
      if (detail !== undefined) expect(route.detail).to.equal(detail);
      expect(whyHeld(route)).to.include(WHY[route.reason ?? "unknown"]);
    });
  }

  it("a router of the other family is told nothing, by design, and short rows leave that out", () => {
    const world = cluster({
      bgpPeers: [peer("tor-a"), peer("tor-6", { peerAddress: "2001:db8::fe" })],
      statuses: [status("n1", [entry(), entry("tor-6")])],
    } as never);
    const routes = viewRoutes(world, all);
    expect(routes.map(({ peer: to, reason }) => [to, reason])).to.deep.equal([
      ["BGPPeer/tor-6", "other-family"],
      ["BGPPeer/tor-a", null],
    ]);
    expect(prefixRows(routes)[1]?.at(-1)).to.equal("-");
  });

  it("an excluded node announces where the speakers were told so", () => {
    const labels = { "node.kubernetes.io/exclude-from-external-load-balancers": "" };
    const world = cluster({ nodes: [node("n1", { labels })] });
    const [route] = viewRoutes(world, { ...all, ignoreExcludeLabel: true });
    expect(route?.state).to.equal("announced");
  });

  it("a family of which the session holds the other back is announced", () => {
    const heldBack: SessionEntry["heldBack"] = [{ family: "IPv6", reason: "no-next-hop" }];
    const statuses = [status("n1", [entry("tor-a", { heldBack })])];
    expect(only(cluster({ statuses })).state).to.equal("announced");
  });

  it("a drained node announces as the last choice", () => {
    const annotations = { "spreadlb.io/drained": ago(60) };
    const route = only(cluster({ nodes: [node("n1", { annotations })] }));
    expect(route).to.include({ state: "announced", isLastChoice: true });
    expect(routeRows([route])[1]?.at(-1)).to.match(/^by BGPAdvertisement\/all, as the last choice/);
  });

  it("an aggregate is one row of all of its addresses", () => {
    const world = cluster({
      virtualIps: [vip("192.0.2.1"), vip("192.0.2.9")],
      bgpAdvertisements: [advertisement("all", { aggregationLength: 24 })],
    } as never);
    const route = only(world);
    expect(route.prefix).to.equal("192.0.2.0/24");
    expect(route.addresses).to.deep.equal(["192.0.2.1", "192.0.2.9"]);
  });

  it("an address of the segment alone is there where it is asked for", () => {
    const world = cluster({ virtualIps: [vip("192.0.2.1", { mode: "L2" })] });
    expect(viewRoutes(world, all)).to.deep.equal([]);
    const asked = { isAsked: (ip: Ip) => ip === "192.0.2.1", node: undefined };
    const [route] = viewRoutes(world, asked);
    expect(route).to.include({ node: null, peer: null, state: "held", reason: "no-advertisement" });
    expect(viewRoutes(world, { ...asked, isAsked: (ip) => ip === "192.0.2.2" })).to.deep.equal([]);
  });

  it("of several nodes: a line each, one line in short, and of one node alone where it is asked for", () => {
    const world = cluster({
      nodes: [node("n2"), node("n1"), node("n3")],
      leases: ["n1", "n2", "n3"].map((name) => lease(name)),
      statuses: [status("n1"), status("n2", [entry("tor-a", DOWN)]), status("n3")],
    });
    const routes = viewRoutes(world, all);
    expect(routeRows(routes)).to.deep.equal([
      ["PREFIX", "NODE", "PEER", "STATE", "WHY"],
      ["192.0.2.1/32", "n1", "BGPPeer/tor-a", "announced", "by BGPAdvertisement/all"],
      [
        "192.0.2.1/32",
        "n2",
        "BGPPeer/tor-a",
        "held",
        "the session is down: cannot connect: ECONNREFUSED",
      ],
      ["192.0.2.1/32", "n3", "BGPPeer/tor-a", "announced", "by BGPAdvertisement/all"],
    ]);
    expect(prefixRows(routes)).to.deep.equal([
      ["PREFIX", "SERVICE", "NODES", "PEERS", "HELD BACK"],
      ["192.0.2.1/32", "default/web", "n1,n3", "BGPPeer/tor-a", "session-down (n2)"],
    ]);
    expect(viewRoutes(world, { ...all, node: "n2" }).map((one) => one.node)).to.deep.equal(["n2"]);
  });

  it("every reason has a way out or says all there is", () => {
    for (const why of Object.values(WHY)) expect(why).to.match(/^[a-z].*[^.]$/);
  });
});
