/** Follows who answers for each address while time goes by, and counts the moves. */
import { setTimeout as sleep } from "node:timers/promises";
import type { World } from "../failover/world.ts";

const LOOK_MS = 100;

/** A moment with two answers, or none, is no move; another one who answers alone is. */
export class HolderTrail {
  readonly #world: World;
  readonly #last = new Map<string, string>();
  readonly moves = new Map<string, string[]>();

  constructor(world: World) {
    this.#world = world;
  }

  get movesMax(): number {
    return Math.max(0, ...[...this.moves.values()].map((moves) => moves.length));
  }

  get movesAll(): number {
    return [...this.moves.values()].reduce((sum, moves) => sum + moves.length, 0);
  }

  async look(): Promise<void> {
    for (const [address, ports] of await this.#world.holders()) {
      const [port] = ports;
      if (port === undefined || ports.length !== 1) continue;
      const last = this.#last.get(address);
      this.#last.set(address, port);
      if (last === undefined || last === port) continue;
      this.moves.set(address, [...(this.moves.get(address) ?? []), `${last} → ${port}`]);
    }
  }

  /** Looks on for so long. */
  async follow(ms: number): Promise<void> {
    const endMs = performance.now() + ms;
    while (performance.now() < endMs) {
      await this.look();
      await sleep(Math.min(LOOK_MS, Math.max(0, endMs - performance.now())));
    }
  }
}
