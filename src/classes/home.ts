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
  { families, places }: AllocationRequest["request"],
): ClassModel | null {
  const requested = families
    .flatMap((family) => places[family])
    .flatMap((place) => (place.kind === "this" ? [place.ip] : []));
  const models = [...kept, ...requested].flatMap((ip) => at(ip) ?? []).filter(gives);
  const whole = models.find((model) => families.every((family) => hasFamily(model, family)));
  const settled = (needsAll ? whole : null) ?? models[0];
  if (settled !== undefined) return settled;
  if (automatic.length === 1) return automatic[0] ?? null;
  const [stayed] = automatic.length === 0 ? kept : []; // The pool that it names is not there: it stays.
  return (stayed && at(stayed)) ?? null;
}

export function hasFamily({ ranges }: ClassModel, family: IpFamily): boolean {
  return ranges.some((range) => range.family === family);
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
  const gives: Gives = (model, want) => tenants.has(model, want.family, want);
  if (needsAll) return homeForAll(automatic, wants, gives);
  const [first] = wants;
  return (
    automatic.find((model) => wants.every((want) => gives(model, want))) ??
    automatic.find((model) => first !== undefined && gives(model, first)) ??
    automatic.find((model) =>
      wants.some((want) => want.count > 0 && givesOne(model, want, gives)),
    ) ??
    automatic[0] ??
    null
  );
}

type Gives = (model: ClassModel, want: Want) => boolean;

/** Where nothing will be given, it does not depend on what is free: others' changes are no news then. */
function homeForAll(automatic: Host["automatic"], wants: readonly Want[], gives: Gives) {
  const whole = automatic.filter((model) => wants.every(({ family }) => hasFamily(model, family)));
  const open = wants.every(({ count }) => count > 0) ? whole : [];
  return (
    open.find((model) => wants.every((want) => gives(model, want))) ??
    open.find((model) => wants.every((want) => givesOne(model, want, gives))) ??
    whole[0] ??
    automatic[0] ??
    null
  );
}

function givesOne(model: ClassModel, want: Want, gives: Gives): boolean {
  return gives(model, { ...want, count: 1 });
}
