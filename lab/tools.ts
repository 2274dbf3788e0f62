/** The lab's own Go program (tools/), built once per content into the cache. */

import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { buildOnce, cacheDirectory, goBuild, type Log } from "./build.ts";

const DIRECTORY = join(import.meta.dirname, "tools");
const PACKAGES_ABOUT = 190;

export function areLabToolsThere(): boolean {
  return existsSync(target());
}

/** @returns the path of the program, built first when its source has changed or it was never built */
export async function labTools(log: Log = () => undefined): Promise<string> {
  const path = target();
  await buildOnce(path, async (output) => {
    log("building the lab's tools: once, some seconds");
    await goBuild({
      directory: DIRECTORY,
      output,
      ldflags: "-s -w",
      packagesAbout: PACKAGES_ABOUT,
      log,
    });
  });
  return path;
}

function target(): string {
  return join(cacheDirectory(), `tools-${sourceHash()}`, "tools");
}

function sourceHash(): string {
  const hash = createHash("sha256");
  const files = readdirSync(DIRECTORY).filter((name) => /\.(go|mod)$/.test(name));
  for (const name of files.sort()) hash.update(readFileSync(join(DIRECTORY, name)));
  return hash.digest("hex").slice(0, 16);
}
