/**
 * `npm run bench:bgp-failover`: 500 flows of a client behind an FRR router, which spreads them over four nodes (ECMP, by addresses and
 * ports), while a node is cut off, a speaker stopped, a node drained.
 *
 * Rows (--rows a,b; all): shares (--sets N, 10, each of 500 flows from other ports), cut100 (BFD 100 ms × 3, --trials N, 10), sigterm,
 * drain (--planned N, 20), cut300 (BFD 300 ms × 3, --pairs N, 40: our speaker and FRR on the nodes, in turn). Exit status 1 where a
 * promise is broken. Needs root, a build, and FRR.
 */
import type { FlowWindow } from "../lab/flows.ts";
import { count, flag, names, readOptions } from "../lab/options.ts";
import type { BfdTiming } from "../lab/routers/router.ts";
import { stopOnSignals } from "../lab/shutdown.ts";
import { table } from "../lab/table.ts";
import {
  ageOf,
  differenceOf,
  evennessOf,
  isLonger,
  meanOf,
  medianOf,
  type Estimate,
} from "./bgp-failover/figures.ts";
import { cutInPairs, type Pairs, type Seen } from "./bgp-failover/pairs.ts";
import { FLOWS, Scene } from "./bgp-failover/scene.ts";
import { attempt, CUT, DRAIN, SIGTERM, type Trial } from "./bgp-failover/trials.ts";
import { spreadOf } from "./failover/figures.ts";
import { cpuTimes, loadSince, untilQuiet } from "./failover/load.ts";

const ROWS = ["shares", "cut100", "sigterm", "drain", "cut300"] as const;
type Row = (typeof ROWS)[number] | "frr300";
const TITLES: Readonly<Record<Row, string>> = {
  shares: "undisturbed",
  cut100: "node cut, BFD 100 ms × 3",
  sigterm: "speaker SIGTERM",
  drain: "node drained",
  cut300: "node cut, BFD 300 ms × 3",
  frr300: "the same, FRR on the nodes",
};
const CUT100_MS_MAX = 450;

const {
  rows: wanted,
  trials: cuts,
  planned,
  sets,
  pairs: pairCount,
  logs,
} = readOptions("bench:bgp-failover", "What 500 flows lose behind an FRR router.", {
  rows: names("what is done", ROWS),
  sets: count("of flows, for their shares", 10),
  trials: count("of the cut with BFD 100 ms × 3", 10),
  planned: count("of what is planned", 20),
  pairs: count("of cuts with BFD 300 ms × 3, one of ours and one of FRR's", 40, 2),
  logs: flag("print those of controller and speakers"),
});

stopOnSignals();

const results = new Map<Row, readonly Trial[]>();
const missed: string[] = [];
let pairs: Pairs | undefined;
const before = cpuTimes();
const quick = wanted.filter((row) => row !== "cut300");
if (quick.length > 0) await inScene(100, quickRows);
if (wanted.includes("cut300")) await inScene(300, slowRow);
judge();
const { average, busyPercent, stealPercent } = loadSince(before);
console.log(report());
if (pairs !== undefined) console.log(comparison(pairs));
console.log(`load ${average}, CPUs ${busyPercent} % busy, ${stealPercent} % stolen`);
for (const sentence of missed) {
  console.error(`missed: ${sentence}`);
  process.exitCode = 1;
}

/** @param intervalMs of BFD, both ways */
async function inScene(
  intervalMs: number,
  act: (scene: Scene, bfd: BfdTiming) => Promise<void>,
): Promise<void> {
  const bfd = { transmitMs: intervalMs, receiveMs: intervalMs, multiplier: 3 };
  const scene = await Scene.start(bfd);
  try {
    await untilQuiet(10);
    await act(scene, bfd);
  } catch (error) {
    await scene.world.cluster.printLogs();
    throw error;
  } finally {
    if (logs) await scene.world.cluster.printLogs(Infinity);
    await scene.stop();
  }
}

async function quickRows(scene: Scene): Promise<void> {
  for (const row of quick) {
    console.error(`${TITLES[row]} …`);
    if (row === "shares") await shares(scene);
    else results.set(row, await trialsOf(row, scene));
  }
}

async function shares(scene: Scene): Promise<void> {
  const seen: (readonly number[])[] = [];
  for (let set = 0; set < sets; set++) {
    if (set > 0) await scene.renewFlows();
    await scene.mark("shares");
    const window = await scene.mark("after");
    seen.push(scene.nodes.map((node) => flowsBy(window, node)));
    console.log(
      `${FLOWS} flows: ${window.shares.map(({ node, flows }) => `${node} ${flows}`).join(", ")}; ${window.lost} of ${window.sent} datagrams lost`,
    );
  }
  const { chiSquared, chiSquaredMax, deviationByChance, deviationSeen } = evennessOf(seen);
  const byNode = scene.nodes.map((_, i) => seen.reduce((sum, flows) => sum + (flows[i] ?? 0), 0));
  const figure = `chi-squared ${chiSquared.toFixed(1)}, by an even hash at most ${chiSquaredMax.toFixed(1)} in 999 of 1,000 runs`;
  console.log(
    `${sets} sets, by node: ${byNode.join(", ")}; off an equal share by ${deviationSeen.toFixed(1)} flows, by an even hash ${deviationByChance.toFixed(1)}; ${figure}`,
  );
  if (chiSquared > chiSquaredMax) missed.push(`flows by node: ${figure}`);
}

