/**
 * Installs what the lab and the tests need and is missing: Debian packages, npm modules, the control
 * plane, the lab's tools, the bundle. Run again it only looks, in a fraction of a second.
 *
 * Plain JavaScript without dependencies: on a fresh checkout there are none.
 * Neighbours: binaries.ts and tools.ts do the building; run.mjs calls this before the demonstration.
 */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createSteps } from "./steps.mjs";

const PROJECT = fileURLToPath(new URL("..", import.meta.url));
const NODE_MIN = [20, 19];
const GO_MIN = [1, 24];
const GO_MIN_OF_EXTERNAL_DNS = [1, 25];

/** Programs, and the Debian packages that they need. */
const PROGRAMS = {
  arping: "iputils-arping",
  conntrack: "conntrack", // kube-proxy clears entries with it
  etcd: "etcd-server",
  ip: "iproute2",
  ndisc6: "ndisc6",
  nft: "nftables", // kube-proxy's data plane, and the lab's faults
  setpriv: "util-linux",
  tcpdump: "tcpdump",
};

/** What only some tests need: an image, rules of alerts, a second opinion on a signature, routers, name servers. */
const PROGRAMS_OF_TESTS = {
  bird: "bird2",
  buildah: "buildah",
  gcc: "build-essential",
  gobgpd: "gobgpd",
  knotd: "knot",
  named: "bind9",
  nsupdate: "bind9-dnsutils",
  openssl: "openssl",
  pdns_server: "pdns-server pdns-backend-sqlite3",
  promtool: "prometheus",
  sqlite3: "sqlite3",
  vtysh: "frr",
};

/** A failure with its remedy: told in its own words, without a stack. */
export class SetupError extends Error {
  name = "SetupError";
}

/** Does all that is missing: for the lab, or with `forTests` for the tests too. */
export async function setUp({ step = createSteps(), forTests = false } = {}) {
  checkNode();
  if (process.platform !== "linux") {
    throw new SetupError("The lab needs Linux: it is made of network namespaces");
  }
  await installPackages(step, forTests ? { ...PROGRAMS, ...PROGRAMS_OF_TESTS } : PROGRAMS);
  await installModules(step);
  await build(step, forTests);
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return;
  const wanted = NODE_MIN.join(".");
  throw new SetupError(`Node.js ${process.versions.node} is too old: install ${wanted} or newer`);
}

async function installPackages(step, programs) {
  const missing = Object.entries(programs).filter(([program]) => !isInPath(program));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(([, name]) => name))].join(" ");
  if (!isInPath("apt-get")) {
    const programs = missing.map(([program]) => program).join(", ");
    throw new SetupError(`There is no apt-get here. Install these programs yourself: ${programs}`);
  }
  if (process.getuid() !== 0) {
    throw new SetupError(
      `These packages are missing, and installing them needs root: ${packages}. Run it with sudo, or first: sudo apt-get install ${packages}`,
    );
  }
  await step(`Debian packages: ${packages}`, async (progress) => {
    await withoutServices(async () => {
      const apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"];
      progress("apt-get update");
      await run([...apt, "update"]).catch((error) => progress(error.message)); // Old lists may do.
      progress("apt-get install");
      await run([...apt, "install", "-y", "--no-install-recommends", ...packages.split(" ")]);
    });
  });
  const still = missing.filter(([program]) => !isInPath(program)).map(([program]) => program);
  if (still.length > 0) {
    throw new SetupError(`Installed ${packages}, but still not in the PATH: ${still.join(", ")}`);
  }
}

/** Installing etcd-server would start an etcd of the machine's own: the lab wants the program only. */
async function withoutServices(work) {
  const policy = "/usr/sbin/policy-rc.d";
  if (existsSync(policy)) return work();
  await writeFile(policy, "#!/bin/sh\nexit 101\n");
  await chmod(policy, 0o755);
  try {
    return await work();
  } finally {
    await rm(policy, { force: true });
  }
}

async function installModules(step) {
  if (await areModulesInstalled()) return;
  await step("npm modules (npm ci)", () => run(["npm", "ci", "--no-audit", "--no-fund"]));
}

