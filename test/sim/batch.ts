/**
 * Many runs, one after another in this process or side by side in several.
 *
 * A child takes a share of the seeds and tells what it found as JSON. It runs these very sources, bundled: that starts
 * quicker, and costs a third less than the loader that tests run under.
 */
import { build } from "esbuild";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { settingsOfSeed } from "./matrix.ts";
import type { Batch, Share } from "./share.ts";
import { simulate, type Violation } from "./simulation.ts";

/** What a run leaves behind is of no use to the next: little of it should be looked at by the collector. */
const YOUNG_MB = 32;
const PROGRAM = join(import.meta.dirname, "child.ts");

/**
 * Bundles the simulator with the sources beside it.
 *
 * @param program the child.ts to bundle: that of a changed copy, where a fault was planted
 * @returns the file to run, and what removes it
 */
export async function bundled(
  program = PROGRAM,
): Promise<{ readonly file: string; readonly remove: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), "spreadlb-sim-"));
  const file = join(dir, "sim.mjs");
  const require =
    'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';
  await build({
    ...{ entryPoints: [program], outfile: file, bundle: true, platform: "node", format: "esm" },
    ...{ target: "node20", logLevel: "error" },
    banner: { js: require },
  });
  return { file, remove: () => rm(dir, { recursive: true, force: true }) };
}

/** Shares the seeds out; a child takes the next share when it has done with one. */
export async function runBatch(whole: Share, jobs: number): Promise<Batch> {
  const { file, remove } = await bundled();
  const startMs = performance.now();
  const shares: Share[] = [];
  const size = Math.max(1, Math.min(500, Math.ceil(whole.seeds / jobs)));
  for (let done = 0; done < whole.seeds; done += size) {
    shares.push({ ...whole, from: whole.from + done, seeds: Math.min(size, whole.seeds - done) });
  }
  const batches: Batch[] = [];
  const work = async () => {
    for (let share = shares.shift(); share !== undefined; share = shares.shift()) {
      batches.push(await runChild(file, share));
    }
  };
  try {
    await Promise.all(Array.from({ length: jobs }, work));
  } finally {
    await remove();
  }
  return {
    seeds: whole.seeds,
    events: batches.reduce((sum, { events }) => sum + events, 0),
    tookMs: performance.now() - startMs,
    violations: batches.flatMap(({ violations }) => violations),
  };
}

export function runChild(file: string, share: Share): Promise<Batch> {
  const { from, seeds } = share;
  const args = [`--max-semi-space-size=${YOUNG_MB}`, file, JSON.stringify(share)];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    let [out, errors] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(JSON.parse(out) as Batch);
      else
        reject(new Error(`seeds ${from} to ${from + seeds - 1}: exit ${String(code)}: ${errors}`));
    });
  });
}

/** For people: what to look at, and how to see it again. */
export function describeViolation({ seed, profile, rule, what }: Violation): string {
  return `seed ${seed} (${profile}) breaks ${rule}: ${what}\n    npm run sim -- --seed "${seed}" --profile ${profile} --trace`;
}

/** The whole story of a run that breaks a rule: its last lines, and the command that replays it. */
export function story(seed: string, profile?: string): string {
  const { violations, trace } = simulate(settingsOfSeed(seed, profile), { trace: "last" });
  const [first] = violations;
  if (first === undefined) return `seed ${seed} breaks no rule`;
  return [...trace, describeViolation(first)].join("\n");
}
