/**
 * What only the old load balancer knows: Deckhouse's child objects, pools that it makes by itself, flags of MetalLB. Pure.
 *
 * Neighbours: migrate-plan.ts says what becomes of what we know too.
 */
import type { IPAddressPool } from "../classes/metallb/ip-address-pool.ts";
import { listedAddresses } from "../controller/assignments.ts";
import { EXCLUDE_LABEL } from "../multi-ip/node-marks.ts";
import { boundClassOf } from "../controller/roles.ts";
import { defineResource, keyOf, type KubeObject } from "../kube/resource.ts";
import type { Node, Service } from "../kube/types.ts";
import type { Note } from "./migrate-checks.ts";
import type { Hand } from "./migrate-plan.ts";

/** Deckhouse makes one for each address of a Service. */
export interface ChildService extends KubeObject {
  readonly spec?: { readonly serviceRef?: { readonly name?: string; readonly namespace?: string } };
  readonly status?: Service["status"];
}

export const CHILD_SERVICES = defineResource<ChildService>({
  group: "internal.network.deckhouse.io",
  version: "v1alpha1",
  kind: "SDNInternalL2LBService",
  plural: "sdninternall2lbservices",
  namespaced: true,
});

/** A Deployment or a DaemonSet of MetalLB. */
export interface Workload extends KubeObject {
  readonly spec?: {
    readonly template?: {
      readonly spec?: {
        readonly containers?: readonly {
          readonly args?: readonly string[];
          readonly command?: readonly string[];
        }[];
      };
    };
  };
}

export const DEPLOYMENTS = defineResource<Workload>({
  ...{ group: "apps", version: "v1", kind: "Deployment", plural: "deployments", namespaced: true },
});
export const DAEMON_SETS = defineResource<Workload>({
  ...{ group: "apps", version: "v1", kind: "DaemonSet", plural: "daemonsets", namespaced: true },
});

/** @returns true for what MetalLB's manifests (`app`) or its chart (`app.kubernetes.io/name`) made, and not for frr-k8s */
export function isMetallb({ metadata: { labels = {} } }: KubeObject): boolean {
  return [labels["app"], labels["app.kubernetes.io/name"]].includes("metallb");
}

/** Where Deckhouse has the objects that it makes of its own. */
export const DECKHOUSE_NAMESPACE = "d8-metallb";

export function childHands(
  children: readonly ChildService[],
  services: readonly Service[],
): readonly Hand[] {
  const byKey = new Map(services.map((service) => [keyOf(service), service]));
  const given = new Map<string, Set<string>>();
  const hands: Hand[] = [];
  for (const child of children) {
    const { namespace = "", name } = child.metadata;
    const parent = child.spec?.serviceRef;
    const key = `${parent?.namespace ?? namespace}/${parent?.name ?? ""}`;
    const service = byKey.get(key);
    const object = `SDNInternalL2LBService ${namespace}/${name}`;
    if (service === undefined) {
      const todo = `kubectl delete sdninternall2lbservice -n ${namespace} ${name}`;
      hands.push({ object, message: `Its Service ${key} is gone`, todo });
      continue;
    }
    const addresses = listedAddresses(child as Service);
    given.set(key, new Set([...(given.get(key) ?? []), ...addresses]));
    const missing = addresses.filter((ip) => !listedAddresses(service).includes(ip));
    if (missing.length === 0) continue;
    hands.push({
      object: `Service ${key}`,
      message: `Its child ${name} has ${missing.join(", ")}, and its status does not list that`,
      todo: "Wait until Deckhouse has written it: only what the status lists is kept.",
    });
  }
  return [...hands, ...staleHands(byKey, given)];
}

/** Deckhouse never takes an address out of a status, even when it has given it to another. */
function staleHands(
  services: ReadonlyMap<string, Service>,
  given: ReadonlyMap<string, ReadonlySet<string>>,
): readonly Hand[] {
  return [...services].flatMap(([key, service]) => {
    if (boundClassOf(service) === null) return [];
    const stale = listedAddresses(service).filter((ip) => given.get(key)?.has(ip) !== true);
    if (stale.length === 0) return [];
    return [
      {
        object: `Service ${key}`,
        message: `Its status lists ${stale.join(", ")}, which no child of it has: nobody answers for it now`,
        todo: "Nothing, if it should have it again: SpreadLB answers for it. Else make the Service anew.",
      },
    ];
  });
}

