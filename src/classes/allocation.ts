/**
 * The shapes of allocation: what comes in, what comes out. Pure.
 *
 * Neighbours: allocate.ts computes it; the controller makes the input from VirtualIPs and Services.
 */
import type { Problem } from "../base/errors.ts";
import type { Ip, IpFamily } from "../base/ip.ts";
import type { ClassModel } from "./model.ts";
import type { Offers } from "./offers.ts";
import type { ServiceRequest } from "./request.ts";
import type { Party } from "./sharing.ts";

/**
 * What a VirtualIP says of one Service: it has this address.
 * An address that several Services share is several claims.
 */
export interface Claim {
  readonly address: Ip;
  /** `namespace/name`; of a claim that counts no more a word after it, which nobody is shown. */
  readonly service: string;
  /** Within the address's family, from 0. */
  readonly index: number;
  /** Of one whose Service is not among the requests: beside whom it may be until it is given up; without one, nobody. */
  readonly party?: Party | undefined;
}

export interface AllocationRequest {
  /** `namespace/name`. */
  readonly key: string;
  /** RFC 3339, as in metadata.creationTimestamp. */
  readonly createdAt: string;
  /** Keys of `classes`. */
  readonly offers: Offers;
  readonly request: ServiceRequest;
  /** With whom it may share an address. */
  readonly party: Party;
  /** The addresses in the Service's status, in its order: kept where no claim says otherwise. */
  readonly adopted: readonly Ip[];
}

export interface AllocationInput {
  readonly requests: readonly AllocationRequest[];
  readonly classes: ReadonlyMap<string, ClassModel>;
  readonly claims: readonly Claim[];
}

export interface Allocation {
  /** The key of the class that its addresses are from, or would be from; null: no class has any for it. */
  readonly home: string | null;
  /** By index, null where nothing could be given; only families that are in play. */
  readonly places: Readonly<Partial<Record<IpFamily, readonly (Ip | null)[]>>>;
  /** What is wrong as long as nothing changes, beside the problems of the request itself. */
  readonly problems: readonly Problem[];
  /** What this pass took away unasked: for one Event, not for a condition. */
  readonly notices: readonly Problem[];
}

export interface AllocationResult {
  readonly services: ReadonlyMap<string, Allocation>;
  /**
   * Claims to be given up; one that only changes its index is not among them. Their addresses go to nobody in this
   * pass: run again when they are gone. By address.
   */
  readonly released: readonly Claim[];
}
