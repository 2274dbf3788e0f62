/**
 * How ranks follow nodes and speakers over time: losses, returns, moves that are under way, rebalancing.
 */
import { expect } from "chai";
import type { VirtualIP } from "../../src/multi-ip/resource.ts";
import { emptyMemory } from "../../src/controller/memory.ts";
import type { MoveReason } from "../../src/multi-ip/move-reason.ts";
import { PRESENCE_RENEW_MS } from "../../src/multi-ip/presence.ts";
import { PLAN_OPTIONS } from "../../src/controller/plan.ts";
import { fourNodes, type ModelCluster } from "./model-cluster.ts";

const NODES = ["n1", "n2", "n3", "n4"];
/** After it the first speakers have begun, and what they hold counts. */
const BEGINNING_SECONDS = (2 * PLAN_OPTIONS.lookTimeMs) / 1000;

/** Eight Services of one address, two on each node, all reported; the beginning is over. */
function eight(): ModelCluster {
  const cluster = fourNodes();
  for (let i = 0; i < 8; i++) cluster.addService(`s${i}`);
  cluster.converge();
  cluster.report();
  cluster.converge();
  cluster.report();
  pass(cluster, BEGINNING_SECONDS);
  return cluster;
}

function heads(cluster: ModelCluster): Record<string, number> {
  const counts: Record<string, number> = { n1: 0, n2: 0, n3: 0, n4: 0 };
  for (const { spec } of cluster.virtualIps.values()) {
    const [first = "none"] = spec.rank;
    counts[first] = (counts[first] ?? 0) + 1;
  }
  return counts;
}

/** Time passes; the speakers of these nodes renew their Leases every 5 s, and report what they hold. */
function pass(cluster: ModelCluster, seconds: number, heard: readonly string[] = NODES): void {
  for (let i = 0; i < seconds; i++) {
    cluster.nowMs += 1000;
    if (i % 5 === 0) for (const node of heard) cluster.hear(node);
    for (const write of cluster.plan().writes) cluster.apply(write);
    cluster.report();
  }
}

function setStatus(cluster: ModelCluster, before: VirtualIP, status: VirtualIP["status"]): void {
  const resourceVersion = `${before.metadata.resourceVersion ?? ""}1`;
  const metadata = { ...before.metadata, resourceVersion };
  cluster.virtualIps.set(before.metadata.name, { ...before, metadata, status });
}

