/** A cluster in the small: classes, Services and claims, settled as the controller settles them. */
import type { Problem } from "../../src/base/errors.ts";
import type { Ip } from "../../src/base/ip.ts";
import { allocate } from "../../src/classes/allocate.ts";
import type { AllocationRequest, Claim } from "../../src/classes/allocation.ts";
import { chooseClass } from "../../src/classes/choose.ts";
import { compileClasses } from "../../src/classes/compile.ts";
import { offersOfClass } from "../../src/classes/offers.ts";
import { CLASS_ANNOTATION } from "../../src/classes/annotations.ts";
import { parseRequest } from "../../src/classes/request.ts";
import {
  CLASS_GROUP,
  CLASS_KIND,
  CLASS_VERSION,
  type MetalLoadBalancerClass,
  type MetalLoadBalancerClassSpec,
} from "../../src/classes/resource.ts";
import { NO_PARTY } from "../../src/classes/sharing.ts";

/** What a test says of a Service; the rest is usual. */
export interface TestService {
  readonly name: string;
  readonly createdAt?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly loadBalancerClass?: string;
  readonly boundClass?: string;
  /** Default: IPv4 alone. */
  readonly ipFamilies?: readonly ("IPv4" | "IPv6")[];
  readonly ipFamilyPolicy?: "SingleStack" | "PreferDualStack" | "RequireDualStack";
  /** The addresses in its status. */
  readonly status?: readonly string[];
}

export interface Settled {
  /** Of a Service of ours: what its status lists, null for a place with nothing. */
  readonly addresses: Readonly<Record<string, readonly (string | null)[]>>;
  readonly problems: Readonly<Record<string, readonly Problem[]>>;
  readonly notices: Readonly<Record<string, readonly Problem[]>>;
  readonly released: readonly Claim[];
  /** The claims as they are once all of it is written. */
  readonly claims: readonly Claim[];
}

/** A class manifest. @param age orders by creation: 1 is older than 2 */
export function classOf(
  name: string,
  spec: MetalLoadBalancerClassSpec,
  age = 1,
): MetalLoadBalancerClass {
  return {
    apiVersion: `${CLASS_GROUP}/${CLASS_VERSION}`,
    kind: CLASS_KIND,
    metadata: { name, creationTimestamp: timeOf(age) },
    spec,
  };
}

/** @returns a time that is later for a greater age number */
export function timeOf(age: number): string {
  return `2026-01-01T00:00:${String(age).padStart(2, "0")}Z`;
}

/** One pass over the world. */
export function settle(
  objects: readonly MetalLoadBalancerClass[],
  services: readonly TestService[],
  claims: readonly Claim[] = [],
): Settled {
  const { classes, defaultClass } = compileClasses(objects);
  const problems: Record<string, readonly Problem[]> = {};
  const requests = services.flatMap((service): AllocationRequest[] => {
    const { name, boundClass, loadBalancerClass, annotations = {} } = service;
    const annotation = annotations[CLASS_ANNOTATION];
    const choice = chooseClass({
      boundClass,
      loadBalancerClass,
      annotation,
      classes,
      defaultClass,
    });
    if (choice.kind === "foreign") return [];
    problems[name] = choice.problems;
    if (choice.kind !== "class") return [];
    const request = parseRequest({ ipFamilies: ["IPv4"], ...service });
    problems[name] = [...choice.problems, ...request.problems];
    return [
      {
        key: name,
        createdAt: service.createdAt ?? timeOf(1),
        offers: offersOfClass(choice.name),
        request,
        party: NO_PARTY,
        adopted: (service.status ?? []) as Ip[],
      },
    ];
  });
  const result = allocate({ requests, classes, claims });
  const addresses: Record<string, readonly (string | null)[]> = {};
  const notices: Record<string, readonly Problem[]> = {};
  const next: Claim[] = [];
  for (const { key, request } of requests) {
    const allocation = result.services.get(key);
    const lists = request.families.map((family) => allocation?.places[family] ?? []);
    addresses[key] = lists.flat();
    problems[key] = [...(problems[key] ?? []), ...(allocation?.problems ?? [])];
    notices[key] = allocation?.notices ?? [];
    for (const [index, address] of lists.flatMap((list) => [...list.entries()])) {
      if (address !== null) next.push({ address, service: key, index });
    }
  }
  return { addresses, problems, notices, released: result.released, claims: next };
}

/** Passes until nothing changes: the released addresses come free in between. */
export function settleFully(
  objects: readonly MetalLoadBalancerClass[],
  services: readonly TestService[],
  claims: readonly Claim[] = [],
): Settled {
  const once = settle(objects, services, claims);
  return settle(objects, services, once.claims);
}
