/**
 * Runs `spreadlb migrate`: reads a file or a cluster, prints, leaves. Nothing is written anywhere.
 */
import { dump } from "js-yaml";
import { readFile } from "node:fs/promises";
import { NO_MANIFESTS, type Manifests } from "../../classes/compile.ts";
import { compilePeerModels } from "../../classes/peers.ts";
import { convertConfig, type Conversion } from "../../classes/metallb/config-map.ts";
import { IP_ADDRESS_POOLS } from "../../multi-ip/configured.ts";
import { ApiError } from "../../kube/api-error.ts";
import { defineResource, type KubeObject, type ResourceType } from "../../kube/resource.ts";
import { NAMESPACES, NODES, SERVICES, type Node } from "../../kube/types.ts";
import { VIRTUAL_IPS } from "../../multi-ip/kind.ts";
import { EXIT_FAILED, EXIT_USAGE, type Output } from "../command-line.ts";
import { findConfig } from "../config-text.ts";
import {
  CONFIG_MAPS,
  EXTRA_CONFIG_MAPS,
  excludedInterfaces,
  FRR_CONFIGURATIONS,
  frrExtras,
  memberlistNotes,
  type Extras,
} from "../migrate-extras.ts";
import {
  CHILD_SERVICES,
  childHands,
  DAEMON_SETS,
  DECKHOUSE_NAMESPACE,
  DEPLOYMENTS,
  isMetallb,
  elsewhereHands,
  flagHands,
  oldPoolHands,
  renderedPoolHands,
  strangerNotes,
} from "../migrate-leftovers.ts";
import type { Note } from "../migrate-checks.ts";
import { serverFindings } from "../migrate-server.ts";
import { planMigration, type Hand, type MigrateReport } from "../migrate-plan.ts";
import { frrNotes } from "../migrate-routers.ts";
import { isSmooth, renderReport, type LiveSource } from "../migrate-view.ts";
import type { MigrateFlags, MigrateSource } from "../migrate.ts";
import { withCluster, type Cluster } from "./cluster.ts";
import { CommandFailure } from "./failure.ts";
import { listIfKnown, listManifests } from "./manifests.ts";
import { peerSecrets } from "./migrate-secrets.ts";

const OLD_POOLS = defineResource({
  ...{ group: "metallb.io", version: "v1beta1", kind: "AddressPool", plural: "addresspools" },
  namespaced: true,
});
/** What MetalLB calls it. */
const CONFIG_MAP_NAME = "config";

interface Call {
  readonly file: string | undefined;
  readonly flags: MigrateFlags;
  readonly output: Output;
}

/** @returns the exit status: 1 where something needs a hand */
export async function runCommand(source: MigrateSource, call: Call): Promise<number> {
  if (source === "configmap") return runConfigMap(call);
  if (call.file !== undefined) {
    const sentence = `a file is read of configmap alone, and "${call.file}" is one; leave it out, or write spreadlb migrate configmap ${call.file}`;
    throw new CommandFailure(sentence, EXIT_USAGE);
  }
  return runLive(source, call);
}

async function runConfigMap({ file, flags, output }: Call): Promise<number> {
  const text = file === undefined ? await configMapOf(flags) : await readText(file);
  const name = file ?? `the ConfigMap ${flags.metallbNamespace}/${CONFIG_MAP_NAME}`;
  const found = findConfig(text, name);
  if (!found.ok) throw new CommandFailure(found.sentence);
  const conversion = convertConfig(found.config, flags.metallbNamespace);
  if (flags.output === "json") output.out(`${JSON.stringify(conversion, null, 2)}\n`);
  else for (const object of conversion.objects) output.out(`---\n${dump(object)}`);
  return tell(conversion, output);
}

/** Problems go where they do not end in `kubectl apply -f -`. */
function tell(conversion: Conversion, output: Output): number {
  const { objects, faults, remarks } = conversion;
  for (const { where, message } of faults) output.err(`spreadlb: left out: ${where}: ${message}\n`);
  for (const { where, message } of remarks) output.err(`spreadlb: note: ${where}: ${message}\n`);
  const doubts = planMigration({ ...EMPTY, manifests: manifestsOf(objects) }).manifests;
  for (const { object, problems } of doubts) {
    for (const problem of problems) output.err(`spreadlb: note: ${object}: ${problem}\n`);
  }
  output.err(`spreadlb: ${objects.length} objects, ${faults.length} values left out\n`);
  return faults.length === 0 ? 0 : EXIT_FAILED;
}

const EMPTY = { services: [], namespaces: [], nodes: [], virtualIps: [], lbClass: "" } as const;

function manifestsOf(objects: Conversion["objects"]): Manifests {
  const of = (kind: string) => objects.filter((object) => object.kind === kind) as never[];
  return {
    ...NO_MANIFESTS,
    ipAddressPools: of("IPAddressPool"),
    l2Advertisements: of("L2Advertisement"),
    bgpAdvertisements: of("BGPAdvertisement"),
    bgpPeers: of("BGPPeer"),
    bfdProfiles: of("BFDProfile"),
    communities: of("Community"),
  };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch {
    throw new CommandFailure(`"${file}" cannot be read; name another file`, EXIT_USAGE);
  }
}

async function configMapOf(flags: MigrateFlags): Promise<string> {
  const all = await withCluster(flags, (cluster) => cluster.list(CONFIG_MAPS));
  const found = all.find(
    ({ metadata: { name, namespace } }) =>
      name === CONFIG_MAP_NAME && namespace === flags.metallbNamespace,
  );
  if (found !== undefined) return JSON.stringify({ kind: "ConfigMap", data: found.data });
  throw new CommandFailure(
    `there is no ConfigMap "${CONFIG_MAP_NAME}" in ${flags.metallbNamespace}; name a file, or another --metallb-namespace`,
  );
}

