/**
 * The keeper of the gate: asks kube-proxy's health endpoint again and again, and tells who needs to know.
 *
 * Neighbours: ../gate.ts decides what the answers mean; the frame worker tells the other speakers.
 */
import { get } from "node:http";
import type { Logger } from "pino";
import type { SpeakerMetrics } from "../../metrics/io/metrics.ts";
import { GATE_UNASKED, isGateInForce, stepGate, type GateAnswer } from "../gate.ts";

export interface GateOptions {
  /** http:// only, for the endpoint is on this node; null: nobody is asked and the gate is open. */
  readonly url: string | null;
  /** Called after the first answer, and then for every change. */
  readonly onChange: (open: boolean) => void;
  readonly metrics: SpeakerMetrics | undefined;
  readonly log: Logger;
}

const ASK_INTERVAL_MS = 250;
const ANSWER_MS_MAX = 1000;

export class Gate {
  readonly #options: GateOptions;
  #state = GATE_UNASKED;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Asks at once. */
  start(): void {
    if (this.#options.url === null) this.#options.metrics?.gateOpen.set(1);
    else void this.#turn(this.#options.url);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** False until the first answer. */
  get known(): boolean {
    return this.#options.url === null || this.#state.open !== null;
  }

  /** What keeps this node from its job, or null. */
  get reason(): string | null {
    const { url } = this.#options;
    if (url === null || !isGateInForce(this.#state)) return null;
    return `${url} does not say that this node can forward (is kube-proxy running?)`;
  }

  /** @param count of the speakers heard, those whose gate is open */
  notePeersOpen(count: number): void {
    if (count > 0) this.#state = { ...this.#state, everSeenOpen: true };
  }

  async #turn(url: string): Promise<void> {
    const answer = await ask(url);
    if (this.#stopped) return;
    const before = this.#state.open;
    this.#state = stepGate(this.#state, answer, performance.now());
    const { open } = this.#state;
    if (open !== null && open !== before) this.#tell(open, answer);
    this.#timer = setTimeout(() => void this.#turn(url), ASK_INTERVAL_MS);
    this.#timer.unref();
  }

  #tell(open: boolean, answer: GateAnswer): void {
    const { url, onChange, metrics, log } = this.#options;
    if (open) log.info({ url }, "gate open: this node can forward");
    else log.warn({ url, answer }, "gate closed: this node may not be able to forward");
    metrics?.gateOpen.set(open ? 1 : 0);
    onChange(open);
  }
}

/** Never rejects: no answer is an answer. */
function ask(url: string): Promise<GateAnswer> {
  return new Promise((resolve) => {
    const request = get(url, { timeout: ANSWER_MS_MAX, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? "healthy" : "unhealthy");
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => {
      resolve("silent");
    });
    request.on("close", () => {
      resolve("silent");
    });
  });
}
