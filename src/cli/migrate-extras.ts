/**
 * What MetalLB is told beside its kinds: interfaces that its speakers leave out, raw configuration of FRR. Pure.
 *
 * MetalLB never announces on an interface that its list has, named or not. Ours has the usual ones built in, and no list: one that an
 * advertisement names is used. So what the list has beyond them is said in the advertisements.
 * Neighbours: migrate-leftovers.ts has what else only the old one knows; io/migrate.ts fetches.
 */
import { isFields } from "../base/fields.ts";
import { isExcluded } from "../multi-ip/interfaces.ts";
import { defineResource, type KubeObject } from "../kube/resource.ts";
import type { Node } from "../kube/types.ts";
import type { L2Advertisement } from "../classes/metallb/l2-advertisement.ts";
import type { Note } from "./migrate-checks.ts";
import type { Hand } from "./migrate-plan.ts";
import { loadAsKubectl } from "./yaml.ts";

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

export const CONFIG_MAPS = defineResource<ConfigMap>({
  ...{ group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true },
});

/** The ConfigMaps that MetalLB looks for by these names. */
export const EXTRA_CONFIG_MAPS = {
  excluded: "metallb-excludel2",
  frr: "bgpextras",
  memberlist: "metallb-memberlist-config",
} as const;

/** What frr-k8s obeys: one for each node is MetalLB's own, others are people's. */
export const FRR_CONFIGURATIONS = defineResource({
  ...{ group: "frrk8s.metallb.io", version: "v1beta1", kind: "FRRConfiguration" },
  ...{ plural: "frrconfigurations", namespaced: true },
});

export interface Extras {
  readonly hands: readonly Hand[];
  readonly notes: readonly Note[];
}

/** MetalLB's own list, as its manifests and its chart have it. */
const USUAL = [
  ...["^docker.*", "^cbr.*", "^dummy.*", "^virbr.*", "^lxcbr.*", "^veth.*", "^lo$", "^cali.*"],
  ...["^tunl.*", "^flannel.*", "^kube-ipvs.*", "^cni.*", "^nodelocaldns.*", "^lxc.*"],
] as const;

const FILE = "excludel2.yaml";
const FIELD = "announcedInterfacesToExclude";

export function excludedInterfaces(
  { metadata, data = {} }: ConfigMap,
  advertisements: readonly L2Advertisement[],
): Extras {
  const object = `ConfigMap ${metadata.namespace ?? ""}/${metadata.name}`;
  const patterns = patternsIn(data[FILE] ?? "");
  if (patterns === null) {
    const message = `Its ${FILE} has no list "${FIELD}" of regular expressions`;
    const todo = "Correct it as MetalLB reads it, or delete it where MetalLB's speakers do not.";
    return { hands: [{ object, message, todo }], notes: [] };
  }
  const own = patterns.filter((pattern) => !isUsual(pattern));
  const dropped = USUAL.filter((pattern) => !patterns.includes(pattern));
  const list = own.join(", ");
  const forAll = advertisements.filter(({ spec }) => (spec?.interfaces ?? []).length === 0);
  return {
    hands: (own.length === 0 ? [] : forAll).map(({ metadata: { name } }) => ({
      object: `L2Advertisement/${name}`,
      message: `It names no interfaces: MetalLB's speakers leave out ${list} (${object}), and ours do not`,
      todo: "Name in spec.interfaces those that it is to be announced on: MetalLB obeys that too.",
    })),
    notes: [
      ...(dropped.length === 0
        ? []
        : [{ object, message: `it lets ${dropped.join(", ")} in: ours answer there where named` }]),
      ...advertisements.flatMap(({ metadata: { name }, spec }) =>
        (spec?.interfaces ?? [])
          .filter((link) => patterns.some((pattern) => new RegExp(pattern).test(link)))
          .map((link) => ({
            object: `L2Advertisement/${name}`,
            message: `it names ${link}, which ${object} leaves out: MetalLB does not announce there, ours do`,
          })),
      ),
    ],
  };
}

/** @returns null where MetalLB could not read them either */
function patternsIn(text: string): readonly string[] | null {
  try {
    const [read] = loadAsKubectl(text);
    const list: unknown = isFields(read) ? read[FIELD] : undefined;
    if (!Array.isArray(list)) return null;
    return list.map((pattern) => new RegExp(String(pattern)).source);
  } catch {
    return null;
  }
}

/** True where ours leave out what it matches: a name, or all that begin so. */
function isUsual(pattern: string): boolean {
  const [, name, rest] = /^\^([\w-]+)(\$|\.\*\$?)?$/.exec(pattern) ?? [];
  if (name === undefined) return false;
  return isExcluded(name) && (rest === "$" || isExcluded(`${name}0`));
}

export function frrExtras(
  raw: ConfigMap | null,
  configurations: readonly KubeObject[],
  nodes: readonly Node[],
): readonly Hand[] {
  const ofMetallb = new Set(nodes.map(({ metadata }) => `metallb-${metadata.name}`));
  const own = configurations.filter(({ metadata }) => !ofMetallb.has(metadata.name));
  const named = [
    ...(raw === null ? [] : [{ kind: "ConfigMap", metadata: raw.metadata }]),
    ...own.map(({ metadata }) => ({ kind: "FRRConfiguration", metadata })),
  ];
  return named.map(({ kind, metadata: { name, namespace = "" } }) => ({
    object: `${kind} ${namespace}/${name}`,
    message: "It is configuration of FRR, which is not ours: nothing of it goes to the routers",
    todo: "Say in a BGPPeer or BGPAdvertisement what they have fields for, leave out what you can do without, and delete it; or stay with FRR.",
  }));
}

export function memberlistNotes(found: ConfigMap | null): readonly Note[] {
  if (found === null) return [];
  const { name, namespace = "" } = found.metadata;
  const message = "it is of memberlist, which is not ours: docs/heartbeat.md has what can be set";
  return [{ object: `ConfigMap ${namespace}/${name}`, message }];
}
