/**
 * The end of a speaker, within a deadline: performs what ../departure.ts decides.
 *
 * Marks the Lease, keeps the one timer, has the worker leave, and deletes the Lease.
 */
import { stepDeparture, type Departure, type DepartureEvent } from "../departure.ts";
import type { Presence } from "./presence.ts";

export interface DepartingOptions {
  readonly presence: () => Presence | undefined;
  readonly heldCount: () => number;
  /** Tells the worker to leave; `left` is to be called when it has. */
  readonly leave: () => void;
}

/** For the plan that follows the mark, the hand-over of what is left, and the Lease's deletion. */
const GONE_MS_MAX = 1650;

export class Departing {
  readonly #options: DepartingOptions;
  #state: Departure = "none";
  #timer: NodeJS.Timeout | undefined;
  #left: () => void = () => undefined;
  #gone: () => void = () => undefined;

  constructor(options: DepartingOptions) {
    this.#options = options;
  }

  /** Resolves when this node is silent and its Lease is gone, or the time is up. */
  async end(): Promise<void> {
    const gone = new Promise<void>((resolve) => (this.#gone = resolve));
    const late = setTimeout(this.#gone, GONE_MS_MAX);
    this.#feed({ kind: "asked", heldCount: this.#options.heldCount() });
    await gone;
    clearTimeout(late);
    clearTimeout(this.#timer);
  }

  /** The holdings are others than before. */
  holdingsChanged(): void {
    this.#feed({ kind: "holds", heldCount: this.#options.heldCount() });
  }

  /** The worker answers for nothing any more. */
  left(): void {
    this.#left();
  }

  #feed(event: DepartureEvent): void {
    const { state, effects } = stepDeparture(this.#state, event);
    this.#state = state;
    for (const effect of effects) {
      switch (effect.kind) {
        case "mark-lease":
          void this.#mark();
          break;
        case "set-timer":
          this.#timer = setTimeout(() => {
            this.#feed({ kind: "timer" });
          }, effect.afterMs);
          break;
        case "leave":
          void this.#leave().then(this.#gone);
          break;
      }
    }
  }

  async #mark(): Promise<void> {
    const isMarked = (await this.#options.presence()?.announceEnd()) ?? false;
    if (!isMarked) this.#feed({ kind: "unheard" });
  }

  async #leave(): Promise<void> {
    const left = new Promise<void>((resolve) => (this.#left = resolve));
    this.#options.leave();
    await Promise.all([left, this.#options.presence()?.stop()]);
  }
}
