/**
 * Three ways to split five nodes in two: while split each side has one answer for every address, and after the mend all
 * have one within what rule H2 allows. Once with the API server away.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { answering, overlaps, type Overlap } from "../../lab/answers.ts";
import { messageOf, waitFor } from "../../lab/wait.ts";
import { OVERLAP_MS_MAX } from "../failover/figures.ts";
import { World } from "../failover/world.ts";
import type { SoakOptions, Verdicts } from "./verdicts.ts";

const NODES = 5;
const SPLITS: readonly { readonly cutOff: readonly string[]; readonly api: boolean }[] = [
  { cutOff: ["n1"], api: true },
  { cutOff: ["n1", "n2"], api: true },
  { cutOff: ["n2", "n4"], api: false },
];
const SPLIT_MS_MAX = 2000;
const RECENT_MS = 60;

export async function partitions(
  verdicts: Verdicts,
  { seconds, logs }: SoakOptions,
): Promise<void> {
  const world = await World.start({ nodes: NODES, heartbeats: "segment", services: "dual-stack" });
  try {
    for (const split of SPLITS) {
      await world.untilSteady();
      if (!split.api) await world.lab.controlPlane.stopApiServer();
      await tryOut(world, verdicts, { ...split, seconds });
      if (!split.api) await world.lab.controlPlane.startApiServer();
    }
  } catch (error) {
    world.printLogs();
    throw error;
  } finally {
    if (logs) world.printLogs(Infinity);
    await world.stop();
  }
}

interface Split {
  readonly cutOff: readonly string[];
  readonly api: boolean;
  readonly seconds: number;
}

async function tryOut(world: World, verdicts: Verdicts, { cutOff, api, seconds }: Split) {
  const everybody = [...world.lab.plan.nodes.map(({ name }) => name), "client", "observer"];
  const rest = everybody.filter((port) => !cutOff.includes(port));
  const sideOf = (port: string) => (cutOff.includes(port) ? "cut off" : "rest");
  verdicts.say(`${cutOff.join("+")} | ${rest.join("+")}, API ${api ? "up" : "down"}`);
  await world.lab.segment.partition([cutOff, rest]);
  const oneEach = await waitFor(
    async () => {
      for (const [address, ports] of await world.holders()) {
        const sides = ports.map(sideOf).sort().join(" and ");
        if (sides !== "cut off and rest") throw new Error(`${address}: ${ports.join("+")}`);
      }
      return "one";
    },
    { what: "one answer on either side", timeoutMs: SPLIT_MS_MAX },
  ).catch(messageOf);
  verdicts.judge(oneEach === "one", `one answer on each side: ${oneEach}`);
  await world.recorder.mark("split");
  await sleep(1000 * seconds);
  const split = await world.recorder.mark("mend");
  const within = overlaps(split, sideOf);
  verdicts.say(`moves within a side while split: ${within.length}`);
  const long = within.filter(({ ms }) => ms > OVERLAP_MS_MAX);
  verdicts.judge(long.length === 0, `two on a side for longer than a move takes: ${told(long)}`);
  const mendMs = Date.now();
  await world.lab.segment.partition([]);
  await world.untilSteady({ api });
  const mended = await world.recorder.mark("after");
  const doubled = overlaps(mended);
  // What both sides answered is over soon; what moves later is a planned move.
  const ofMend = doubled.filter(({ fromMs }) => fromMs - mendMs <= OVERLAP_MS_MAX);
  const longest = Math.max(0, ...ofMend.map(({ fromMs, ms }) => fromMs + ms - mendMs));
  const kept = longest <= OVERLAP_MS_MAX && doubled.every(({ ms }) => ms <= OVERLAP_MS_MAX);
  verdicts.judge(kept, `one answer in all ${longest.toFixed(0)} ms after the mend`);
  const later = doubled.filter((overlap) => !ofMend.includes(overlap));
  verdicts.say(`moves later on: ${told(later, mendMs)}`);
  const many = [...answering(mended, RECENT_MS)].filter(([, ports]) => ports.length !== 1);
  verdicts.judge(many.length === 0, `and it stays so: ${many.length} addresses with another count`);
}

function told(found: readonly Overlap[], sinceMs = 0): string {
  if (found.length === 0) return "none";
  const one = ({ address, ports, fromMs, ms }: Overlap) =>
    `${address} by ${ports.join("+")} from ${(fromMs - sinceMs).toFixed(0)} for ${ms.toFixed(0)} ms`;
  return found.map(one).join("; ");
}
