/**
 * What a person means by `spreadlb why SUBJECT`: an address, or a Service; and what is near where there is none. Pure.
 */
import { compareIps, familyOf, ipToNumber, parseIp, type Ip } from "../base/ip.ts";
import { compareText } from "../base/hash.ts";
import type { VirtualIP } from "../multi-ip/resource.ts";
import type { ServiceView } from "./status-view.ts";

const NEAR_MAX = 3;

export interface Known {
  readonly virtualIps: readonly VirtualIP[];
  /** All Services that have or await an address of ours, of every namespace. */
  readonly services: readonly ServiceView[];
}

export type Subject =
  | { readonly kind: "address"; readonly virtualIp: VirtualIP }
  | { readonly kind: "service"; readonly service: ServiceView }
  /** A sentence without its full stop: what there is instead. */
  | { readonly kind: "unknown"; readonly sentence: string };

/**
 * Finds what is meant.
 *
 * @param subject an address, `namespace/name`, or a name; a name is looked up in `namespace`, or in all where it is undefined
 */
export function findSubject(
  subject: string,
  { virtualIps, services }: Known,
  namespace?: string,
): Subject {
  const address = parseIp(subject);
  if (address !== undefined) return findAddress(address, virtualIps);
  const slash = subject.indexOf("/");
  const name = subject.slice(slash + 1);
  const within = slash < 0 ? namespace : subject.slice(0, slash);
  const found = services.filter(
    (service) => service.name === name && (within ?? service.namespace) === service.namespace,
  );
  const [service, ...more] = found;
  if (service === undefined) return unknownService({ name, within }, services);
  if (more.length === 0) return { kind: "service", service };
  const keys = found.map(keyOf).join(", ");
  return {
    kind: "unknown",
    sentence: `"${name}" is the name of several Services: ${keys}; choose one with -n`,
  };
}

function findAddress(address: Ip, virtualIps: readonly VirtualIP[]): Subject {
  const virtualIp = virtualIps.find(({ spec }) => spec.address === address);
  if (virtualIp !== undefined) return { kind: "address", virtualIp };
  const all = virtualIps.map(({ spec }) => spec.address);
  const near = nearestAddresses(address, all);
  const there = near.length === 0 ? "there is none of its family" : `near it: ${near.join(", ")}`;
  return { kind: "unknown", sentence: `${address} is no address of ours; ${there}` };
}

/** @returns up to three addresses of the same family that are closest in number, in order */
export function nearestAddresses(address: Ip, all: readonly Ip[]): readonly Ip[] {
  const distance = (other: Ip): bigint => {
    const difference = ipToNumber(other) - ipToNumber(address);
    return difference < 0n ? -difference : difference;
  };
  return all
    .filter((other) => familyOf(other) === familyOf(address))
    .sort((a, b) => (distance(a) < distance(b) ? -1 : distance(a) > distance(b) ? 1 : 0))
    .slice(0, NEAR_MAX)
    .sort(compareIps);
}

function unknownService(
  wanted: { readonly name: string; readonly within: string | undefined },
  services: readonly ServiceView[],
): Subject {
  const { name, within } = wanted;
  const asked = within === undefined ? name : `${within}/${name}`;
  const near = [...services]
    .sort((a, b) => nearness(b, wanted) - nearness(a, wanted) || compareText(keyOf(a), keyOf(b)))
    .slice(0, NEAR_MAX)
    .map(keyOf);
  const there = near.length === 0 ? "no Service does" : `there are: ${near.join(", ")}`;
  return {
    kind: "unknown",
    sentence: `no Service "${asked}" has or awaits an address of ours; ${there}`,
  };
}

/** Same name elsewhere counts most, then the letters that both begin with, then the namespace. */
function nearness(
  service: ServiceView,
  { name, within }: { readonly name: string; readonly within: string | undefined },
): number {
  let common = 0;
  while (common < name.length && name[common] === service.name[common]) common += 1;
  const isSame = service.name === name ? 1000 : 0;
  return isSame + common * 2 + (service.namespace === within ? 1 : 0);
}

const keyOf = ({ namespace, name }: ServiceView): string => `${namespace}/${name}`;
