/**
 * A node's kube-proxy, and who asks it: production's rule (src/speaker/gate.ts), simulated answers.
 *
 * Neighbours: src/speaker/io/gate.ts is what the keeper stands for; node.ts tells its speaker.
 */
import {
  GATE_SILENCE_MS_MAX,
  GATE_UNASKED,
  stepGate,
  type GateAnswer,
} from "../../src/speaker/gate.ts";

/** As src/speaker/io/gate.ts has it. */
const ASK_INTERVAL_MS = 250;
/** Two answers, and one for clocks and timers. */
const ASKED_MS = 3 * ASK_INTERVAL_MS;

export class KubeProxy {
  #deaths = 0;
  #faults = 0;
  /** When its answer became another. */
  changedMs = -Infinity;
  /** When it was healthy for the last time; where it is, that has no meaning. */
  illSinceMs = -Infinity;

  /** Several faults at once end one by one. */
  fault(how: "dies" | "unhealthy", begins: boolean, nowMs: number): void {
    const before = this.answer;
    if (how === "dies") this.#deaths += begins ? 1 : -1;
    else this.#faults += begins ? 1 : -1;
    if (this.answer !== before) this.changedMs = nowMs;
    if (before === "healthy") this.illSinceMs = nowMs;
  }

  get answer(): GateAnswer {
    if (this.#deaths > 0) return "silent";
    return this.#faults > 0 ? "unhealthy" : "healthy";
  }

  /** By when a speaker beside it is to have drawn its conclusion. */
  get knownMs(): number {
    return this.changedMs + ASKED_MS + (this.answer === "silent" ? GATE_SILENCE_MS_MAX : 0);
  }
}

export interface KeeperWorld {
  readonly later: (forMs: number, call: () => void) => void;
  readonly localMs: () => number;
  readonly onChange: (open: boolean, before: boolean | null) => void;
}

/** Of one life of a speaker. */
export class GateKeeper {
  readonly #proxy: KubeProxy;
  readonly #world: KeeperWorld;
  #state = GATE_UNASKED;

  constructor(proxy: KubeProxy, world: KeeperWorld) {
    this.#proxy = proxy;
    this.#world = world;
  }

  get closed(): boolean {
    return this.#state.open === false;
  }

  /** Asks, and again and again. */
  ask(): void {
    const { open: before } = this.#state;
    this.#state = stepGate(this.#state, this.#proxy.answer, this.#world.localMs());
    const { open } = this.#state;
    if (open !== null && open !== before) this.#world.onChange(open, before);
    this.#world.later(ASK_INTERVAL_MS, () => {
      this.ask();
    });
  }
}
