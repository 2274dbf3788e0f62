/**
 * To whom a beat goes: rounds by themselves, and a hundred nodes that go by them.
 */
import { expect } from "chai";
import { newPeer, type Peer } from "../../src/speaker/peers.ts";
import { Rounds, roundsFor } from "../../src/speaker/rounds.ts";
import { randomFrom } from "../random.ts";
import { Mesh, RHYTHM } from "./mesh.ts";

const { intervalMs, detectionMs } = RHYTHM;

function peersOf(count: number): Peer[] {
  return Array.from({ length: count }, (_, id) => {
    const known = { node: `n${id}`, id, addresses: [`a${id}`], deadlineMs: 0, awaited: false };
    return newPeer(known);
  });
}

describe("speaker: rounds", () => {
  const rows: readonly [peers: number, rounds: number, why: string][] = [
    [0, 1, "nobody"],
    [32, 1, "the most that hear every beat"],
    [33, 2, "one more"],
    [99, 4, "a hundred nodes"],
    [499, 4, "no more than the detection time allows"],
  ];
  for (const [peers, rounds, why] of rows) {
    it(`${peers} peers in ${rounds} rounds: ${why}`, () => {
      expect(roundsFor(peers, RHYTHM)).to.equal(rounds);
    });
  }

  it("a longer detection time allows more, a short one none", () => {
    expect(roundsFor(499, { intervalMs, detectionMs: 1000 })).to.equal(12);
    expect(roundsFor(499, { intervalMs, detectionMs: 150 })).to.equal(1);
  });

  /** With 70 peers that have heard everything so far, at 0 ms. */
  function three(): Rounds {
    const rounds = new Rounds(RHYTHM);
    rounds.setPeers(peersOf(70));
    rounds.toAll(0, 0);
    rounds.next(0);
    return rounds;
  }

  it("in turn each peer is sent one beat of three, and none is left out", () => {
    const rounds = three();
    expect(rounds.intervalMs).to.equal(150);
    const turns = [50, 100, 150].map((nowMs) => rounds.next(nowMs).map((peer) => peer.id));
    expect(turns.map((turn) => turn.length).sort()).to.deep.equal([23, 23, 24]);
    expect(new Set(turns.flat()).size).to.equal(70);
  });

  it("what changes goes to all, at once, and the turns go on behind it", () => {
    const rounds = three();
    const first = rounds.next(50);
    rounds.promptly(55);
    expect(rounds.dueMs).to.equal(70);
    expect(rounds.next(70)).to.have.length(70);
    expect(rounds.dueMs).to.equal(120);
    for (const nowMs of [120, 170]) expect(rounds.next(nowMs).length).to.be.below(25);
    expect(rounds.next(220)).to.deep.equal(first);
  });

  it("insisting: every beat to all until then", () => {
    const rounds = three();
    rounds.insist(50, 130);
    expect([50, 100, 150].map((nowMs) => rounds.next(nowMs).length)).to.deep.equal([70, 70, 23]);
  });

  it("after a pause of its own a node waits for nobody's turn", () => {
    const rounds = three();
    expect(rounds.next(99)).to.have.length(23);
    expect(rounds.next(150)).to.have.length(70);
  });

  it("a peer without an address is sent nothing", () => {
    const rounds = new Rounds(RHYTHM);
    rounds.setPeers(peersOf(3).map((peer) => ({ ...peer, addresses: [] })));
    expect(rounds.next(0)).to.deep.equal([]);
  });
});

describe("speaker: rounds: a hundred nodes", function () {
  this.timeout(120_000);

  function settled(size: number): Mesh {
    const mesh = new Mesh(size);
    mesh.run(1000);
    expect(mesh.judged).to.deep.equal([]);
    mesh.sent = 0;
    return mesh;
  }

  // One mesh for all: the start of a hundred nodes is the longest part.
  let mesh: Mesh;
  before(() => {
    mesh = settled(100);
  });

  it("each sends a quarter of a full mesh, and one that pauses for 250 ms is judged by nobody", () => {
    mesh.run(200);
    expect(mesh.sent / 100).to.be.closeTo((99 / 4) * (200 / intervalMs), 1);
    mesh.paused.add("n7");
    mesh.run(250);
    mesh.resume("n7");
    mesh.run(500);
    expect(mesh.judged).to.deep.equal([]);
  });

  it("a crash, or three at once, are known to all in the detection time and one interval; nobody else is judged", () => {
    const rows = [
      { victims: ["n7"], afterMs: 0 },
      { victims: ["n50"], afterMs: 17 },
      { victims: ["n3", "n4", "n90"], afterMs: 31 },
    ];
    for (const { victims, afterMs } of rows) {
      mesh.run(afterMs);
      mesh.judged.length = 0;
      for (const victim of victims) mesh.crash(victim);
      const atMs = mesh.nowMs;
      mesh.run(600);
      expect([...new Set(mesh.judged.map((judged) => judged.node))].sort()).to.deep.equal(victims);
      expect(mesh.judged).to.have.length(victims.length * mesh.size);
      const lastMs = Math.max(...mesh.judged.map((judged) => judged.atMs));
      expect(lastMs - atMs).to.be.at.most(detectionMs + intervalMs);
    }
  });

  it("one datagram in twenty lost: no verdicts, no storm, and a crash is known as soon as the repetition arrives", () => {
    const random = randomFrom(1);
    mesh.loses = () => random() < 0.05;
    [mesh.judged.length, mesh.sent] = [0, 0];
    mesh.run(2000);
    expect(mesh.judged).to.deep.equal([]);
    expect(mesh.sent / mesh.size / 2).to.be.below(600);
    mesh.crash("n8");
    const atMs = mesh.nowMs;
    mesh.run(1000);
    expect(new Set(mesh.judged.map((judged) => judged.node))).to.deep.equal(new Set(["n8"]));
    const lastMs = Math.max(...mesh.judged.map((judged) => judged.atMs));
    expect(lastMs - atMs).to.be.at.most(detectionMs + 3 * intervalMs);
  });

  it("forty nodes, one datagram in twenty lost: no verdicts in a minute", () => {
    const forty = settled(40);
    const random = randomFrom(2);
    forty.loses = () => random() < 0.05;
    forty.run(60_000);
    expect(forty.judged).to.deep.equal([]);
  });
});
