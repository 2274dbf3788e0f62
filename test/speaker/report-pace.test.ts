/** When a node's NodeBGPStatus is written: what differs says how soon. */
import { expect } from "chai";
import type { NodeBGPStatusBody, SessionEntry } from "../../src/bgp/resource.ts";
import { ReportPace, WAIT_MS } from "../../src/speaker/report-pace.ts";

const ENTRY: SessionEntry = {
  ...{ peer: "BGPPeer/tor", address: "10.0.0.2", port: 179, ourAsn: 64512, theirAsn: 64513 },
  ...{ state: "Established", since: "2026-03-10T12:00:05Z" },
  ...{ announced: 5, wanted: 5, receivedPrefixes: 1 },
};

function report(entry: Partial<SessionEntry> = {}, more: Partial<NodeBGPStatusBody> = {}) {
  const sessions = [{ ...ENTRY, ...entry }];
  return { established: "1/1", gate: "Open", ...more, sessions } as const;
}

describe("speaker: the pace of NodeBGPStatus", () => {
  const rows: readonly [string, NodeBGPStatusBody, number | null][] = [
    ["nothing is new", report(), null],
    ["a session is down", report({ state: "Down" }), WAIT_MS.session],
    ["the gate is closed", report({}, { gate: "Closed" }), WAIT_MS.session],
    ["it went down and came up", report({ since: "2026-03-10T12:09:00Z" }), WAIT_MS.session],
    ["a session and numbers", report({ state: "Down", announced: 0 }), WAIT_MS.session],
    ["more is announced", report({ announced: 6, wanted: 6 }), WAIT_MS.announced],
    ["more is to be announced", report({ wanted: 6 }), WAIT_MS.announced],
    ["more was received", report({ receivedPrefixes: 2 }), WAIT_MS.received],
  ];
  for (const [name, after, waitMs] of rows) {
    it(`${name}: ${waitMs === null ? "never" : `after ${waitMs} ms`}`, () => {
      const pace = new ReportPace();
      pace.written(report(), 1000);
      const atMs = 1000 + (waitMs ?? 1e9);
      expect(pace.isDue(after, atMs - 1)).to.equal(false);
      expect(pace.isDue(after, atMs)).to.equal(waitMs !== null);
    });
  }

  it("the first at once, and one whose object is gone", () => {
    const pace = new ReportPace();
    expect(pace.isDue(report(), 0)).to.equal(true);
    pace.written(report(), 0);
    expect(pace.isDue(report(), 0)).to.equal(false);
    pace.forget();
    expect(pace.isDue(report(), 0)).to.equal(true);
  });
});
