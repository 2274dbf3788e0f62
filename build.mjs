/**
 * Bundles the program: `npm run build` writes dist/spreadlb.js, the threads' programs and the chunks that they share.
 *
 * Every command is a chunk of its own that is loaded when it is asked for: a speaker on every node pays neither for
 * the controller nor for what the operator's commands need. Names are kept, so that a stack trace can be read.
 * koffi is native and stays in node_modules, whole, to be loaded at run time.
 */
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL(".", import.meta.url));
const outdir = join(root, "dist");

/** CommonJS inside ES modules asks for `require`, and some of it for its own file name. */
const BANNER = [
  'import { createRequire as __createRequire } from "node:module";',
  "const require = __createRequire(import.meta.url);",
  "const __filename = import.meta.filename, __dirname = import.meta.dirname;",
].join("");

/** Packages whose modules do nothing but define: what is not used of them is left out. */
const PURE_PACKAGES = /[\\/]node_modules[\\/](@kubernetes[\\/]client-node|typebox)[\\/]/;

/** Tells the bundler so, for these packages do not say it of themselves. */
const leaveOutUnused = {
  name: "leave-out-unused",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /.*/ }, async ({ path, pluginData, ...from }) => {
      if (pluginData === "seen" || from.kind === "entry-point") return undefined;
      const { importer, namespace, resolveDir, kind } = from;
      const options = { importer, namespace, resolveDir, kind, pluginData: "seen" };
      const found = await resolve(path, options);
      const isPure = found.errors.length === 0 && PURE_PACKAGES.test(found.path);
      return isPure ? { ...found, sideEffects: false } : undefined;
    });
  },
};

/**
 * Of undici only what dispatches: its caches, mocks, WebSockets and its own fetch are half a megabyte of source that
 * every process would keep. Whoever calls fetch after all gets it, whole, at that moment.
 */
const UNDICI_PARTS = `
  import Dispatcher from "./node_modules/undici/lib/dispatcher/dispatcher.js";
  import Agent from "./node_modules/undici/lib/dispatcher/agent.js";
  import Pool from "./node_modules/undici/lib/dispatcher/pool.js";
  import ProxyAgent from "./node_modules/undici/lib/dispatcher/proxy-agent.js";
  import errors from "./node_modules/undici/lib/core/errors.js";
  import api from "./node_modules/undici/lib/api/index.js";
  Object.assign(Dispatcher.prototype, api);
  export { Dispatcher, Agent, Pool, ProxyAgent, errors };
  export const fetch = async (...args) =>
    (await import("./node_modules/undici/index.js")).default.fetch(...args);
`;
const undiciInParts = {
  name: "undici-in-parts",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^undici$/ }, () => ({ path: "undici", namespace: "parts" }));
    onLoad({ filter: /.*/, namespace: "parts" }, () => ({
      contents: UNDICI_PARTS,
      resolveDir: root,
    }));
  },
};

const entryPoints = { spreadlb: "src/cli/io/entry.ts" };
const threads = {
  "frame-worker": "src/speaker/io/worker.ts",
  "bfd-worker": "src/bgp/bfd/io/worker.ts",
};
for (const [name, path] of Object.entries(threads)) {
  if (existsSync(join(root, path))) entryPoints[name] = path;
}

const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
const { outputFiles, metafile } = await build({
  absWorkingDir: root,
  entryPoints,
  outdir,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  external: ["koffi"],
  define: { SPREADLB_VERSION: JSON.stringify(version) },
  banner: { js: BANNER },
  chunkNames: "[name]-[hash]",
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "none",
  charset: "ascii", // One letter beyond it, and the engine keeps the whole chunk in two bytes a letter.
  metafile: true,
  write: false,
  plugins: [undiciInParts, leaveOutUnused],
});

// Entries last and each by a rename: a program that starts meanwhile finds the old build or the new one, whole.
await mkdir(outdir, { recursive: true });
const isEntry = ({ path }) => basename(path, ".js") in entryPoints;
const inOrder = [...outputFiles].sort((a, b) => Number(isEntry(a)) - Number(isEntry(b)));
for (const { path, contents } of inOrder) await put(path, contents);
const wanted = new Set(outputFiles.map(({ path }) => basename(path)));
for (const name of await readdir(outdir)) {
  if (!wanted.has(name)) await rm(join(outdir, name), { force: true, recursive: true });
}
if (process.argv.includes("--metafile")) {
  process.stdout.write(JSON.stringify(metafile));
} else {
  const bytes = outputFiles.reduce((sum, { contents }) => sum + contents.length, 0);
  process.stdout.write(`dist: ${outputFiles.length} files, ${Math.round(bytes / 1024)} KiB\n`);
}

async function put(path, contents) {
  const old = await readFile(path).catch(() => null);
  if (old !== null && old.equals(contents)) return;
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, contents);
  await rename(temporary, path);
}