/** Whether what is installed is what package-lock.json says. */
async function areModulesInstalled() {
  try {
    const read = async (...path) => JSON.parse(await readFile(join(PROJECT, ...path), "utf8"));
    const wanted = (await read("package-lock.json")).packages;
    const installed = (await read("node_modules", ".package-lock.json")).packages;
    return Object.entries(wanted).every(([path, { version, optional, peer }]) => {
      if (path === "") return true;
      const have = installed[path];
      if (have === undefined) return optional === true || peer === true; // Other platforms' ones.
      return have.version === version && existsSync(join(PROJECT, path));
    });
  } catch {
    return false;
  }
}

async function build(step, forTests) {
  const { register } = await import("tsx/esm/api");
  const unregister = register();
  const { kubeBinaries, areKubeBinariesThere } = await import("./binaries.ts");
  const { labTools, areLabToolsThere } = await import("./tools.ts");
  if (!areKubeBinariesThere()) {
    await checkGo();
    await step("control plane, built from source: once, about 5 minutes", kubeBinaries);
  }
  if (!areLabToolsThere()) {
    await checkGo();
    await step("lab tools", labTools);
  }
  if (forTests) await buildExternalDns(step);
  await unregister();
  await bundle(step);
}

async function buildExternalDns(step) {
  const { externalDns, isExternalDnsThere } = await import("./external-dns.ts");
  if (isExternalDnsThere()) return;
  await checkGo(GO_MIN_OF_EXTERNAL_DNS);
  const title = "external-dns, built from source: once, about 6 minutes, 1.5 GB of modules";
  await step(title, externalDns);
}

async function checkGo(wanted = GO_MIN) {
  const text = await run(["go", "env", "GOVERSION"], { GOTOOLCHAIN: "local" }).catch(() => {
    throw new SetupError(
      "Go is not in the PATH. Install Go 1.24 or newer (https://go.dev/dl), or set SPREADLB_KUBE_BIN to a directory with kube-apiserver, kube-controller-manager, kube-proxy and kubectl (the lab's tools need Go all the same)",
    );
  });
  const [major, minor] = (/go(\d+)\.(\d+)/.exec(text) ?? []).slice(1).map(Number);
  if (major > wanted[0] || (major === wanted[0] && minor >= wanted[1])) return;
  throw new SetupError(`${text.trim()} is too old: install Go ${wanted.join(".")} or newer`);
}

/** Builds dist/ when a source is newer than the last build that this script made. */
async function bundle(step) {
  const stampFile = join(PROJECT, "node_modules", ".cache", "spreadlb", "bundled");
  const newest = String(await newestChangeMs(["src", "build.mjs", "package-lock.json"]));
  const stamp = await readFile(stampFile, "utf8").catch(() => "");
  if (stamp === newest && existsSync(join(PROJECT, "dist", "spreadlb.js"))) return;
  await step("bundle (npm run build)", () => run(["npm", "run", "--silent", "build"]));
  await mkdir(join(stampFile, ".."), { recursive: true });
  await writeFile(stampFile, newest);
}

async function newestChangeMs(paths) {
  let newest = 0;
  for (const path of paths) {
    const whole = join(PROJECT, path);
    const info = await stat(whole);
    newest = Math.max(newest, info.mtimeMs);
    if (!info.isDirectory()) continue;
    const inside = await readdir(whole);
    newest = Math.max(newest, await newestChangeMs(inside.map((name) => join(path, name))));
  }
  return newest;
}

function isInPath(program) {
  const directories = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return directories.some((directory) => existsSync(join(directory, program)));
}

/** Runs a program in the project's directory; what it said is told only when it fails. */
function run([program, ...args], environment = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: PROJECT,
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    let said = "";
    child.stdout.on("data", (chunk) => (out += chunk));
    child.stdout.on("data", (chunk) => (said += chunk));
    child.stderr.on("data", (chunk) => (said += chunk));
    child.once("error", reject);
    child.once("close", (status) => {
      if (status === 0) return resolve(out);
      const lines = said.trimEnd().split("\n");
      const shown = lines.length > 30 ? [...lines.slice(0, 20), "…", ...lines.slice(-9)] : lines;
      reject(
        new SetupError(
          `"${program} ${args.join(" ")}" ended with status ${status}:\n${shown.join("\n")}`,
        ),
      );
    });
  });
}

/** What went wrong, for a person: our own words without a stack, a surprise with it. */
export function explain(error) {
  return error?.name === "SetupError" || error?.name === "CommandError"
    ? error.message
    : (error?.stack ?? String(error));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  setUp({ forTests: process.argv.includes("--tests") }).catch((error) => {
    process.stderr.write(`setup: ${explain(error)}\n`);
    process.exitCode = 1;
  });
}
