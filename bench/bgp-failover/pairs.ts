/**
 * Nodes with our speaker and nodes with FRR, cut off in turn: of two neighbouring trials one is ours and one FRR's, in the same cluster, behind the
 * same router, in the same minute. Halfway they change places.
 *
 * Neighbours: trials.ts makes one; figures.ts says what is chance.
 */
import type { BfdTiming } from "../../lab/routers/router.ts";
import { BFD_EAR, BfdEar } from "../bgp/bfd-ear.ts";
import type { Scene } from "./scene.ts";
import { attempt, CUT, type Trial } from "./trials.ts";

export type Sender = "ours" | "frr";

/** What was seen of one kind of sender. Milliseconds. */
export interface Seen {
  readonly trials: Trial[];
  /** From the last packet of BFD that the router heard until its kernel sends nothing to the node. */
  readonly held: number[];
  /** Between two packets, while nothing was done to the node. */
  readonly intervals: number[];
}

export type Pairs = Readonly<Record<Sender, Seen>>;

interface PairsOptions {
  /** Trials of each kind. */
  readonly count: number;
  readonly bfd: BfdTiming;
  readonly onTrial: (sender: Sender, trial: Trial) => void;
}

export async function cutInPairs(scene: Scene, options: PairsOptions): Promise<Pairs> {
  const nothing = (): Seen => ({ trials: [], held: [], intervals: [] });
  const pairs: Pairs = { ours: nothing(), frr: nothing() };
  const ear = new BfdEar(
    await scene.world.cluster.lab.spawn("client", BFD_EAR, { name: "BFD ear", pipes: true }),
  );
  try {
    const first = Math.ceil(options.count / 2);
    for (const [parity, count] of [first, options.count - first].entries()) {
      if (count === 0) continue;
      const isFrr = (node: string) => scene.nodes.indexOf(node) % 2 === 1 - parity;
      const giveBack = await scene.replaceSpeakers(scene.nodes.filter(isFrr), options.bfd);
      const senderOf = (node: string): Sender => (isFrr(node) ? "frr" : "ours");
      try {
        for (let turn = 0; turn < 2 * count; turn++) {
          const { sender, trial } = await oneOf(scene, { ear, turn, senderOf, pairs });
          options.onTrial(sender, trial);
        }
      } finally {
        await giveBack();
      }
    }
  } finally {
    await ear.stop();
  }
  return pairs;
}

interface TurnOptions {
  readonly ear: BfdEar;
  readonly turn: number;
  readonly senderOf: (node: string) => Sender;
  readonly pairs: Pairs;
}

async function oneOf(scene: Scene, { ear, turn, senderOf, pairs }: TurnOptions) {
  const beganMs = Date.now();
  const trial = await attempt(scene, CUT, turn);
  const sender = senderOf(trial.node);
  for (const { name, ipv4 } of scene.world.cluster.lab.plan.nodes) {
    const untilMs = name === trial.node ? trial.actedMs : trial.leftMs;
    pairs[senderOf(name)].intervals.push(...ear.intervals(ipv4, beganMs, untilMs));
  }
  const { ipv4 } = scene.world.cluster.lab.node(trial.node);
  pairs[sender].held.push(trial.leftMs - ear.lastBefore(ipv4, trial.leftMs));
  pairs[sender].trials.push(trial);
  return { sender, trial };
}
