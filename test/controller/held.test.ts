/** Since when nobody holds an address: by holders and by Leases. */
import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import { Held, type HeldWorld } from "../../src/controller/held.ts";
import { HEARD_NOBODY } from "../../src/controller/looking.ts";
import type { Presence } from "../../src/controller/nodes.ts";
import type { Service } from "../../src/kube/types.ts";
import type { VirtualIP } from "../../src/multi-ip/resource.ts";

const IP = "192.0.2.1" as Ip;
const NOW = 100_000;

function virtualIp(holder: string | null, mode: "L2" | "BGP" | "Both" = "L2"): VirtualIP {
  return {
    metadata: { name: "192-0-2-1" },
    spec: { address: IP, services: [], mode, interfaces: [], rank: ["n1"], generation: 1 },
    status: { holder },
  };
}

function presence(node: string, heardAtMs: number, lost = ""): Presence {
  const annotations = lost === "" ? {} : { "spreadlb.io/lost": lost };
  const spec = { holderIdentity: node, leaseDurationSeconds: 15 };
  return {
    heardAtMs,
    lease: { metadata: { name: `spreadlb-speaker-${node}`, annotations }, spec },
  };
}

interface Case {
  readonly name: string;
  readonly world: Partial<HeldWorld>;
  readonly since: number | null;
}

const CASES: readonly Case[] = [
  { name: "its holder is heard of", world: {}, since: null },
  { name: "nobody answers", world: { virtualIps: [virtualIp(null)] }, since: NOW },
  {
    name: "its holder's speaker has stopped: there is no Lease",
    world: { presences: [presence("n2", NOW)] },
    since: NOW,
  },
  {
    name: "its holder should have been heard of: since it was",
    world: { presences: [presence("n1", NOW - 7500), presence("n2", NOW)] },
    since: NOW - 7500,
  },
  {
    name: "its holder is a little late",
    world: { presences: [presence("n1", NOW - 7400), presence("n2", NOW)] },
    since: null,
  },
  {
    name: "mode BGP: every node announces it",
    world: { virtualIps: [virtualIp(null, "BGP")] },
    since: null,
  },
  { name: "mode Both: its holder", world: { virtualIps: [virtualIp(null, "Both")] }, since: NOW },
];

