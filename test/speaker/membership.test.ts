/** Who is a peer, and who lingers; and what a change of the members does to addresses. */
import { expect } from "chai";
import { Membership } from "../../src/speaker/membership.ts";
import { Net } from "./net.ts";

const NODES = ["a", "b", "c"].map((node) => ({ node, addresses: [node] }));
const b = NODES[1];
describe("speaker: membership", () => {
  let membership: Membership;
  beforeEach(() => {
    membership = new Membership("a");
    membership.setNodes(NODES);
  });
  const some = (...names: readonly string[]) => membership.peers(new Set(names));

  it("peers are the nodes that share an address with us, and not we ourselves", () => {
    expect(some("a", "b")).to.deep.equal([{ ...b, lingering: false }]);
  });

  it("who shared one lingers, and is a peer as before when it shares one again", () => {
    some("b");
    expect(some()).to.deep.equal([{ ...b, lingering: true }]);
    expect(some("b")).to.deep.equal([{ ...b, lingering: false }]);
  });

  it("a node that is gone from the cluster does not linger, and is a stranger when it is there again", () => {
    some("b", "c");
    membership.setNodes(NODES.slice(0, 2));
    expect(some()).to.deep.equal([{ ...b, lingering: true }]);
    membership.setNodes(NODES);
    expect(some()).to.deep.equal([{ ...b, lingering: true }]);
  });
});

describe("speaker: members come and go by plans", () => {
  const [A, B] = ["192.0.2.1", "192.0.2.2"];

  const begun = (): Net => {
    const net = new Net(["a", "b", "c"]);
    for (const { name } of net.nodes) net.start(name);
    net.run(500);
    net.replan({ [A]: ["a", "b", "c"], [B]: ["b", "c", "a"] });
    net.run(61_000);
    for (const node of net.nodes) node.changes.length = 0;
    return net;
  };
  const nobodyWasLost = (net: Net) => {
    expect(net.nodes.flatMap(({ lost }) => lost)).to.deep.equal([]);
  };

  it("a node excluded and admitted again: one move away, one back by plan, and nobody is taken for dead", () => {
    const net = begun();
    for (const round of [1, 2]) {
      net.replan({ [A]: ["b", "c"], [B]: ["b", "c"] });
      net.run(round * 7000);
      expect(net.holders(A)).to.deep.equal(["b"]);
      net.replan({ [A]: ["a", "b", "c"], [B]: ["b", "c", "a"] });
      net.run(round * 7000);
      expect(net.holders(A)).to.deep.equal(["a"]);
    }
    const moves = net.nodes
      .flatMap(({ changes }) => changes)
      .map(({ address, reason }) => [address, reason]);
    expect(moves).to.deep.equal(Array.from({ length: 8 }, () => [A, "plan"]));
    nobodyWasLost(net);
  });

  it("one told late is not taken for dead, nor takes others for dead", () => {
    const net = begun();
    net.replan({ [A]: ["b", "c"], [B]: ["b", "c"] }, ["a"]);
    net.run(30_000);
    expect(net.holders(A)).to.deep.equal(["b"]); // it does not know yet, was waited for, and gave way
    net.tell(net.node("a"));
    net.run(1000);
    expect(net.holders(A)).to.deep.equal(["b"]);
    nobodyWasLost(net);
  });

  it("handed over to a node that never shared an address with the holder", () => {
    const net = new Net(["a", "b", "c", "d"]);
    for (const { name } of net.nodes) net.start(name);
    net.run(500);
    net.replan({ [A]: ["a", "b"], [B]: ["c", "d"] });
    net.run(61_000);
    const movedMs = net.nowMs;
    net.replan({ [A]: ["d", "c"] });
    net.run(1000);
    expect(net.holders(A)).to.deep.equal(["d"]);
    const gained = net.node("d").changes.at(-1);
    const released = net.node("a").changes.at(-1);
    expect([gained?.to, released?.to, released?.reason]).to.deep.equal(["d", "d", "plan"]);
    expect(released?.atMs).to.be.greaterThan(gained?.atMs ?? Infinity);
    expect(released?.atMs).to.be.lessThan(movedMs + 400);
    net.run(30_000);
    nobodyWasLost(net);
  });

  it("one that comes back to a cluster that has planned without it learns that it was away", () => {
    const net = begun();
    net.partition([["a"], ["b", "c"]]);
    net.run(1000);
    net.replan({ [A]: ["b", "c"], [B]: ["b", "c"] }, ["a"]);
    net.run(60_000);
    expect(net.holders(A)).to.deep.equal(["a", "b"]);
    net.partition([["a", "b", "c"]]);
    net.run(400);
    expect(net.holders(A)).to.deep.equal(["b"]);
    expect(net.holders(B)).to.deep.equal(["b"]);
  });
});
