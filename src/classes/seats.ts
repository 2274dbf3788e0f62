/**
 * The first round of allocation: every Service sits down on what it has. Pure.
 *
 * A seat is one Service in one family: its places, and what it holds beyond them. Claims come before the addresses
 * in a Service's status: those count only where no claim names them (a cluster that ran another balancer before, or a
 * VirtualIP that somebody deleted).
 * Neighbours: allocate.ts has the rounds and the rules.
 */
import assert from "node:assert/strict";
import type { Problem } from "../base/errors.ts";
import { compareText } from "../base/hash.ts";
import { compareIps, familyOf, type Ip, type IpFamily } from "../base/ip.ts";
import type { AllocationInput, AllocationRequest, Claim } from "./allocation.ts";
import { classFinder, type ClassAt } from "./class-at.ts";
import { hasFamily, settledHome, type Host } from "./home.ts";
import type { ClassModel } from "./model.ts";
import { ADDRESS_COUNT_MAX, type WantedPlace } from "./request.ts";
import type { Tenant, Tenants } from "./tenants.ts";

/** One Service in one family. The rounds fill it; nobody else sees it. */
export interface Seat {
  readonly service: AllocationRequest;
  readonly family: IpFamily;
  /** The seats of a Service have one guest in common. */
  readonly guest: Guest;
  readonly places: (Ip | null)[];
  /** Held, and without a place. */
  spares: Ip[];
  /** Held until now and not to be kept: the place, and what was there. */
  readonly lost: readonly LostPlace[];
  /** Asked for by name, and not to be had beside those that have them. */
  readonly denied: Ip[];
  readonly problems: Problem[];
}

export interface LostPlace {
  readonly index: number;
  readonly address: Ip;
}

/** What the seats of one Service have in common. */
export interface Guest extends Host {
  /** Where its addresses are from; null until what has room decides. */
  home: ClassModel | null;
  gives: Host["gives"];
  readonly seats: Seat[];
}

/** A Service on its way to its seats. */
interface Arrival {
  readonly service: AllocationRequest;
  readonly host: Host;
  /** By index. */
  readonly claims: readonly Claim[];
  /** What of its claims and of its status it keeps: in a class that it may use, and nobody else's. */
  readonly kept: Set<Ip>;
}

/**
 * @param tenants whoever else has addresses; the Services become tenants of what they keep, and hold back what others
 *   must not have yet
 * @returns those that hold something first, then by age, then by key; families in the Service's order
 */
export function seatServices(
  { requests, classes, claims }: AllocationInput,
  tenants: Tenants,
): Seat[] {
  const classAt = classFinder(classes);
  const claimsOf = groupClaims(claims);
  const arrivals = requests.map((service): Arrival => {
    const host = hostOf(service, classes, classAt);
    return { service, host, claims: claimsOf.get(service.key) ?? [], kept: new Set() };
  });
  arrivals.sort(compareArrivals);
  for (const arrival of arrivals) {
    keep(arrival, arrival.claims.map(addressOf), { tenants, rule: "admits" });
  }
  const parties = new Map(requests.map(({ key, party }) => [key, party]));
  for (const { address, service, party = parties.get(service) } of claims) {
    reserve(address, { service, party: null, leaving: party }, tenants);
  }
  for (const arrival of arrivals) {
    keep(arrival, arrival.service.adopted, { tenants, rule: "tolerates" });
  }
  for (const { service } of arrivals) {
    for (const ip of service.adopted) reserve(ip, { service: service.key, party: null }, tenants);
  }
  return arrivals.flatMap(takeSeats);
}

/** @returns what is wanted at the place: beyond the list, any address */
export function wantedAt({ service, family }: Seat, index: number): WantedPlace {
  return service.request.places[family][index] ?? { kind: "any" };
}

/** Orders Services by age, then by key. */
export function compareByAge(a: AllocationRequest, b: AllocationRequest): number {
  return compareText(a.createdAt, b.createdAt) || compareText(a.key, b.key);
}

function compareArrivals(a: Arrival, b: Arrival): number {
  const holds = ({ claims, service }: Arrival) => claims.length > 0 || service.adopted.length > 0;
  return Number(holds(b)) - Number(holds(a)) || compareByAge(a.service, b.service);
}

/** @returns true where the family is in play: a preferred one that its home lacks is not, but where it has an address */
export function isShown({ service, family, places, guest: { home } }: Seat): boolean {
  if (home === null || home.ranges.length === 0) return true;
  if (!service.request.familiesAreOptional || hasFamily(home, family)) return true;
  return places.some((ip) => ip !== null);
}

