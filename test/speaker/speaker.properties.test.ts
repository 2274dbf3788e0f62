/**
 * Whatever happened before: once all hear each other, exactly one answers, and all agree who.
 *
 * Random histories of crashes, returns, partitions, one-way losses, plans that reach only some. Then everything is
 * mended and told to everybody, and time passes.
 */
import { expect } from "chai";
import fc from "fast-check";
import { Net } from "./net.ts";

const NODES = ["a", "b", "c", "d"];
const ADDRESSES = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1"];

type Act =
  | { readonly kind: "crash" | "start" | "leave"; readonly node: string }
  | { readonly kind: "partition"; readonly groups: readonly string[][] }
  | { readonly kind: "cut"; readonly way: string }
  | { readonly kind: "mend" }
  | {
      readonly kind: "plan";
      readonly address: string;
      readonly rank: string[];
      readonly deaf: string[];
    }
  | { readonly kind: "wait"; readonly forMs: number };

const anyNode = fc.constantFrom(...NODES);
const anySome = fc.subarray(NODES);
const anyAct: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("crash" as const, "start" as const, "leave" as const),
    node: anyNode,
  }),
  fc.record({
    kind: fc.constant("partition" as const),
    groups: anySome.map((some) => [some, NODES.filter((node) => !some.includes(node))]),
  }),
  fc.record({
    kind: fc.constant("cut" as const),
    way: fc.tuple(anyNode, anyNode).map(([a, b]) => `${a}>${b}`),
  }),
  fc.record({ kind: fc.constant("mend" as const) }),
  fc.record({
    kind: fc.constant("plan" as const),
    address: fc.constantFrom(...ADDRESSES),
    rank: fc.shuffledSubarray(NODES),
    deaf: anySome,
  }),
  fc.record({ kind: fc.constant("wait" as const), forMs: fc.nat(1500) }),
);

function apply(net: Net, act: Act): void {
  if (act.kind === "wait") net.run(act.forMs);
  else if (act.kind === "partition") net.partition(act.groups);
  else if (act.kind === "cut") net.cuts.add(act.way);
  else if (act.kind === "mend") net.cuts.clear();
  else if (act.kind === "plan") net.replan({ [act.address]: act.rank }, act.deaf);
  else if (act.kind === "crash") net.crash(act.node);
  else if (act.kind === "leave") {
    net.feed(net.node(act.node), { kind: "leave" });
    net.run(250);
    net.crash(act.node);
  } else if (net.node(act.node).speaker === null) net.start(act.node);
}

function begin(): Net {
  const net = new Net(NODES);
  for (const name of NODES) net.start(name);
  net.run(500);
  net.replan(Object.fromEntries(ADDRESSES.map((address, i) => [address, rotated(i)])));
  net.run(500);
  return net;
}

const rotated = (i: number): string[] => [...NODES.slice(i % 4), ...NODES.slice(0, i % 4)];

function mend(net: Net): void {
  net.cuts.clear();
  for (const node of net.nodes) net.tell(node);
  net.run(3000);
}

describe("speaker: whatever happened", () => {
  it("once all hear each other, one node that runs and is ranked answers, and nobody else", () => {
    fc.assert(
      fc.property(fc.array(anyAct, { maxLength: 25 }), (history) => {
        const net = begin();
        for (const act of history) apply(net, act);
        mend(net);
        for (const address of ADDRESSES) {
          const may = net.rankOf(address).filter((name) => net.node(name).speaker !== null);
          const holders = net.holders(address);
          expect(holders.length, `${address}: ${holders.join("+")}`).to.equal(
            Math.min(1, may.length),
          );
          expect(may).to.include.members(holders);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("after that nothing moves without a cause", () => {
    fc.assert(
      fc.property(fc.array(anyAct, { maxLength: 15 }), (history) => {
        const net = begin();
        for (const act of history) apply(net, act);
        mend(net);
        const before = net.nodes.map((node) => node.changes.length);
        net.run(20_000);
        expect(net.nodes.map((node) => node.changes.length)).to.deep.equal(before);
      }),
      { numRuns: 60 },
    );
  });

  it("a node that returns takes nothing back, whatever others did meanwhile", () => {
    const anyHistory = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constantFrom("crash" as const, "start" as const), node: anyNode }),
        fc.record({ kind: fc.constant("wait" as const), forMs: fc.nat(1500) }),
      ),
      { maxLength: 10 },
    );
    fc.assert(
      fc.property(anyHistory, anyNode, (history, gone) => {
        const net = begin();
        for (const act of history) apply(net, act);
        // Whoever has served for a minute is settled: before, nodes count as starting together.
        for (const name of NODES) if (net.node(name).speaker === null) net.start(name);
        net.run(62_000);
        net.crash(gone);
        net.run(1000);
        const before = ADDRESSES.map((address) => net.holders(address));
        net.start(gone);
        net.run(2000);
        expect(ADDRESSES.map((address) => net.holders(address))).to.deep.equal(before);
      }),
      { numRuns: 30 },
    );
  });

  it("a death moves the addresses of the dead and no others", () => {
    fc.assert(
      fc.property(fc.array(anyAct, { maxLength: 12 }), anyNode, (history, gone) => {
        const net = begin();
        for (const act of history) apply(net, act);
        mend(net);
        const before = ADDRESSES.map((address) => net.holders(address).join("+"));
        net.crash(gone);
        net.run(400);
        ADDRESSES.forEach((address, i) => {
          if (before[i] === gone) expect(net.holders(address)).not.to.include(gone);
          else expect(net.holders(address).join("+")).to.equal(before[i]);
        });
      }),
      { numRuns: 100 },
    );
  });
});
