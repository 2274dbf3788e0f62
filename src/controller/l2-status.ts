/**
 * ServiceL2Status objects as VirtualIPs want them: for each Service of a pool and each node that answers for it, one. Pure.
 *
 * MetalLB makes one per Service, for there one node answers; here N do. A node that answers for a Service for the first
 * time is told in an Event: the object is the memory, so that it is told once, not once per pass.
 * Left out: Services of classes, where nobody looks for such objects.
 */
import { stableHash } from "../base/hash.ts";
import type { ServiceL2Status } from "../classes/metallb/service-l2-status.ts";
import {
  isOurs,
  NODE_LABEL,
  OUR_LABEL,
  SERVICE_NAME_LABEL,
  SERVICE_NAMESPACE_LABEL,
} from "../classes/metallb/status-kinds.ts";
import { interfacesOn } from "../multi-ip/interfaces.ts";
import { onceForEach } from "./once.ts";
import type { Role } from "./roles.ts";
import type { ClaimedAddress, MetallbStatuses, World } from "./world.ts";
import type { PlannedEvent, Write } from "./writes.ts";

interface L2Input {
  readonly world: World;
  readonly roles: ReadonlyMap<string, Role>;
  readonly statuses: MetallbStatuses;
}

/** One node that answers for addresses of one Service. */
interface Answering {
  readonly name: string;
  /** Of the Service. */
  readonly key: string;
  readonly node: string;
  readonly namespace: string;
  readonly service: string;
  /** Empty: all. */
  readonly interfaces: readonly string[];
}

export function planL2Statuses({ world, roles, statuses }: L2Input): Write[] {
  const wanted = wantedObjects(world, roles);
  const known = new Map(statuses.l2.map((object) => [object.metadata.name, object]));
  const writes: Write[] = [];
  for (const answering of wanted.values()) {
    const before = known.get(answering.name);
    if (before !== undefined && seenRight.get(before) === answering) continue;
    if (before === undefined) writes.push(creation(answering, { world, statuses }));
    else if (!isAbout(before, answering))
      writes.push({ kind: "delete-metallb-status", of: "ServiceL2Status", before });
    else if (!isSaid(before, answering)) {
      const status = statusOf(answering);
      writes.push({ kind: "metallb-status", of: "ServiceL2Status", before, status });
    } else seenRight.set(before, answering);
  }
  for (const before of statuses.l2) {
    if (wanted.has(before.metadata.name)) continue;
    if (!isOurs(before) && !isServedByPools(before, roles)) continue;
    writes.push({ kind: "delete-metallb-status", of: "ServiceL2Status", before });
  }
  return writes;
}

/** Most are so in most passes, and neither side is made anew. */
const seenRight = new WeakMap<ServiceL2Status, Answering>();

function wantedObjects(
  { claimed }: World,
  roles: ReadonlyMap<string, Role>,
): Map<string, Answering> {
  const wanted = new Map<string, Answering>();
  for (const address of claimed.values()) {
    for (const answering of answeringFor(address)) {
      if (roles.get(answering.key)?.kind !== "served") continue;
      const known = wanted.get(answering.name);
      wanted.set(answering.name, known === undefined ? answering : merged(known, answering));
    }
  }
  return wanted;
}

const answeringFor = onceForEach(({ object }: ClaimedAddress): readonly Answering[] => {
  const { pool = null, mode, services } = object.spec;
  const node = object.status?.holder ?? null;
  if (pool === null || mode === "BGP" || node === null) return [];
  const interfaces = interfacesOn(object.spec, node);
  return services.map(({ namespace, name: service }) => {
    const key = `${namespace}/${service}`;
    return { name: nameOf(`${key}/${node}`), key, node, namespace, service, interfaces };
  });
});

/** MetalLB lets the API server make up what stands behind `l2-`; ours is the same on every run. */
function nameOf(text: string): string {
  const hex = (salt: string) =>
    stableHash(salt + text)
      .toString(16)
      .padStart(8, "0");
  return `l2-${hex("")}${hex("+")}`;
}

function merged(a: Answering, b: Answering): Answering {
  const isOnAll = a.interfaces.length === 0 || b.interfaces.length === 0;
  return { ...a, interfaces: isOnAll ? [] : [...new Set([...a.interfaces, ...b.interfaces])] };
}

function creation(
  answering: Answering,
  { world, statuses: { namespace } }: Pick<L2Input, "world" | "statuses">,
): Write {
  const labels = { ...labelsOf(answering), ...OUR_LABEL };
  const metadata = { name: answering.name, namespace, labels };
  const service = world.services.get(answering.key);
  return {
    ...{ kind: "create-metallb-status", of: "ServiceL2Status" },
    object: { metadata, status: statusOf(answering) },
    ...(service === undefined ? {} : { about: service, events: [assignedTo(answering)] }),
  };
}

/** In MetalLB's words, which tools read. */
function assignedTo({ node }: Answering): PlannedEvent {
  const message = `announcing from node ${JSON.stringify(node)} with protocol "layer2"`;
  return { type: "Normal", reason: "nodeAssigned", message, action: "AssignNode" };
}

function labelsOf({ node, namespace, service }: Answering): Record<string, string> {
  return {
    [NODE_LABEL]: node,
    [SERVICE_NAME_LABEL]: service,
    [SERVICE_NAMESPACE_LABEL]: namespace,
  };
}

function statusOf({ node, namespace, service, interfaces }: Answering) {
  return {
    node,
    serviceName: service,
    serviceNamespace: namespace,
    // A merge patch keeps what it does not name.
    interfaces: interfaces.map((name) => ({ name })),
  };
}

/** What cannot be changed is right, or not said yet. */
function isAbout({ metadata, status }: ServiceL2Status, answering: Answering): boolean {
  const { node = answering.node, serviceName = answering.service } = status ?? {};
  const { serviceNamespace = answering.namespace } = status ?? {};
  const hasLabels = Object.entries(labelsOf(answering)).every(
    ([key, value]) => metadata.labels?.[key] === value,
  );
  return (
    hasLabels &&
    node === answering.node &&
    serviceName === answering.service &&
    serviceNamespace === answering.namespace
  );
}

function isSaid({ status }: ServiceL2Status, { interfaces }: Answering): boolean {
  const said = (status?.interfaces ?? []).map(({ name }) => name);
  return (
    status?.node !== undefined &&
    status.serviceName !== undefined &&
    status.serviceNamespace !== undefined &&
    said.length === interfaces.length &&
    interfaces.every((name, n) => name === said[n])
  );
}

/** One that MetalLB left behind: it names a node that answers no more. */
function isServedByPools({ status }: ServiceL2Status, roles: ReadonlyMap<string, Role>): boolean {
  const role = roles.get(`${status?.serviceNamespace ?? ""}/${status?.serviceName ?? ""}`);
  return role?.kind === "served" && role.className === null;
}
