/**
 * What a Service asks for: how many addresses, of which families, which ones. Pure.
 *
 * A fault in an annotation takes nothing away: a count that cannot be read means "as many as it has", an address
 * that cannot be read leaves its place as it is. The fault itself becomes a problem, shown on the Service.
 * Neighbours: choose.ts says which class; allocate.ts gives the addresses.
 */
import type { Problem } from "../base/errors.ts";
import { familyOf, parseIp, type Ip, type IpFamily } from "../base/ip.ts";
import { deprecatedIn, readAnnotation, type Annotated } from "./annotations.ts";

export const ADDRESS_COUNT_MAX = 64;
/** Entries of the address list that are read: more than both families can use. */
const ENTRIES_MAX = 2 * ADDRESS_COUNT_MAX;

/** What is wanted at one index: any address, this one, or what the text did not say clearly. */
export type WantedPlace =
  | { readonly kind: "any" }
  | { readonly kind: "this"; readonly ip: Ip }
  /** The entry cannot be used: the place keeps what it has, and gets nothing where it has nothing. */
  | { readonly kind: "broken" };

export interface ServiceFacts extends Annotated {
  /** Deckhouse's classes do not read it, MetalLB's pools do. */
  readonly loadBalancerIP?: string | undefined;
  readonly ipFamilies?: readonly string[] | undefined;
  readonly ipFamilyPolicy?: string | undefined;
  readonly clusterIPs?: readonly string[] | undefined;
}

export interface ServiceRequest {
  /** Addresses per family; null where the annotation cannot be read: what it has, else 1. */
  readonly countPerFamily: number | null;
  /** In the order of spec.ipFamilies; at least one. */
  readonly families: readonly IpFamily[];
  /** PreferDualStack: a family that the pool lacks is left out without a word, if the other is there. */
  readonly familiesAreOptional: boolean;
  /** By index; indices beyond the list are `any`. Not longer than countPerFamily, where that is a number. */
  readonly places: Readonly<Record<IpFamily, readonly WantedPlace[]>>;
  /** The pool that it names, or null: offers.ts says what follows. */
  readonly pool: string | null;
  readonly problems: readonly Problem[];
  /** What works and should be written otherwise: told once, and no fault. */
  readonly hints: readonly Problem[];
}

export function parseRequest(service: ServiceFacts): ServiceRequest {
  const { ipFamilyPolicy } = service;
  const families = familiesOf(service);
  const problems: Problem[] = [];
  const countPerFamily = parseCount(readAnnotation(service, "count"), problems);
  const wanted = parseAddresses(addressText(service, problems), families, problems);
  const fit = (family: IpFamily) => fitCount(wanted[family], family, countPerFamily, problems);
  return {
    countPerFamily,
    families,
    familiesAreOptional: ipFamilyPolicy === "PreferDualStack",
    places: { IPv4: fit("IPv4"), IPv6: fit("IPv6") },
    pool: readAnnotation(service, "pool")?.trim() || null,
    problems,
    hints: deprecatedIn(service),
  };
}

/** @returns the addresses that are asked for by name, in the order of the families */
export function requestedAddresses(
  { places }: Pick<ServiceRequest, "places">,
  families: readonly IpFamily[] = ["IPv4", "IPv6"],
): Ip[] {
  return families
    .flatMap((family) => places[family])
    .flatMap((place) => (place.kind === "this" ? [place.ip] : []));
}

/** An annotation counts before the field of old, which holds one address. (MetalLB gives nothing where both are there.) */
function addressText(service: ServiceFacts, problems: Problem[]): string | undefined {
  const [annotation, field] = [readAnnotation(service, "addresses"), service.loadBalancerIP ?? ""];
  if (field === "" || annotation === undefined) return annotation ?? field;
  if (annotation.trim() === "") return field; // An empty one says nothing, here as there.
  const wanted = parseIp(field) ?? field;
  if (!entriesOf(annotation).some((entry) => (parseIp(entry) ?? entry) === wanted)) {
    problems.push({
      code: "ADDRESSES_DISAGREE",
      message: `spec.loadBalancerIP says "${shorten(field)}", the annotation says "${shorten(annotation)}": the annotation counts`,
    });
  }
  return annotation;
}

