/**
 * `npm run bench:failover`: how long addresses are silent, fault by fault, on a real control plane in the lab.
 *
 * A client connects to every address every 5 ms; a recorder on the switch asks for every address every 10 ms and keeps
 * who answered by which port. Options: --trials N (20), --rows a,b (all), --json FILE, --nodes N (of rows with 4), --logs.
 * Exit status 1 where a promise is broken, with a sentence for each. Needs root and a build.
 */
import { writeFileSync } from "node:fs";
import { count, flag, names, readOptions, text } from "../lab/options.ts";
import { stopOnSignals } from "../lab/shutdown.ts";
import { broken, type RowResult } from "./failover/figures.ts";
import { reportOf } from "./failover/report.ts";
import { whatRuns } from "./failover/load.ts";
import { ROWS, type Row } from "./failover/rows.ts";
import { runRow } from "./failover/trials.ts";
import { World } from "./failover/world.ts";

const { trials, rows, nodes, json, logs } = readOptions(
  "bench:failover",
  "How long addresses are silent, fault by fault.",
  {
    trials: count("of each row", 20),
    rows: names(
      "the faults",
      ROWS.map(({ name }) => name),
    ),
    nodes: count("in the rows with 4", 4, 3),
    json: text("<file>", "every trial, to look at later"),
    logs: flag("print those of controller and speakers"),
  },
);
const wanted = ROWS.filter(({ name }) => rows.includes(name)).map((row) =>
  row.nodes === 4 ? { ...row, nodes } : row,
);

stopOnSignals();

const results: RowResult[] = [];
for (const group of byWorld(wanted)) results.push(...(await inOneWorld(group)));
console.log(reportOf(results));
if (json !== undefined) {
  const measured = { at: new Date().toISOString(), ...whatRuns(), rows: results };
  writeFileSync(json, `${JSON.stringify(measured, null, 2)}\n`);
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
    if (logs) world.printLogs(Infinity);
    await world.stop();
  }
  return done;
}