describe("controller: holding", () => {
  it("spreads over the nodes", () => {
    expect(heads(eight())).to.deep.equal({ n1: 2, n2: 2, n3: 2, n4: 2 });
  });

  it("a node that is not heard of loses its addresses and no others move", () => {
    const cluster = eight();
    const before = new Map([...cluster.virtualIps].map(([name, { spec }]) => [name, spec.rank[0]]));
    pass(cluster, 20, ["n1", "n2", "n3"]);
    expect(heads(cluster)["n4"]).to.equal(0);
    for (const [name, { spec }] of cluster.virtualIps) {
      if (before.get(name) !== "n4") expect(spec.rank[0]).to.equal(before.get(name));
    }
  });

  it("a Lease that is not renewed in time is enough, though nobody reports a loss", () => {
    const cluster = eight();
    const later = (ms: number) => {
      for (const endMs = cluster.nowMs + ms; cluster.nowMs < endMs;) {
        cluster.nowMs += 5000;
        for (const node of ["n1", "n2", "n3"]) cluster.hear(node);
        cluster.converge();
      }
    };
    later(10_000);
    expect(heads(cluster)["n4"]).to.equal(2);
    later(10_000);
    expect(heads(cluster)["n4"]).to.equal(0);
  });

  it("a node that returns gets nothing for the settling time, then one address a second", () => {
    const cluster = eight();
    pass(cluster, 20, ["n1", "n2", "n3"]);
    pass(cluster, 58);
    expect(heads(cluster)["n4"]).to.equal(0);
    pass(cluster, 4);
    expect(heads(cluster)["n4"]).to.be.within(1, 2);
    pass(cluster, 20);
    expect(heads(cluster)).to.deep.equal({ n1: 2, n2: 2, n3: 2, n4: 2 });
  });

  it("a speaker that joins again and again puts all rebalancing off", () => {
    const cluster = eight();
    pass(cluster, 20, ["n1", "n2", "n3"]);
    for (let round = 0; round < 12; round++) {
      cluster.hear("n4", { acquireTime: cluster.nowIso });
      pass(cluster, 10);
    }
    expect(heads(cluster)["n4"]).to.equal(0);
  });

  it("a node that was given up and held nothing: no rebalancing, and nothing new, until it was well for the settling time", () => {
    const cluster = eight();
    pass(cluster, 20, ["n1", "n2", "n3"]);
    for (let round = 0; round < 12; round++) {
      cluster.hear("n4", { rejoinedAt: cluster.nowIso });
      cluster.addService(`new${round}`);
      pass(cluster, 10);
    }
    expect(heads(cluster)["n4"]).to.equal(0);
    pass(cluster, 90);
    expect(heads(cluster)["n4"]).to.be.within(4, 5);
  });

  it("where all nodes were given up, new addresses have holders at once", () => {
    const cluster = eight();
    for (const node of ["n1", "n2", "n3", "n4"]) cluster.hear(node, { rejoinedAt: cluster.nowIso });
    cluster.addService("new", { count: 4 });
    cluster.converge();
    expect(heads(cluster)).to.deep.equal({ n1: 3, n2: 3, n3: 3, n4: 3 });
  });

  it("a node that others report as lost keeps what it reports itself, and gets nothing new", () => {
    const cluster = eight();
    const [taken, ...others] = [...cluster.virtualIps.values()].filter(
      ({ spec }) => spec.rank[0] === "n4",
    );
    if (taken === undefined) throw new Error("n4 has nothing");
    const to = taken.spec.rank[1] ?? "";
    const lastMove = { from: "n4", to, at: cluster.nowIso, reason: "node-lost" } as const;
    setStatus(cluster, taken, { ...taken.status, holder: to, lastMove });
    cluster.nowMs += 2000;
    cluster.hear("n4");
    cluster.addService("new");
    cluster.addService("newer", { count: 3 });
    cluster.converge();
    const now = (vip: VirtualIP) => cluster.virtualIps.get(vip.metadata.name)?.spec.rank[0];
    expect(now(taken)).to.equal(to);
    expect(others.map(now)).to.deep.equal(others.map(() => "n4"));
    expect(heads(cluster)["n4"]).to.equal(others.length);
  });

  it("the plan stands while the speakers take it up, and follows them when they do not", () => {
    const cluster = eight();
    const [vip] = cluster.virtualIps.values();
    if (vip === undefined) throw new Error("no VirtualIP");
    const [first, second = ""] = vip.spec.rank;
    const rank = () => cluster.virtualIps.get(vip.metadata.name)?.spec.rank[0];
    // The speaker answers by an older plan than the one in the spec.
    const generation = vip.spec.generation - 1;
    setStatus(cluster, vip, { ...vip.status, holder: second, generation });
    cluster.converge();
    expect(rank(), "under way").to.equal(first);
    for (const ms of [5000, 5001]) {
      cluster.nowMs += ms;
      for (const node of NODES) cluster.hear(node);
      cluster.converge();
    }
    expect(rank(), "not taken up").to.equal(second);
  });

  describe("the API server is back, and the status is old for some seconds", () => {
    /** Every address is held by another than the status says; nobody was heard of for a while. */
    const afterOutage = (begins: boolean) => {
      const cluster = eight();
      pass(cluster, 20);
      if (begins) cluster.memory = emptyMemory();
      cluster.nowMs += 60_000;
      for (const node of ["n1", "n2"]) cluster.hear(node);
      const ranks = () => [...cluster.virtualIps.values()].map(({ spec }) => spec.rank);
      return { cluster, ranks, before: ranks() };
    };
    for (const begins of [false, true]) {
      it(`nothing is ranked anew ${begins ? "by a controller that has just begun" : "by one that was there before"}`, () => {
        const { cluster, ranks, before } = afterOutage(begins);
        cluster.converge();
        expect(ranks()).to.deep.equal(before);
        expect(cluster.plan().wakeAtMs).to.be.at.most(cluster.nowMs + 8000);
        pass(cluster, 7, ["n1", "n2"]);
        expect(ranks()).to.deep.equal(before);
        pass(cluster, 20, ["n1", "n2"]);
        expect(heads(cluster)).to.deep.equal({ n1: 4, n2: 4, n3: 0, n4: 0 });
      });
    }

    it("a new address is ranked at once, and a node that may hold no more is left at once", () => {
      const { cluster } = afterOutage(true);
      cluster.addService("new");
      cluster.nodes.delete("n3");
      cluster.converge();
      expect(heads(cluster)["n3"]).to.equal(0);
      expect(cluster.virtualIps.size).to.equal(9);
    });
  });

  it("the plan follows at once a holder that knows the plan", () => {
    const cluster = eight();
    const [vip] = cluster.virtualIps.values();
    if (vip === undefined) throw new Error("no VirtualIP");
    const [, second = ""] = vip.spec.rank;
    setStatus(cluster, vip, { ...vip.status, holder: second });
    cluster.converge();
    expect(cluster.virtualIps.get(vip.metadata.name)?.spec.rank[0]).to.equal(second);
  });

  describe("the speakers of a new cluster begin one after another", () => {
    /** Eight Services for four nodes of which only the first is heard of: it answers for all. */
    const alone = () => {
      const cluster = fourNodes();
      for (const node of NODES) cluster.presences.delete(node);
      for (let i = 0; i < 8; i++) cluster.addService(`s${i}`);
      cluster.hear("n1");
      cluster.converge();
      hold(cluster, () => "n1");
      cluster.converge();
      return cluster;
    };
    /** All speakers report who holds, by the plan as it is. */
    const hold = (
      cluster: ModelCluster,
      holderOf: (vip: VirtualIP) => string | undefined,
      reason: MoveReason = "first",
      from: string | null = null,
    ) => {
      for (const vip of [...cluster.virtualIps.values()]) {
        const holder = holderOf(vip) ?? null;
        const lastMove = { from, to: holder, at: cluster.nowIso, reason };
        setStatus(cluster, vip, { holder, lastMove, generation: vip.spec.generation });
      }
    };
    const even = { n1: 2, n2: 2, n3: 2, n4: 2 };
    const onFirst = { n1: 8, n2: 0, n3: 0, n4: 0 };

    it("that the first one answers for all is not followed while the others are awaited", () => {
      expect(heads(alone())).to.deep.equal(even);
    });

    it("nor when they are heard of, and listen still", () => {
      const cluster = alone();
      cluster.nowMs += PLAN_OPTIONS.lookTimeMs - 1;
      for (const node of NODES) cluster.hear(node);
      cluster.converge();
      expect(heads(cluster), "heard of").to.deep.equal(even);
      hold(cluster, ({ spec }) => spec.rank[0]);
      pass(cluster, BEGINNING_SECONDS);
      expect(heads(cluster), "all have begun").to.deep.equal(even);
    });

    const MOVES = [
      { reason: "first", from: null, follows: false },
      { reason: "first", from: null, cause: "balance", follows: true },
      { reason: "first", from: "n2", follows: true },
      { reason: "partition-mended", from: "n3", follows: false },
      { reason: "partition-mended", from: "n2", follows: true },
      { reason: "interface-lost", from: "n2", follows: true },
      { reason: "plan", from: "n3", follows: true },
    ] as const;
    for (const { reason, from, follows, ...more } of MOVES) {
      const cause = "cause" in more ? more.cause : "first";
      it(`what n2 was to have by ${cause} is with n1, by ${reason} from ${from ?? "nobody"}: followed at once: ${follows}`, () => {
        const cluster = alone();
        for (const node of NODES) cluster.hear(node);
        cluster.converge();
        for (const [name, vip] of [...cluster.virtualIps]) {
          cluster.virtualIps.set(name, { ...vip, spec: { ...vip.spec, cause } });
        }
        const headOf = ({ spec }: VirtualIP) => spec.rank[0];
        hold(cluster, (vip) => (headOf(vip) === "n2" ? "n1" : headOf(vip)), reason, from);
        cluster.converge();
        expect(heads(cluster)["n2"]).to.equal(follows ? 0 : 2);
      });
    }

    it("the first one is followed when the others do not come", () => {
      const cluster = alone();
      for (let i = 0; i < 4; i++) {
        cluster.nowMs += PLAN_OPTIONS.lookTimeMs / 4;
        cluster.hear("n1");
        cluster.converge();
      }
      expect(heads(cluster)).to.deep.equal(onFirst);
    });

    /** Plans, and writes all of it or nothing. @returns the addresses whose plan got a new number, and is the same at its head */
    const planned = (cluster: ModelCluster, isWritten = true) => {
      const { writes } = cluster.plan();
      if (isWritten) for (const write of writes) cluster.apply(write);
      return writes
        .flatMap((each) => (each.kind === "update-virtual-ip" ? [each] : []))
        .filter(({ before, spec }) => (spec.rank ?? before.spec.rank)[0] === before.spec.rank[0])
        .map(({ before }) => before.spec.address)
        .sort();
    };
    /** All speakers are there until then, and n1 answers for all. */
    const watch = (cluster: ModelCluster, endMs: number) => {
      const renewed: string[] = [];
      while (cluster.nowMs < endMs) {
        for (const node of NODES) cluster.hear(node);
        renewed.push(...planned(cluster));
        hold(cluster, () => "n1");
        const { wakeAtMs } = cluster.plan();
        const nextMs = cluster.nowMs + PRESENCE_RENEW_MS;
        cluster.nowMs = Math.min(wakeAtMs ?? Infinity, nextMs, endMs);
      }
      return renewed;
    };
    const addressesOf = (cluster: ModelCluster, nodes: readonly string[]) =>
      [...cluster.virtualIps.values()]
        .filter(({ spec: { rank } }) => nodes.includes(rank[0] ?? ""))
        .map(({ spec }) => spec.address)
        .sort();

    it("and where the others come, and leave everything to it, when the beginning is over", () => {
      const cluster = alone();
      watch(cluster, BEGINNING_SECONDS * 1000 - 1);
      expect(heads(cluster), "in the beginning").to.deep.equal(even);
      expect(cluster.plan().wakeAtMs).to.equal(BEGINNING_SECONDS * 1000);
      cluster.nowMs += 1;
      cluster.converge();
      expect(heads(cluster), "after it").to.deep.equal(onFirst);
    });

    it("who began behind the plan gets it anew, once, when it has begun, and before anybody else but the holder", () => {
      const cluster = alone();
      expect(planned(cluster), "the others have not begun").to.deep.equal([]);
      for (const node of ["n2", "n3"]) {
        cluster.hear(node);
        const own = addressesOf(cluster, [node]);
        expect(planned(cluster), node).to.include.members(own);
        for (const address of own)
          expect(cluster.virtualIp(address)?.spec.rank.slice(0, 2)).to.deep.equal([node, "n1"]);
        hold(cluster, () => "n1");
        expect(planned(cluster), "again").to.deep.equal([]);
      }
    });

    it("also where the holder is second in the rank as it is, and until it is written", () => {
      const cluster = alone();
      for (const [name, vip] of [...cluster.virtualIps]) {
        const [first = ""] = vip.spec.rank;
        const rank = [...new Set([first, "n1", ...vip.spec.rank])];
        setStatus(cluster, vip, vip.status);
        const { metadata } = cluster.virtualIps.get(name) ?? vip;
        cluster.virtualIps.set(name, { ...vip, metadata, spec: { ...vip.spec, rank } });
      }
      for (const node of NODES) cluster.hear(node);
      const others = addressesOf(cluster, ["n2", "n3", "n4"]);
      for (const isWritten of [false, false, true]) {
        expect(planned(cluster, isWritten)).to.include.members(others);
      }
      hold(cluster, () => "n1");
      expect(planned(cluster)).to.deep.equal([]);
    });

    it("and waits for the speakers to take up what is under way", () => {
      const cluster = alone();
      for (const vip of [...cluster.virtualIps.values()]) {
        const status = { ...vip.status, holder: "n1", generation: vip.spec.generation - 1 };
        setStatus(cluster, vip, status);
      }
      for (const node of NODES) cluster.hear(node);
      const before = cluster.virtualIps.list.map(({ spec }) => spec.generation);
      const renewals = () => cluster.memory.renewals.size;
      planned(cluster);
      expect([before.length, renewals()]).to.deep.equal([8, 0]);
      hold(cluster, () => "n1");
      planned(cluster);
      expect(renewals()).to.equal(6);
    });

    it("and not once it holds what is its own", () => {
      const cluster = alone();
      for (const node of NODES) cluster.hear(node);
      planned(cluster);
      for (let i = 0; i < 3; i++) {
        hold(cluster, ({ spec }) => spec.rank[0]);
        cluster.converge(); // The places behind the first are spread again.
      }
      expect(heads(cluster)).to.deep.equal(even);
      expect(cluster.memory.renewals.size).to.equal(0);
      expect(cluster.converge()).to.deep.equal([]);
    });

    it("a node that is lost is left at once", () => {
      const cluster = alone();
      for (const node of NODES) cluster.hear(node);
      cluster.converge();
      hold(cluster, ({ spec }) => (spec.rank[0] === "n4" ? "n1" : spec.rank[0]));
      const lastMove = { from: "n4", to: "n1", at: cluster.nowIso, reason: "node-lost" } as const;
      for (const vip of [...cluster.virtualIps.values()]) {
        if (vip.spec.rank[0] === "n4") setStatus(cluster, vip, { ...vip.status, lastMove });
      }
      cluster.converge();
      expect(heads(cluster)).to.include({ n1: 4, n2: 2, n3: 2, n4: 0 });
    });
  });

  it("what the speakers moved is followed first, and goes back when the cluster has settled, not at once", () => {
    const cluster = eight();
    pass(cluster, 70);
    const [{ metadata, spec } = expect.fail("no VirtualIP")] = cluster.virtualIps.values();
    const [, second = ""] = spec.rank;
    const current = () => cluster.virtualIps.get(metadata.name) ?? expect.fail("it is gone");
    setStatus(cluster, current(), { ...current().status, holder: second });
    cluster.nowMs += 1000;
    for (const write of cluster.plan().writes) cluster.apply(write);
    expect(current().spec.rank[0]).to.equal(second);
    pass(cluster, 50);
    expect(current().spec.rank[0]).to.equal(second);
    pass(cluster, 20);
    expect(heads(cluster)).to.deep.equal({ n1: 2, n2: 2, n3: 2, n4: 2 });
  });

  const STATES = [
    { name: "not ready", conditions: [{ type: "Ready", status: "False" }], ranked: "last" },
    { name: "unknown", conditions: [{ type: "Ready", status: "Unknown" }], ranked: "last" },
    { name: "silent about it", conditions: [], ranked: "first" },
    {
      name: "without network",
      conditions: [{ type: "NetworkUnavailable", status: "True" }],
      ranked: "no",
    },
  ] as const;
  for (const { name, conditions, ranked } of STATES) {
    it(`a node that is ${name}: ranked ${ranked}`, () => {
      const cluster = fourNodes();
      cluster.addNode("n1", {}, { status: { conditions } });
      for (let i = 0; i < 4; i++) cluster.addService(`s${i}`);
      cluster.converge();
      const ranks = [...cluster.virtualIps.values()].map(({ spec }) => spec.rank);
      const isFirst = ranks.some(([first]) => first === "n1");
      const isRanked = ranks.some((rank) => rank.includes("n1"));
      const isLast = isRanked && ranks.every((rank) => rank.at(-1) === "n1");
      expect(isFirst ? "first" : isLast ? "last" : isRanked ? "between" : "no").to.equal(ranked);
    });
  }

  it("an excluded node is not ranked, nor one that is being deleted", () => {
    const cluster = eight();
    cluster.addNode("n1", { "node.kubernetes.io/exclude-from-external-load-balancers": "true" });
    const n2 = cluster.nodes.get("n2");
    if (n2 === undefined) throw new Error("no n2");
    const metadata = { ...n2.metadata, deletionTimestamp: cluster.nowIso };
    cluster.nodes.set("n2", { ...n2, metadata });
    cluster.converge();
    expect(heads(cluster)).to.deep.equal({ n1: 0, n2: 0, n3: 4, n4: 4 });
  });

  it("Local ranks the nodes with a serving endpoint, also one that terminates", () => {
    const cluster = fourNodes();
    cluster.addService("local", { policy: "Local" });
    cluster.setEndpoints("local", ["n3"]);
    cluster.converge();
    expect(cluster.virtualIp("192.0.2.0")?.spec.rank).to.deep.equal(["n3"]);
    const slice = cluster.slices.get("default/local");
    if (slice === undefined) throw new Error("no slice");
    const going = { ready: false, serving: true, terminating: true };
    const gone = { ready: false, serving: false };
    const endpoints = [
      { addresses: [], nodeName: "n2", conditions: going },
      { addresses: [], nodeName: "n4", conditions: gone },
    ];
    cluster.slices.set("default/local", { ...slice, endpoints });
    cluster.converge();
    expect(cluster.virtualIp("192.0.2.0")?.spec.rank).to.deep.equal(["n2"]);
  });

  it("Local counts endpoints of the address's own family, and says which family has none", () => {
    const cluster = fourNodes();
    cluster.addService("local", { policy: "Local", families: ["IPv4", "IPv6"] });
    const rankOf = (ip: string) =>
      [...cluster.virtualIps.values()].find(({ spec }) => spec.address === ip)?.spec.rank;
    const ranks = () => {
      cluster.converge();
      return [...cluster.addresses("local")].sort().map(rankOf);
    };
    const ready = () => cluster.condition("local", "spreadlb.io/Ready");
    cluster.setEndpointsOf("IPv4", "local", ["n3"]);
    expect(ranks()).to.deep.equal([["n3"], []]);
    expect(ready()).to.match(
      /^False NoServingEndpoint: .* serving endpoint of IPv6 of the Service/,
    );
    cluster.setEndpointsOf("IPv6", "local", ["n2"]);
    expect(ranks()).to.deep.equal([["n3"], ["n2"]]);
    expect(ready()).to.match(/^True/);
    cluster.setEndpointsOf("IPv4", "local", []);
    expect(ranks()).to.deep.equal([[], ["n2"]]);
  });

  it("Local asks for no endpoint of a family in which the Service has no address", () => {
    const cluster = fourNodes(["192.0.2.0/28"]);
    const wishes = { families: ["IPv4", "IPv6"], ipFamilyPolicy: "PreferDualStack" } as const;
    cluster.addService("local", { policy: "Local", ...wishes });
    cluster.setEndpointsOf("IPv4", "local", ["n3"]);
    cluster.converge();
    expect(cluster.addresses("local")).to.deep.equal(["192.0.2.0"]);
    expect(cluster.condition("local", "spreadlb.io/Ready")).to.match(/^True/);
    cluster.setEndpointsOf("IPv4", "local", []);
    cluster.converge();
    expect(cluster.condition("local", "spreadlb.io/Ready")).to.match(/^False NoServingEndpoint/);
  });

  it("without any speaker the ranks are as even as with all", () => {
    const cluster = fourNodes();
    cluster.presences.clear();
    for (let i = 0; i < 8; i++) cluster.addService(`s${i}`);
    cluster.converge();
    expect(heads(cluster)).to.deep.equal({ n1: 2, n2: 2, n3: 2, n4: 2 });
    expect(cluster.condition("s0", "spreadlb.io/Ready")).to.match(/^False NoSpeaker/);
    expect(cluster.addresses("s0")).to.have.length(1);
  });
});
