import { expect } from "chai";
import { emptyMemory } from "../../src/controller/memory.ts";
import { settle } from "../../src/controller/settling.ts";
import { observe } from "../../src/controller/observer.ts";
import type { RankMove } from "../../src/multi-ip/rank.ts";
import type { Ip } from "../../src/base/ip.ts";
import { fourNodes } from "./model-cluster.ts";

const move = (reason: RankMove["reason"]): RankMove => {
  return { address: "192.0.2.0" as Ip, from: "n1", to: "n2", reason };
};

const rows: readonly {
  readonly name: string;
  readonly nextMoveAtMs: number;
  readonly moves: readonly RankMove[];
  readonly want: number;
}[] = [
  { name: "no move: the wait stands", nextMoveAtMs: 900, moves: [], want: 900 },
  { name: "a loss: the wait stands", nextMoveAtMs: 900, moves: [move("node-lost")], want: 900 },
  { name: "a voluntary move: the interval", nextMoveAtMs: 0, moves: [move("balance")], want: 1100 },
  {
    name: "following: all of the settling time",
    nextMoveAtMs: 0,
    moves: [move("follow-holder")],
    want: 1050,
  },
  {
    name: "a longer wait is not cut by following",
    nextMoveAtMs: 1080,
    moves: [move("follow-holder")],
    want: 1080,
  },
  { name: "nor by a move", nextMoveAtMs: 1200, moves: [move("spread")], want: 1200 },
  {
    name: "of both the longer one",
    nextMoveAtMs: 0,
    moves: [move("follow-holder"), move("spread")],
    want: 1100,
  },
];

describe("controller: settling", () => {
  const world = observe(fourNodes().snapshot(), { nowMs: 1000, settlingTimeMs: 50 });
  for (const { name, nextMoveAtMs, moves, want } of rows) {
    it(`the next move after ${name}`, () => {
      const options = { nowMs: 1000, settlingTimeMs: 50, moveIntervalMs: 100 };
      const settled = settle(world, { ...emptyMemory(), nextMoveAtMs }, options);
      expect(settled.afterMoves(moves).nextMoveAtMs).to.equal(want);
    });
  }
});
