/**
 * `npm run bench:soak`: what only time shows, on a real control plane in the lab: false alarms, a flapping node, partitions, an
 * API server that is away.
 *
 * Options: --only alarms,flapping,partitions,api-away (all), --seconds N for a short trial run of each, --logs. Prints figures and PASS
 * or MISS for each promise; exit status 1 where one was missed. Needs root and a build.
 */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { stopEverything } from "../lab/shutdown.ts";
import { alarms } from "./soak/alarms.ts";
import { apiAway } from "./soak/api-away.ts";
import { flapping } from "./soak/flapping.ts";
import { partitions } from "./soak/partitions.ts";
import { Verdicts } from "./soak/verdicts.ts";

const SOAKS = {
  alarms: { title: "false alarms", run: alarms, seconds: 600 },
  flapping: { title: "a node flaps", run: flapping, seconds: 180 },
  partitions: { title: "partitions of five nodes", run: partitions, seconds: 5 },
  "api-away": { title: "the API server is away", run: apiAway, seconds: 600 },
} as const;

const { values } = parseArgs({
  options: {
    only: { type: "string", default: Object.keys(SOAKS).join(",") },
    seconds: { type: "string" },
    logs: { type: "boolean", default: false },
  },
});
const soaks = values.only.split(",").map((name) => {
  const soak = Object.entries(SOAKS).find(([known]) => known === name)?.[1];
  if (soak !== undefined) return soak;
  throw new Error(`No soak "${name}". Soaks: ${Object.keys(SOAKS).join(", ")}`);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void stopEverything().then(() => process.exit(130)));
}

const verdicts = new Verdicts();
for (const { title, run, seconds } of soaks) {
  console.log(`${title} (load average ${(loadavg()[0] ?? 0).toFixed(1)})`);
  await run(verdicts, { seconds: Number(values.seconds ?? seconds), logs: values.logs });
}
process.exitCode = verdicts.missed === 0 ? 0 : 1;
