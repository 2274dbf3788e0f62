/** Addresses of which routers should prefer one node each: who is ranked, and what is no news to the ranks. */
import { expect } from "chai";
import type { Manifests } from "../../src/classes/compile.ts";
import { ABSENCE_MS_MAX } from "../../src/controller/announcing.ts";
import { PLAN_OPTIONS } from "../../src/controller/plan.ts";
import type { Write } from "../../src/controller/writes.ts";
import { EXCLUDE_LABEL } from "../../src/multi-ip/node-marks.ts";
import { manifest } from "../classes/metallb/cases.ts";
import { ModelCluster } from "./model-cluster.ts";

const NODES = ["n1", "n2", "n3", "n4"];
const RACKS = { n1: "a", n2: "a", n3: "b", n4: "b" } as const;

interface Said {
  readonly advertisement?: object;
  readonly peer?: object;
}

function say(model: ModelCluster, { advertisement = {}, peer = {} }: Said = {}): void {
  const spec = { myASN: 64600, peerASN: 64501, peerAddress: "10.0.0.254", ...peer };
  model.others = {
    bgpAdvertisements: [
      manifest("BGPAdvertisement", "own", { preferOwnNode: true, ...advertisement }),
    ],
    bgpPeers: [manifest("BGPPeer", "tor", spec)],
  } as unknown as Partial<Manifests>;
}

/** Four nodes, and eight Services of two addresses. */
function cluster(said: Said = {}): ModelCluster {
  const model = new ModelCluster();
  model.isChecked = true;
  for (const name of NODES) {
    model.addNode(name, { rack: RACKS[name as keyof typeof RACKS] });
    model.hear(name);
  }
  model.addPool("prod", { addresses: ["192.0.2.0/24", "2001:db8::/120"] });
  say(model, said);
  for (let i = 0; i < 8; i++) model.addService(`web${i}`, { count: 2 });
  model.converge();
  return model;
}

const ranks = (model: ModelCluster) => [...model.virtualIps.values()].map(({ spec }) => spec.rank);

/** How many addresses each node is the first of. */
function firsts(model: ModelCluster): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [first = "nobody"] of ranks(model)) counts[first] = (counts[first] ?? 0) + 1;
  return counts;
}

/** Time goes by, and all speakers but these are heard of. @returns what was written of VirtualIPs */
function wait(model: ModelCluster, ms: number, silent: readonly string[] = []): Write[] {
  const done: Write[] = [];
  for (const endMs = model.nowMs + ms; model.nowMs < endMs;) {
    model.nowMs = Math.min(model.nowMs + 5000, endMs);
    for (const name of NODES) if (!silent.includes(name)) model.hear(name);
    done.push(...model.converge());
  }
  return done.filter(({ kind }) => kind.includes("virtual-ip"));
}

const EVEN = { n1: 4, n2: 4, n3: 4, n4: 4 };

