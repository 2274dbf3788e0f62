/**
 * The facts for `spreadlb why`, found in objects as anybody may read them. Pure.
 *
 * The same reading as the controller's: its own functions say which node is eligible, heard of and trusted. One thing
 * is weaker here: whether a speaker is heard of is judged by the time in its Lease, for we look only once.
 * Neighbours: ../multi-ip/explain.ts finds the words; subject.ts what is meant.
 */
import { REMEDIES, type Problem, type ProblemCode } from "../base/errors.ts";
import { BOUND_CONDITION } from "../classes/choose.ts";
import { classFinder } from "../classes/class-at.ts";
import { NO_MANIFESTS, type Manifests } from "../classes/compile.ts";
import { METAL_POOL_KIND } from "../classes/deckhouse/pool.ts";
import { IP_ADDRESS_POOL_KIND } from "../classes/metallb/ip-address-pool.ts";
import type { Way } from "../classes/model.ts";
import { HEARD_NOBODY } from "../controller/looking.ts";
import { observe } from "../controller/observer.ts";
import { onceForEach } from "../base/once.ts";
import { PLAN_OPTIONS } from "../controller/plan.ts";
import { reachOf } from "../controller/reach.ts";
import { READY_CONDITION } from "../controller/resources.ts";
import { verdictOn } from "../controller/verdict.ts";
import { hasInterface, localServing, type World } from "../controller/world.ts";
import { keyOf } from "../kube/resource.ts";
import type { EndpointSlice, Lease, Node, Service } from "../kube/types.ts";
import type { AddressFacts, NodeFinding, ServiceFacts } from "../multi-ip/explain.ts";
import type { VirtualIP } from "../multi-ip/resource.ts";

/** What is left out of the manifests has no objects. */
export interface Cluster extends Partial<Omit<Manifests, "classes">> {
  readonly classes: Manifests["classes"];
  readonly virtualIps: readonly VirtualIP[];
  readonly services: readonly Service[];
  readonly nodes: readonly Node[];
  readonly leases: readonly Lease[];
  readonly slices: readonly EndpointSlice[];
  /** Milliseconds since 1970: the Leases' clock. */
  readonly nowMs: number;
  /** As the controller was given `--ignore-exclude-lb`. */
  readonly ignoreExcludeLabel?: boolean;
}

/** One of the ways in which nodes answer for the addresses of a pool. */
export interface AdvertisedBy {
  /** The name of the advertisement. */
  readonly name: string;
  readonly mode: Way["mode"];
}

/** What is known of an address of a pool, besides. */
export interface PoolFacts {
  /** `Kind/name` of the pool; null: the address comes from a class, or from what is gone. */
  readonly pool: string | null;
  /** Who advertises it, for the Services that use it; empty of a class. */
  readonly advertisements: readonly AdvertisedBy[];
}

/** @returns the address with a finding for every node that its class selects, or that is ranked or answers */
export function factsOfAddress(vip: VirtualIP, cluster: Cluster): AddressFacts & PoolFacts {
  const world = worldOf(cluster);
  const reach = reachOf(vip.spec.services, keyOfClass(vip, world), world);
  if (reach === undefined) return { vip, nodes: undefined, pool: null, advertisements: [] };
  const { model, ways, leaving } = reach;
  const selected = new Set(reach.selected.map(({ name }) => name));
  const named = new Set([...selected, ...vip.spec.rank, vip.status?.holder ?? ""]);
  const { address: ip, services: uses } = vip.spec;
  const serving = localServing({ ip, uses }, world);
  const findings = world.nodes
    .filter(({ name }) => named.has(name))
    .map((node): NodeFinding => {
      const verdict = verdictOn(node, {
        selected: selected.has(node.name),
        leaving: leaving.get(node.name) ?? null,
        connected: hasInterface(ways, node),
        serving: serving.every((nodes) => nodes.has(node.name)),
      });
      return { name: node.name, verdict };
    });
  return {
    ...{ vip, nodes: findings, pool: model.pool === null ? null : model.key },
    advertisements: ways.flatMap(({ advertisement: name, mode }) =>
      name === null ? [] : [{ name, mode }],
    ),
  };
}

/** As the controller has it: whose range has the address; where none has it any more, what it was given from. */
function keyOfClass({ spec }: VirtualIP, { compiled: { classes } }: World): string {
  const pool = spec.pool ?? "";
  const names = [
    spec.class ?? "",
    ...[IP_ADDRESS_POOL_KIND, METAL_POOL_KIND].map((kind) => `${kind}/${pool}`),
  ];
  return classFinder(classes)(spec.address)?.key ?? names.find((key) => classes.has(key)) ?? "";
}

/** @returns a paragraph for each pool: who answers for its addresses */
export function explainPools(all: readonly (AddressFacts & PoolFacts)[]): readonly string[] {
  const sentences = all.flatMap(({ pool, advertisements }) => {
    if (pool === null) return [];
    const title = pool.replace("/", " ");
    const list = advertisements.map(({ name, mode }) => `"${name}" (${mode})`).join(", ");
    return list === ""
      ? [`${title} has no advertisement for the Service: the address is given, and nobody answers.`]
      : [`${title} is answered for by the nodes that its advertisements select: ${list}.`];
  });
  return [...new Set(sentences)];
}

export function factsOfService(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  cluster: Cluster,
): ServiceFacts & { readonly addresses: readonly (AddressFacts & PoolFacts)[] } {
  const key = `${namespace}/${name}`;
  const service = cluster.services.find((one) => keyOf(one) === key);
  const vips = cluster.virtualIps.filter(({ spec }) =>
    spec.services.some((use) => `${use.namespace}/${use.name}` === key),
  );
  const bound = conditionOf(service, BOUND_CONDITION);
  const ready = conditionOf(service, READY_CONDITION);
  return {
    namespace,
    name,
    className: bound?.message ?? vips[0]?.spec.class ?? null,
    addresses: vips.map((vip) => factsOfAddress(vip, cluster)),
    problems: ready?.status === "False" ? problemsIn(ready.message) : [],
  };
}

/** All by the controller's own reading, each Lease as old as it says. */
const worldOf = onceForEach((cluster: Cluster): World => {
  const { leases, nowMs, ignoreExcludeLabel = false } = cluster;
  const presences = leases.map((lease) => ({
    lease,
    heardAtMs: Date.parse(lease.spec?.renewTime ?? "") || 0,
  }));
  const { settlingTimeMs } = PLAN_OPTIONS;
  const unknown = { namespaces: [], hearing: HEARD_NOBODY, claiming: [], told: new Map() };
  const snapshot = { ...NO_MANIFESTS, ...cluster, ...unknown, presences };
  return observe(snapshot, { nowMs, settlingTimeMs, ignoreExcludeLabel });
});

function conditionOf(service: Service | undefined, wanted: string) {
  return service?.status?.conditions?.find(({ type }) => type === wanted);
}

/** Between the problems that one condition names. */
const SEPARATOR = " · ";

/** @returns the problems that the condition's message was made of; what has no remedy of ours is left out */
function problemsIn(message: string): readonly Problem[] {
  const remedies = Object.entries(REMEDIES) as [ProblemCode, string][];
  return message.split(SEPARATOR).flatMap((text) => {
    const found = remedies.find(([, remedy]) => text.endsWith(`. ${remedy}.`));
    if (found === undefined) return [];
    const [code, remedy] = found;
    return [{ code, message: text.slice(0, -`. ${remedy}.`.length) }];
  });
}
