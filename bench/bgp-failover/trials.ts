/** What is done to a node while 500 flows go on, and what of it they notice. */
import { setTimeout as sleep } from "node:timers/promises";
import type { FlowWindow } from "../../lab/flows.ts";
import { DRAINED_ANNOTATION } from "../../src/multi-ip/node-marks.ts";
import type { Scene } from "./scene.ts";

/** Undisturbed, before and behind what is done. */
const AROUND_MS = 300;

export interface Trial {
  readonly node: string;
  /** From the first datagram that its flows lost to the last. */
  readonly silenceMs: number;
  /** The longest time that one of its flows was without an answer. */
  readonly worstFlowMs: number;
  /** Datagrams of its flows. */
  readonly lost: number;
  readonly othersLost: number;
  /** Datagrams of all flows, while all was put back. */
  readonly lostInReturn: number;
  /** The longest time that the client itself was late. */
  readonly pauseMs: number;
  /** When it was done, and when the router's kernel sent nothing to the node any more: milliseconds since 1970. */
  readonly actedMs: number;
  readonly leftMs: number;
}

interface Deed {
  readonly act: (scene: Scene, node: string) => Promise<unknown>;
  readonly undo: (scene: Scene, node: string) => Promise<unknown>;
}

/** Nobody hears the node any more, and no carrier says so. */
export const CUT: Deed = {
  act: ({ world }, node) => world.cluster.lab.cutNode(node),
  undo: ({ world }, node) => world.cluster.lab.mendNode(node),
};

export const SIGTERM: Deed = {
  act: ({ world }, node) => world.cluster.speakers.get(node)?.stop("SIGTERM") ?? Promise.resolve(),
  undo: ({ world }, node) => world.cluster.startSpeaker(node),
};

export const DRAIN: Deed = {
  act: ({ world }, node) => annotate(world.cluster.lab, node, "now"),
  undo: ({ world }, node) => annotate(world.cluster.lab, node, null),
};

function annotate(lab: Scene["world"]["cluster"]["lab"], node: string, value: string | null) {
  const metadata = { annotations: { [DRAINED_ANNOTATION]: value } };
  return lab.api("PATCH", `/api/v1/nodes/${node}`, { metadata });
}

export async function attempt(scene: Scene, deed: Deed, turn: number): Promise<Trial> {
  const node = scene.nodes[turn % scene.nodes.length] ?? "";
  await scene.mark("before");
  await sleep(AROUND_MS + Math.random() * AROUND_MS); // At any moment between two packets of BFD.
  const left = scene.left(node);
  const actedMs = Date.now();
  await deed.act(scene, node);
  const leftMs = await left;
  await sleep(AROUND_MS);
  const during = await scene.mark("return");
  await deed.undo(scene, node);
  await scene.untilSteady();
  const back = await scene.mark("after");
  return { ...measured(node, during), lostInReturn: back.lost, actedMs, leftMs };
}

function measured(
  node: string,
  window: FlowWindow,
): Omit<Trial, "lostInReturn" | "actedMs" | "leftMs"> {
  const own = window.shares.find((share) => share.node === node);
  if (own === undefined) throw new Error(`No flow went by ${node}`);
  const { silenceMs, worstFlowMs, lost } = own;
  const pauseMs = window.pauseMsMax;
  return { node, silenceMs, worstFlowMs, lost, othersLost: window.lost - lost, pauseMs };
}
