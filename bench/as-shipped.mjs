/**
 * Runs a benchmark as the program ships: bundled by esbuild, as build.mjs does.
 *
 * tsx gives every function its name by a call, each time that one is made; what ships does not. In code that is made of small
 * functions that is a third of the time, so whoever measures such code measures it here.
 * Run: `node bench/as-shipped.mjs bench/allocate.ts [OPTIONS]`.
 */
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

/** CommonJS inside ES modules asks for `require`. */
const BANNER =
  'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

const [, , entry] = process.argv;
// Kept where tools keep such things: a benchmark may end by a signal at any time, and nobody would remove it.
const outfile = join(
  import.meta.dirname,
  "../node_modules/.cache/spreadlb",
  `${basename(entry, ".ts")}.mjs`,
);
await build({
  ...{ entryPoints: [entry], outfile, bundle: true, logLevel: "warning" },
  ...{ format: "esm", platform: "node", target: "node20", banner: { js: BANNER } },
});
process.argv.splice(1, 2, entry);
await import(pathToFileURL(outfile).href);