describe("controller: own nodes", () => {
  it("two addresses of a Service have two first nodes, all nodes are ranked, and each is first as often", () => {
    const model = cluster();
    for (let i = 0; i < 8; i++) {
      const rankOf = (ip: string) => model.virtualIp(ip)?.spec.rank ?? [];
      const [a = [], b = []] = model.addresses(`web${i}`).map(rankOf);
      expect([...a].sort()).to.deep.equal(NODES);
      expect(a[0]).to.not.equal(b[0]);
    }
    expect(firsts(model)).to.deep.equal(EVEN);
    expect([...model.virtualIps.values()].every(({ spec }) => spec.mode === "BGP")).to.equal(true);
  });

  it("a speaker that restarts is no news, and neither is a controller that starts meanwhile", () => {
    for (const restarts of [false, true]) {
      const model = cluster();
      wait(model, PLAN_OPTIONS.settlingTimeMs);
      model.announceEnd("n1");
      expect(wait(model, 2000, ["n1"])).to.deep.equal([]);
      model.presences.delete("n1");
      if (restarts) model.restartController();
      expect(wait(model, ABSENCE_MS_MAX - 20_000, ["n1"])).to.deep.equal([]);
      expect(wait(model, ABSENCE_MS_MAX)).to.deep.equal([]);
    }
  });

  it("a node that stays away counts no more; back again, it takes nothing at once, and its share in the end", () => {
    const model = cluster();
    wait(model, PLAN_OPTIONS.settlingTimeMs);
    expect(wait(model, ABSENCE_MS_MAX + 30_000, ["n1"])).to.not.deep.equal([]);
    expect(Object.keys(firsts(model)).sort()).to.deep.equal(["n2", "n3", "n4"]);
    expect(Object.values(firsts(model)).every((count) => count >= 5)).to.equal(true);
    const before = firsts(model);
    wait(model, PLAN_OPTIONS.settlingTimeMs - 5000);
    expect(firsts(model)).to.deep.equal(before);
    wait(model, PLAN_OPTIONS.settlingTimeMs);
    expect(firsts(model)).to.deep.equal(EVEN);
    expect(wait(model, 20_000)).to.deep.equal([]);
  });

  it("that a node counts no more needs no other news", () => {
    const model = cluster();
    wait(model, PLAN_OPTIONS.settlingTimeMs);
    const goneAtMs = model.nowMs;
    model.presences.delete("n1");
    model.converge();
    wait(model, PLAN_OPTIONS.settlingTimeMs + 10_000, ["n1"]);
    for (const [name, { lease, heardAtMs }] of model.presences) {
      const spec = { ...lease.spec, leaseDurationSeconds: 3600 };
      model.presences.set(name, { lease: { ...lease, spec }, heardAtMs });
    }
    expect(model.plan().wakeAtMs).to.equal(goneAtMs + ABSENCE_MS_MAX);
  });

  it("who answered on the segment before counts for nothing", () => {
    const model = cluster();
    model.addAdvertisement("segment");
    model.converge();
    model.report();
    model.l2Advertisements.clear();
    model.converge();
    model.addNode("n1", { [EXCLUDE_LABEL]: "" });
    wait(model, 20_000);
    model.addNode("n1", {});
    wait(model, 20_000);
    expect(firsts(model)).to.not.have.property("n1");
  });

  it("a node that may not announce leaves the ranks at once", () => {
    const model = cluster();
    model.addNode("n1", { [EXCLUDE_LABEL]: "" });
    model.converge();
    expect(ranks(model).flat()).to.not.include("n1");
  });

  it("a node whose speaker nobody ever heard of is no choice but the last", () => {
    const model = cluster();
    wait(model, PLAN_OPTIONS.settlingTimeMs);
    model.addNode("n5", {});
    wait(model, 2 * PLAN_OPTIONS.settlingTimeMs);
    expect(firsts(model)).to.deep.equal(EVEN);
    expect(ranks(model).every((rank) => rank[4] === "n5")).to.equal(true);
  });

  const SELECTS_A = { nodeSelectors: [{ matchLabels: { rack: "a" } }] };
  const some: readonly (readonly [string, Said, readonly string[]])[] = [
    ["that the advertisement selects", { advertisement: SELECTS_A }, ["n1", "n2"]],
    ["that speak to its peers", { peer: SELECTS_A }, ["n1", "n2"]],
    [
      "that nobody selects",
      { advertisement: SELECTS_A, peer: { nodeSelectors: [{ matchLabels: { rack: "b" } }] } },
      [],
    ],
  ];
  for (const [name, said, want] of some) {
    it(`ranked are the nodes ${name}`, () => {
      const [rank = []] = ranks(cluster(said));
      expect([...rank].sort()).to.deep.equal(want);
    });
  }

  it("traffic that stays local: the nodes with an endpoint", () => {
    const model = cluster();
    model.addService("local", { policy: "Local" });
    model.setEndpoints("local", ["n2", "n3"]);
    model.converge();
    const [address = ""] = model.addresses("local");
    const rank = () => [...(model.virtualIp(address)?.spec.rank ?? [])].sort();
    expect(rank()).to.deep.equal(["n2", "n3"]);
    model.setEndpoints("local", ["n3"]);
    model.converge();
    expect(rank()).to.deep.equal(["n3"]);
  });

  it("an aggregate has none: of the other family alone", () => {
    const model = cluster({ advertisement: { aggregationLength: 24 } });
    model.addService("six", { families: ["IPv6"] });
    model.converge();
    const isRanked = (ip: string) => (model.virtualIp(ip)?.spec.rank ?? []).length > 0;
    expect(model.addresses("web0").map(isRanked)).to.deep.equal([false, false]);
    expect(model.addresses("six").map(isRanked)).to.deep.equal([true]);
  });

  it("asked no more: the ranks go, and the Services keep their addresses", () => {
    const model = cluster();
    const before = model.addresses("web0");
    say(model, { advertisement: { preferOwnNode: false } });
    model.converge();
    expect(ranks(model).flat()).to.deep.equal([]);
    expect(model.addresses("web0")).to.deep.equal(before);
    say(model);
    model.converge();
    expect(firsts(model)).to.deep.equal(EVEN);
  });

  it("answered on the segment, too: the order is that of the segment", () => {
    const model = cluster({ advertisement: SELECTS_A });
    model.addAdvertisement("segment", { nodeSelectors: [{ matchLabels: { rack: "b" } }] });
    model.converge();
    const [vip] = model.virtualIps.values();
    expect(vip?.spec.mode).to.equal("Both");
    expect([...(vip?.spec.rank ?? [])].sort()).to.deep.equal(["n3", "n4"]);
  });
});
