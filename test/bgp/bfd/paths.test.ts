import { expect } from "chai";
import type { Ip } from "../../../src/base/ip.ts";
import type { BfdPath } from "../../../src/bgp/bfd-report.ts";
import {
  planWatch,
  tellJoinersAndLeavers,
  verdictOf,
  type Verdict,
} from "../../../src/bgp/bfd/paths.ts";
import type { Cause } from "../../../src/bgp/bfd/session-events.ts";
import type { BfdState } from "../../../src/bgp/bfd/wire/control-packet.ts";

const path = (more: Partial<BfdPath> = {}): BfdPath => ({
  peer: "BGPPeer/tor-a",
  theirAddress: "192.0.2.254" as Ip,
  ourAddress: null,
  interface: null,
  vrf: null,
  hops: "single",
  profile: "",
  ...more,
});
const endpoints = {
  theirAddress: "192.0.2.254",
  ourAddress: null,
  interface: null,
  vrf: null,
  hops: "single",
};
const profile = {
  desiredMinTxUs: 300_000,
  requiredMinRxUs: 300_000,
  detectMultiplier: 3,
  isPassive: false,
};

describe("BFD paths", () => {
  it("a path without the name of a profile takes the defaults", () => {
    expect(planWatch([path()], new Map())).to.deep.equal({
      sessions: [{ endpoints, profile, minimumTtl: 254 }],
      peersOf: new Map([["single    192.0.2.254", ["BGPPeer/tor-a"]]]),
      withoutProfile: [],
      refused: [],
    });
  });

  it("a named profile counts", () => {
    const profiles = new Map([["fast", { transmitInterval: 50, minimumTtl: 60 }]]);
    const { sessions } = planWatch([path({ profile: "fast", hops: "multiple" })], profiles);
    expect(sessions).to.deep.equal([
      {
        endpoints: { ...endpoints, hops: "multiple" },
        profile: { ...profile, desiredMinTxUs: 50_000 },
        minimumTtl: 60,
      },
    ]);
  });

  it("a profile that does not exist is told, and the peer goes without", () => {
    const lost = path({ profile: "gone" });
    const plan = planWatch([lost, path({ peer: "BGPPeer/tor-b" })], new Map());
    expect(plan.withoutProfile).to.deep.equal([lost]);
    expect([...plan.peersOf.values()]).to.deep.equal([["BGPPeer/tor-b"]]);
  });

  it("echo mode is told with its reason, and the rest counts", () => {
    const plan = planWatch([path({ profile: "echo" })], new Map([["echo", { echoMode: true }]]));
    expect(plan.sessions.length).to.equal(1);
    expect(plan.refused.map(({ peer, field }) => [peer, field])).to.deep.equal([
      ["BGPPeer/tor-a", "echoMode"],
    ]);
  });

  it("two peers over one path watch one session, and both are told", () => {
    const { peersOf } = planWatch([path(), path({ peer: "BGPPeer/tor-b" })], new Map());
    expect([...peersOf.values()]).to.deep.equal([["BGPPeer/tor-a", "BGPPeer/tor-b"]]);
  });

  describe("who joins a session that goes on, and who leaves it", () => {
    const up: Verdict = { state: "up", diagnostic: "none" };
    const forgotten = { state: "admin-down", diagnostic: "none" };
    const cases = [
      { name: "joins one that is up", before: {}, now: { s: ["a"] }, told: { a: up } },
      { name: "joins one of which nothing is known", before: {}, now: { t: ["a"] }, told: {} },
      { name: "another joins", before: { s: ["a"] }, now: { s: ["a", "b"] }, told: { b: up } },
      { name: "leaves", before: { s: ["a", "b"] }, now: { s: ["a"] }, told: { b: forgotten } },
      { name: "changes over", before: { s: ["a"] }, now: { t: ["a"] }, told: { a: forgotten } },
      { name: "comes over", before: { t: ["a"] }, now: { s: ["a"] }, told: { a: up } },
      { name: "nobody moves", before: { s: ["a"] }, now: { s: ["a"] }, told: {} },
    ];
    for (const { name, before, now, told } of cases) {
      it(name, () => {
        const [was, is] = [before, now].map((one) => new Map(Object.entries(one)));
        const reports = tellJoinersAndLeavers(
          was ?? new Map(),
          is ?? new Map(),
          new Map([["s", up]]),
        );
        const want = Object.entries(told).map(([peer, verdict]) => ({ peer, ...verdict }));
        expect(reports).to.deep.equal(want);
      });
    }
  });

  const rows: readonly (readonly [BfdState, BfdState, Cause, string | undefined])[] = [
    ["Init", "Up", "handshake", "up none"],
    ["Down", "Up", "handshake", "up none"],
    ["Down", "Init", "handshake", undefined],
    ["AdminDown", "Down", "started", undefined],
    ["Up", "Down", "silence", "down detection-time-expired"],
    ["Up", "Down", "peer-down", "down neighbor-signaled-down"],
    ["Up", "Down", "peer-admin-down", "admin-down administratively-down"],
    ["Up", "AdminDown", "stopped", "admin-down administratively-down"],
  ];
  for (const [from, to, cause, want] of rows) {
    it(`${from} to ${to} by ${cause}: ${want ?? "no news"}`, () => {
      const verdict = verdictOf({ kind: "state", from, to, cause, theirDiagnostic: "none" });
      const said = verdict === undefined ? undefined : `${verdict.state} ${verdict.diagnostic}`;
      expect(said).to.equal(want);
    });
  }
});
