/** What is wrong with pools, advertisements and peers: in the condition of Deckhouse's kinds, in one Event of MetalLB's. */
import { expect } from "chai";
import type { Manifests } from "../../src/classes/compile.ts";
import type { Write } from "../../src/controller/writes.ts";
import { ModelCluster } from "./model-cluster.ts";

const object = (name: string, spec: object) => ({ metadata: { name, uid: `uid-${name}` }, spec });

function withOthers(others: Record<string, readonly object[]>): ModelCluster {
  const model = new ModelCluster();
  model.others = others;
  return model;
}

function eventsOf(writes: readonly Write[]): string[] {
  return writes.flatMap((write) =>
    "events" in write ? write.events.map(({ reason, message }) => `${reason}: ${message}`) : [],
  );
}

function conditionOf(model: ModelCluster, list: keyof Manifests): string | undefined {
  const [first] = (model.others[list] ?? []) as readonly {
    status?: { conditions?: { status: string; reason: string; message: string }[] };
  }[];
  const [condition] = first?.status?.conditions ?? [];
  return condition && `${condition.status} ${condition.reason} ${condition.message}`;
}

const EDGE = { mode: "BGP", bgp: { peerNames: ["tor"] } };
const TOR = object("tor", { myASN: 1, peerASN: 2, peerAddress: "10.0.0.1" });
const MISSING =
  'The configuration "edge" names the peer "tor", which does not exist. Create the peer, or take its name out of what names it.';

describe("controller: problems of manifests", () => {
  it("Deckhouse's: a condition, an Event when it is new, and nothing to do after", () => {
    const model = withOthers({ configurations: [object("edge", EDGE)] });
    const writes = model.converge();
    expect(eventsOf(writes)).to.deep.equal([`PeerMissing: ${MISSING}`]);
    expect(conditionOf(model, "configurations")).to.equal(`False PeerMissing ${MISSING}`);
    expect(model.converge()).to.deep.equal([]);
    model.restartController();
    expect(model.converge()).to.deep.equal([]);
  });

  it("Deckhouse's: is ready once the peer is there", () => {
    const model = withOthers({ configurations: [object("edge", EDGE)] });
    model.converge();
    model.others = { ...model.others, metalPeers: [TOR] as unknown as Manifests["metalPeers"] };
    expect(eventsOf(model.converge())).to.deep.equal([]);
    expect(conditionOf(model, "configurations")).to.equal(
      "True Ready All of the object can be used",
    );
    expect(conditionOf(model, "metalPeers")).to.match(/^True Ready/);
  });

  it("Deckhouse's pool: what an older pool keeps", () => {
    const model = withOthers({
      metalPools: [object("young", { addresses: ["192.0.2.0/31"] })],
    });
    model.addPool("old", { addresses: ["192.0.2.1"] });
    const events = eventsOf(model.converge());
    expect(events).to.have.length(1);
    expect(conditionOf(model, "metalPools")).to.match(/^False PoolOverlap Pool "young" shares/);
  });

  it("MetalLB's: one Event, however many passes, and one more when it comes back", () => {
    const model = withOthers({});
    model.addPool("prod", { addresses: ["192.0.2.1"] });
    model.addAdvertisement("lb", { ipAddressPools: ["prod", "gone"] });
    const sentence =
      'PoolMissing: The advertisement "lb" names the pool "gone", which does not exist. Create the pool, or take its name out of the advertisement.';
    expect(eventsOf(model.converge())).to.deep.equal([sentence]);
    expect(model.converge()).to.deep.equal([]);
    model.addAdvertisement("lb", { ipAddressPools: ["prod"] });
    expect(eventsOf(model.converge())).to.deep.equal([]);
    model.addAdvertisement("lb", { ipAddressPools: ["prod", "gone"] });
    expect(eventsOf(model.converge())).to.deep.equal([sentence]);
  });

  it("MetalLB's: a second problem is told without the first", () => {
    const model = withOthers({});
    model.addPool("prod", { addresses: ["x", "192.0.2.1"] });
    expect(eventsOf(model.converge())).to.have.length(1);
    model.addPool("prod", { addresses: ["x", "y", "192.0.2.1"] });
    const events = eventsOf(model.converge());
    expect(events.map((event) => /"(.)"/.exec(event)?.[1])).to.deep.equal(["y"]);
  });

  it("MetalLB's: every kind is told of", () => {
    const model = withOthers({
      bgpAdvertisements: [object("ad", { peers: ["gone"] })],
      bgpPeers: [object("peer", { myASN: 1, peerASN: 2, peerAddress: "x", bfdProfile: "gone" })],
      communities: [object("com", { communities: [{ name: "a", value: "b" }] })],
    });
    const reasons = eventsOf(model.converge()).map((event) => event.split(":")[0]);
    expect(reasons).to.have.members([
      ...["PeerMissing", "PeerInvalid", "BfdProfileMissing", "CommunityInvalid"],
    ]);
  });

  it("a pool of Deckhouse gives addresses, unasked only where it says so", () => {
    const spec = { addresses: ["192.0.2.10-192.0.2.11"], autoAssign: false };
    const model = withOthers({ metalPools: [object("public-a", spec)] });
    model.addService("web");
    model.addService("named", {
      annotations: { "network.deckhouse.io/load-balancer-pool": "public-a" },
    });
    model.converge();
    expect(model.addresses("web")).to.deep.equal([]);
    expect(model.addresses("named")).to.deep.equal(["192.0.2.10"]);
  });
});
