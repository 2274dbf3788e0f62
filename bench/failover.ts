/**
 * `npm run bench:failover`: how long addresses are silent, fault by fault, on a real control plane in the lab.
 *
 * A client connects to every address every 5 ms; a recorder on the switch asks for every address every 10 ms and keeps
 * who answered by which port. Options: --trials N (20), --rows a,b (all), --json FILE, --nodes N (of rows with 4), --logs.
 * Exit status 1 where a promise is broken, with a sentence for each. Needs root and a build.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { stopEverything } from "../lab/shutdown.ts";
import { broken, type RowResult } from "./failover/figures.ts";
import { reportOf } from "./failover/report.ts";
import { ROWS, type Row } from "./failover/rows.ts";
import { runRow } from "./failover/trials.ts";
import { World } from "./failover/world.ts";

const { values } = parseArgs({
  options: {
    trials: { type: "string", default: "20" },
    rows: { type: "string", default: ROWS.map(({ name }) => name).join(",") },
    nodes: { type: "string", default: "4" },
    json: { type: "string" },
    logs: { type: "boolean", default: false },
  },
});
const trials = Number(values.trials);
const wanted = values.rows.split(",").map((name) => {
  const row = ROWS.find((known) => known.name === name);
  if (row !== undefined) return row.nodes === 4 ? { ...row, nodes: Number(values.nodes) } : row;
  throw new Error(`No row "${name}". Rows: ${ROWS.map((known) => known.name).join(", ")}`);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void stopEverything().then(() => process.exit(130)));
}

const results: RowResult[] = [];
for (const rows of byWorld(wanted)) results.push(...(await inOneWorld(rows)));
console.log(reportOf(results));
if (values.json !== undefined) {
  const at = new Date().toISOString();
  writeFileSync(values.json, `${JSON.stringify({ at, rows: results }, null, 2)}\n`);
}
for (const sentence of results.flatMap(broken)) {
  console.error(`missed: ${sentence}`);
  process.exitCode = 1;
}

/** Rows that can share a cluster, in the order asked for. */
function byWorld(rows: readonly Row[]): Row[][] {
  const worlds = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row.nodes} ${row.heartbeats} ${row.services}`;
    worlds.set(key, [...(worlds.get(key) ?? []), row]);
  }
  return [...worlds.values()];
}

async function inOneWorld(rows: readonly Row[]): Promise<RowResult[]> {
  const [first] = rows;
  if (first === undefined) return [];
  const world = await World.start(first);
  const done: RowResult[] = [];
  try {
    for (const row of rows) {
      console.error(`${row.title} …`);
      const progress = (text: string) => {
        console.error(`  ${text}`);
      };
      done.push(await runRow(world, row, { trials, progress }));
    }
  } catch (error) {
    world.printLogs();
    throw error;
  } finally {
    if (values.logs) world.printLogs(Infinity);
    await world.stop();
  }
  return done;
}
