/**
 * Where the control plane's programs come from: SPREADLB_KUBE_BIN, the PATH, the cache, or a build.
 *
 * The build makes one multi-call binary from the Go module in kube/; it is kube-apiserver,
 * kube-controller-manager, kube-proxy or kubectl by the name it is called by.
 */

import { accessSync, constants, existsSync } from "node:fs";
import { mkdir, rm, symlink } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { buildOnce, cacheDirectory, goBuild, type Log } from "./build.ts";

export const KUBE_VERSION = "1.34.4";

export interface KubeBinaries {
  readonly etcd: string;
  readonly kubeApiServer: string;
  readonly kubeControllerManager: string;
  readonly kubeProxy: string;
  readonly kubectl: string;
}

const KUBE_PROGRAMS = ["kube-apiserver", "kube-controller-manager", "kube-proxy", "kubectl"];
const KUBE_PACKAGES_ABOUT = 2480;

/** Whether {@link kubeBinaries} would find them without building. */
export function areKubeBinariesThere(): boolean {
  if ((process.env["SPREADLB_KUBE_BIN"] ?? "") !== "") return true; // Or an error: not a build.
  const inPath = KUBE_PROGRAMS.every((name) => findInPath(name) !== null);
  return inPath || existsSync(join(cachedDirectory(), "kube"));
}

/** Finds the programs, building them when they are nowhere. */
export async function kubeBinaries(log: Log = () => undefined): Promise<KubeBinaries> {
  const directory = await kubeDirectory(log);
  const program = (name: string) => (directory === null ? name : join(directory, name));
  return {
    etcd: findEtcd(),
    kubeApiServer: program("kube-apiserver"),
    kubeControllerManager: program("kube-controller-manager"),
    kubeProxy: program("kube-proxy"),
    kubectl: program("kubectl"),
  };
}

/** The directory with all four programs; null means that the PATH has them. */
async function kubeDirectory(log: Log): Promise<string | null> {
  const named = process.env["SPREADLB_KUBE_BIN"];
  if (named !== undefined && named !== "") {
    const missing = KUBE_PROGRAMS.filter((name) => !isProgram(join(named, name)));
    if (missing.length === 0) return named;
    throw new Error(
      `SPREADLB_KUBE_BIN=${named} lacks ${missing.join(", ")}. Put them there, or unset it to have them built`,
    );
  }
  if (KUBE_PROGRAMS.every((name) => findInPath(name) !== null)) return null;
  const directory = cachedDirectory();
  await buildOnce(join(directory, "kube"), (path) => buildKube(path, log));
  await linkPrograms(directory);
  return directory;
}

function cachedDirectory(): string {
  return join(cacheDirectory(), `kube-${KUBE_VERSION}`);
}

async function buildKube(path: string, log: Log): Promise<void> {
  log(`building the control plane ${KUBE_VERSION}: once, about 4 minutes on 2 cores`);
  const [major, minor] = KUBE_VERSION.split(".");
  const set = (name: string, value: string) => `-X k8s.io/component-base/version.${name}=${value}`;
  await goBuild({
    directory: join(import.meta.dirname, "kube"),
    output: path,
    ldflags: [
      "-s -w",
      set("gitVersion", `v${KUBE_VERSION}`),
      set("gitMajor", String(major)),
      set("gitMinor", String(minor)),
    ].join(" "),
    packagesAbout: KUBE_PACKAGES_ABOUT,
    log,
  });
}

async function linkPrograms(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const name of KUBE_PROGRAMS) {
    const link = join(directory, name);
    if (existsSync(link)) continue;
    await rm(link, { force: true });
    await symlink("kube", link).catch((error: unknown) => {
      if (!existsSync(link)) throw error; // Another process linked it in between.
    });
  }
}

function findEtcd(): string {
  const named = process.env["SPREADLB_KUBE_BIN"];
  const beside = named === undefined ? null : join(named, "etcd");
  if (beside !== null && isProgram(beside)) return beside;
  const found = findInPath("etcd");
  if (found !== null) return found;
  throw new Error("etcd is not in the PATH. Install the Debian package etcd-server");
}

export function findInPath(name: string): string | null {
  const directories = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  const paths = directories.map((directory) => join(directory, name));
  return paths.find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
