/**
 * ServiceL2Status objects as VirtualIPs want them: for each Service of a pool and each node that answers for it, one. Pure.
 *
 * MetalLB makes one per Service, for there one node answers; here N do. A node that answers for a Service for the first
 * time is told in an Event: the object is the memory, so that it is told once, not once per pass.
 * Left out: Services of classes, where nobody looks for such objects.
 */
import { compareText } from "../base/hash.ts";
import type { Ip } from "../base/ip.ts";
import { Links } from "../base/links.ts";
import { isEqualList } from "../base/lists.ts";
import { isLabelValue } from "../classes/check/label-syntax.ts";
import type { ServiceL2Status } from "../classes/metallb/service-l2-status.ts";
import {
  isOurs,
  NODE_LABEL,
  nodeAssigned,
  OUR_LABEL,
  SERVICE_NAME_LABEL,
  SERVICE_NAMESPACE_LABEL,
  statusName,
} from "../classes/metallb/status-kinds.ts";
import { interfacesOn } from "../multi-ip/interfaces.ts";
import type { Decided } from "./desk.ts";
import { Listing } from "./listing.ts";
import { onceForEach } from "../base/once.ts";
import type { Role } from "./roles.ts";
import type { ClaimedAddress, MetallbStatuses, World } from "./world.ts";
import type { Write } from "./writes.ts";

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

interface Seen {
  readonly world: World;
  readonly statuses: MetallbStatuses;
  readonly roles: ReadonlyMap<string, Role>;
}

/** What is planned of these objects, kept up to date: looked at are those that the news touches, and those not written yet. */
export class L2Plans {
  readonly #listing = new Listing<ServiceL2Status>();
  readonly #objects = new Map<string, ServiceL2Status>();
  readonly #answering = new Map<string, Map<Ip, Answering>>();
  /** Of the addresses that somebody holds. */
  readonly #holders = new Map<Ip, string>();
  /** Names of objects, by address and by Service that they should be about. */
  readonly #ofAddress = new Links<string, Ip>();
  readonly #ofService = new Links<string, string>();
  /** By Service that they say they are about. */
  readonly #said = new Links<string, string>();
  #open: ReadonlySet<string> = new Set();
  #namespace = "";

