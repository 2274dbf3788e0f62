/**
 * Writes the CustomResourceDefinitions from their schemas: `npm run gen`, or `--check` to look only.
 *
 * One file per kind, named for it. The files are kept in the repository because people apply them from there;
 * test/api/crds.test.ts fails when they drift from the schemas.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { dump } from "js-yaml";
import type { CustomResourceDefinition } from "../src/base/crd.ts";
import { nodeBgpStatusCrd } from "../src/bgp/resource.ts";
import { metalPeerCrd } from "../src/classes/deckhouse/bgp-peer.ts";
import { configurationCrd } from "../src/classes/deckhouse/configuration.ts";
import { metalPoolCrd } from "../src/classes/deckhouse/pool.ts";
import { bfdProfileCrd } from "../src/classes/metallb/bfd-profile.ts";
import { bgpAdvertisementCrd } from "../src/classes/metallb/bgp-advertisement.ts";
import { bgpPeerCrd } from "../src/classes/metallb/bgp-peer.ts";
import { communityCrd } from "../src/classes/metallb/community.ts";
import { configurationStateCrd } from "../src/classes/metallb/configuration-state.ts";
import { ipAddressPoolCrd } from "../src/classes/metallb/ip-address-pool.ts";
import { l2AdvertisementCrd } from "../src/classes/metallb/l2-advertisement.ts";
import { serviceBgpStatusCrd } from "../src/classes/metallb/service-bgp-status.ts";
import { serviceL2StatusCrd } from "../src/classes/metallb/service-l2-status.ts";
import { metalLoadBalancerClassCrd } from "../src/classes/resource.ts";
import { dnsPublisherCrd } from "../src/dns/resource.ts";
import { virtualIpCrd } from "../src/multi-ip/resource.ts";

export const CRDS: readonly CustomResourceDefinition[] = [
  metalLoadBalancerClassCrd,
  virtualIpCrd,
  nodeBgpStatusCrd,
  dnsPublisherCrd,
  ipAddressPoolCrd,
  l2AdvertisementCrd,
  bgpAdvertisementCrd,
  bgpPeerCrd,
  bfdProfileCrd,
  communityCrd,
  metalPoolCrd,
  metalPeerCrd,
  configurationCrd,
  serviceL2StatusCrd,
  serviceBgpStatusCrd,
  configurationStateCrd,
];

const HEADER = "# Written by `npm run gen` from the schemas in src/: change those.\n";
const DIRECTORY = import.meta.dirname;

export interface CrdFile {
  readonly path: string;
  readonly text: string;
}

/** @returns what the files should hold */
export function crdFiles(): CrdFile[] {
  return CRDS.map((crd) => ({
    path: join(DIRECTORY, `${crd.spec.names.plural}.${crd.spec.group}.yaml`),
    text: HEADER + dump(crd, { lineWidth: 100, noRefs: true }),
  }));
}

/** @returns the paths of the files that are missing or say something else */
export function driftedFiles(): string[] {
  return crdFiles()
    .filter(({ path, text }) => textOf(path) !== text)
    .map(({ path }) => path);
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

function main(argv: readonly string[]): void {
  if (!argv.includes("--check")) {
    for (const { path, text } of crdFiles()) writeFileSync(path, text);
    return;
  }
  const drifted = driftedFiles();
  if (drifted.length === 0) return;
  process.stderr.write(`These files differ from the schemas, run npm run gen:\n`);
  for (const path of drifted) process.stderr.write(`  ${path}\n`);
  process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main(process.argv.slice(2));
