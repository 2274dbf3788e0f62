/** What a Service asks for. Pure. */
import type { Problem } from "../base/errors.ts";
import type { Ip, IpFamily } from "../base/ip.ts";

export const COUNT_ANNOTATION = "network.deckhouse.io/l2-load-balancer-external-ips-count";
export const ADDRESSES_ANNOTATION = "network.deckhouse.io/load-balancer-ips";
export const CLASS_ANNOTATION = "network.deckhouse.io/metal-load-balancer-class";
export const ADDRESS_COUNT_MAX = 64;

/** What is wanted at one index: any address, this one, or what the text did not say clearly. */
export type WantedPlace =
  | { readonly kind: "any" }
  | { readonly kind: "this"; readonly ip: Ip }
  /** The entry cannot be read: the place keeps what it has, and gets nothing where it has nothing. */
  | { readonly kind: "broken" };

export interface ServiceFacts {
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly ipFamilies?: readonly string[] | undefined;
  readonly ipFamilyPolicy?: string | undefined;
  readonly clusterIPs?: readonly string[] | undefined;
}

export interface ServiceRequest {
  /** Addresses per family; null where the annotation cannot be read: what it has, else 1. */
  readonly countPerFamily: number | null;
  /** In the order of spec.ipFamilies. */
  readonly families: readonly IpFamily[];
  /** PreferDualStack: a family that the pool lacks is left out without a word. */
  readonly familiesAreOptional: boolean;
  /** By index; indices beyond the list are `any`. Never longer than countPerFamily. */
  readonly places: Readonly<Record<IpFamily, readonly WantedPlace[]>>;
  readonly problems: readonly Problem[];
}

export function parseRequest(service: ServiceFacts): ServiceRequest {
  throw new Error(`not built yet: ${service.ipFamilyPolicy ?? ""}`);
}
