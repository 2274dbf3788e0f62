/** Rule H2 where one speaker cannot read the plan: it gives way to whom it hears answer by a newer one, and for no longer than that. */
import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import type { Mac } from "../../src/base/mac.ts";
import { announcementFrames } from "../../src/speaker/responder.ts";
import { ETH0, Net } from "./net.ts";

const [X, Y, Z] = ["192.0.2.1", "192.0.2.2", "192.0.2.3"];
const RANKS = { [X]: ["a", "b", "c"], [Y]: ["b", "c", "a"], [Z]: ["c", "a", "b"] };

/** Three speakers that hold one address each. */
function running(names: readonly string[] = ["a", "b", "c"]): Net {
  const net = new Net(names);
  for (const name of names) net.start(name);
  net.run(1000);
  net.replan(RANKS);
  net.run(1000);
  return net;
}

/** The same, and `a` has not read that X is another's. */
function outplanned(rank: readonly string[], names?: readonly string[]): Net {
  const net = running(names);
  net.replan({ [X]: rank }, ["a"]);
  net.run(2000);
  return net;
}

/** Somebody says on a's segment that X is at the MAC of another. */
function claim(net: Net, number: string): void {
  const mac = `${ETH0.mac?.slice(0, 12) ?? ""}${number}${ETH0.mac?.slice(14) ?? ""}` as Mac;
  for (const bytes of announcementFrames(X as Ip, mac, 0))
    net.feed(net.node("a"), { kind: "frame", linkIndex: ETH0.index, bytes });
}

/** @returns the longest time in ms in which `count` did not answer for X */
function longestNot(net: Net, count: number, forMs: number): number {
  let [longest, sinceMs] = [0, net.nowMs];
  for (let ms = 0; ms < forMs; ms += 5) {
    net.run(5);
    if (net.holders(X).length === count) sinceMs = net.nowMs;
    longest = Math.max(longest, net.nowMs - sinceMs);
  }
  return longest;
}

