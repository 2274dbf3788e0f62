/**
 * `npm run bench:bgp-failover`: 500 flows of a client behind an FRR router, which spreads them over four nodes (ECMP, by addresses and
 * ports), while a node is cut off, a speaker stopped, a node drained.
 *
 * Rows (--rows a,b; all): shares, cut100 (BFD 100 ms × 3), sigterm, drain, cut300 (BFD 300 ms × 3), frr300 (FRR on the nodes in place of
 * our speakers). --trials N (10) of cuts, --planned N (20) of the others. Exit status 1 where a promise is broken. Needs root, a
 * build, and FRR.
 */
import { count, flag, names, readOptions } from "../lab/options.ts";
import { stopOnSignals } from "../lab/shutdown.ts";
import { table } from "../lab/table.ts";
import { FLOWS, Scene } from "./bgp-failover/scene.ts";
import { attempt, CUT, DRAIN, SIGTERM, type Trial } from "./bgp-failover/trials.ts";
import { spreadOf } from "./failover/figures.ts";
import { cpuTimes, loadSince, untilQuiet } from "./failover/load.ts";

const ROWS = ["shares", "cut100", "sigterm", "drain", "cut300", "frr300"] as const;
type Row = (typeof ROWS)[number];
const SLOW_ROWS: readonly Row[] = ["cut300", "frr300"];
const TITLES: Readonly<Record<Row, string>> = {
  shares: "undisturbed",
  cut100: "node cut, BFD 100 ms × 3",
  sigterm: "speaker SIGTERM",
  drain: "node drained",
  cut300: "node cut, BFD 300 ms × 3",
  frr300: "the same, FRR on the nodes",
};
const CUT100_MS_MAX = 450;
/** A flow goes by one of four nodes by chance: three standard deviations off a quarter. */
const SHARE_OFF_MAX = 3 * Math.sqrt(FLOWS * 0.25 * 0.75);

const {
  rows: wanted,
  trials: cuts,
  planned,
  logs,
} = readOptions("bench:bgp-failover", "What 500 flows lose behind an FRR router.", {
  rows: names("what is done", ROWS),
  trials: count("of each cut", 10),
  planned: count("of what is planned", 20),
  logs: flag("print those of controller and speakers"),
});

stopOnSignals();

const results = new Map<Row, readonly Trial[]>();
const missed: string[] = [];
const before = cpuTimes();
await inScene(
  100,
  ROWS.filter((row) => !SLOW_ROWS.includes(row) && wanted.includes(row)),
);
await inScene(
  300,
  SLOW_ROWS.filter((row) => wanted.includes(row)),
);
judge();
const { average, busyPercent, stealPercent } = loadSince(before);
console.log(report());
console.log(`load ${average}, CPUs ${busyPercent} % busy, ${stealPercent} % stolen`);
for (const sentence of missed) {
  console.error(`missed: ${sentence}`);
  process.exitCode = 1;
}

/** @param intervalMs of BFD, both ways */
async function inScene(intervalMs: number, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  const bfd = { transmitMs: intervalMs, receiveMs: intervalMs, multiplier: 3 };
  const scene = await Scene.start(bfd);
  try {
    await untilQuiet(10);
    for (const row of rows) {
      console.error(`${TITLES[row]} …`);
      if (row === "shares") await shares(scene);
      else results.set(row, await trialsOf(row, scene, bfd));
    }
  } catch (error) {
    await scene.world.cluster.printLogs();
    throw error;
  } finally {
    if (logs) await scene.world.cluster.printLogs(Infinity);
    await scene.stop();
  }
}

async function shares(scene: Scene): Promise<void> {
  await scene.mark("shares");
  const window = await scene.mark("after");
  console.log(
    `${FLOWS} flows: ${window.shares.map(({ node, flows }) => `${node} ${flows}`).join(", ")}; ${window.lost} of ${window.sent} datagrams lost`,
  );
  for (const { node, flows } of window.shares) {
    if (Math.abs(flows - FLOWS / 4) <= SHARE_OFF_MAX) continue;
    missed.push(`${flows} flows by ${node}: more than chance off ${FLOWS / 4}`);
  }
}

async function trialsOf(
  row: Row,
  scene: Scene,
  bfd: Parameters<typeof Scene.start>[0],
): Promise<readonly Trial[]> {
  const isPlanned = row === "sigterm" || row === "drain";
  const deed = isPlanned ? (row === "sigterm" ? SIGTERM : DRAIN) : CUT;
  const giveBack = row === "frr300" ? await scene.replaceSpeakers(bfd) : undefined;
  const trials: Trial[] = [];
  try {
    for (let turn = 0; turn < (isPlanned ? planned : cuts); turn++) {
      const trial = await attempt(scene, deed, turn);
      trials.push(trial);
      const { node, silenceMs, lost, othersLost, lostInReturn } = trial;
      console.error(
        `  ${node}: silent ${silenceMs.toFixed(0)} ms, lost ${lost}, others ${othersLost}, in return ${lostInReturn}`,
      );
    }
  } finally {
    await giveBack?.();
  }
  return trials;
}

function judge(): void {
  const median = (row: Row) => spreadOf(results.get(row)?.map((one) => one.silenceMs) ?? []).median;
  if (median("cut100") > CUT100_MS_MAX) {
    missed.push(`${TITLES.cut100}: silent for ${median("cut100")} ms, promised ${CUT100_MS_MAX}`);
  }
  if (median("cut300") > median("frr300")) {
    missed.push(`${TITLES.cut300}: silent for ${median("cut300")} ms, FRR ${median("frr300")}`);
  }
  for (const row of ["sigterm", "drain"] as const) {
    const lost =
      results
        .get(row)
        ?.reduce((sum, one) => sum + one.lost + one.othersLost + one.lostInReturn, 0) ?? 0;
    if (lost > 0) missed.push(`${TITLES[row]}: ${lost} datagrams lost`);
  }
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
