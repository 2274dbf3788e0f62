/**
 * A new key, spread to one speaker after another: by the rule alone, and by datagrams, of which none may be refused.
 */
import { expect } from "chai";
import { AWAITED_MS, KeyRotation } from "../../src/speaker/key-rotation.ts";
import { Signer } from "../../src/speaker/io/signer.ts";
import type { UnsignedHeartbeat } from "../../src/speaker/liveness.ts";
import { claimedKeyId } from "../../src/speaker/wire/heartbeat.ts";

type Step =
  | readonly [kind: "begin"]
  | readonly [kind: "heard", nowMs: number, sender: number, has: boolean]
  | readonly [kind: "complete", nowMs: number, want: boolean];

const rows: readonly { readonly name: string; readonly steps: readonly Step[] }[] = [
  {
    name: "everybody has it",
    steps: [["begin"], ["heard", 10, 1, true], ["heard", 10, 2, true], ["complete", 10, true]],
  },
  {
    name: "one has not, until he has",
    steps: [
      ["begin"],
      ["heard", 10, 1, true],
      ["heard", 10, 2, false],
      ["complete", 10, false],
      ["heard", 60, 2, true],
      ["complete", 60, true],
    ],
  },
  {
    name: "one that hears nobody keeps nobody waiting, until it hears somebody",
    steps: [["begin"], ["complete", 100, true], ["heard", 110, 1, false], ["complete", 110, false]],
  },
  {
    name: "who has it not and falls silent is waited for no more, and again when he is back",
    steps: [
      ["begin"],
      ["heard", 10, 2, false],
      ["heard", 9000, 1, true],
      ["complete", 9 + AWAITED_MS, false],
      ["complete", 10 + AWAITED_MS, true],
      ["heard", 20_000, 2, false],
      ["complete", 20_000, false],
    ],
  },
  {
    name: "the next key begins anew",
    steps: [["begin"], ["heard", 10, 1, true], ["begin"], ["complete", 20, false]],
  },
];

describe("speaker: key rotation", () => {
  for (const { name, steps } of rows) {
    it(name, () => {
      const rotation = new KeyRotation();
      for (const step of steps) {
        if (step[0] === "begin") rotation.begin();
        else if (step[0] === "heard") rotation.heard(step[2], step[3], step[1]);
        else expect(rotation.isComplete(step[1]), `at ${step[1]} ms`).to.equal(step[2]);
      }
    });
  }
});

const [OLD, NEW, NEWER] = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte));

/** Speakers that send to each other, round by round; what one is sent is looked at at once. */
class Cluster {
  readonly signers: readonly Signer[];
  /** By node: with which key it has signed last. */
  readonly signedWith: number[] = [];
  nowMs = 0;
  #sequence = 0;

  constructor(size: number) {
    this.signers = Array.from({ length: size }, () => new Signer());
  }

  tell(node: number, ...keys: readonly (Uint8Array | undefined)[]): void {
    const known = keys.filter((key) => key !== undefined);
    this.signers[node]?.setKeys(known);
  }