function flowsBy({ shares: all }: FlowWindow, node: string): number {
  return all.find((share) => share.node === node)?.flows ?? 0;
}

async function trialsOf(
  row: Exclude<Row, "shares" | "cut300">,
  scene: Scene,
): Promise<readonly Trial[]> {
  const isPlanned = row === "sigterm" || row === "drain";
  const deed = isPlanned ? (row === "sigterm" ? SIGTERM : DRAIN) : CUT;
  const trials: Trial[] = [];
  for (let turn = 0; turn < (isPlanned ? planned : cuts); turn++) {
    const trial = await attempt(scene, deed, turn);
    trials.push(trial);
    tell(trial);
  }
  return trials;
}

async function slowRow(scene: Scene, bfd: BfdTiming): Promise<void> {
  console.error(`${TITLES.cut300}, ours and FRR in turn …`);
  const onTrial = (sender: string, trial: Trial) => {
    tell(trial, `, ${sender}`);
  };
  pairs = await cutInPairs(scene, { count: pairCount, bfd, onTrial });
  results.set("cut300", pairs.ours.trials);
  results.set("frr300", pairs.frr.trials);
}

function tell(trial: Trial, whose = ""): void {
  const { node, silenceMs, lost, othersLost, lostInReturn } = trial;
  console.error(
    `  ${node}${whose}: silent ${silenceMs.toFixed(0)} ms, lost ${lost}, others ${othersLost}, in return ${lostInReturn}`,
  );
}

function judge(): void {
  const median = (row: Row) => spreadOf(results.get(row)?.map((one) => one.silenceMs) ?? []).median;
  if (median("cut100") > CUT100_MS_MAX) {
    missed.push(`${TITLES.cut100}: silent for ${median("cut100")} ms, promised ${CUT100_MS_MAX}`);
  }
  for (const [what, ours, frr] of pairs === undefined ? [] : compared(pairs)) {
    if (what.isJudged && isLonger(differenceOf(ours, frr))) {
      missed.push(`${TITLES.cut300}: ${what.name} ${shown(ours)} ms, FRR ${shown(frr)}`);
    }
  }
  for (const row of ["sigterm", "drain"] as const) {
    const lost =
      results
        .get(row)
        ?.reduce((sum, one) => sum + one.lost + one.othersLost + one.lostInReturn, 0) ?? 0;
    if (lost > 0) missed.push(`${TITLES[row]}: ${lost} datagrams lost`);
  }
}

/** Any moment of the cut is as likely as any other: the silence is what the router waits, less how old the last packet is by then. */
function expectedOf({ held, intervals }: Seen): Estimate {
  return differenceOf(meanOf(held), ageOf(intervals));
}

interface Compared {
  readonly name: string;
  /** Shorter is better, and promised. */
  readonly isJudged: boolean;
}

/** Figures of both, with their errors. */
function compared({ ours, frr }: Pairs): (readonly [Compared, ours: Estimate, frr: Estimate])[] {
  const row = (name: string, isJudged: boolean, of: (seen: Seen) => Estimate) =>
    [{ name, isJudged }, of(ours), of(frr)] as const;
  return [
    row("silence, median", true, ({ trials }) => medianOf(trials.map((one) => one.silenceMs))),
    row("between two packets, mean", false, ({ intervals }) => meanOf(intervals)),
    row("age of the last packet at any moment, mean", false, ({ intervals }) => ageOf(intervals)),
    row("from the last packet to the router's kernel, mean", false, ({ held }) => meanOf(held)),
    row("silence to be expected: that, less its age", true, expectedOf),
  ];
}

function comparison(both: Pairs): string {
  const rows = compared(both).map(([{ name, isJudged }, ours, frr]) => {
    const promised = isJudged ? "no longer than by chance" : "";
    return [name, ...[ours, frr, differenceOf(ours, frr)].map(shown), promised];
  });
  return table(["ms, ± standard error", "ours", "FRR", "difference", "promised"], rows);
}

function shown({ value, error }: Estimate): string {
  return `${value.toFixed(1)} ± ${error.toFixed(1)}`;
}

function report(): string {
  const heading = ["", "trials", "its share silent, ms", "its worst flow, ms", "lost", "of others"];
  const rows = [...results].map(([row, trials]) => {
    const of = (key: keyof Trial) => trials.map((trial) => Number(trial[key]));
    const four = (key: keyof Trial) => {
      const { min, median, max } = spreadOf(of(key));
      return `${min.toFixed(0)} / ${median.toFixed(0)} / ${max.toFixed(0)}`;
    };
    const sum = (key: keyof Trial) => `${of(key).reduce((total, one) => total + one, 0)}`;
    return [
      ...[TITLES[row], `${trials.length}`, four("silenceMs"), four("worstFlowMs")],
      ...[sum("lost"), sum("othersLost"), sum("lostInReturn"), four("pauseMs")],
    ];
  });
  return [
    table([...heading, "in return", "client late, ms"], rows),
    "min / median / max over the trials; datagrams of all trials together",
  ].join("\n");
}
