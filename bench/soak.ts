/**
 * `npm run bench:soak`: what only time shows, on a real control plane in the lab: false alarms, a flapping node, partitions, an
 * API server that is away.
 *
 * Options: --only alarms,flapping,partitions,api-away (all), --seconds N for a short trial run of each, --logs. Prints figures and PASS
 * or MISS for each promise; exit status 1 where one was missed. Needs root and a build.
 */
import { loadavg } from "node:os";
import { flag, maybeCount, names, readOptions } from "../lab/options.ts";
import { stopOnSignals } from "../lab/shutdown.ts";
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

const options = readOptions("bench:soak", "What only time shows: PASS or MISS for each promise.", {
  only: names("the soaks", Object.keys(SOAKS)),
  seconds: maybeCount("of each, for a trial run"),
  logs: flag("print those of controller and speakers"),
});

stopOnSignals();

const verdicts = new Verdicts();
for (const [name, { title, run, seconds }] of Object.entries(SOAKS)) {
  if (!options.only.includes(name)) continue;
  console.log(`${title} (load average ${(loadavg()[0] ?? 0).toFixed(1)})`);
  await run(verdicts, { seconds: options.seconds ?? seconds, logs: options.logs });
}
process.exitCode = verdicts.missed === 0 ? 0 : 1;