  /** Everybody sends one to everybody. @returns what was refused, by whom and from whom */
  beat(nodes: readonly number[] = [...this.signers.keys()]): string[] {
    this.nowMs += 50;
    const refused: string[] = [];
    for (const from of nodes) {
      const bytes = this.signers[from]?.seal(heartbeat(from, ++this.#sequence), this.nowMs);
      if (bytes === undefined) throw new Error(`n${from} has no key`);
      this.signedWith[from] = claimedKeyId(bytes);
      for (const to of nodes) {
        if (to === from) continue;
        const opened = this.signers[to]?.open(bytes, this.nowMs);
        if (opened?.ok !== true) refused.push(`n${to} refuses n${from}: ${opened?.fault ?? ""}`);
      }
    }
    return refused;
  }
}

function heartbeat(sender: number, sequence: number): UnsignedHeartbeat {
  return {
    ...{ sender, sequence, incarnation: 1, fence: 0, planGeneration: 0, inServiceSeconds: 0 },
    ...{ leaving: false, starting: false, isolated: false, gated: false, yields: 0 },
    ...{ intervalMs: 50, detectionMs: 330, heard: [], lost: [], links: [], macs: [] },
  };
}

function keyIdOf(key: Uint8Array | undefined): number {
  const signer = new Signer();
  signer.setKeys(key === undefined ? [] : [key]);
  return claimedKeyId(signer.seal(heartbeat(1, 1), 0) ?? new Uint8Array(100));
}

describe("speaker: key rotation: datagrams", () => {
  it("whoever reads the new key first, and however late the last: none is refused, and then all sign with it", () => {
    for (const order of [
      [0, 1, 2],
      [2, 0, 1],
      [1, 2, 0],
    ]) {
      const cluster = new Cluster(3);
      for (const node of order) cluster.tell(node, OLD);
      expect(cluster.beat()).to.deep.equal([]);
      for (const node of order) {
        cluster.tell(node, NEW, OLD);
        for (let i = 0; i < 10; i++) {
          expect(cluster.beat(), `n${node} has it`).to.deep.equal([]);
          // Whoever has it not must be able to read all that is sent.
          const isLast = node === order.at(-1);
          if (!isLast) expect(new Set(cluster.signedWith)).to.deep.equal(new Set([keyIdOf(OLD)]));
        }
      }
      expect(new Set(cluster.signedWith)).to.deep.equal(new Set([keyIdOf(NEW)]));
      // The key before is dropped by one after another; and the next rotation goes like the first.
      for (const node of order) {
        cluster.tell(node, NEW);
        expect(cluster.beat()).to.deep.equal([]);
      }
      for (const node of order) {
        cluster.tell(node, NEWER, NEW);
        expect(cluster.beat()).to.deep.equal([]);
        expect(cluster.beat()).to.deep.equal([]);
      }
      expect(new Set(cluster.signedWith)).to.deep.equal(new Set([keyIdOf(NEWER)]));
    }
  });

  it("one that was away and returns with the old key alone is understood, and understands", () => {
    const cluster = new Cluster(3);
    for (const node of [0, 1, 2]) cluster.tell(node, OLD);
    cluster.beat();
    for (const node of [0, 1]) cluster.tell(node, NEW, OLD);
    for (let i = 0; i < 300; i++) expect(cluster.beat([0, 1])).to.deep.equal([]);
    expect(cluster.signedWith[0]).to.equal(keyIdOf(NEW));
    // Its first heartbeat tells the others; theirs, of the same moment, it may not read.
    cluster.beat([2, 0, 1]);
    for (let i = 0; i < 10; i++) expect(cluster.beat([2, 0, 1])).to.deep.equal([]);
    cluster.tell(2, NEW, OLD);
    for (let i = 0; i < 5; i++) expect(cluster.beat()).to.deep.equal([]);
    expect(new Set(cluster.signedWith)).to.deep.equal(new Set([keyIdOf(NEW)]));
  });

  it("one that starts in the middle with the new key alone is understood; it understands when the last has it", () => {
    const cluster = new Cluster(3);
    for (const node of [0, 1]) cluster.tell(node, OLD);
    cluster.beat([0, 1]);
    cluster.tell(0, NEW, OLD);
    cluster.tell(2, NEW);
    expect(cluster.beat([0, 2])[0]).to.equal("n2 refuses n0: heartbeat-unknown-key");
    cluster.tell(1, NEW, OLD);
    cluster.beat();
    cluster.beat();
    expect(cluster.beat()).to.deep.equal([]);
  });

  it("once the old key is dropped, what is signed with it is refused", () => {
    const cluster = new Cluster(2);
    cluster.tell(0, OLD);
    cluster.tell(1, NEW, OLD);
    expect(cluster.beat()).to.deep.equal([]);
    cluster.tell(1, NEW);
    expect(cluster.beat()).to.deep.equal([
      "n1 refuses n0: heartbeat-unknown-key",
      "n0 refuses n1: heartbeat-unknown-key",
    ]);
  });
});
