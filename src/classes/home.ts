/**
 * One Service, one home: the class that all its addresses are from that it gets unasked. Pure.
 *
 * Read first: docs/decisions/0014-one-model-of-two-families.md, "Allocation". What it holds already decides, then what it
 * asks for by name, then what has room. A pool gives both families to a Service that requires both, or nothing.
 * Neighbours: seats.ts asks for the first two, allocate.ts for the last.
 */
import type { Ip, IpFamily } from "../base/ip.ts";
import type { AllocationRequest } from "./allocation.ts";
import type { ClassModel } from "./model.ts";
import { requestedAddresses } from "./request.ts";
import type { Taking, Tenants } from "./tenants.ts";

/** The classes of which a Service may have addresses. */
export interface Host {
  readonly automatic: readonly ClassModel[];
  /** @returns the class, where the Service may have the address */
  readonly at: (ip: Ip) => ClassModel | undefined;
  /** False for a class of which it keeps what it has until it is given another elsewhere, and gets no more. */
  readonly gives: (model: ClassModel) => boolean;
  /** RequireDualStack, of pools. (A class of Deckhouse's gives the family that it has, as theirs does.) */
  readonly needsAll: boolean;
}

/** @returns true for an address that it has only until it is given another */
export function leaves({ at, gives }: Pick<Host, "at" | "gives">, ip: Ip): boolean {
  const model = at(ip);
  return model !== undefined && !gives(model);
}

/** @returns the home that is settled before any address is given out; null: what has room decides */
export function settledHome(
  { automatic, at, gives, needsAll }: Host,
  kept: ReadonlySet<Ip>,
  request: AllocationRequest["request"],
): ClassModel | null {
  const { families } = request;
  const ips = [...kept, ...requestedAddresses(request, families)];
  const models = ips.flatMap((ip) => at(ip) ?? []).filter(gives);
  const whole = needsAll ? models.find((model) => hasFamilies(model, families)) : undefined;
  const settled = whole ?? models[0];
  if (settled !== undefined) return settled;
  if (automatic.length === 1) return automatic[0] ?? null;
  const [stayed] = automatic.length === 0 ? kept : []; // The pool that it names is not there: it stays.
  return (stayed && at(stayed)) ?? null;
}

export function hasFamily({ ranges }: ClassModel, family: IpFamily): boolean {
  return ranges.some((range) => range.family === family);
}

export function hasFamilies(model: ClassModel, families: readonly IpFamily[]): boolean {
  return families.every((family) => hasFamily(model, family));
}

/** Addresses of one family that a Service lacks. */
export interface Want extends Taking {
  readonly family: IpFamily;
}

/**
 * @param wants in the order of the Service's families
 * @returns the first class that can give everything, else all of the first family (where it needs all families: one of each),
 *   else anything at all, else the first; null where there is none
 */
export function roomiestHome(
  { automatic, needsAll }: Pick<Host, "automatic" | "needsAll">,
  wants: readonly Want[],
  tenants: Tenants,
): ClassModel | null {
  if (needsAll) return homeForAll(automatic, wants, tenants);
  const [first] = wants;
  return (
    automatic.find((model) => givesAll(model, wants, tenants)) ??
    automatic.find((model) => first !== undefined && givesAll(model, [first], tenants)) ??
    automatic.find((model) =>
      wants.some((want) => want.count > 0 && givesOneOfEach(model, [want], tenants)),
    ) ??
    automatic[0] ??
    null
  );
}

/** Where nothing will be given, it does not depend on what is free: others' changes are no news then. */
function homeForAll(automatic: Host["automatic"], wants: readonly Want[], tenants: Tenants) {
  const families = wants.map(({ family }) => family);
  const whole = automatic.filter((model) => hasFamilies(model, families));
  const open = wants.every(({ count }) => count > 0) ? whole : [];
  return (
    open.find((model) => givesAll(model, wants, tenants)) ??
    open.find((model) => givesOneOfEach(model, wants, tenants)) ??
    whole[0] ??
    automatic[0] ??
    null
  );
}

/** @returns true where the class has free all that is wanted */
export function givesAll(model: ClassModel, wants: readonly Want[], tenants: Tenants): boolean {
  return wants.every((want) => tenants.has(model, want.family, want));
}

export function givesOneOfEach(
  model: ClassModel,
  wants: readonly Want[],
  tenants: Tenants,
): boolean {
  return wants.every((want) => tenants.has(model, want.family, { ...want, count: 1 }));
}