describe("speaker: one that cannot read the plan", () => {
  it("gives way to its successor, and two answer no longer than in any planned move", () => {
    const net = running();
    net.replan({ [X]: ["b", "c"] }, ["a"]);
    expect(longestNot(net, 1, 4000)).to.be.below(100);
    expect(net.holders(X)).to.deep.equal(["b"]);
    expect(net.node("a").changes.at(-1)?.reason).to.equal("plan");
  });

  it("reads the rest of a pass after its successor has announced: two answer no longer than in any planned move", () => {
    const net = running();
    net.replan({ [X]: ["b", "a"], [Y]: ["b", "a"] }, ["a"]);
    // The number of the pass, and not yet what it says of X.
    net.tell(net.node("a"), [X]);
    net.run(150);
    expect(net.holders(X)).to.deep.equal(["a", "b"]);
    net.tell(net.node("a"));
    expect(longestNot(net, 1, 3000)).to.be.below(100);
    expect(net.holders(X)).to.deep.equal(["b"]);
  });

  it("two others answer by newer plans: it asks once, not once for each answer, and the newest stays", () => {
    const net = running(["a", "b", "c", "d"]);
    net.replan({ [Y]: ["a", "d"] }, ["b"]);
    net.replan({ [Y]: ["d", "a"] }, ["a", "b"]);
    net.run(1200);
    expect(net.asked.filter(({ node }) => node === "b")).to.have.length(1);
    net.run(2000);
    expect(net.holders(Y)).to.deep.equal(["d"]);
  });

  it("gives way to one that it never shared an address with", () => {
    const net = outplanned(["d", "c"], ["a", "b", "c", "d"]);
    net.run(2000);
    expect(net.holders(X)).to.deep.equal(["d"]);
  });

  it("stays away as long as the other answers, whatever else that one gives up", () => {
    const net = outplanned(["b", "c"]);
    net.replan({ [Y]: ["c", "b"] }, ["a"]);
    expect(longestNot(net, 1, 60_000)).to.equal(0);
    expect(net.holders(X)).to.deep.equal(["b"]);
  });

  it("leaves while it would ask whether the other answers still: it waits for the end, and no core is busy with it", () => {
    const net = outplanned(["b", "c"]);
    const leave = net.nowMs;
    net.feed(net.node("a"), { kind: "leave" });
    net.run(250);
    expect(net.asked.filter(({ node, atMs }) => node === "a" && atMs > leave)).to.deep.equal([]);
    expect(net.holders(X)).to.deep.equal(["b"]);
  });

  it("the other dies: who knows its successor answers, or else we", () => {
    const net = outplanned(["b", "c"]);
    net.crash("b");
    net.run(1500);
    expect(net.holders(X)).to.deep.equal(["c"]);
    net.crash("c");
    net.run(1000);
    expect(net.holders(X)).to.deep.equal(["a"]);
  });

  it("the other starts anew at once: it is not waited for", () => {
    const net = outplanned(["b"]);
    net.crash("b");
    net.run(50);
    net.start("b");
    net.run(150);
    expect(net.holders(X)).to.deep.equal(["a"]);
    net.run(3000);
    expect(net.holders(X)).to.have.length(1);
  });

  it("the other cannot forward any more: it is not waited for", () => {
    const net = outplanned(["b", "a"]);
    net.feed(net.node("b"), { kind: "gate", open: false });
    expect(longestNot(net, 1, 2000)).to.be.below(200);
    expect(net.holders(X)).to.deep.equal(["a"]);
  });

  it("the other does not answer any more, and nobody tells us: we do, as soon as it was asked", () => {
    const net = outplanned(["b"]);
    net.replan({ [X]: [] }, ["a"]);
    net.run(5000);
    expect(net.holders(X)).to.deep.equal(["a"]);
  });

  it("we have read all plans at last, and that of the address is as it was: it is ours", () => {
    const net = outplanned(["b", "c"]);
    const change = { upserts: [], removals: [], generation: net.generation };
    net.feed(net.node("a"), { kind: "plan", change });
    net.run(400);
    expect(net.holders(X), "it may be in the next that we read").to.deep.equal(["b"]);
    net.run(200);
    expect(net.holders(X)).to.deep.equal(["a", "b"]);
  });

  it("begins where the one before it in its old plan stops, and hears that it is another's by now", () => {
    const net = running();
    net.replan({ [X]: ["a", "c"] });
    net.run(1000);
    net.replan({ [X]: ["b", "a"] }, ["c"]);
    net.run(10_000);
    net.feed(net.node("a"), { kind: "leave" });
    expect(longestNot(net, 1, 3000)).to.be.below(300);
    expect(net.holders(X)).to.deep.equal(["b"]);
  });

  const claims: readonly {
    readonly name: string;
    readonly times: number;
    readonly behind: boolean;
  }[] = [
    { name: "a peer that knows no more than we do", times: 5, behind: false },
    {
      name: "a peer that knows more, and does not say so again when it is asked",
      times: 1,
      behind: true,
    },
  ];
  for (const { name, times, behind } of claims) {
    it(`what somebody says in the name of ${name} is not believed`, () => {
      const net = running();
      if (behind) net.replan({ [Y]: ["b", "c", "a"] }, ["a"]);
      net.run(2000);
      for (let i = 0; i < times; i++) {
        claim(net, "01");
        expect(longestNot(net, 1, 500)).to.equal(0);
      }
      expect(net.holders(X)).to.deep.equal(["a"]);
    });
  }

  it("whoever says so twice in the name of a peer that knows more silences us for a moment, not for good", () => {
    const net = running();
    net.replan({ [Y]: ["b", "c", "a"] }, ["a"]);
    net.run(2000);
    claim(net, "01");
    net.run(10);
    claim(net, "01");
    expect(longestNot(net, 1, 5000)).to.be.below(1300);
    expect(net.holders(X)).to.deep.equal(["a"]);
  });
});
