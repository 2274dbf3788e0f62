/**
 * What a holder writes into the status, and when it keeps its hands off.
 */
import { expect } from "chai";
import type { VirtualIP, VirtualIPStatus } from "../../src/multi-ip/resource.ts";
import { holderStatus, isContradicted, type HolderFact } from "../../src/speaker/holder-status.ts";

const AT = "2026-11-21T10:00:00.250Z";
const FACT: HolderFact = { holder: "n1", reason: "node-lost", atMs: Date.parse(AT), generation: 7 };

function vip(status?: VirtualIPStatus): VirtualIP {
  return {
    metadata: { name: "192-0-2-1" },
    spec: {
      ...{ address: "192.0.2.1" as never, services: [], pool: null, class: null, mode: "L2" },
      ...{ interfaces: [], rank: ["n1"], generation: 7 },
    },
    ...(status === undefined ? {} : { status }),
  };
}
const ANNOUNCED = {
  ...{ type: "Announced", status: "True", reason: "Answering" },
  ...{ message: "Node n1 answers for it", lastTransitionTime: AT },
};
const WRITTEN: VirtualIPStatus = {
  ...{ holder: "n1", since: AT, generation: 7 },
  lastMove: { from: "n2", to: "n1", at: AT, reason: "node-lost" },
  conditions: [ANNOUNCED as never],
};

describe("speaker: holder status", () => {
  it("names the holder, the one before, since when and why", () => {
    expect(holderStatus(vip({ holder: "n2" }), FACT, false)).to.deep.equal(WRITTEN);
    expect(holderStatus(vip(), FACT, false)?.lastMove?.from).to.equal(null);
  });

  it("says nothing that is said already", () => {
    expect(holderStatus(vip(WRITTEN), FACT, false)).to.equal(null);
  });

  it("a newer plan for the same holder is no move", () => {
    const wish = { ...FACT, generation: 8, atMs: FACT.atMs + 5000 };
    expect(holderStatus(vip(WRITTEN), wish, true)).to.deep.equal({ ...WRITTEN, generation: 8 });
  });

  it("the first word is not held against another's clock", () => {
    const ahead = { ...WRITTEN, holder: "n2", since: "2026-11-21T10:05:00.000Z" };
    expect(holderStatus(vip(ahead), FACT, false)?.holder).to.equal("n1");
  });

  it("written over by one that took it later: left so; by one that took it earlier: said again", () => {
    const later = { ...WRITTEN, holder: "n2", since: "2026-11-21T10:00:01.000Z" };
    expect(holderStatus(vip(later), FACT, true)).to.equal(null);
    const earlier = { ...WRITTEN, holder: "n2", since: "2026-11-21T09:59:59.000Z" };
    expect(holderStatus(vip(earlier), FACT, true)?.holder).to.equal("n1");
  });

  it("another's later word that stands, though it gave way, is contradicted: whatever its clock says", () => {
    const ahead = { ...WRITTEN, holder: "n2", since: "2026-11-21T10:05:00.000Z" };
    expect(isContradicted(vip(ahead), FACT)).to.equal(true);
    expect(isContradicted(vip(WRITTEN), FACT)).to.equal(false);
    expect(isContradicted(vip(), { ...FACT, holder: null })).to.equal(false);
    const again = holderStatus(vip(ahead), FACT, false);
    expect(again?.lastMove).to.deep.equal({ from: "n2", to: "n1", at: AT, reason: "node-lost" });
  });

  it("nobody: says so, with the condition False", () => {
    const status = holderStatus(vip(WRITTEN), { ...FACT, holder: null, reason: "no-node" }, false);
    expect(status?.holder).to.equal(null);
    expect(status?.lastMove).to.deep.equal({ from: "n1", to: null, at: AT, reason: "no-node" });
    expect(status?.conditions?.map(({ status: s, reason }) => [s, reason])).to.deep.equal([
      ["False", "NoNode"],
    ]);
  });
});
