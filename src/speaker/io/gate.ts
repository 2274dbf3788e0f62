/**
 * Asks kube-proxy's health endpoint again and again, and tells when the gate opens or closes.
 *
 * Neighbours: ../gate.ts decides what the answers mean.
 */
import { get } from "node:http";
import { GATE_UNASKED, stepGate, type GateAnswer } from "../gate.ts";

export interface GateOptions {
  /** http:// only: the endpoint is on this node. */
  readonly url: string;
  readonly onChange: (open: boolean) => void;
}

export interface Gate {
  stop(): void;
}

const ASK_INTERVAL_MS = 250;
const ANSWER_MS_MAX = 1000;

/** Asks at once; `onChange` is called after the first answer, and then for every change. */
export function startGate({ url, onChange }: GateOptions): Gate {
  let state = GATE_UNASKED;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const turn = async (): Promise<void> => {
    const answer = await ask(url);
    if (stopped) return;
    const before = state.open;
    state = stepGate(state, answer, performance.now());
    if (state.open !== null && state.open !== before) onChange(state.open);
    timer = setTimeout(() => void turn(), ASK_INTERVAL_MS);
    timer.unref();
  };
  void turn();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
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
