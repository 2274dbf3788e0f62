/** Which addresses a Service gets. Pure. */
import type { Problem } from "../base/errors.ts";
import type { Ip, IpFamily } from "../base/ip.ts";
import type { ClassModel } from "./model.ts";
import type { ServiceRequest } from "./request.ts";

/** One address that a VirtualIP holds for one Service. */
export interface Claim {
  readonly address: Ip;
  /** `namespace/name`. */
  readonly service: string;
  /** Within the address's family, from 0. */
  readonly index: number;
}

export interface AllocationRequest {
  /** `namespace/name`. */
  readonly key: string;
  /** RFC 3339, as in metadata.creationTimestamp. */
  readonly createdAt: string;
  readonly className: string;
  readonly request: ServiceRequest;
  /** The addresses in the Service's status, in its order: kept where no claim says otherwise. */
  readonly adopted: readonly Ip[];
}

export interface Allocation {
  /** By index, null where nothing could be given; only families that are in play. */
  readonly places: Readonly<Partial<Record<IpFamily, readonly (Ip | null)[]>>>;
  /** What is wrong as long as nothing changes: for the condition and a Warning. */
  readonly problems: readonly Problem[];
  /** What this pass changed unasked: for one Event. */
  readonly notices: readonly Problem[];
}

export interface AllocationInput {
  readonly requests: readonly AllocationRequest[];
  readonly classes: ReadonlyMap<string, ClassModel>;
  readonly claims: readonly Claim[];
}

export interface AllocationResult {
  readonly services: ReadonlyMap<string, Allocation>;
  /** Claims to be given up. Their addresses go to nobody in this pass: run again when they are gone. */
  readonly released: readonly Claim[];
}

export function allocate(input: AllocationInput): AllocationResult {
  throw new Error(`not built yet: ${input.requests.length} requests`);
}
