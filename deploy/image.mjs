#!/usr/bin/env node
/**
 * Builds the container image without a container engine: `node deploy/image.mjs [--output FILE]`.
 *
 * From scratch: the Node.js that runs this script, the shared libraries that it and koffi ask the loader for, the bundle,
 * koffi. No shell, no package manager, nothing to update but these. buildah packs it (Debian package buildah), for
 * layers and manifests are better left to those who know them; it runs nothing and pulls nothing.
 *
 * Left out on purpose: CA certificates, for Node.js carries its own list and pods bring their cluster's; other
 * architectures, for which this script runs on a machine of that kind.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync } from "node:fs";
import { readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const { version, description, license } = JSON.parse(read("package.json"));
const ARCHITECTURES = { x64: "amd64", arm64: "arm64" };
const architecture = ARCHITECTURES[process.arch];
const NOBODY = 65534;

const { values: flags } = parseArgs({ options: { output: { type: "string" } } });
const output = resolve(flags.output ?? join(root, `spreadlb-${version}-${architecture}.oci.tar`));

check();
const scratch = mkdtempSync(join(tmpdir(), "spreadlb-image-"));
try {
  const rootfs = join(scratch, "rootfs");
  fill(rootfs);
  pack(rootfs);
  const size = (path) => execFileSync("du", ["-sm", path], { encoding: "utf8" }).split("\t")[0];
  say(`${output}: ${size(output)} MB, ${size(rootfs)} MB unpacked`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function check() {
  if (architecture === undefined) refuse(`no image is made for ${process.arch}; use x64 or arm64`);
  if (process.getuid() !== 0) refuse("files of the image belong to root; run this as root");
  if (!existsSync(join(root, "dist/spreadlb.js"))) {
    refuse("the program is not built; run npm ci && npm run build");
  }
  if (spawnSync("buildah", ["--version"]).error !== undefined) {
    refuse("buildah is not installed; run apt-get install --no-install-recommends buildah");
  }
}

/** Lays out the file system of the image. */
function fill(rootfs) {
  const put = (from, to = from) => copy(from, join(rootfs, to));
  for (const file of ["package.json", "LICENSE", "bin/spreadlb", "dist"]) {
    if (existsSync(join(root, file))) put(join(root, file), join("app", file));
  }
  const natives = putKoffi(rootfs);
  const node = realpathSync(process.execPath);
  put(node, "usr/bin/node");
  spawnSync("strip", [join(rootfs, "usr/bin/node")]); // a third of the size; without binutils it stays as it is
  for (const library of sharedLibraries([node, ...natives]))
    copy(realpathSync(library), join(rootfs, library));
  mkdirSync(join(rootfs, "etc"), { recursive: true });
  const users = ["root:x:0:0::/:/", `nobody:x:${NOBODY}:${NOBODY}::/:/`];
  writeFileSync(join(rootfs, "etc/passwd"), `${users.join("\n")}\n`);
  writeFileSync(join(rootfs, "etc/group"), `root:x:0:\nnogroup:x:${NOBODY}:\n`);
  mkdirSync(join(rootfs, "tmp"));
  chmodSync(join(rootfs, "tmp"), 0o1777);
}

/** koffi without its sources and without the binary for the other C library. @returns the native modules */
function putKoffi(rootfs) {
  const modules = join(root, "node_modules");
  const isSource = (path) => /\/(vendor|doc|native)$|\.(cc|hh|inc|S|asm|def|md|txt)$/.test(path);
  cpSync(join(modules, "koffi"), join(rootfs, "app/node_modules/koffi"), {
    recursive: true,
    filter: (path) => !isSource(path) || path.endsWith("LICENSE.txt"),
  });
  const name = `@koromix/koffi-linux-${process.arch}`;
  const target = join(rootfs, "app/node_modules", name);
  cpSync(join(modules, name), target, {
    recursive: true,
    filter: (path) => !/\/musl_\w+$/.test(path),
  });
  return readdirSync(target, { recursive: true })
    .filter((file) => file.endsWith(".node"))
    .map((file) => join(target, file));
}

/** @returns what the dynamic loader would open, by the paths at which it looks */
function sharedLibraries(files) {
  const lines = files.flatMap((file) =>
    execFileSync("ldd", [file], { encoding: "utf8" }).split("\n"),
  );
  const paths = lines.map((line) => /(?:=> |^\s+)(\/\S+) \(0x/.exec(line)?.[1]);
  return new Set(paths.filter((path) => path !== undefined));
}

function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, dereference: true });
}

/** One layer, one manifest, one archive; buildah's own store is inside our scratch directory. */
function pack(rootfs) {
  const store = ["--root", join(scratch, "store"), "--runroot", join(scratch, "run")];
  const buildah = (...args) =>
    execFileSync("buildah", [...store, "--storage-driver", "vfs", ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    }).trim();
  const container = buildah("from", "scratch");
  buildah("copy", container, rootfs, "/");
  const labels = { title: "spreadlb", version, description, licenses: license };
  const labelArgs = Object.entries(labels).flatMap(([key, value]) => [
    "--label",
    `org.opencontainers.image.${key}=${value}`,
  ]);
  buildah(
    ...["config", "--arch", architecture, "--user", `${NOBODY}:${NOBODY}`, "--workingdir", "/app"],
    ...["--entrypoint", '["/usr/bin/node","/app/bin/spreadlb"]', "--cmd", "--help"],
    ...[...labelArgs, container],
  );
  rmSync(output, { force: true });
  buildah(
    "commit",
    "--quiet",
    "--timestamp",
    "0",
    container,
    `oci-archive:${output}:spreadlb:${version}`,
  );
}

function read(path) {
  return readFileSync(join(root, path), "utf8");
}

function say(sentence) {
  process.stdout.write(`${sentence}\n`);
}

function refuse(sentence) {
  process.stderr.write(`image: ${sentence}\n`);
  process.exit(2);
}
