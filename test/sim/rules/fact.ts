/**
 * What a rule is told of a run, and what it says. Rules are pure: the same facts, the same word.
 *
 * Nodes are numbered from 0; a mask has a bit for each.
 */
import type { Plan } from "../../../src/controller/plan.ts";
import type { Snapshot } from "../../../src/controller/world.ts";
import type { Write } from "../../../src/controller/writes.ts";
import type { VirtualIP } from "../../../src/multi-ip/resource.ts";
import type { GateAnswer } from "../../../src/speaker/gate.ts";
import type { Settings } from "../settings.ts";

/** A time in which nothing changed that bears on who answers for an address on one piece of the segment. */
export interface Stretch {
  readonly kind: "stretch";
  readonly address: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** The nodes on this piece. */
  readonly piece: number;
  /** Of them: who answers a client. */
  readonly answers: number;
  /** Of them: who runs, listens, has its interface and knows a plan that ranks it. */
  readonly able: number;
  /** Since when it has been none, or more than one, without a break. */
  readonly wrongSinceMs: number;
  /** The last fault or mend that this address had to follow. */
  readonly fault: { readonly atMs: number; readonly kind: string };
  /** When a speaker last read a plan of this address, or was asked to stop. */
  readonly plannedMs: number;
  /** Speakers of this piece know different plans of this address. */
  readonly plansDiffer: boolean;
  /** Every two speakers of this piece hear each other, or one whom both hear says that it hears them. */
  readonly hearing: boolean;
  /** Nothing takes heartbeats between any two speakers of this piece. */
  readonly whole: boolean;
  /** Of the nodes on this piece: whose kube-proxy is healthy; and by when all of them are to know that of theirs. */
  readonly forwarding: number;
  readonly forwardingKnownMs: number;
  /** How long after a fault it may be wrong: detection time, an interval, the network's delays. */
  readonly boundMs: number;
}

export type Fact =
  | Stretch
  | {
      readonly kind: "gained" | "released";
      readonly address: string;
      readonly node: number;
      readonly atMs: number;
      readonly generation: number;
      readonly reason: string;
      /** The others that answer on the same piece at this moment, each with the time since when. */
      readonly others: readonly Answering[];
      /** Who could answer on the same piece, this node left out. */
      readonly able: number;
      /** No other node is on this piece, running or not. */
      readonly alone: boolean;
      /** All other nodes have started or returned since the plan was made: their fences are level with its own. */
      readonly level: boolean;
      /** When this node last started, heard others again or went on. */
      readonly returnedMs: number;
      /** The newest generation that was known on its piece then. */
      readonly returnGeneration: number;
      readonly fault: { readonly atMs: number; readonly kind: string };
      readonly boundMs: number;
      readonly whole: boolean;
    }
  | {
      readonly kind: "announced";
      readonly address: string;
      readonly node: number;
      readonly atMs: number;
    }
  | {
      readonly kind: "conflict";
      readonly address: string;
      readonly node: number;
      readonly atMs: number;
    }
  | {
      readonly kind: "stranger";
      readonly address: string;
      readonly atMs: number;
      readonly endMs: number;
      /** Who answers at the time: its speaker is to see the stranger. */
      readonly holder: number;
    }
  /** A stranger has an address that nobody of ours has, from now on or no longer. */
  | {
      readonly kind: "squatter";
      readonly address: string;
      readonly atMs: number;
      readonly begins: boolean;
    }
  /** It has answered a node of ours that asked. */
  | {
      readonly kind: "squatted";
      readonly address: string;
      readonly node: number;
      readonly atMs: number;
    }
  | {
      readonly kind: "gate";
      readonly node: number;
      readonly atMs: number;
      readonly open: boolean;
      /** null: its first word. */
      readonly before: boolean | null;
      /** What kube-proxy says, and for how long it has said so. */
      readonly answer: GateAnswer;
      readonly forMs: number;
      /** So long it has not been healthy. */
      readonly illForMs: number;
    }
  /** A peer was given up though its heartbeats arrived. */
  | {
      readonly kind: "judged";
      readonly node: number;
      readonly peer: number;
      readonly atMs: number;
      readonly silentMs: number;
      /** How long nothing has happened to the peer. */
      readonly wellMs: number;
      readonly detectionMs: number;
    }
  | {
      readonly kind: "plan";
      readonly atMs: number;
      readonly plan: Plan;
      /** The same, planned once more from the same objects; null: not tried in this pass. */
      readonly again: Plan | null;
      readonly writes: readonly Write[];
      readonly snapshot: Snapshot;
    }
  | {
      readonly kind: "write";
      readonly atMs: number;
      readonly write: Write;
      readonly before: VirtualIP | undefined;
    }
  | {
      readonly kind: "client";
      readonly address: string;
      readonly atMs: number;
      readonly cached: number;
      readonly answers: number;
      readonly steadySinceMs: number;
    }
  | {
      readonly kind: "end";
      readonly atMs: number;
      readonly snapshot: Snapshot;
      /** By address: who answers, where it is one node, and since when by its own clock. */
      readonly answers: ReadonlyMap<string, { readonly node: string; readonly sinceMs: number }>;
    };

export interface Answering {
  readonly node: number;
  readonly sinceMs: number;
  readonly announcedMs: number;
  /** Since when nothing has happened to it: no start, cut, pause, loss of its interface. */
  readonly wellSinceMs: number;
  /** By the plan that the one knows of whom the fact tells. */
  readonly ranked: boolean;
  /** Nobody is given its heartbeats. */
  readonly mute: boolean;
  /** It is given nobody's heartbeats. */
  readonly deaf: boolean;
  readonly leaving: boolean;
  /** Its gate is closed. */
  readonly gated: boolean;
  /** The newest plan that was known where it returned itself, when it did. */
  readonly returnGeneration: number;
}

export interface Rule {
  readonly name: string;
  /** @returns what is wrong, in words; null where nothing is */
  take(fact: Fact): string | null;
}

export type RuleMaker = (settings: Settings) => Rule;

export function nodesOf(mask: number): string {
  const names: string[] = [];
  for (let i = 0; i < 16; i++) if ((mask >> i) & 1) names.push(`n${i + 1}`);
  return names.length === 0 ? "nobody" : names.join(" and ");
}

export function countOf(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`;
}
