/** How soon a peer is told: a change at once, a crowd together, and what is gone never late. */
import { expect } from "chai";
import { route } from "./interop/node.ts";
import { Stage } from "./stage.ts";

describe("bgp pace", () => {
  it("routes: the first goes at once, a crowd goes together, and nothing before the socket has taken the last", () => {
    const stage = Stage.up();
    const change = (prefix: string) =>
      stage.step({ kind: "routes", changes: { announce: [route(prefix)], withdraw: [] } });
    expect(change("203.0.113.1/32")).to.deep.equal(["tell dialled-1 1"]);
    expect(change("203.0.113.2/32")).to.deep.equal([]);
    expect(stage.pass(100)).to.deep.equal([]);
    const written = () => stage.step({ kind: "written", connection: "dialled-1" });
    expect(written()).to.deep.equal(["tell dialled-1 1"]);
    expect(change("203.0.113.3/32")).to.deep.equal([]);
    expect(written()).to.deep.equal([]);
    expect(stage.pass(5)).to.deep.equal(["5 tell dialled-1 1"]);
    expect(stage.session.rib.toldCount).to.equal(3);
  });

  /** Changes one after the other, each of which the socket takes. @returns how many messages they took */
  function changes(
    stage: Stage,
    count: number,
    { everyMs, round = 0 }: { readonly everyMs: number; readonly round?: number },
  ): number {
    const { counters } = stage.session;
    const before = counters.sentByKind.update;
    for (let i = 0; i < count; i++) {
      const announce = [route(`10.${round}.${i >> 8}.${i & 255}/32`)];
      stage.step({ kind: "routes", changes: { announce, withdraw: [] } });
      stage.pass(everyMs, { theyLive: true });
      stage.step({ kind: "written", connection: "dialled-1" });
    }
    return counters.sentByKind.update - before;
  }

  const withdraw = (stage: Stage, prefix: string) =>
    stage.step({
      kind: "routes",
      changes: { announce: [], withdraw: [route(prefix).prefix] },
    });

  it("a thousand in a second are few messages, and the last is told within 50 ms", () => {
    const stage = Stage.up();
    expect(changes(stage, 1000, { everyMs: 1 })).to.be.within(20, 40);
    stage.pass(50);
    expect(stage.session.rib.toldCount).to.equal(1000);
  });

  it("a thousand in 45 seconds are no more than 160, and the last is told within half a second", () => {
    const stage = Stage.up();
    expect(changes(stage, 1000, { everyMs: 45 })).to.be.within(100, 160);
    stage.pass(500);
    expect(stage.session.rib.toldCount).to.equal(1000);
  });

  it("what goes in such a crowd goes after 40 ms at most, and the crowd waits again", () => {
    const stage = Stage.up();
    changes(stage, 1000, { everyMs: 45 });
    const { sentByKind } = stage.session.counters;
    const before = sentByKind.update;
    withdraw(stage, "10.0.0.1/32");
    stage.pass(40);
    expect(sentByKind.update).to.be.above(before);
    expect(stage.session.rib.isTold(route("10.0.0.1/32").prefix)).to.equal(false);
    stage.step({ kind: "written", connection: "dialled-1" });
    expect(changes(stage, 100, { everyMs: 45, round: 1 })).to.be.at.most(15);
  });

  it("Services that come and go, four changes a second, are told at once however long it goes on", () => {
    const stage = Stage.up();
    const written = () => stage.step({ kind: "written", connection: "dialled-1" });
    for (let i = 0; i < 100; i++) {
      const announce = [route("10.0.0.1/32")];
      expect(
        stage.step({ kind: "routes", changes: { announce, withdraw: [] } }),
        `${i}`,
      ).to.deep.equal(["tell dialled-1 1"]);
      written();
      stage.pass(250, { theyLive: true });
      expect(withdraw(stage, "10.0.0.1/32"), `${i}`).to.deep.equal(["tell dialled-1 1"]);
      written();
      stage.pass(250, { theyLive: true });
    }
  });

  it("what was never told takes nothing back, and waits as others do", () => {
    const stage = Stage.up();
    changes(stage, 200, { everyMs: 45 });
    const { sentByKind } = stage.session.counters;
    // From the moment at which it has just told something.
    stage.step({
      kind: "routes",
      changes: { announce: [route("10.8.0.1/32")], withdraw: [] },
    });
    const earlier = sentByKind.update;
    for (let ms = 0; ms < 1000 && sentByKind.update === earlier; ms++) stage.pass(1);
    stage.step({ kind: "written", connection: "dialled-1" });
    const before = sentByKind.update;
    const announce = [route("10.9.0.1/32"), route("10.9.0.2/32")];
    stage.step({ kind: "routes", changes: { announce, withdraw: [] } });
    withdraw(stage, "10.9.0.1/32");
    stage.pass(40);
    expect(sentByKind.update).to.equal(before);
  });

  it("when a crowd is over, changes are told at once again", () => {
    const stage = Stage.up();
    changes(stage, 1000, { everyMs: 45 });
    stage.pass(20_000, { theyLive: true });
    stage.step({ kind: "written", connection: "dialled-1" });
    expect(changes(stage, 20, { everyMs: 45, round: 1 })).to.equal(20);
  });
});
