/** What a node of a simulation lives in. */
import type { SpeakerEffect } from "../../src/speaker/speaker.ts";
import type { Cluster } from "./cluster.ts";
import type { SimNode } from "./node.ts";
import type { EventQueue } from "./queue.ts";
import type { Random } from "./random.ts";
import type { Segment } from "./segment.ts";
import type { Settings } from "./settings.ts";

export interface NodeWorld {
  readonly settings: Settings;
  readonly random: Random;
  readonly queue: EventQueue;
  readonly segment: Segment;
  readonly cluster: Cluster;
  readonly names: readonly string[];
  readonly nowMs: () => number;
  /** What a mind says, before it is done, for those who watch. */
  readonly onEffect: (node: SimNode, effect: SpeakerEffect) => void;
  /** Its gate opens or closes; `before`: null where it was not asked before. */
  readonly onGate: (node: SimNode, open: boolean, before: boolean | null) => void;
  readonly onMet: (node: SimNode, peers: readonly number[]) => void;
  /** Anything else that bears on who answers. */
  readonly onChange: (node: SimNode, what: string) => void;
}