describe("controller: held", () => {
  const none = { services: [], hearing: HEARD_NOBODY };
  /** There is another holder, who is heard of. */
  const other: VirtualIP = {
    ...virtualIp("n2"),
    spec: { ...virtualIp("n2").spec, address: "192.0.2.2" as Ip },
  };
  const usual: HeldWorld = {
    ...{ services: [], hearing: HEARD_NOBODY },
    virtualIps: [virtualIp("n1"), other],
    presences: [presence("n1", NOW - 1000), presence("n2", NOW)],
  };

  for (const { name, world, since } of CASES) {
    it(name, () => {
      const held = new Held();
      held.look({ ...usual, ...world }, NOW);
      expect(held.sinceMs(IP)).to.equal(since);
    });
  }

  it("the time counts from when it was first seen, until somebody holds it", () => {
    const held = new Held();
    held.look({ ...usual, virtualIps: [virtualIp(null)] }, NOW);
    held.look({ ...usual, virtualIps: [virtualIp(null)] }, NOW + 5000);
    expect(held.sinceMs(IP)).to.equal(NOW);
    held.look(usual, NOW + 6000);
    expect(held.sinceMs(IP)).to.equal(null);
    held.look({ ...usual, virtualIps: [virtualIp(null)] }, NOW + 7000);
    expect(held.sinceMs(IP)).to.equal(NOW + 7000);
    held.look({ ...usual, virtualIps: [] }, NOW + 8000);
    expect(held.sinceMs(IP), "it is no address any more").to.equal(null);
  });

  it("its VirtualIP is gone, and a Service lists it still: nobody holds it since then", () => {
    const listed: Service = {
      metadata: { name: "web", namespace: "prod" },
      status: { loadBalancer: { ingress: [{ ip: IP }] } },
    };
    const held = new Held();
    const world = { ...usual, services: [listed] };
    held.look(world, NOW);
    expect(held.sinceMs(IP)).to.equal(null);
    expect(held.look({ ...world, virtualIps: [] }, NOW + 1000).hasChanged).to.equal(true);
    held.look({ ...world, virtualIps: [] }, NOW + 2000);
    expect(held.sinceMs(IP)).to.equal(NOW + 1000);
    held.look({ ...world, virtualIps: [virtualIp(null)] }, NOW + 3000);
    expect(held.sinceMs(IP), "it is back, and nobody holds it").to.equal(NOW + 1000);
    held.look(world, NOW + 4000);
    expect(held.sinceMs(IP)).to.equal(null);
  });

  it("looks again when the first Lease is late, and tells what is another thing than before", () => {
    const held = new Held();
    expect(held.look(usual, NOW)).to.deep.equal({ hasChanged: false, againAtMs: NOW + 6500 });
    const late = { ...usual, presences: [presence("n1", NOW - 1000), presence("n2", NOW + 6500)] };
    expect(held.look(late, NOW + 6500)).to.deep.equal({ hasChanged: true, againAtMs: NOW + 7500 });
    expect(held.look(late, NOW + 6600).hasChanged).to.equal(false);
    expect(held.look({ ...late, virtualIps: [] }, NOW + 6700).hasChanged).to.equal(true);
    expect(held.look({ ...none, virtualIps: [], presences: [] }, NOW).againAtMs).to.equal(null);
  });

  const ips = ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map((text) => text as Ip);
  const virtualIps = ips.map((address, i) => {
    const { spec, ...rest } = virtualIp(`n${i + 1}`);
    return { ...rest, spec: { ...spec, address } };
  });
  const presencesAt = (...times: readonly number[]) =>
    times.map((heardAtMs, i) => presence(`n${i + 1}`, heardAtMs));

  it("a Lease that was there when we began to look: it is not known whether its address is held, until it changes", () => {
    const held = new Held();
    const unheard = (node: string): Presence => ({ ...presence(node, 0), isUnheard: true });
    const at = (presences: readonly Presence[], nowMs: number) => {
      const { hasChanged } = held.look({ ...none, virtualIps, presences }, nowMs);
      const all = ips.map((ip) => [held.sinceMs(ip), held.unheardSinceMs(ip)]);
      return [hasChanged, ...all];
    };
    const [one, two, three] = ["n1", "n2", "n3"].map(unheard) as [Presence, Presence, Presence];
    const [waits, isHeld] = [
      [null, 0],
      [null, null],
    ];
    expect(at([one, two, three], 0)).to.deep.equal([true, waits, waits, waits]);
    expect(at([one, presence("n2", 4000), three], 4000), "n2 is renewed").to.deep.equal([
      ...[true, waits, isHeld, waits],
    ]);
    expect(at([one, presence("n2", 9000), three], 9000), "n1 and n3 are silent").to.deep.equal([
      ...[true, [0, 0], isHeld, [0, 0]],
    ]);
    expect(at([one, presence("n2", 9000), presence("n3", 9500)], 9500)).to.deep.equal([
      ...[true, [0, 0], isHeld, isHeld],
    ]);
  });

  it("all that are silent together count as held: it may be the API server", () => {
    const held = new Held();
    const presences = [...presencesAt(0, 2500, 5000), presence("n4", 60_000)];
    for (const nowMs of [7500, 14_999, 60_000]) {
      expect(held.look({ ...none, virtualIps, presences }, nowMs).againAtMs).to.be.at.most(
        nowMs + 1000,
      );
      expect(ips.map((ip) => held.sinceMs(ip))).to.deep.equal([null, null, null]);
    }
  });

  it("who is silent is lost once another holder was heard of that long after", () => {
    const held = new Held();
    const at = (heardAtMs: number, nowMs: number) => {
      held.look({ ...none, virtualIps, presences: presencesAt(0, heardAtMs, 2500) }, nowMs);
      return ips.map((ip) => held.sinceMs(ip));
    };
    expect(at(5000, 7500)).to.deep.equal([null, null, null]);
    expect(at(7499, 7600)).to.deep.equal([null, null, null]);
    expect(at(7500, 7600)).to.deep.equal([0, null, null]);
    expect(at(10_000, 10_000)).to.deep.equal([0, null, 2500]);
  });

  it("who begins to look after a silence of all gives each the time to be heard of", () => {
    const held = new Held();
    const hearing = { lastMs: 60_100, silenceEndedMs: 60_000 };
    const presences = presencesAt(59_999, 60_100, 20_500);
    held.look({ ...none, virtualIps, presences, hearing }, 67_600);
    expect(ips.map((ip) => held.sinceMs(ip))).to.deep.equal([null, null, 65_000]);
    const later = presencesAt(59_999, 67_550, 20_500);
    held.look({ ...none, virtualIps, presences: later, hearing }, 67_600);
    expect(ips.map((ip) => held.sinceMs(ip))).to.deep.equal([65_000, null, 65_000]);
  });

  it("all are silent, and one is heard of again: the others begin anew; who was lost long before does not", () => {
    const held = new Held();
    held.look({ ...none, virtualIps, presences: presencesAt(0, 20_000, 20_500) }, 21_000);
    expect(ips.map((ip) => held.sinceMs(ip))).to.deep.equal([0, null, null]);
    held.look({ ...none, virtualIps, presences: presencesAt(0, 20_000, 20_500) }, 60_000);
    expect(ips.map((ip) => held.sinceMs(ip))).to.deep.equal([0, null, null]);
    held.look({ ...none, virtualIps, presences: presencesAt(0, 60_100, 20_500) }, 60_100);
    expect(ips.map((ip) => held.sinceMs(ip))).to.deep.equal([0, null, 65_100]);
    held.look({ ...none, virtualIps, presences: presencesAt(0, 65_000, 20_500) }, 66_000);
    expect(
      ips.map((ip) => held.sinceMs(ip)),
      "once",
    ).to.deep.equal([0, null, 65_100]);
  });
});