function hostOf(
  { key, offers: { automatic, byName, leave = [] }, request }: AllocationRequest,
  classes: AllocationInput["classes"],
  classAt: ClassAt,
): Host {
  const keys = new Set([...automatic, ...byName]);
  for (const name of keys) assert(classes.has(name), `no class ${name} for ${key}`);
  const models = automatic.flatMap((name) => classes.get(name) ?? []);
  const isRequired = request.families.length > 1 && !request.familiesAreOptional;
  return {
    automatic: models,
    needsAll: isRequired && models.every(({ pool }) => pool !== null),
    at: (ip) => {
      const model = classAt(ip);
      return model !== undefined && keys.has(model.key) ? model : undefined;
    },
    gives: (model) => !leave.includes(model.key),
  };
}

function groupClaims(claims: readonly Claim[]): Map<string, Claim[]> {
  const groups = new Map<string, Claim[]>();
  for (const claim of claims) {
    const group = groups.get(claim.service);
    if (group === undefined) groups.set(claim.service, [claim]);
    else group.push(claim);
  }
  for (const group of groups.values()) {
    group.sort((a, b) => a.index - b.index || compareIps(a.address, b.address));
  }
  return groups;
}

function addressOf(claim: Claim): Ip {
  return claim.address;
}

/** The older of two that do not go together keeps the address: it comes first. */
function keep(
  { service, host, kept }: Arrival,
  addresses: readonly Ip[],
  { tenants, rule }: { readonly tenants: Tenants; readonly rule: "admits" | "tolerates" },
) {
  const { key, party, request } = service;
  for (const ip of addresses) {
    if (host.at(ip) === undefined || !request.families.includes(familyOf(ip))) continue;
    if (!tenants[rule](ip, key, party)) continue;
    tenants.add(ip, { service: key, party });
    kept.add(ip);
  }
}

/** It may still be answered for, so nobody is let in who is not there. */
function reserve(ip: Ip, tenant: Tenant, tenants: Tenants): void {
  const isThere = tenants.at(ip).some(({ service }) => service === tenant.service);
  if (!isThere) tenants.add(ip, tenant);
}

function takeSeats(arrival: Arrival): readonly Seat[] {
  const { host, kept, service } = arrival;
  const home = settledHome(host, kept, service.request);
  const guest: Guest = { ...host, home, seats: [] };
  for (const family of service.request.families) guest.seats.push(takeSeat(arrival, guest, family));
  return guest.seats;
}

function takeSeat({ service, claims, kept }: Arrival, guest: Guest, family: IpFamily): Seat {
  const { request } = service;
  const ours = claims.filter(({ address }) => familyOf(address) === family);
  const adopted = service.adopted.filter((ip) => familyOf(ip) === family);
  const count = request.countPerFamily ?? countHeld(ours, adopted);
  const held = ours.length > 0 ? ours : adopted.map((address, index) => ({ address, index }));
  const places = Array.from<Ip | null>({ length: count }).fill(null);
  return {
    service,
    family,
    guest,
    places,
    spares: sitDown(places, request.places[family], ours, [...kept].filter(isOf(family))),
    lost: held.filter(({ address, index }) => index < count && !kept.has(address)),
    denied: [],
    problems: [],
  };
}

/** As many as it has: the count that stands in for one that cannot be read. */
function countHeld(claims: readonly Claim[], adopted: readonly Ip[]): number {
  const highest = Math.max(0, ...claims.map(({ index }) => index));
  return Math.min(ADDRESS_COUNT_MAX, Math.max(1, highest + 1, adopted.length));
}

function isOf(family: IpFamily): (ip: Ip) => boolean {
  return (ip) => familyOf(ip) === family;
}

/**
 * Puts what a Service keeps on its places: first where it is asked for, then where its claim says, then what is left
 * on the lowest empty places, rather than give it up and take another.
 *
 * @returns what has found no place
 */
function sitDown(
  places: (Ip | null)[],
  wanted: readonly WantedPlace[],
  claims: readonly Claim[],
  kept: readonly Ip[],
): Ip[] {
  const standing = new Set(kept);
  const sit = (index: number, ip: Ip) => {
    if (index >= places.length || places[index] !== null || !standing.delete(ip)) return;
    places[index] = ip;
  };
  for (const [index, place] of wanted.entries()) if (place.kind === "this") sit(index, place.ip);
  for (const { index, address } of claims) sit(index, address);
  for (const ip of [...standing]) {
    const index = places.indexOf(null);
    if (index >= 0) sit(index, ip);
  }
  return [...standing];
}
