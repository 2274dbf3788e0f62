/**
 * external-dns, for the tests of names: the neighbour that publishes Services and DNSEndpoints in the name servers of many clouds.
 *
 * Built once from its Go module (external-dns/), as it is, into the cache. The version is pinned there; a newer one wants a newer Go.
 * Neighbours: setup.mjs has it built; name-servers/bind.ts is what it writes to.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { buildOnce, cacheDirectory, goBuild, type Log } from "./build.ts";
import type { Cluster } from "./cluster.ts";
import type { NameServerKey } from "./name-servers/name-server.ts";
import type { LabProcess } from "./process.ts";

const VERSION = "0.20.0";
const PACKAGES_ABOUT = 2200;

export function isExternalDnsThere(): boolean {
  return existsSync(target());
}

/** @returns the path of the program, built first where it never was */
export async function externalDns(log: Log = () => undefined): Promise<string> {
  const path = target();
  await buildOnce(path, async (output) => {
    log(`building external-dns ${VERSION}: once, about 6 minutes on 2 cores`);
    await goBuild({
      ...{ directory: join(import.meta.dirname, "external-dns"), output, ldflags: "-s -w" },
      ...{ packagesAbout: PACKAGES_ABOUT, log },
    });
  });
  return path;
}

function target(): string {
  return join(cacheDirectory(), `external-dns-${VERSION}`, "external-dns");
}

export interface ExternalDnsOptions {
  /** The lab's host where it runs. */
  readonly host: string;
  /** Its `--txt-owner-id`, and its name. */
  readonly ownerId: string;
  /** An address of the name server, at port 53. */
  readonly server: string;
  readonly zone: string;
  readonly key: NameServerKey;
  /** Of its HTTP server. */
  readonly port: number;
  /** Its source, and what else it is to be told. */
  readonly flags: readonly string[];
}

/** Runs it against a name server that takes dynamic updates; it looks every second. */
export async function startExternalDns(
  lab: Cluster,
  { host, ownerId, server, zone, key, port, flags }: ExternalDnsOptions,
): Promise<LabProcess> {
  if (!isExternalDnsThere()) {
    throw new Error("external-dns is not built. Run: node lab/setup.mjs --tests");
  }
  const argv = [
    ...[await externalDns(), `--kubeconfig=${await lab.adminKubeconfig()}`],
    ...["--provider=rfc2136", `--rfc2136-host=${server}`, "--rfc2136-port=53"],
    ...[`--rfc2136-zone=${zone}`, `--domain-filter=${zone}`, "--rfc2136-tsig-axfr"],
    ...[`--rfc2136-tsig-keyname=${key.name}`, `--rfc2136-tsig-secret=${key.secretBase64}`],
    ...[`--rfc2136-tsig-secret-alg=${key.algorithm}`, "--rfc2136-min-ttl=1s"],
    ...["--registry=txt", `--txt-owner-id=${ownerId}`, "--policy=sync", "--interval=1s"],
    ...[`--metrics-address=127.0.0.1:${port}`, ...flags],
  ];
  return lab.spawn(host, argv, { name: `external-dns-${ownerId}` });
}
