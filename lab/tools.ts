/** The lab's own Go program (tools/), built once per content into the cache. */

import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { buildOnce, cacheDirectory, goBuild, type Log } from "./build.ts";

const DIRECTORY = join(import.meta.dirname, "tools");
const PACKAGES_ABOUT = 190;

/** @returns the path of the program, built first when its source has changed or it was never built */
export async function labTools(log: Log = () => undefined): Promise<string> {
  const target = join(cacheDirectory(), `tools-${sourceHash()}`, "tools");
  await buildOnce(target, async (output) => {
    log("building the lab's tools: once, some seconds");
    await goBuild({
      directory: DIRECTORY,
      output,
      ldflags: "-s -w",
      packagesAbout: PACKAGES_ABOUT,
      log,
    });
  });
  return target;
}

function sourceHash(): string {
  const hash = createHash("sha256");
  const files = readdirSync(DIRECTORY).filter((name) => /\.(go|mod)$/.test(name));
  for (const name of files.sort()) hash.update(readFileSync(join(DIRECTORY, name)));
  return hash.digest("hex").slice(0, 16);
}
