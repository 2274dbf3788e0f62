/**
 * To which peers this node announces which Service: what its ServiceBGPStatus objects should say. Pure.
 *
 * As with MetalLB a peer counts that the node is to tell, whether the session is up or not: NodeBGPStatus says that.
 * A class, mutated in place: an address that is judged anew touches its own Services.
 * Neighbours: routes.ts knows the fate of an address; io/service-statuses.ts writes.
 */
import { compareText } from "../base/hash.ts";
import type { Ip } from "../base/ip.ts";
import { Links } from "../base/links.ts";
import { isEqualList } from "../base/lists.ts";
import { PEERS_MAX, type ServiceBGPStatus } from "../classes/metallb/service-bgp-status.ts";
import {
  NODE_LABEL,
  OUR_LABEL,
  SERVICE_NAME_LABEL,
  SERVICE_NAMESPACE_LABEL,
  statusName,
} from "../classes/metallb/status-kinds.ts";
import { peerNameOf } from "../classes/peers.ts";
import type { OwnerReference } from "../kube/resource.ts";
import type { Fate } from "./routes.ts";

export type ServiceBGPStatusBody = NonNullable<ServiceBGPStatus["status"]>;

export class ServicePeers {
  readonly #node: string;
  readonly #services = new Links<Ip, string>();
  /** Names of peers, of addresses that are announced to any. */
  readonly #peersOf = new Map<Ip, readonly string[]>();
  /** By name of the object that should be there, the Service. */
  readonly #serviceOf = new Map<string, string>();

  constructor(node: string) {
    this.#node = node;
  }

  /** @returns the names of the objects that may have to say something else now */
  see(ip: Ip, fate: Fate | undefined): readonly string[] {
    const before = [...this.#services.at(ip)];
    const told = fate?.told ?? [];
    const after = told.length === 0 ? [] : (fate?.address.services ?? []);
    const peers = namesIn(told.map(({ peer }) => peer));
    if (isEqualList(before, after) && isEqualList(this.#peersOf.get(ip) ?? [], peers)) return [];
    this.#services.set(ip, after);
    if (peers.length === 0) this.#peersOf.delete(ip);
    else this.#peersOf.set(ip, peers);
    return [...new Set([...before, ...after])].map((service) => this.#noteObject(service));
  }

  /** All objects that should be there, by name. */
  get names(): readonly string[] {
    return [...this.#serviceOf.keys()];
  }

  /** @returns what the object should say; null: it should not be there */
  statusOf(name: string): ServiceBGPStatusBody | null {
    const service = this.#serviceOf.get(name);
    if (service === undefined) return null;
    const all = [...this.#services.of(service)].flatMap((ip) => this.#peersOf.get(ip) ?? []);
    const peers = namesIn(all).slice(0, PEERS_MAX);
    const [serviceNamespace = "", serviceName = ""] = service.split("/");
    return { node: this.#node, serviceName, serviceNamespace, peers };
  }

  /** @returns the name of the Service's object, whether it should be there or not */
  #noteObject(service: string): string {
    const name = statusName("bgp", `${service}/${this.#node}`);
    if (this.#services.of(service).size > 0) this.#serviceOf.set(name, service);
    else this.#serviceOf.delete(name);
    return name;
  }
}

/** @returns the object without its status, as MetalLB's tools look for it */
export function serviceBgpStatusOf(
  name: string,
  { node = "", serviceName = "", serviceNamespace = "" }: ServiceBGPStatusBody,
  { namespace, owner }: { readonly namespace: string; readonly owner: OwnerReference },
) {
  const labels = {
    [NODE_LABEL]: node,
    [SERVICE_NAME_LABEL]: serviceName,
    [SERVICE_NAMESPACE_LABEL]: serviceNamespace,
    ...OUR_LABEL,
  };
  return { metadata: { name, namespace, labels, ownerReferences: [owner] } };
}

/** `BGPPeer/tor-a` is `tor-a`. */
function namesIn(keys: readonly string[]): readonly string[] {
  const names = keys.map(peerNameOf);
  return [...new Set(names)].sort(compareText);
}
