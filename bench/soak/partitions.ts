/**
 * Three ways to split five nodes in two, once with the API server away: after the fault either side has one answer for
 * every address, and after the mend all have one. Never for longer than rule H2 allows has anybody none or two.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { overlaps, silences } from "../../lab/answers.ts";
import type { RecordWindow } from "../../lab/recorder.ts";
import { messageOf } from "../../lab/wait.ts";
import { H2_MS_MAX } from "../failover/figures.ts";
import { cpuTimes, loadSince, untilQuiet } from "../failover/load.ts";
import { World } from "../failover/world.ts";
import type { SoakOptions, Verdicts } from "./verdicts.ts";

const NODES = 5;
const SPLITS: readonly { readonly cutOff: readonly string[]; readonly api: boolean }[] = [
  { cutOff: ["n1"], api: true },
  { cutOff: ["n1", "n2"], api: true },
  { cutOff: ["n2", "n4"], api: false },
];

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
  const { busyPercent } = await untilQuiet();
  const sides = `${cutOff.join("+")} | ${rest.join("+")}`;
  verdicts.say(`${sides}, API ${api ? "up" : "down"}, CPUs ${busyPercent} % busy before`);
  const cpu = cpuTimes();
  await world.recorder.mark("split");
  await world.lab.segment.partition([cutOff, rest]);
  const splitMs = Date.now(); // From here on the switch has the rule.
  await sleep(1000 * seconds);
  const split = await world.recorder.mark("mend");
  judge(verdicts, "split, on either side", {
    ...{ window: split, sinceMs: splitMs, segments: ["cut off", "rest"], segmentOf: sideOf },
  });
  verdicts.say(`split: CPUs ${loadSince(cpu).busyPercent} % busy`);
  const mendMs = Date.now();
  await world.lab.segment.partition([]);
  const steady = await world.untilSteady({ api }).then(() => "steady", messageOf);
  const mended = await world.recorder.mark("after");
  judge(verdicts, "mended", { window: mended, sinceMs: mendMs, segments: [""] });
  verdicts.judge(steady === "steady", `one answer each, as all the status says: ${steady}`);
}

interface Look {
  readonly window: RecordWindow;
  /** The fault, or the mend. */
  readonly sinceMs: number;
  readonly segments: readonly string[];
  readonly segmentOf?: (port: string) => string;
}

/** Rule H2, to the letter: after a fault or a mend no longer than this with no answer, nor with two. */
function judge(verdicts: Verdicts, when: string, look: Look): void {
  const { window, sinceMs, segments, segmentOf } = look;
  const { askPauseMsMax, framesMissed } = window;
  const none = silences(window, {
    segments,
    fromMs: sinceMs,
    ...(segmentOf === undefined ? {} : { segmentOf }),
  });
  const twice = overlaps(window, segmentOf).flatMap((overlap) => {
    const fromMs = Math.max(overlap.fromMs, sinceMs);
    const ms = overlap.fromMs + overlap.ms - fromMs;
    return ms > 0 ? [{ ...overlap, fromMs, ms }] : [];
  });
  for (const [what, found] of [
    ["no answer", none.map((one) => ({ ...one, who: one.segment }))],
    ["two answers", twice.map((one) => ({ ...one, who: one.ports.join("+") }))],
  ] as const) {
    const longest = Math.max(0, ...found.map(({ ms }) => ms));
    const long = found.filter(({ ms }) => ms > H2_MS_MAX).map((one) => told(one, sinceMs));
    verdicts.judge(
      long.length === 0,
      `${when}: ${what} for ${longest.toFixed(0)} ms at most, of ${H2_MS_MAX} (H2)${long.join("")}`,
    );
  }
  verdicts.say(
    `${when}: the recorder asked at least every ${(10 + askPauseMsMax).toFixed(0)} ms, and missed ${framesMissed} frames`,
  );
}

interface Told {
  readonly address: string;
  readonly who: string;
  readonly fromMs: number;
  readonly ms: number;
}

function told({ address, who, fromMs, ms }: Told, sinceMs: number): string {
  return `; ${address} (${who}) from ${(fromMs - sinceMs).toFixed(0)} for ${ms.toFixed(0)} ms`;
}