  plan(world: World, statuses: MetallbStatuses, { roles, news }: Decided): Write[] {
    const names = new Set(this.#open);
    this.#seeObjects(statuses, names);
    for (const ip of news.addresses) {
      if (this.#seeHolder(ip, world) || news.uses.has(ip)) this.#seeAddress(ip, world, names);
    }
    for (const key of news.services) {
      for (const name of [...this.#ofService.of(key), ...this.#said.of(key)]) names.add(name);
    }
    // Nowhere to write to: they stay to be looked at.
    this.#open = names;
    if (!world.namespaceLabels.has(statuses.namespace)) return [];
    const open = new Set<string>();
    const writes: Write[] = [];
    for (const name of names) {
      const write = this.#planOne(name, { world, statuses, roles });
      if (write === null) continue;
      open.add(name);
      writes.push(write);
    }
    this.#open = open;
    return writes;
  }

  #seeObjects({ namespace, l2 }: MetallbStatuses, names: Set<string>): void {
    if (namespace !== this.#namespace) for (const name of this.#answering.keys()) names.add(name);
    this.#namespace = namespace;
    const { gone, come } = this.#listing.turn(l2);
    for (const { metadata } of gone) {
      this.#objects.delete(metadata.name);
      this.#said.set(metadata.name, []);
      names.add(metadata.name);
    }
    for (const object of come) {
      this.#objects.set(object.metadata.name, object);
      this.#said.set(object.metadata.name, [saidOf(object)]);
      names.add(object.metadata.name);
    }
  }

  /** @returns whether another node than before holds the address */
  #seeHolder(ip: Ip, { claimed }: World): boolean {
    const holder = claimed.get(ip)?.object.status?.holder ?? undefined;
    if (holder === this.#holders.get(ip)) return false;
    if (holder === undefined) this.#holders.delete(ip);
    else this.#holders.set(ip, holder);
    return true;
  }

  #seeAddress(ip: Ip, { claimed }: World, names: Set<string>): void {
    for (const name of this.#ofAddress.of(ip)) {
      const known = this.#answering.get(name);
      known?.delete(ip);
      if (known?.size === 0) {
        this.#answering.delete(name);
        this.#ofService.set(name, []);
      }
      names.add(name);
    }
    const address = claimed.get(ip);
    const all = address === undefined ? [] : answeringFor(address);
    this.#ofAddress.setOf(
      ip,
      all.map(({ name }) => name),
    );
    for (const answering of all) {
      const known = this.#answering.get(answering.name);
      if (known === undefined) this.#answering.set(answering.name, new Map([[ip, answering]]));
      else known.set(ip, answering);
      this.#ofService.set(answering.name, [answering.key]);
      names.add(answering.name);
    }
  }

  #planOne(name: string, seen: Seen): Write | null {
    const all = [...(this.#answering.get(name) ?? [])].sort(([a], [b]) => compareText(a, b));
    const before = this.#objects.get(name);
    const [first, ...others] = all.map(([, answering]) => answering);
    if (first === undefined || seen.roles.get(first.key)?.kind !== "served") {
      const isLeft =
        before !== undefined && (isOurs(before) || isServedByPools(before, seen.roles));
      return isLeft ? { kind: "delete-metallb-status", of: "ServiceL2Status", before } : null;
    }
    const answering = others.reduce(merged, first);
    if (before === undefined) return creation(answering, seen);
    if (!isAbout(before, answering))
      return { kind: "delete-metallb-status", of: "ServiceL2Status", before };
    if (isSaid(before, answering)) return null;
    const status = statusOf(answering);
    return { kind: "metallb-status", of: "ServiceL2Status", before, status };
  }
}

const answeringFor = onceForEach(({ object }: ClaimedAddress): readonly Answering[] => {
  const { pool = null, mode, services } = object.spec;
  const node = object.status?.holder ?? null;
  if (pool === null || mode === "BGP" || node === null) return [];
  // The name of a node may be longer than a label: MetalLB's object of it cannot be made.
  if (!isLabelValue(node)) return [];
  const interfaces = interfacesOn(object.spec, node);
  return services.map(({ namespace, name: service }) => {
    const key = `${namespace}/${service}`;
    return { name: statusName("l2", `${key}/${node}`), key, node, namespace, service, interfaces };
  });
});

function merged(a: Answering, b: Answering): Answering {
  const isOnAll = a.interfaces.length === 0 || b.interfaces.length === 0;
  return { ...a, interfaces: isOnAll ? [] : [...new Set([...a.interfaces, ...b.interfaces])] };
}

function creation(
  answering: Answering,
  { world, statuses: { namespace } }: Pick<Seen, "world" | "statuses">,
): Write {
  const labels = { ...labelsOf(answering), ...OUR_LABEL };
  const metadata = { name: answering.name, namespace, labels };
  const service = world.services.get(answering.key);
  return {
    ...{ kind: "create-metallb-status", of: "ServiceL2Status" },
    object: { metadata, status: statusOf(answering) },
    ...(service === undefined
      ? {}
      : { about: service, events: [nodeAssigned(answering.node, "layer2")] }),
  };
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
    isEqualList(said, interfaces)
  );
}

/** One that MetalLB left behind: it names a node that answers no more. */
function isServedByPools(object: ServiceL2Status, roles: ReadonlyMap<string, Role>): boolean {
  const role = roles.get(saidOf(object));
  return role?.kind === "served" && role.className === null;
}

/** @returns the key of the Service that the object says it is about */
function saidOf({ status }: ServiceL2Status): string {
  return `${status?.serviceNamespace ?? ""}/${status?.serviceName ?? ""}`;
}
