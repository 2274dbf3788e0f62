/**
 * Several minds together: the H-rules, each as a story.
 */
import { expect } from "chai";
import { OVERLAP_MS } from "../../src/speaker/handover.ts";
import type { Ip } from "../../src/base/ip.ts";
import { ETH0, Net } from "./net.ts";

const NODES = ["a", "b", "c"];
const [X, Y, Z] = ["192.0.2.1", "192.0.2.2", "192.0.2.3"] as const;
const RANKS = { [X]: ["a", "b", "c"], [Y]: ["b", "c", "a"], [Z]: ["c", "a", "b"] };

/** Speakers first, the plan later, as in a cluster whose Services come last. */
function running(names = NODES, ranks: Record<string, string[]> = RANKS): Net {
  const net = new Net(names);
  for (const name of names) net.start(name);
  net.run(1000);
  net.replan(ranks);
  net.run(1000);
  return net;
}

const holders = (net: Net) => [X, Y, Z].map((address) => net.holders(address).join("+"));
const reasons = (net: Net, node: string) =>
  net
    .node(node)
    .changes.map(({ address, gained, reason }) => `${gained ? "+" : "-"}${address} ${reason}`);

describe("speaker: holding", () => {
  it("H1: one holder for each address, the first of the rank", () => {
    const net = running();
    expect(holders(net)).to.deep.equal(["a", "b", "c"]);
    expect(reasons(net, "a")).to.deep.equal([`+${X} first`]);
  });

  it("nothing is held before it has listened for the detection time", () => {
    const net = new Net(["a"]);
    net.replan({ [X]: ["a"] }, [], "a");
    net.start("a");
    net.run(329);
    expect(net.holders(X)).to.deep.equal([]);
    net.run(1);
    expect(net.holders(X)).to.deep.equal(["a"]);
  });

  it("H2: a crash moves the addresses of the dead within detection time and one interval", () => {
    const net = running();
    net.crash("a");
    net.run(380);
    expect(holders(net)).to.deep.equal(["b", "b", "c"]);
    expect(reasons(net, "b")).to.deep.equal([`+${Y} first`, `+${X} node-lost`]);
    expect(reasons(net, "c")).to.deep.equal([`+${Z} first`]);
  });

  it("H3: a node that returns takes nothing back, and holds again what a newer plan gives it", () => {
    const net = running();
    net.crash("a");
    net.run(5000);
    net.start("a");
    net.run(5000);
    expect(holders(net)).to.deep.equal(["b", "b", "c"]);
    net.replan({ [X]: ["a", "b", "c"] });
    net.run(500);
    expect(holders(net)).to.deep.equal(["a", "b", "c"]);
  });

  it("H3: also where it returns before anybody missed it", () => {
    const net = running();
    net.crash("a");
    net.run(50);
    net.start("a");
    net.run(2000);
    expect(holders(net)).to.deep.equal(["b", "b", "c"]);
    expect(reasons(net, "b").at(-1)).to.equal(`+${X} node-lost`);
  });

  it("H3: a node that flaps every 5 s for 10 minutes moves its address once", () => {
    const net = running();
    for (let i = 0; i < 60; i++) {
      net.crash("a");
      net.run(5000);
      net.start("a");
      net.run(5000);
    }
    const moves = NODES.flatMap((name) =>
      net.node(name).changes.filter(({ address, gained }) => gained && address === X),
    );
    expect(moves.map(({ to }) => to)).to.deep.equal(["a", "b"]);
  });

  it("H3 where every speaker has restarted since the plan: who has served for a minute keeps what it has", () => {
    const net = running();
    for (const name of NODES) net.crash(name);
    for (const name of NODES) net.start(name);
    net.run(61_000);
    expect(holders(net)).to.deep.equal(["a", "b", "c"]);
    net.crash("a");
    net.run(1000);
    net.start("a");
    net.run(1000);
    expect(holders(net)).to.deep.equal(["b", "b", "c"]);
  });

  it("all start together, fenced alike: as ranked", () => {
    const net = new Net(NODES);
    net.replan(RANKS);
    for (const name of NODES) {
      net.start(name);
      net.run(500);
    }
    net.run(1000);
    expect(holders(net)).to.deep.equal(["a", "b", "c"]);
  });

  it("H4: a planned move is announced by the new holder before the old one falls silent", () => {
    const net = running();
    const atMs = net.nowMs;
    net.replan({ [X]: ["c", "a", "b"] });
    net.run(1000);
    expect(holders(net)).to.deep.equal(["c", "b", "c"]);
    const gained = net.node("c").changes.at(-1)?.atMs ?? 0;
    const lost = net.node("a").changes.at(-1)?.atMs ?? 0;
    expect(net.announced.some((f) => f.node === "c" && f.ip === X && f.atMs < lost)).to.equal(true);
    expect([gained - atMs < 50, lost - gained >= OVERLAP_MS, lost - gained < 100]).to.deep.equal([
      ...[true, true, true],
    ]);
    expect(reasons(net, "c").at(-1)).to.equal(`+${X} plan`);
  });

  it("H4: whoever has not heard of the plan is waited for: by its successor for a second, by its predecessor for good; then it gives way", () => {
    const net = running();
    net.replan({ [X]: ["c", "a", "b"] }, ["c"]);
    net.run(10_000);
    expect(net.holders(X)).to.deep.equal(["a"]);
    net.tell(net.node("c"));
    net.run(500);
    expect(net.holders(X)).to.deep.equal(["c"]);
    net.replan({ [X]: ["b", "c", "a"] }, ["c"]);
    net.run(900);
    expect(net.holders(X)).to.deep.equal(["c"]);
    net.run(105);
    expect(net.holders(X)).to.deep.equal(["b", "c"]); // as long as in any planned move
    net.run(95);
    expect(net.holders(X)).to.deep.equal(["b"]);
    net.tell(net.node("c"));
    net.run(500);
    expect(net.holders(X)).to.deep.equal(["b"]);
  });

  it("one that has not read the newest plan and was away gives way to who took over", () => {
    const net = running();
    net.replan({ [Y]: ["b", "a", "c"] }, ["a"]);
    net.partition([["a"], ["b", "c"]]);
    net.run(1000);
    net.partition([["a", "b", "c"]]);
    net.run(2000);
    expect(net.holders(X)).to.have.length(1);
    net.tell(net.node("a"));
    net.run(2000);
    expect(net.holders(X)).to.have.length(1);
  });

  it("a new address that its first node cannot know: the next answers after a second, until that node knows", () => {
    const net = running();
    const W = "192.0.2.99";
    net.replan({ [W]: ["c", "a", "b"] }, ["c"]);
    net.run(900);
    expect(net.holders(W)).to.deep.equal([]);
    net.run(2000);
    expect(net.holders(W)).to.deep.equal(["a"]);
    expect(holders(net)).to.deep.equal(["a", "b", "c"]);
    net.tell(net.node("c"));
    net.run(1);
    expect(net.holders(W)).to.deep.equal(["a", "c"]);
    net.run(200);
    expect(net.holders(W)).to.deep.equal(["c"]);
    net.crash("c");
    net.run(400);
    expect(net.holders(W)).to.deep.equal(["a"]);
  });

  it("H2: next in rank is one that knows an older plan, which names another: it is passed over until it knows", () => {
    const net = running();
    net.replan({ [X]: ["a", "c", "b"] }, ["c"]);
    net.run(1000);
    net.crash("a");
    net.run(440);
    expect(net.holders(X)).to.deep.equal(["b"]);
    net.tell(net.node("c"));
    net.run(200);
    expect(net.holders(X)).to.deep.equal(["c"]);
  });

  it("H4: what a peer announced for a plan that is over says nothing of the next", () => {
    const net = running();
    net.replan({ [X]: ["b", "a", "c"] }, ["a"]);
    net.run(1500);
    expect(net.holders(X)).to.deep.equal(["b"]);
    net.replan({ [X]: ["a", "b", "c"] });
    net.run(2000);
    expect(net.holders(X)).to.deep.equal(["a"]);
    net.replan({ [X]: ["b", "a", "c"] }, ["b"]);
    for (let ms = 0; ms < 300; ms += 10) {
      net.run(10);
      expect(net.holders(X), `after ${ms} ms`).to.deep.equal(["a"]);
    }
    net.tell(net.node("b"));
    net.run(200);
    expect(net.holders(X)).to.deep.equal(["b"]);
  });

  it("H5: a holder that is back finds one that answers in place of another that does not read the plan: it gives way at once", () => {
    const net = running();
    net.crash("b");
    const W = "192.0.2.99";
    net.replan({ [W]: ["a", "b", "c"] }, ["c"]);
    net.run(1000);
    net.start("b");
    net.run(1000);
    net.stall("a", 400);
    expect(net.holders(W)).to.deep.equal(["a", "b"]);
    net.run(200);
    expect(net.holders(W)).to.have.length(1);
  });

  it("H2: next in rank is one that knows an older plan, which names it as well: it answers, and nobody else begins", () => {
    const net = running();
    net.replan({ [X]: ["a", "b", "c"], [Y]: ["b", "c", "a"] }, ["b"]);
    net.run(1000);
    net.crash("a");
    net.run(2000);
    expect(net.holders(X)).to.deep.equal(["b"]);
    expect(reasons(net, "c")).to.deep.equal([`+${Z} first`]);
  });

  it("H2: a holder that does not know of the move loses its interface: the successor waits no longer", () => {
    const net = running();
    net.replan({ [X]: ["b", "a", "c"] }, ["a"]);
    net.run(500);
    expect(net.holders(X)).to.deep.equal(["a"]);
    net.feed(net.node("a"), { kind: "links", links: [{ ...ETH0, carrier: false }] });
    net.run(60);
    expect(net.holders(X)).to.deep.equal(["b"]);
  });

  it("H4: a speaker that is stopped is answered for before it falls silent", () => {
    const net = running();
    net.feed(net.node("a"), { kind: "leave" });
    net.run(100);
    expect(net.holders(X)).to.deep.equal(["a", "b"]);
    net.run(200);
    expect(holders(net)).to.deep.equal(["b", "b", "c"]);
    expect(reasons(net, "b").at(-1)).to.equal(`+${X} speaker-stopped`);
    expect(reasons(net, "a").at(-1)).to.equal(`-${X} speaker-stopped`);
  });

  it("H4: while it stops, no plan and no death make it fall silent earlier", () => {
    const net = running();
    net.feed(net.node("a"), { kind: "leave" });
    net.run(50);
    net.crash("c");
    net.replan(RANKS);
    net.run(140);
    expect(net.holders(X)).to.deep.equal(["a", "b"]);
    net.run(20);
    expect(net.holders(X)).to.deep.equal(["b"]);
  });

  it("a node that starts soon after another takes what it is first for: nobody is settled yet", () => {
    const net = new Net(["a", "b"]);
    net.replan({ [X]: ["b", "a"] });
    net.start("a");
    net.run(1000);
    expect(net.holders(X)).to.deep.equal(["a"]);
    net.start("b");
    net.run(1000);
    expect(net.holders(X)).to.deep.equal(["b"]);
    expect(reasons(net, "a")).to.deep.equal([`+${X} first`, `-${X} partition-mended`]);
  });

  it("what is planned away for good is forgotten, and its nodes linger", () => {
    const net = running(NODES, { [X]: ["a", "b"], [Y]: ["a", "c"] });
    const lingering = () =>
      [...(net.node("a").speaker?.liveness.peers.values() ?? [])].map((p) => [p.node, p.lingering]);
    expect(lingering()).to.deep.equal([
      ["b", false],
      ["c", false],
    ]);
    net.replan({ [X]: ["b"] });
    net.run(1000);
    expect(lingering()).to.deep.equal([
      ["b", true],
      ["c", false],
    ]);
  });

  it("a timer that comes early is asked for again", () => {
    const net = running();
    const { speaker, dueMs } = net.node("a");
    const effects = speaker?.step({ kind: "timer", nowMs: dueMs - 0.5 });
    expect(effects).to.deep.equal([{ kind: "set-timer", atMs: dueMs }]);
  });

  it("H5: each side of a partition has an answer; mended, the one that was alone gives way", () => {
    const net = running();
    net.partition([["a"], ["b", "c"]]);
    net.run(1000);
    expect([net.holders(X), net.holders(Y), net.holders(Z)]).to.deep.equal([
      ...[
        ["a", "b"],
        ["a", "b"],
        ["a", "c"],
      ],
    ]);
    net.partition([NODES]);
    net.run(400);
    expect(holders(net)).to.deep.equal(["b", "b", "c"]);
    net.run(10_000);
    expect(holders(net)).to.deep.equal(["b", "b", "c"]);
  });

  it("H5: after a mend who keeps an address announces it, for some have heard the other", () => {
    const net = running();
    net.partition([["a"], ["b", "c"]]);
    net.run(10_000);
    const mendMs = net.nowMs;
    net.partition([NODES]);
    net.run(5000);
    const said = net.announced.filter(({ atMs }) => atMs > mendMs + 50);
    expect(new Set(said.map(({ node, ip }) => `${ip} ${node}`))).to.deep.equal(
      new Set([`${X} b`, `${Y} b`, `${Z} c`]),
    );
  });

  it("H4: to a node that never had a rank in common with the holder, without a gap and soon with one answer", () => {
    const net = running(["a", "b", "c", "d"], { [X]: ["a", "b"], [Y]: ["c", "d"] });
    net.replan({ [X]: ["c", "d"] }, [], "a");
    const counts: number[] = [];
    for (let i = 0; i < 250; i++) {
      net.run(1);
      counts.push(net.holders(X).length);
    }
    expect(counts.filter((count) => count === 0)).to.deep.equal([]);
    expect(net.holders(X)).to.deep.equal(["c"]);
  });

  it("H4: a move that is called off while both answer: who keeps the address announces it", () => {
    const net = running();
    net.run(5000);
    net.replan({ [X]: ["b", "a", "c"] });
    net.run(40);
    expect(net.holders(X)).to.deep.equal(["a", "b"]);
    const backMs = net.nowMs;
    net.replan({ [X]: ["a", "b", "c"] });
    net.run(3000);
    expect(net.holders(X)).to.deep.equal(["a"]);
    const said = net.announced.filter(({ atMs, ip }) => atMs > backMs && ip === X);
    expect(said.at(-1)?.node).to.equal("a");
  });

  it("H5: two halves of two nodes each: as ranked, within one heartbeat", () => {
    const net = running(["a", "b", "c", "d"], {
      [X]: ["a", "c", "b", "d"],
      [Y]: ["c", "a", "d", "b"],
      [Z]: ["d", "b", "a", "c"],
    });
    net.partition([
      ["a", "b"],
      ["c", "d"],
    ]);
    net.run(1000);
    expect([net.holders(X), net.holders(Y)]).to.deep.equal([
      ["a", "c"],
      ["a", "c"],
    ]);
    net.partition([["a", "b", "c", "d"]]);
    net.run(250);
    expect(holders(net)).to.deep.equal(["a", "c", "d"]);
  });

  it("H5: two nodes alone with themselves: one answer after the mend, the same for both", () => {
    const net = running(["a", "b"], { [X]: ["a", "b"], [Y]: ["b", "a"] });
    net.partition([["a"], ["b"]]);
    net.run(1000);
    expect([net.holders(X), net.holders(Y)]).to.deep.equal([
      ["a", "b"],
      ["a", "b"],
    ]);
    net.partition([["a", "b"]]);
    net.run(250);
    expect([net.holders(X), net.holders(Y)]).to.deep.equal([["a"], ["b"]]);
  });

  it("two nodes, one crashes and returns: the survivor, who heard nobody, keeps everything", () => {
    const net = running(["a", "b"], { [X]: ["a", "b"], [Y]: ["b", "a"] });
    net.crash("a");
    net.run(1000);
    net.start("a");
    net.run(2000);
    expect([net.holders(X), net.holders(Y)]).to.deep.equal([["b"], ["b"]]);
  });

  it("a broken way between two that a third hears both of accuses nobody", () => {
    const net = running();
    net.cuts.add("a>b");
    net.run(5000);
    expect(holders(net)).to.deep.equal(["a", "b", "c"]);
    net.cuts.add("b>a");
    net.run(5000);
    expect(holders(net)).to.deep.equal(["a", "b", "c"]);
  });

  it("a peer that learned of us late lost nothing and is given what is its own", () => {
    const net = new Net(["a", "b"]);
    for (const name of ["a", "b"]) net.start(name);
    net.run(70_000);
    net.replan({ [X]: ["a", "b"], [Y]: ["b", "a"] }, ["a"]);
    net.run(2000);
    expect([net.holders(X), net.holders(Y)]).to.deep.equal([["b"], ["b"]]);
    net.tell(net.node("a"));
    net.run(1000);
    expect([net.holders(X), net.holders(Y)]).to.deep.equal([["a"], ["b"]]);
  });

  it("an address taken out of the plan is silent at once; one without a living node is nobody's", () => {
    const net = running();
    const [a, generation] = [net.node("a"), net.generation];
    const change = { upserts: [], removals: [X as never], generation };
    net.feed(a, { kind: "plan", change });
    const atMs = net.nowMs;
    expect(net.holders(X)).to.deep.equal([]);
    net.run(500);
    expect(net.announced.filter(({ ip, atMs: at }) => ip === X && at >= atMs)).to.deep.equal([]);
    net.replan({ [Y]: [] });
    net.run(500);
    expect(net.holders(Y)).to.deep.equal([]);
    expect(reasons(net, "b").at(-1)).to.equal(`-${Y} no-node`);
  });

  it("an interface lost while heartbeats go on: the next holds, and the loser takes nothing back", () => {
    const net = running();
    const a = net.node("a");
    net.feed(a, { kind: "links", links: [{ ...ETH0, carrier: false }] });
    net.run(50);
    expect(holders(net)).to.deep.equal(["b", "b", "c"]);
    expect(reasons(net, "a").at(-1)).to.equal(`-${X} interface-lost`);
    expect(reasons(net, "b").at(-1)).to.equal(`+${X} interface-lost`);
    net.run(1000);
    net.feed(a, { kind: "links", links: [ETH0] });
    net.run(1000);
    expect(holders(net)).to.deep.equal(["b", "b", "c"]);
    expect(net.rejoined).to.deep.equal(["a"]);
  });

  it("each node answers on its own interfaces: another that the plan names for others does not help", () => {
    const eth1 = { ...ETH0, index: 3, name: "eth1" };
    const net = new Net(["a", "b"]);
    net.start("a", [ETH0, eth1]);
    net.start("b", [ETH0, eth1]);
    const upserts = [
      {
        ...{ address: X as Ip, rank: ["a", "b"], generation: 1, holder: null },
        interfaces: ["eth0", "eth1"],
        nodeInterfaces: [
          { node: "a", interfaces: ["eth0"] },
          { node: "b", interfaces: ["eth1"] },
        ],
      },
    ];
    const change = { upserts, removals: [], generation: 1 };
    for (const node of net.nodes) net.feed(node, { kind: "plan", change });
    net.run(2000);
    expect(net.holders(X)).to.deep.equal(["a"]);
    net.feed(net.node("a"), { kind: "links", links: [{ ...ETH0, carrier: false }, eth1] });
    net.run(200);
    expect(net.holders(X)).to.deep.equal(["b"]);
    net.feed(net.node("b"), { kind: "links", links: [ETH0] });
    net.run(200);
    expect(net.holders(X)).to.deep.equal([]);
  });

  it("an interface that comes back announces what is held on it again", () => {
    const net = running(["a"], { [X]: ["a"] });
    net.run(5000);
    const before = net.announced.length;
    const more = { ...ETH0, index: 3, name: "eth1" };
    net.feed(net.node("a"), { kind: "links", links: [ETH0, more] });
    net.run(1);
    expect(net.announced.length).to.equal(before + 1);
  });

  it("10,000 addresses: a death is decided in well under the time between two heartbeats", () => {
    const ranks: Record<string, string[]> = {};
    for (let i = 0; i < 10_000; i++) ranks[`10.0.${i >> 8}.${i & 255}`] = ["a", "b", "c"];
    const net = running(NODES, ranks);
    net.run(35_000); // before first use each is asked for on the wire, at a bounded rate
    expect(net.node("a").held.size).to.equal(10_000);
    net.crash("a");
    const began = performance.now();
    net.run(400);
    expect(net.node("b").held.size).to.equal(10_000);
    expect(performance.now() - began).below(1500);
  });
});
