/**
 * `npm run sim`: runs of the simulator, by their seeds.
 *
 *   npm run sim -- --seed 123 [--trace] [--profile storm]     one run; with --trace all that happens in it
 *   npm run sim -- --seeds 10000 [--from 1] [--jobs 2]        many, with the rate and what they break
 *   npm run sim -- --mutants                                  plants a fault for each rule, and looks who sees it
 */
import { choice, count, flag, readOptions, text } from "../../lab/options.ts";
import { describeViolation, runBatch, story } from "./batch.ts";
import { runMutants } from "./mutants.ts";
import { settingsOfSeed } from "./matrix.ts";
import { PROFILE_NAMES } from "./settings.ts";
import { simulate } from "./simulation.ts";

const { jobs, ...values } = readOptions("sim", "Runs of the simulator, by their seeds.", {
  seed: text("<seed>", "one run: a number, or any text"),
  seeds: count("many runs", 200),
  from: count("the first of many", 1, 0),
  jobs: count("processes at once", 1),
  profile: choice("the faults that happen; without it, by the seed", PROFILE_NAMES),
  trace: flag("of one run all that happens"),
  mutants: flag("plants a fault for each rule, and looks who sees it"),
});

const STORIES_MAX = 3;

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}

function one(seed: string): void {
  const settings = settingsOfSeed(seed, values.profile);
  const { violations, trace, events } = simulate(settings, {
    trace: values.trace ? "all" : "last",
  });
  if (values.trace || violations.length > 0) for (const line of trace) tell(line);
  tell(
    `seed ${seed}, profile ${settings.profile}: ${events} events, ${violations.length} violations`,
  );
  for (const violation of violations) tell(describeViolation(violation));
  process.exitCode = violations.length > 0 ? 1 : 0;
}

async function many(): Promise<void> {
  const { seeds, events, tookMs, violations } = await runBatch(values, jobs);
  for (const violation of violations) tell(describeViolation(violation));
  for (const { seed, profile } of violations.slice(0, STORIES_MAX))
    tell(`\n${story(seed, profile)}`);
  const rate = (1000 * seeds) / tookMs;
  tell(
    `${seeds} seeds in ${(tookMs / 1000).toFixed(1)} s: ${rate.toFixed(1)} a second, ` +
      `${Math.round(events / seeds)} events each; ${violations.length} with violations`,
  );
  process.exitCode = violations.length > 0 ? 1 : 0;
}

if (values.mutants) process.exitCode = (await runMutants(tell)) ? 0 : 1;
else if (values.seed !== undefined) one(values.seed);
else await many();
