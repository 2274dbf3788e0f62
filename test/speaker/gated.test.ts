/** A node that cannot forward stands behind all that can: several minds on a segment in memory. */
import { expect } from "chai";
import { Net } from "./net.ts";

const [A, B] = ["192.0.2.1", "192.0.2.2"];

/** Three nodes that have served for more than a minute; a holds A, b holds B. */
function settled(): Net {
  const net = new Net(["a", "b", "c"]);
  for (const { name } of net.nodes) net.start(name);
  net.replan({ [A]: ["a", "b", "c"], [B]: ["b", "c", "a"] });
  net.run(61_000);
  return net;
}

const gate = (net: Net, name: string, open: boolean): void => {
  net.feed(net.node(name), { kind: "gate", open });
};

describe("speaker: a closed gate", () => {
  it("hands over: the next answers and has announced before the old one falls silent", () => {
    const net = settled();
    const closedMs = net.nowMs;
    gate(net, "a", false);
    net.run(50);
    expect(net.holders(A)).to.deep.equal(["a", "b"]);
    expect(net.announced.filter(({ ip, atMs }) => ip === A && atMs >= closedMs)[0]?.node).to.equal(
      "b",
    );
    net.run(100);
    expect(net.holders(A)).to.deep.equal(["b"]);
    const gained = net
      .node("b")
      .changes.filter(({ address }) => address === A)
      .at(-1);
    expect(gained).to.include({ from: "a", to: "b", gained: true, reason: "gate-closed" });
    expect(net.node("a").changes.at(-1)).to.include({
      to: "b",
      gained: false,
      reason: "gate-closed",
    });
    expect(net.holders(B), "another's address stays").to.deep.equal(["b"]);
  });

  it("opened again: takes nothing back, and holds what a newer plan gives it", () => {
    const net = settled();
    gate(net, "a", false);
    net.run(1000);
    gate(net, "a", true);
    net.run(5000);
    expect(net.holders(A)).to.deep.equal(["b"]);
    net.replan({ [A]: ["a", "b", "c"] });
    net.run(1000);
    expect(net.holders(A)).to.deep.equal(["a"]);
  });

  it("closed at the start: holds nothing as long as another can forward", () => {
    const net = new Net(["a", "b", "c"]);
    net.replan({ [A]: ["a", "b", "c"] });
    for (const { name } of net.nodes) {
      net.start(name);
      if (name === "a") gate(net, name, false);
    }
    net.run(2000);
    expect(net.holders(A)).to.deep.equal(["b"]);
    expect(net.node("a").changes).to.deep.equal([]);
  });

  it("all start, and their gates open one after the other: as ranked in the end", () => {
    const net = new Net(["a", "b", "c"]);
    net.replan({ [A]: ["a", "b", "c"], [B]: ["b", "c", "a"] });
    for (const { name } of net.nodes) {
      net.start(name);
      gate(net, name, false);
    }
    net.run(1000);
    for (const name of ["c", "b", "a"]) {
      gate(net, name, true);
      net.run(1000);
    }
    expect([net.holders(A), net.holders(B)]).to.deep.equal([["a"], ["b"]]);
  });

  it("closed everywhere: somebody answers all the same, as before", () => {
    const net = settled();
    for (const { name } of net.nodes) {
      gate(net, name, false);
      net.run(400);
    }
    net.run(1000);
    for (const address of [A, B]) expect(net.holders(address)).to.have.length(1);
    const before = [net.holders(A), net.holders(B)];
    net.run(60_000);
    expect([net.holders(A), net.holders(B)]).to.deep.equal(before);
  });

  it("alone with itself: it answers for its island", () => {
    const net = settled();
    net.partition([["a"], ["b", "c"]]);
    gate(net, "a", false);
    net.run(2000);
    expect(net.holders(A)).to.deep.equal(["a", "b"]);
    net.partition([["a", "b", "c"]]);
    net.run(1000);
    expect(net.holders(A)).to.deep.equal(["b"]);
  });
});
