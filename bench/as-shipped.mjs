/**
 * Runs a benchmark as the program ships: bundled by esbuild, as build.mjs does.
 *
 * tsx gives every function its name by a call, each time that one is made; what ships does not. In code that is made of small
 * functions that is a third of the time, so whoever measures such code measures it here.
 * Run: `node bench/as-shipped.mjs bench/allocate.ts [OPTIONS]`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

/** CommonJS inside ES modules asks for `require`. */
const BANNER =
  'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

const [, , entry] = process.argv;
const directory = mkdtempSync(join(tmpdir(), "spreadlb-bench-"));
process.on("exit", () => rmSync(directory, { recursive: true }));
const outfile = join(directory, "bench.mjs");
await build({
  ...{ entryPoints: [entry], outfile, bundle: true, logLevel: "warning" },
  ...{ format: "esm", platform: "node", target: "node20", banner: { js: BANNER } },
});
process.argv.splice(1, 2, entry);
await import(pathToFileURL(outfile).href);
