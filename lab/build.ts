/**
 * Builds a file once for all processes of this machine: into the cache, by an atomic rename, under a
 * lock that two builders at once respect and that a dead builder does not hold for ever.
 */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { CommandError } from "./process.ts";
import { waitFor } from "./wait.ts";

export type Log = (sentence: string) => void;

const BUILD_MS_MAX = 30 * 60_000;
const PROGRESS_INTERVAL_MS = 10_000;

export function cacheDirectory(): string {
  const base = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  return join(base, "spreadlb");
}

/**
 * Makes sure that `target` exists; `build` writes it to the path that it is given.
 *
 * @throws whatever `build` throws; the target is then as it was
 */
export async function buildOnce(
  target: string,
  build: (path: string) => Promise<void>,
): Promise<void> {
  if (existsSync(target)) return;
  await mkdir(dirname(target), { recursive: true });
  const lock = `${target}.lock`;
  await waitFor(() => existsSync(target) || takeLock(lock), {
    what: `another process to build ${target}`,
    timeoutMs: BUILD_MS_MAX,
    intervalMs: 500,
  });
  if (existsSync(target)) {
    await releaseLock(lock);
    return;
  }
  const partial = `${target}.${process.pid}.partial`;
  try {
    await build(partial);
    await rename(partial, target);
  } finally {
    await rm(partial, { force: true });
    await releaseLock(lock);
  }
}

async function takeLock(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    const owner = Number(await readFile(lock, "utf8").catch(() => "0"));
    if (owner > 0 && !existsSync(`/proc/${owner}`)) await rm(lock, { force: true });
    return false;
  }
}

async function releaseLock(lock: string): Promise<void> {
  const owner = await readFile(lock, "utf8").catch(() => "");
  if (owner === String(process.pid)) await rm(lock, { force: true });
}

export interface GoBuild {
  readonly directory: string;
  readonly output: string;
  readonly ldflags: string;
  /** About how many packages a build from nothing compiles, for the progress line. */
  readonly packagesAbout: number;
  readonly log: Log;
}

/** Runs `go build`, telling every few seconds how far it is. */
export async function goBuild(options: GoBuild): Promise<void> {
  const argv = ["build", "-v", "-trimpath", "-ldflags", options.ldflags, "-o", options.output, "."];
  const child = spawn("go", argv, {
    cwd: options.directory,
    env: {
      ...process.env,
      CGO_ENABLED: "0",
      GOTOOLCHAIN: "local",
      GOFLAGS: "-buildvcs=false -mod=readonly",
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const tail: string[] = [];
  let packages = 0;
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (!line.includes(" ")) packages += 1; // `go build -v` prints one import path per line.
    tail.push(line);
    if (tail.length > 20) tail.shift();
  });
  const startMs = performance.now();
  const ticking = setInterval(() => {
    const seconds = Math.round((performance.now() - startMs) / 1000);
    options.log(`compiling: ${packages} of about ${options.packagesAbout} packages, ${seconds} s`);
  }, PROGRESS_INTERVAL_MS);
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.once("error", (error) => {
        reject(
          new Error(`Cannot run "go": ${error.message}. Install Go 1.24 or newer into the PATH`),
        );
      });
      child.once("close", resolve);
    });
    if (status !== 0) throw new CommandError(["go", ...argv], status, tail.join("\n"));
  } finally {
    clearInterval(ticking);
  }
}
