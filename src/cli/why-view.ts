/**
 * The facts for `spreadlb why`, found in objects as anybody may read them. Pure.
 *
 * The same reading as the controller's: its own functions say which node is eligible, heard of and trusted. One thing
 * is weaker here: whether a speaker is heard of is judged by the time in its Lease, for we look only once.
 * Neighbours: ../multi-ip/explain.ts finds the words; subject.ts what is meant.
 */
import { REMEDIES, type Problem, type ProblemCode } from "../base/errors.ts";
import { compileClasses } from "../classes/compile.ts";
import { nodesOf } from "../classes/model.ts";
import type { MetalLoadBalancerClass } from "../classes/resource.ts";
import { leaveReason } from "../controller/leaving.ts";
import { clusterNodes, type ClusterNode } from "../controller/nodes.ts";
import { PLAN_OPTIONS } from "../controller/plan.ts";
import { BOUND_CONDITION, READY_CONDITION } from "../controller/resources.ts";
import { servingNodes } from "../controller/serving.ts";
import { verdictOn } from "../controller/verdict.ts";
import { hasInterface } from "../controller/world.ts";
import { keyOf } from "../kube/resource.ts";
import type { EndpointSlice, Lease, Node, Service } from "../kube/types.ts";
import type { AddressFacts, NodeFinding, ServiceFacts } from "../multi-ip/explain.ts";
import type { VirtualIP } from "../multi-ip/resource.ts";

export interface Cluster {
  readonly virtualIps: readonly VirtualIP[];
  readonly services: readonly Service[];
  readonly nodes: readonly Node[];
  readonly leases: readonly Lease[];
  readonly slices: readonly EndpointSlice[];
  readonly classes: readonly MetalLoadBalancerClass[];
  /** Milliseconds since 1970: the Leases' clock. */
  readonly nowMs: number;
}

/** @returns the address with a finding for every node that its class selects, or that is ranked or answers */
export function factsOfAddress(vip: VirtualIP, cluster: Cluster): AddressFacts {
  const className = vip.spec.class;
  const model = compileClasses(cluster.classes).classes.get(className ?? "");
  if (model === undefined) return { vip, nodes: undefined };
  const all = allNodes(cluster);
  const selected = new Set(nodesOf(model.ways, all).map(({ name }) => name));
  const named = new Set([...selected, ...vip.spec.rank, vip.status?.holder ?? ""]);
  const serving = servingFor(vip, cluster);
  const findings = all
    .filter(({ name }) => named.has(name))
    .map((node): NodeFinding => {
      const verdict = verdictOn(node, {
        selected: selected.has(node.name),
        leaving: leaveReason(node.leaveMarks, model.drainOn),
        connected: hasInterface(model.ways, node),
        serving: serving?.has(node.name) ?? true,
      });
      return { name: node.name, verdict };
    });
  return { vip, nodes: findings };
}

export function factsOfService(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  cluster: Cluster,
): ServiceFacts {
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

/** The nodes by the controller's own reading, each Lease as old as it says. */
function allNodes(cluster: Cluster): readonly ClusterNode[] {
  const { nodes, leases, virtualIps, nowMs } = cluster;
  const presences = leases.map((lease) => ({
    lease,
    heardAtMs: Date.parse(lease.spec?.renewTime ?? "") || 0,
  }));
  const { settlingTimeMs } = PLAN_OPTIONS;
  return clusterNodes({ nodes, presences, virtualIps }, { nowMs, settlingTimeMs });
}

/** @returns the nodes with an endpoint of a Service that asks for local ones; undefined: none asks */
function servingFor(vip: VirtualIP, cluster: Cluster): ReadonlySet<string> | undefined {
  const users = new Set(vip.spec.services.map(({ namespace, name }) => `${namespace}/${name}`));
  const local = cluster.services.filter(
    (one) => users.has(keyOf(one)) && one.spec?.externalTrafficPolicy === "Local",
  );
  const [first] = local;
  if (first === undefined) return undefined;
  const key = keyOf(first);
  return servingNodes(cluster.slices, (service) => service === key).get(key) ?? new Set<string>();
}

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