async function runLive(source: LiveSource, { flags, output }: Call): Promise<number> {
  const { report, ...facts } = await withCluster(flags, (cluster) =>
    reportOf(source, flags, cluster),
  );
  if (flags.output === "json") output.out(`${JSON.stringify(report, null, 2)}\n`);
  else output.out(renderReport(report, { ...flags, ...facts, source }));
  return isSmooth(report) ? 0 : EXIT_FAILED;
}

interface Reported {
  readonly report: MigrateReport;
  readonly workloads: readonly string[];
  readonly isByBgp: boolean;
}

async function reportOf(
  source: LiveSource,
  { metallbNamespace, lbClass, ignoreExcludeLb }: MigrateFlags,
  cluster: Cluster,
): Promise<Reported> {
  const [services, namespaces, nodes] = await Promise.all([
    cluster.list(SERVICES),
    cluster.list(NAMESPACES),
    cluster.list(NODES),
  ]);
  const virtualIps = await listIfKnown(cluster, VIRTUAL_IPS);
  const pools = await listIfKnown(cluster, IP_ADDRESS_POOLS);
  const inNamespace = ({ metadata }: KubeObject) => metadata.namespace === metallbNamespace;
  const listOwn = async <T extends KubeObject>(type: ResourceType<T>) =>
    (await listIfKnown(cluster, type)).filter(inNamespace);
  const manifests = await listManifests(cluster, metallbNamespace);
  const peers = compilePeerModels(manifests);
  const secrets = await peerSecrets(peers, metallbNamespace, cluster);
  const plan = planMigration({
    ...{ manifests, services, namespaces, nodes, virtualIps, lbClass, secrets },
    ignoreExcludeLabel: ignoreExcludeLb,
  });
  const server = serverFindings(await versionOf(cluster));
  const hands: Hand[] = [...elsewhereHands(pools, metallbNamespace)];
  const notes = [...server.notes, ...plan.notes];
  let workloads: readonly string[] = [];
  if (source === "deckhouse") {
    const known = { classes: namesOf(manifests.classes), pools: namesOf(manifests.metalPools) };
    const rendered = pools.filter(({ metadata }) => metadata.namespace === DECKHOUSE_NAMESPACE);
    hands.push(...childHands(await listIfKnown(cluster, CHILD_SERVICES), services));
    hands.push(...renderedPoolHands(rendered, known));
  } else {
    const deployments = (await listOwn(DEPLOYMENTS)).filter(isMetallb);
    const allDaemonSets = await listIfKnown(cluster, DAEMON_SETS);
    const daemonSets = allDaemonSets.filter(inNamespace).filter(isMetallb);
    if (peers.size > 0) notes.unshift(...frrNotes(allDaemonSets));
    const own = [...deployments, ...daemonSets];
    hands.push(...flagHands(own, { lbClass, ignoreExcludeLb }, nodes));
    notes.push(...strangerNotes(own, metallbNamespace));
    hands.push(...oldPoolHands(await listOwn(OLD_POOLS)));
    const extras = await extrasOf(cluster, { manifests, nodes, metallbNamespace });
    hands.push(...extras.hands);
    notes.push(...extras.notes);
    workloads = [
      ...deployments.map(({ metadata }) => `deployment/${metadata.name}`),
      ...daemonSets.map(({ metadata }) => `daemonset/${metadata.name}`),
    ];
  }
  const report = { ...plan, hands: [...server.hands, ...plan.hands, ...hands], notes };
  return { report, workloads, isByBgp: peers.size > 0 };
}

/** Null: it may not be read. */
async function versionOf(cluster: Cluster) {
  try {
    return await cluster.version();
  } catch (error) {
    if (error instanceof ApiError && [403, 404].includes(error.status)) return null;
    throw error;
  }
}

/** What MetalLB is told beside its kinds; where it may not be read, that is said. */
async function extrasOf(
  cluster: Cluster,
  world: {
    readonly manifests: Manifests;
    readonly nodes: readonly Node[];
    readonly metallbNamespace: string;
  },
): Promise<Extras> {
  const unseen: Note[] = [];
  const see = async <T>(object: string, ask: () => Promise<T>): Promise<T | null> => {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ApiError) || ![403, 404].includes(error.status)) throw error;
      const message = "you may not read it: look yourself whether it is there, and what it says";
      if (error.status === 403) unseen.push({ object, message });
      return null;
    }
  };
  const namespace = world.metallbNamespace;
  const { excluded, frr, memberlist } = EXTRA_CONFIG_MAPS;
  const configMap = (name: string) =>
    see(`ConfigMap ${namespace}/${name}`, () => cluster.get(CONFIG_MAPS, { name, namespace }));
  const list = await configMap(excluded);
  const links = list === null ? null : excludedInterfaces(list, world.manifests.l2Advertisements);
  const configurations = await see("FRRConfigurations", () => cluster.list(FRR_CONFIGURATIONS));
  return {
    hands: [
      ...(links?.hands ?? []),
      ...frrExtras(await configMap(frr), configurations ?? [], world.nodes),
    ],
    notes: [...(links?.notes ?? []), ...memberlistNotes(await configMap(memberlist)), ...unseen],
  };
}

function namesOf(objects: readonly KubeObject[]): ReadonlySet<string> {
  return new Set(objects.map(({ metadata }) => metadata.name));
}