/** The cluster addresses decide: without one of a family, kube-proxy has nothing to forward to in it. */
export function familiesOf({
  clusterIPs,
  ipFamilies,
}: Pick<ServiceFacts, "clusterIPs" | "ipFamilies">): readonly IpFamily[] {
  const fromAddresses = (clusterIPs ?? []).flatMap((text) => {
    const ip = parseIp(text);
    return ip === undefined ? [] : [familyOf(ip)];
  });
  const named = (ipFamilies ?? []).filter((name) => name === "IPv4" || name === "IPv6");
  const families = fromAddresses.length > 0 ? fromAddresses : named;
  return families.length > 0 ? [...new Set(families)] : ["IPv4"];
}

/** A sign and leading zeros are read as Deckhouse reads them; 0, fractions, words and more than the bound are not. */
function parseCount(text: string | undefined, problems: Problem[]): number | null {
  if (text === undefined) return 1;
  const count = /^\+?\d{1,9}$/.test(text.trim()) ? Number(text) : 0;
  if (count >= 1 && count <= ADDRESS_COUNT_MAX) return count;
  problems.push({
    code: "COUNT_INVALID",
    message: `Cannot use the count "${shorten(text)}": the Service keeps as many addresses as it has, or gets 1`,
  });
  return null;
}

function parseAddresses(
  text: string | undefined,
  families: readonly IpFamily[],
  problems: Problem[],
): Record<IpFamily, WantedPlace[]> {
  const places: Record<IpFamily, WantedPlace[]> = { IPv4: [], IPv6: [] };
  const seen = new Set<Ip>();
  for (const entry of entriesOf(text)) {
    const ip = parseIp(entry);
    if (ip === undefined) {
      problems.push({
        code: "ADDRESS_INVALID",
        message: `Cannot read "${shorten(entry)}" as an address`,
      });
      places[familyMeant(entry, families)].push({ kind: "broken" });
    } else if (!families.includes(familyOf(ip))) {
      problems.push({
        code: "ADDRESS_WRONG_FAMILY",
        message: `Cannot give ${ip}: the Service has no ${familyOf(ip)}`,
      });
    } else if (seen.has(ip)) {
      problems.push({ code: "ADDRESS_DOUBLED", message: `The address ${ip} is requested twice` });
      places[familyOf(ip)].push({ kind: "broken" });
    } else {
      places[familyOf(ip)].push({ kind: "this", ip });
    }
    if (ip !== undefined) seen.add(ip);
  }
  return places;
}

/** A blank list and a comma at the end ask for nothing. */
function entriesOf(text: string | undefined): string[] {
  if (text === undefined || text.trim() === "") return [];
  const entries = text.split(",", ENTRIES_MAX).map((entry) => entry.trim());
  return entries.at(-1) === "" ? entries.slice(0, -1) : entries;
}

/** Whose place an unreadable entry takes: by its colon, if the Service has that family. */
function familyMeant(entry: string, families: readonly IpFamily[]): IpFamily {
  const guess: IpFamily = entry.includes(":") ? "IPv6" : "IPv4";
  return families.includes(guess) ? guess : (families[0] ?? guess);
}

function fitCount(
  places: readonly WantedPlace[],
  family: IpFamily,
  count: number | null,
  problems: Problem[],
): readonly WantedPlace[] {
  if (count === null || places.length <= count) return places;
  problems.push({
    code: "COUNT_TOO_SMALL",
    message: `${places.length} ${family} addresses are requested, but the count is ${count}: the first ${count} are used`,
  });
  return places.slice(0, count);
}

/** What strangers write may be long; a message is not. */
function shorten(text: string): string {
  return text.length <= 64 ? text : `${text.slice(0, 61)}...`;
}
