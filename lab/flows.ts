/** A client with many UDP flows to one address (tools/flows.go). A window is told once its last answers have had their time. */
import { Marked } from "./probe.ts";

/** The flows that one node answered first in a window. Times are milliseconds since 1970. */
export interface FlowShare {
  /** "nobody": those without any answer. */
  readonly node: string;
  readonly flows: number;
  readonly sent: number;
  readonly lost: number;
  /** From the first datagram that was lost to the last. */
  readonly silenceMs: number;
  /** The longest time that one of them was without an answer. */
  readonly worstFlowMs: number;
  /** How many of them another node answered last. */
  readonly wentAway: number;
}

export interface FlowWindow {
  readonly kind: "window" | "final";
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly sent: number;
  readonly lost: number;
  /** The longest time that the client itself was late. */
  readonly pauseMsMax: number;
  readonly shares: readonly FlowShare[];
}

export class Flows extends Marked<FlowWindow> {}
