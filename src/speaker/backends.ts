/**
 * Which Services have an endpoint that serves, anywhere and on this node: only such addresses are announced to routers. Pure.
 *
 * By family: kube-proxy sends what comes for an address to endpoints of its family alone, and knows no other slices than of the two.
 * Neighbours: ../kube/serving.ts says what serves; routes.ts asks.
 */
import type { IpFamily } from "../base/ip.ts";
import { Links } from "../base/links.ts";
import { isServing, serviceOfSlice } from "../kube/serving.ts";
import type { EndpointSlice } from "../kube/types.ts";

interface Share {
  /** `addressType` of the slice. */
  readonly family: string;
  readonly isAnywhere: boolean;
  readonly isHere: boolean;
}

const FAMILIES: readonly IpFamily[] = ["IPv4", "IPv6"];

export class Backends {
  /** By name: whose they are on. */
  readonly node: string;
  /** By "namespace/name" of the slice. */
  readonly #shares = new Map<string, Share>();
  /** Slices, and the Services that they are of. */
  readonly #slices = new Links<string, string>();

  constructor(node: string) {
    this.node = node;
  }

  /** @returns the Service, where it is another matter than before */
  put(slice: EndpointSlice): string | null {
    const { name, namespace = "" } = slice.metadata;
    const service = serviceOfSlice(slice);
    if (service === undefined) return this.delete(name, namespace);
    const key = `${namespace}/${name}`;
    const serving = (slice.endpoints ?? []).filter(isServing);
    const share: Share = {
      family: slice.addressType,
      isAnywhere: serving.length > 0,
      isHere: serving.some(({ nodeName }) => nodeName === this.node),
    };
    return this.#change(service, () => {
      this.#shares.set(key, share);
      this.#slices.set(key, [service]);
    });
  }

  delete(name: string, namespace: string): string | null {
    const key = `${namespace}/${name}`;
    const [service] = this.#slices.at(key);
    if (service === undefined) return null;
    return this.#change(service, () => {
      this.#shares.delete(key);
      this.#slices.set(key, []);
    });
  }

  isServed(service: string, family: IpFamily): boolean {
    return this.#any(service, (share) => share.family === family && share.isAnywhere);
  }

  isServedHere(service: string, family: IpFamily): boolean {
    return this.#any(service, (share) => share.family === family && share.isHere);
  }

  #change(service: string, change: () => void): string | null {
    const before = this.#standing(service);
    change();
    return before === this.#standing(service) ? null : service;
  }

  #standing(service: string): string {
    const each = FAMILIES.flatMap((family) => [
      this.isServed(service, family),
      this.isServedHere(service, family),
    ]);
    return each.join();
  }

  #any(service: string, holds: (share: Share) => boolean): boolean {
    for (const key of this.#slices.of(service)) {
      const share = this.#shares.get(key);
      if (share !== undefined && holds(share)) return true;
    }
    return false;
  }
}