/** Pools that Deckhouse renders of its ModuleConfig: they go with the module. */
export function renderedPoolHands(
  pools: readonly IPAddressPool[],
  known: { readonly classes: ReadonlySet<string>; readonly pools: ReadonlySet<string> },
): readonly Hand[] {
  return pools
    .filter(({ metadata: { name } }) => !known.classes.has(name) && !known.pools.has(name))
    .map(({ metadata: { name }, spec }) => ({
      object: `IPAddressPool/${name}`,
      message: `Deckhouse makes it of its ModuleConfig, and takes it away with the module`,
      todo: `Make a MetalLoadBalancerPool "${name}" with addresses ${(spec?.addresses ?? []).join(", ")}.`,
    }));
}

/** Objects where the controller does not look. */
export function elsewhereHands(
  pools: readonly IPAddressPool[],
  metallbNamespace: string,
): readonly Hand[] {
  const namespaces = new Set(pools.map(({ metadata }) => metadata.namespace ?? ""));
  namespaces.delete(metallbNamespace);
  namespaces.delete(DECKHOUSE_NAMESPACE);
  return [...namespaces].sort().map((namespace) => ({
    object: `Namespace ${namespace}`,
    message: `It has IPAddressPools, and those of ${metallbNamespace} are read`,
    todo: `Give the controller and the speakers --metallb-namespace ${namespace}, and this command too.`,
  }));
}

/** A kind that MetalLB had for three versions. */
export function oldPoolHands(pools: readonly KubeObject[]): readonly Hand[] {
  return pools.map(({ metadata: { name } }) => ({
    object: `AddressPool/${name}`,
    message: "No MetalLB since 0.14.2 reads this kind",
    todo: `Make an IPAddressPool "${name}" and an advertisement of it, and delete the old one.`,
  }));
}

/**
 * Flags of MetalLB that change who is served, or who answers.
 *
 * @param told what this command was told that the controller will be given
 */
export function flagHands(
  workloads: readonly Workload[],
  told: { readonly lbClass: string; readonly ignoreExcludeLb: boolean },
  nodes: readonly Node[],
): readonly Hand[] {
  const lines = workloads.flatMap(({ spec }) =>
    (spec?.template?.spec?.containers ?? []).map(({ command = [], args = [] }) => [
      ...command,
      ...args,
    ]),
  );
  const classes = new Set(lines.flatMap(lbClassesOf));
  const ignores = lines
    .flat()
    .some((word) => /^--?ignore-exclude-lb(=(true|1|t|T|TRUE|True))?$/.test(word));
  return [
    ...[...classes]
      .filter((name) => name !== told.lbClass)
      .map((name) => ({
        object: "MetalLB",
        message: `It runs with --lb-class=${name}, and serves Services of that loadBalancerClass alone`,
        todo: `Give SpreadLB's controller --lb-class ${name}, and this command too.`,
      })),
    ...(ignores && !told.ignoreExcludeLb ? excludedHands(nodes) : []),
  ];
}

/** Go takes the value in the word of the flag, or in the next. */
function lbClassesOf(words: readonly string[]): readonly string[] {
  return words.flatMap((word, place) => {
    const flag = /^--?lb-class(?:=(.*))?$/.exec(word);
    const name = flag === null ? "" : (flag[1] ?? words[place + 1] ?? "");
    return name === "" ? [] : [name];
  });
}

/** Without its label nobody finds what a chart named otherwise, and its flags are unknown. */
export function strangerNotes(workloads: readonly Workload[], namespace: string): readonly Note[] {
  if (workloads.length > 0) return [];
  const message =
    `no Deployment and no DaemonSet in ${namespace} has its label (app or app.kubernetes.io/name: metallb). ` +
    "If it runs there by another name (nameOverride of the chart), look for --lb-class and --ignore-exclude-lb in its arguments yourself, and put its names into the steps";
  return [{ object: "MetalLB", message }];
}

/** What MetalLB was told to ignore counts here, until our controller is told so, too. */
function excludedHands(nodes: readonly Node[]): readonly Hand[] {
  const names = nodes
    .filter(({ metadata }) => metadata.labels?.[EXCLUDE_LABEL] !== undefined)
    .map(({ metadata }) => metadata.name)
    .sort();
  if (names.length === 0) return [];
  const list = names.join(" ");
  return [
    {
      object: "MetalLB",
      message: `Its speakers run with --ignore-exclude-lb, so that these nodes answer too, which are excluded by a label: ${names.join(", ")}`,
      todo: `Give SpreadLB's controller and speakers --ignore-exclude-lb, and this command too, or take the label off: kubectl label node ${list} ${EXCLUDE_LABEL}-`,
    },
  ];
}
