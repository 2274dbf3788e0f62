/**
 * What the frame worker is told of all VirtualIPs.
 */
import { expect } from "chai";
import type { VirtualIP } from "../../src/multi-ip/resource.ts";
import { PlanFeed } from "../../src/speaker/plan-feed.ts";

function vip(address: string, more: Partial<VirtualIP["spec"]> = {}, holder?: string): VirtualIP {
  return {
    metadata: { name: address.replaceAll(".", "-") },
    spec: {
      ...{ address: address as never, services: [], pool: null, class: null, mode: "L2" },
      ...{ interfaces: [], rank: ["n1", "n2"], generation: 1 },
      ...more,
    },
    ...(holder === undefined ? {} : { status: { holder } }),
  };
}
const planned = (address: string, more: object = {}) => ({
  ...{ address, rank: ["n1", "n2"], generation: 1, interfaces: [], holder: null },
  ...more,
});

describe("speaker: plan feed", () => {
  it("tells of addresses that this node may hold, and of the newest generation of all", () => {
    const feed = new PlanFeed("n1");
    feed.put(vip("192.0.2.1"));
    feed.put(vip("192.0.2.2", { rank: ["n2"], generation: 9 }));
    expect(feed.take()).to.deep.equal({
      ...{ upserts: [planned("192.0.2.1")], removals: [], generation: 9 },
    });
    expect(feed.take()).to.equal(null);
  });

  it("a status that moves is no news; a rank, interfaces or generation are", () => {
    const feed = new PlanFeed("n1");
    feed.put(vip("192.0.2.1"));
    feed.take();
    feed.put(vip("192.0.2.1", {}, "n2"));
    expect(feed.take()).to.equal(null);
    expect([...feed.told.values()]).to.deep.equal([planned("192.0.2.1", { holder: "n2" })]);
    for (const more of [
      { rank: ["n2", "n1"] },
      { interfaces: ["eth1"] },
      { nodeInterfaces: [{ node: "n1", interfaces: ["eth1"] }] },
      { generation: 2 },
    ]) {
      feed.put(vip("192.0.2.1", more));
      expect(feed.take()?.upserts).to.deep.equal([planned("192.0.2.1", more)]);
    }
  });

  it("the disk is to have the plan, and that an address has a holder: not which", () => {
    const feed = new PlanFeed("n1");
    const unsaved = (change: () => void) => {
      change();
      feed.take();
      return [feed.takeUnsaved(), feed.takeUnsaved()];
    };
    expect(unsaved(() => feed.put(vip("192.0.2.1")))).to.deep.equal([true, false]);
    expect(unsaved(() => feed.put(vip("192.0.2.1", {}, "n2")))).to.deep.equal([true, false]);
    expect(unsaved(() => feed.put(vip("192.0.2.1", {}, "n1")))).to.deep.equal([false, false]);
    expect(unsaved(() => feed.put(vip("192.0.2.1", { generation: 2 }, "n1")))).to.deep.equal([
      ...[true, false],
    ]);
    const deleted = unsaved(() => {
      feed.delete("192-0-2-1");
    });
    expect(deleted).to.deep.equal([true, false]);
  });

  it("an address that is planned away is still told of: it may be answered here until it is handed over", () => {
    const feed = new PlanFeed("n1");
    feed.put(vip("192.0.2.1"));
    feed.take();
    for (const rank of [["n2"], ["n3"]]) {
      feed.put(vip("192.0.2.1", { rank, generation: 2 }));
      expect(feed.take()?.upserts).to.deep.equal([planned("192.0.2.1", { rank, generation: 2 })]);
    }
  });

  it("deleted, or announced by BGP alone: removed; both in one breath: the last counts", () => {
    const feed = new PlanFeed("n1");
    for (const address of ["192.0.2.1", "192.0.2.2", "192.0.2.3"]) feed.put(vip(address));
    feed.take();
    feed.delete("192-0-2-1");
    feed.put(vip("192.0.2.2", { mode: "BGP" }));
    feed.delete("192-0-2-3");
    feed.put(vip("192.0.2.3", { generation: 2 }));
    expect(feed.take()).to.deep.equal({
      upserts: [planned("192.0.2.3", { generation: 2 })],
      removals: ["192.0.2.1", "192.0.2.2"],
      generation: 2,
    });
  });

  it("told of and deleted before anybody was told: a removal alone, for the worker removes first", () => {
    const feed = new PlanFeed("n1");
    feed.put(vip("192.0.2.1"));
    feed.delete("192-0-2-1");
    expect(feed.take()).to.deep.equal({ upserts: [], removals: ["192.0.2.1"], generation: 1 });
  });

  it("what the disk knew and the API server does not is removed; what both know alike is no news", () => {
    const known = ["192.0.2.1", "192.0.2.2"].map(
      (address) => [address.replaceAll(".", "-"), planned(address)] as const,
    );
    const feed = new PlanFeed("n1", known as never);
    feed.noteGeneration(1);
    feed.put(vip("192.0.2.2"));
    feed.retain(new Set(["192-0-2-2"]));
    expect(feed.take()).to.deep.equal({ upserts: [], removals: ["192.0.2.1"], generation: 1 });
  });

  it("what cannot be trusted changes nothing and is named", () => {
    const feed = new PlanFeed("n1");
    expect(feed.put(vip("192.0.2.1", { rank: "n1" as never }))).to.equal("virtual-ip-bad-rank");
    expect(feed.take()).to.equal(null);
  });
});
