/** What src/speaker/io/departing.ts does, with a simulated API: a speaker that stops says so first. */
import {
  stepDeparture,
  type Departure,
  type DepartureEffect,
  type DepartureEvent,
} from "../../src/speaker/departure.ts";
import type { SimNode } from "./node.ts";
import type { NodeWorld } from "./node-world.ts";

export class Departing {
  readonly #node: SimNode;
  readonly #world: NodeWorld;
  readonly #leave: () => void;
  #state: Departure = "none";

  constructor(node: SimNode, world: NodeWorld, leave: () => void) {
    this.#node = node;
    this.#world = world;
    this.#leave = leave;
  }

  ask(): void {
    this.#feed({ kind: "asked", heldCount: this.#heldCount });
  }

  /** The main thread hears of it a moment later. */
  holdingsChanged(): void {
    if (this.#state !== "announced") return;
    this.#node.later(1, () => {
      this.#feed({ kind: "holds", heldCount: this.#heldCount });
    });
  }

  get #heldCount(): number {
    return this.#node.speaker?.heldCount ?? 0;
  }

  #feed(event: DepartureEvent): void {
    const { state, effects } = stepDeparture(this.#state, event);
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: DepartureEffect): void {
    const { random, cluster } = this.#world;
    switch (effect.kind) {
      case "mark-lease":
        this.#node.later(random.between(2, 20), () => {
          if (!this.#node.hasApi) this.#feed({ kind: "unheard" });
          else cluster.announceEnd(this.#node.name);
        });
        return;
      case "set-timer":
        this.#node.later(effect.afterMs, () => {
          this.#feed({ kind: "timer" });
        });
        return;
      case "leave":
        this.#leave();
        return;
    }
  }
}
